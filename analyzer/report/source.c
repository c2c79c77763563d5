#include "report/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

/* Findings come sorted, so the last file is the one that is asked for again. */
struct source_cache {
    char *path, *text, *line;
    size_t size;
};

struct source_cache *source_cache_new(void) {
    return mem_zero(1, sizeof(struct source_cache));
}

void source_cache_free(struct source_cache *cache) {
    free(cache->path);
    free(cache->text);
    free(cache->line);
    free(cache);
}

static void read_file(struct source_cache *cache, const char *path) {
    free(cache->path);
    cache->path = mem_text(path);
    cache->size = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return;
    size_t capacity = 0, got;
    do {
        capacity = capacity ? capacity * 2 : 65536;
        cache->text = mem_resize(cache->text, capacity, 1);
        got = fread(cache->text + cache->size, 1, capacity - cache->size, file);
        cache->size += got;
    } while (cache->size == capacity && got);
    fclose(file);
}

const char *source_line(struct source_cache *cache, const char *path, uint32_t line) {
    if (!cache->path || strcmp(cache->path, path) != 0)
        read_file(cache, path);
    size_t at = 0;
    for (uint32_t i = 1; i < line && at < cache->size; at++)
        i += cache->text[at] == '\n';
    size_t end = at;
    while (end < cache->size && cache->text[end] != '\n' && cache->text[end] != '\r')
        end++;
    free(cache->line);
    cache->line = mem_resize(NULL, end - at + 1, 1);
    if (end > at)
        memcpy(cache->line, cache->text + at, end - at);
    cache->line[end - at] = 0;
    return cache->line;
}
