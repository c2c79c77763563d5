#include "report/source.h"

#include <stdlib.h>
#include <string.h>

#include "flow/file.h"
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

/* A file that is gone has no lines. */
static void load(struct source_cache *cache, const char *path) {
    char *error = NULL;
    free(cache->path);
    free(cache->text);
    cache->path = mem_text(path);
    cache->text = file_read(path, 0, &cache->size, &error);
    if (!cache->text)
        cache->size = 0;
    free(error);
}

const char *source_line(struct source_cache *cache, const char *path, uint32_t line) {
    if (!cache->path || strcmp(cache->path, path) != 0)
        load(cache, path);
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
