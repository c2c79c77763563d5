/*
 * Stacks for tasks: carved from slabs of 256, each with a guard below it, in three sizes.
 */
#ifndef AGL_STACK_H
#define AGL_STACK_H

#include <stdbool.h>
#include <stddef.h>

enum { AGL_STACK_CLASSES = 3 };

struct agl_slab;
struct agl_free_stack;

/** All stacks of one loop. Zeroed: none yet. */
struct agl_stacks {
    struct agl_slab *slabs[AGL_STACK_CLASSES];
    struct agl_free_stack *free[AGL_STACK_CLASSES];
    size_t free_count[AGL_STACK_CLASSES];
    size_t protected_guards;
    size_t colour;
    /* What the user of a stack keeps at its top. A free stack is linked there, at the lower end:
     * of the lines that its next user touches anyway, the first. */
    size_t reserved;
    bool wipe; /* stacks are clean when they are taken, so that agl_stack_used() tells the truth */
};

/** One stack: usable from `low` up to `top`. */
struct agl_stack {
    char *low;
    char *top;
    unsigned char size_class;
    unsigned char guarded;
};

/** Takes a stack of at least `size` bytes (at most the largest class). Returns 0 or -ENOMEM. */
int agl_stack_take(struct agl_stacks *stacks, size_t size, struct agl_stack *stack);

/** Gives it back; nothing may run on it. Ends the process if it has overflowed unguarded. */
void agl_stack_give(struct agl_stacks *stacks, const struct agl_stack *stack);

/** Asks the processor for the memory of a stack that is used soon: what its user keeps at `kept`,
 * and the stack's own beginning below. */
static inline void agl_stack_foresee(const void *kept) {
    enum { LINE = 64, LINES_BELOW = 2, LINES_KEPT = 6 };
    const char *first = (const char *)kept - LINES_BELOW * LINE;
    for (int i = 0; i < LINES_BELOW + LINES_KEPT; i++)
        __builtin_prefetch(first + i * LINE, 1);
}

/** True if `address` lies in the guard below the stack. */
bool agl_stack_guards(const struct agl_stack *stack, const void *address);

/** How many bytes below `top` have ever been written since the stack was taken; needs `wipe`. */
size_t agl_stack_used(const struct agl_stack *stack, const void *top);

/** Frees all memory of all stacks. */
void agl_stacks_free(struct agl_stacks *stacks);

#endif
