/*
 * Memory for the analysis: an arena for what lives as long as one function's analysis, and
 * allocation that ends the program when there is none left (nothing sensible can be reported then).
 */
#ifndef AGLET_MEMORY_H
#define AGLET_MEMORY_H

#include <stddef.h>

/** realloc to `count` elements of `size` bytes; never returns NULL for count > 0. */
void *mem_resize(void *old, size_t count, size_t size);
/** calloc; never returns NULL. */
void *mem_zero(size_t count, size_t size);
/** A copy of the text, to be freed. */
char *mem_text(const char *text);
/** The formatted text, to be freed; never NULL. */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct mem_chunk;
struct mem_arena {
    struct mem_chunk *chunks;
    size_t used; /* bytes of the newest chunk */
};

/** Uninitialised memory, aligned for any type, freed with the arena. */
void *arena_alloc(struct mem_arena *arena, size_t bytes);
/** A copy of `bytes` bytes. */
void *arena_copy(struct mem_arena *arena, const void *from, size_t bytes);
void arena_free(struct mem_arena *arena);

#endif
