/*
 * Stacks for tasks: carved from slabs of 256, each with a guard below it, in three sizes.
 */
#ifndef AGL_STACK_H
#define AGL_STACK_H

#include <stdbool.h>
#include <stddef.h>

struct agl_slab;

/** One stack: usable from `low` up to `top`. This lies in it, at the lower end of what its user
 * keeps at its top: so it is in the first of the lines that the user touches anyway. */
struct agl_stack {
    char *low;
    char *top;
    struct agl_stack *next; /* among the free ones */
    bool guarded;
};

/** All stacks of one loop. */
struct agl_stacks {
    struct agl_slab *slabs;
    struct agl_stack *free;
    size_t free_count;
    size_t protected_guards;
    size_t colour;
    size_t size; /* of each */
    size_t kept; /* by its user, struct agl_stack included */
    bool wipe; /* stacks are clean when they are taken, so that agl_stack_used() tells the truth */
};

/** No stacks yet, all to be of at least `size` bytes (at most the largest that there is). */
void agl_stacks_init(struct agl_stacks *stacks, size_t size, size_t kept);

/** Makes a stack that was never used; NULL: no memory. */
struct agl_stack *agl_stack_carve(struct agl_stacks *stacks);

/** Gives the kernel back what a stack does not need while it is free. */
void agl_stack_drop_pages(const struct agl_stacks *stacks, struct agl_stack *stack);

/** Prepares a stack without a guard for agl_stack_check(). */
void agl_stack_watch(struct agl_stack *stack);

/** Ends the process if a stack without a guard has overflowed. */
void agl_stack_check(const struct agl_stack *stack);

/** Asks the processor for the memory of a stack that is used soon: what its user keeps and touches
 *  most, and the stack's own beginning below. */
static inline void agl_stack_foresee(const struct agl_stack *stack) {
    enum { LINE = 64, LINES_BELOW = 2, LINES_KEPT = 5 };
    const char *first = (const char *)stack - LINES_BELOW * LINE;
    for (int i = 0; i < LINES_BELOW + LINES_KEPT; i++)
        __builtin_prefetch(first + i * LINE, 1);
}

/** Takes a stack; what its user keeps begins where the result points to, at a multiple of 64. NULL:
 * no memory. */
static inline struct agl_stack *agl_stack_take(struct agl_stacks *stacks) {
    struct agl_stack *stack = stacks->free;
    if (stack) {
        stacks->free = stack->next;
        stacks->free_count--;
        if (stack->next)
            agl_stack_foresee(stack->next); /* many tasks are often made at once */
    } else {
        stack = agl_stack_carve(stacks);
    }
    if (stack && !stack->guarded)
        agl_stack_watch(stack);
    return stack;
}

/** Gives it back; nothing may run on it. */
static inline void agl_stack_give(struct agl_stacks *stacks, struct agl_stack *stack) {
    /* Beyond so many free stacks, deep pages are given back to the kernel at once. */
    enum { WARM_STACKS = 1024 };
    if (!stack->guarded)
        agl_stack_check(stack);
    if (stacks->wipe || stacks->free_count >= WARM_STACKS)
        agl_stack_drop_pages(stacks, stack);
    stack->next = stacks->free;
    stacks->free = stack;
    stacks->free_count++;
}

/** True if `address` lies in the guard below the stack. */
bool agl_stack_guards(const struct agl_stack *stack, const void *address);

/** How many bytes below `top` have ever been written since the stack was taken; needs `wipe`. */
size_t agl_stack_used(const struct agl_stack *stack, const void *top);

/** Frees all memory of all stacks. */
void agl_stacks_free(struct agl_stacks *stacks);

#endif
