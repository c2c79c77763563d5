/*
 * How much of the stack a function takes, at least: the records and arrays among its variables that
 * are in use at once. What the compiler adds, and what it keeps in registers, is not counted.
 */
#ifndef AGLET_FRAME_H
#define AGLET_FRAME_H

#include "ir/ir.h"

/** What is in use at one point. */
struct frame {
    uint64_t bytes;
    ir_id largest; /* the largest of the variables, a local of the function; or IR_NONE */
};

/** Tells, for each call of the function, what is in use there; returns the most that is in use at
 *  any point. */
struct frame frame_measure(const struct ir_unit *unit, const struct ir_function *function,
                           void (*on_call)(void *data, const struct ir_instr *call,
                                           const struct frame *frame),
                           void *data);

#endif
