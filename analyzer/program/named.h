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

/** The parameter that the function gives in that argument of the call; -1 if that is not what it
 *  gives. */
int named_parameter(const struct ir_unit *unit, const struct ir_function *function,
                    const struct ir_instr *call, uint32_t arg);

/** Notes what the function that the path has walked does to memory (touches.c). */
void prog_note_touches(struct program *program, struct summary *summary, const struct path *path);
/** True if the function does that to memory of that name. */
bool prog_touches(const struct function *function, enum touch_kind kind, const struct named *name);
/** True if it sets a field, or a variable, whose own name is the word. */
bool prog_sets_word(const struct function *function, const char *word);

/** True when the two functions are declared in files of the same folder. */
bool prog_in_same_folder(const struct function *a, const struct function *b);

#endif
