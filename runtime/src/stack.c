#include "stack.h"

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
    /* An idle task needs less than what is left of the highest page beside the colours. */
    COLOURS = 40,
    COLOUR_STEP = 64
};

static const uint64_t CANARY = 0x5ab1e7a91e75ab1eULL;

struct agl_slab {
    struct agl_slab *next;
    char *base;
    size_t used;
    unsigned valgrind[SLAB_STACKS];
};

static size_t page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* The page of the guard comes on top. It also makes the distance between stacks no power of two:
 * else the same places of all stacks would fight for a few sets of the caches. */
static size_t stride(const struct agl_stacks *stacks) {
    return stacks->size + page_size();
}

void agl_stacks_init(struct agl_stacks *stacks, size_t size, size_t kept) {
    static const size_t sizes[] = {16384, 65536, 262144};
    size_t i = 0;
    while (i < sizeof sizes / sizeof *sizes - 1 && sizes[i] < size)
        i++;
    stacks->size = sizes[i];
    stacks->kept = kept;
}

static struct agl_slab *slab_new(const struct agl_stacks *stacks) {
    size_t bytes = stride(stacks) * SLAB_STACKS;
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

/* Forbids the lowest page of a stack. False if the kernel cannot, or not any more. */
static bool guard(struct agl_stacks *stacks, char *lowest) {
    size_t page = page_size();
    if (madvise(lowest, page, MADV_GUARD_INSTALL) == 0)
        return true;
    if (stacks->protected_guards == PROTECTED_GUARDS_MAX || mprotect(lowest, page, PROT_NONE) < 0)
        return false;
    if (++stacks->protected_guards == PROTECTED_GUARDS_MAX)
        fputs("aglet: too many tasks for guard pages; further stacks are only checked when their "
              "task has ended\n",
              stderr);
    return true;
}

struct agl_stack *agl_stack_carve(struct agl_stacks *stacks) {
    struct agl_slab *slab = stacks->slabs;
    if (!slab || slab->used == SLAB_STACKS) {
        struct agl_slab *fresh = slab_new(stacks);
        if (!fresh)
            return NULL;
        fresh->next = slab;
        stacks->slabs = slab = fresh;
    }
    char *low = slab->base + stride(stacks) * slab->used;
    /* Tops at the same offset in their pages would fight for the same sets of the cache. */
    char *top = low + stride(stacks) - (stacks->colour++ % COLOURS) * COLOUR_STEP;
    uintptr_t kept = ((uintptr_t)top - stacks->kept) & ~(uintptr_t)63;
    struct agl_stack *stack = (struct agl_stack *)kept;
    bool guarded = guard(stacks, low);
    *stack = (struct agl_stack){
        .low = guarded ? low + page_size() : low, .top = top, .guarded = guarded};
    slab->valgrind[slab->used++] = agl_valgrind_stack(stack->low, stack->top);
    return stack;
}

void agl_stack_watch(struct agl_stack *stack) {
    *(uint64_t *)(void *)stack->low = CANARY;
}

void agl_stack_check(const struct agl_stack *stack) {
    if (*(const uint64_t *)(const void *)stack->low == CANARY)
        return;
    fputs("aglet: a task's stack has overflowed; use a larger stack_size\n", stderr);
    abort();
}

void agl_stack_drop_pages(const struct agl_stacks *stacks, struct agl_stack *stack) {
    const struct agl_stack copy = *stack;
    size_t page = page_size();
    uintptr_t hot = ((uintptr_t)copy.top - 1) & ~(uintptr_t)(page - 1);
    uintptr_t end = stacks->wipe ? hot + page : hot;
    if ((char *)end > copy.low)
        madvise(copy.low, (size_t)((char *)end - copy.low), MADV_DONTNEED);
    *stack = copy;
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
    while (stacks->slabs) {
        struct agl_slab *slab = stacks->slabs;
        stacks->slabs = slab->next;
        for (size_t k = 0; k < slab->used; k++)
            agl_valgrind_forget(slab->valgrind[k]);
        munmap(slab->base, stride(stacks) * SLAB_STACKS);
        free(slab);
    }
    stacks->free = NULL;
    stacks->free_count = 0;
}
