/*
 * What a rule can ask about the stacks of coroutines.
 */
#ifndef AGLET_CHECK_STACK_H
#define AGLET_CHECK_STACK_H

#include "program/check.h"

/** How large the stack of a coroutine is, in bytes; 0 if that is not known. */
uint64_t check_stack_size(const struct path *path);

/** A coroutine that takes more of its stack than there is, at least. */
struct stack_overflow {
    const char *root; /* its name */
    uint64_t bytes;   /* what it takes with what it calls */
    ir_id local;      /* the largest variable, one of the function at hand */
};
/** True when the function has that variable. */
bool check_overflow(const struct path *path, struct stack_overflow *overflow);
/** Adds the calls that lead from the coroutine to its deepest point, and what each takes. */
void finding_overflow(struct finding *finding, const struct path *path);

/** The bytes in use at each level of the function's recursion, when a few levels fill the stack: 0
 *  if it is not so. *local then is the largest variable. */
uint64_t check_recursion(const struct path *path, ir_id *local);

#endif
