#include "stack.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fiber.h"
#include "seam.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13: a guard that costs no mapping of its own */
#endif

enum {
    SLAB_STACKS = 256,
    /* Each mprotect()ed guard splits a mapping; vm.max_map_count is 65530, two mappings a stack. */
    PROTECTED_GUARDS_MAX = 24000,
    /* Beyond so many free stacks of a class, deep pages are given back to the kernel at once. */
    WARM_STACKS = 1024,
    /* An idle task needs less than what is left of the highest page beside the colours. */
    COLOURS = 40,
    COLOUR_STEP = 64
};

static const size_t class_size[AGL_STACK_CLASSES] = {16384, 65536, 262144};

static const uint64_t CANARY = 0x5ab1e7a91e75ab1eULL;

struct agl_slab {
    struct agl_slab *next;
    char *base;
    size_t used;
    unsigned valgrind[SLAB_STACKS];
};

struct agl_free_stack {
    struct agl_free_stack *next;
    struct agl_stack stack;
};

static size_t page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* The page of the guard comes on top. It also makes the distance between stacks no power of two:
 * else the same places of all stacks would fight for a few sets of the caches. */
static size_t stride(unsigned size_class) {
    return class_size[size_class] + page_size();
}

static struct agl_slab *slab_new(unsigned size_class) {
    size_t bytes = stride(size_class) * SLAB_STACKS;
    struct agl_slab *slab = agl_seam_alloc(sizeof *slab);
    if (!slab)
        return NULL;
    slab->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (slab->base == MAP_FAILED) {
        free(slab);
        return NULL;
    }
    /* A huge page under the top of one stack would cost as much as 500 idle tasks. */
    madvise(slab->base, bytes, MADV_NOHUGEPAGE);
    return slab;
}

static void guard(struct agl_stacks *stacks, struct agl_stack *stack) {
    size_t page = page_size();
    char *lowest = stack->low;
    stack->low += page;
    stack->guarded = 1;
    if (madvise(lowest, page, MADV_GUARD_INSTALL) == 0)
        return;
    if (stacks->protected_guards < PROTECTED_GUARDS_MAX && mprotect(lowest, page, PROT_NONE) == 0) {
        if (++stacks->protected_guards == PROTECTED_GUARDS_MAX)
            fputs("aglet: too many tasks for guard pages; further stacks are only checked when "
                  "their task has ended\n",
                  stderr);
        return;
    }
    stack->low = lowest;
    stack->guarded = 0;
}

static int carve(struct agl_stacks *stacks, unsigned size_class, struct agl_stack *stack) {
    struct agl_slab *slab = stacks->slabs[size_class];
    if (!slab || slab->used == SLAB_STACKS) {
        struct agl_slab *fresh = slab_new(size_class);
        if (!fresh)
            return -ENOMEM;
        fresh->next = slab;
        stacks->slabs[size_class] = slab = fresh;
    }
    stack->size_class = (unsigned char)size_class;
    stack->low = slab->base + stride(size_class) * slab->used;
    /* Tops at the same offset in their pages would fight for the same sets of the cache. */
    stack->top = stack->low + stride(size_class) - (stacks->colour++ % COLOURS) * COLOUR_STEP;
    guard(stacks, stack);
    slab->valgrind[slab->used++] = agl_valgrind_stack(stack->low, stack->top);
    return 0;
}

int agl_stack_take(struct agl_stacks *stacks, size_t size, struct agl_stack *stack) {
    unsigned size_class = 0;
    while (size_class < AGL_STACK_CLASSES - 1 && class_size[size_class] < size)
        size_class++;
    struct agl_free_stack *top = stacks->free[size_class];
    if (top) {
        stacks->free[size_class] = top->next;
        if (top->next)
            agl_stack_foresee(top->next); /* many tasks are often made at once */
        stacks->free_count[size_class]--;
        *stack = top->stack;
    } else {
        int rc = carve(stacks, size_class, stack);
        if (rc < 0)
            return rc;
    }
    if (!stack->guarded)
        *(uint64_t *)(void *)stack->low = CANARY;
    return 0;
}

/* Gives the kernel back what a stack does not need while it is free. */
static void drop_pages(const struct agl_stacks *stacks, const struct agl_stack *stack) {
    size_t page = page_size();
    uintptr_t hot = ((uintptr_t)stack->top - 1) & ~(uintptr_t)(page - 1);
    uintptr_t end = stacks->wipe ? hot + page : hot;
    if ((char *)end > stack->low)
        madvise(stack->low, (size_t)((char *)end - stack->low), MADV_DONTNEED);
}

void agl_stack_give(struct agl_stacks *stacks, const struct agl_stack *stack) {
    if (!stack->guarded && *(const uint64_t *)(const void *)stack->low != CANARY) {
        fputs("aglet: a task's stack has overflowed; use a larger stack_size\n", stderr);
        abort();
    }
    struct agl_stack copy = *stack;
    unsigned size_class = copy.size_class;
    if (stacks->wipe || stacks->free_count[size_class] >= WARM_STACKS)
        drop_pages(stacks, &copy);
    uintptr_t address = ((uintptr_t)copy.top - stacks->reserved) & ~(uintptr_t)63;
    struct agl_free_stack *node = (struct agl_free_stack *)address;
    node->stack = copy;
    node->next = stacks->free[size_class];
    stacks->free[size_class] = node;
    stacks->free_count[size_class]++;
}

bool agl_stack_guards(const struct agl_stack *stack, const void *address) {
    uintptr_t low = (uintptr_t)stack->low, at = (uintptr_t)address;
    return stack->guarded && at < low && at >= low - page_size();
}

/* Looks also where nothing is supposed to look: below the stack pointer, at redzones. */
__attribute__((no_sanitize_address, no_sanitize_thread)) size_t
agl_stack_used(const struct agl_stack *stack, const void *top) {
    const volatile uintptr_t *word = (const uintptr_t *)(const void *)stack->low;
    if (!stack->guarded)
        word += sizeof CANARY / sizeof *word;
    while ((const volatile void *)word < top && !*word)
        word++;
    return (size_t)((const char *)top - (const volatile char *)word);
}

void agl_stacks_free(struct agl_stacks *stacks) {
    for (unsigned i = 0; i < AGL_STACK_CLASSES; i++) {
        while (stacks->slabs[i]) {
            struct agl_slab *slab = stacks->slabs[i];
            stacks->slabs[i] = slab->next;
            for (size_t k = 0; k < slab->used; k++)
                agl_valgrind_forget(slab->valgrind[k]);
            munmap(slab->base, stride(i) * SLAB_STACKS);
            free(slab);
        }
        stacks->free[i] = NULL;
        stacks->free_count[i] = 0;
    }
}
