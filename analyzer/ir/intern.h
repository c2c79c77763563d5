/*
 * The tables that find equal strings, locations and types while a unit is built.
 */
#ifndef AGLET_IR_INTERN_H
#define AGLET_IR_INTERN_H

struct ir_intern;

/** NULL is allowed. */
void ir_intern_free(struct ir_intern *intern);

#endif
