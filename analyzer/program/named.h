/*
 * Memory that has a name: what makes two places of different functions the same.
 */
#ifndef AGLET_PROGRAM_NAMED_H
#define AGLET_PROGRAM_NAMED_H

#include "program/internal.h"

/** A field of a record, or a global: then `record` is its identity, and `field` is NULL. */
struct named {
    const char *record, *field;
};

/** The place's name, whichever element of an array it is; false if it has none. */
bool named_place(const struct ir_unit *unit, ir_id place, struct named *name);

bool named_same(const struct named *x, const struct named *y);

/** The place whose address the function gives in that argument of the call; IR_NONE if that is not
 *  what it gives. */
ir_id named_argument(const struct ir_unit *unit, const struct ir_function *function,
                     const struct ir_instr *call, uint32_t arg);

/** True when the two functions are declared in files of the same folder. */
bool prog_in_same_folder(const struct function *a, const struct function *b);

#endif
