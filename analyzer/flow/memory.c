#include "flow/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void) {
    fputs("aglet: out of memory\n", stderr);
    exit(2);
}

char *mem_format(const char *format, ...) {
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        out_of_memory();
    va_end(args);
    return text;
}

struct mem_chunk {
    struct mem_chunk *next;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

void *mem_resize(void *old, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *mem_zero(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

char *mem_text(const char *text) {
    char *copy = strdup(text);
    if (!copy)
        out_of_memory();
    return copy;
}

void *arena_alloc(struct mem_arena *arena, size_t bytes) {
    const size_t align = _Alignof(max_align_t);
    bytes = (bytes + align - 1) / align * align;
    if (!arena->chunks || arena->chunks->size - arena->used < bytes) {
        size_t size = bytes > 65536 ? bytes : 65536;
        struct mem_chunk *chunk = mem_resize(NULL, 1, sizeof *chunk + size);
        *chunk = (struct mem_chunk){.next = arena->chunks, .size = size};
        arena->chunks = chunk;
        arena->used = 0;
    }
    void *memory = arena->chunks->bytes + arena->used;
    arena->used += bytes;
    return memory;
}

void *arena_copy(struct mem_arena *arena, const void *from, size_t bytes) {
    void *memory = arena_alloc(arena, bytes);
    if (bytes)
        memcpy(memory, from, bytes);
    return memory;
}

void arena_free(struct mem_arena *arena) {
    while (arena->chunks) {
        struct mem_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        free(chunk);
    }
    arena->used = 0;
}
