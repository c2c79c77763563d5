/*
 * Building a unit: arrays grow, strings and locations are interned. Used by the front end and by
 * tests. Allocation failure ends the program (a worker's death is reported by its parent).
 */
#ifndef AGLET_IR_BUILD_H
#define AGLET_IR_BUILD_H

#include "ir/ir.h"

/** A new, empty unit. Free with ir_unit_free. */
struct ir_unit *ir_unit_new(void);

/** Interns `text` (of `length` bytes); equal texts give equal ids. */
ir_id ir_string(struct ir_unit *unit, const char *text);
ir_id ir_string_n(struct ir_unit *unit, const char *text, size_t length);

/** Interns a location, a type. Equal contents give equal ids. */
ir_id ir_add_loc(struct ir_unit *unit, struct ir_loc loc);
ir_id ir_add_type(struct ir_unit *unit, struct ir_type type);

/** Appends one element (zeroed) to an array of the unit and gives its index. The pointer form
 *  `&unit->X.data[id]` is valid until the next append to the same array. */
#define IR_DECLARE_PUSH(T, name) ir_id ir_push_##name(struct ir_unit *unit, T value);
IR_ARRAYS(IR_DECLARE_PUSH)
#undef IR_DECLARE_PUSH

/** Ends building: drops the interning tables and marks loop heads (targets of back edges of a
 *  depth-first walk) in every function. Call once, before save, verify or analysis. */
void ir_unit_finish(struct ir_unit *unit);

#endif
