/*
 * Lines of source files, to show them.
 */
#ifndef AGLET_SOURCE_H
#define AGLET_SOURCE_H

#include <stdint.h>

struct source_cache;

struct source_cache *source_cache_new(void);
void source_cache_free(struct source_cache *cache);

/** The text of a line (from 1) without its newline; "" when the file or the line is not there.
 *  Valid until the next call. */
const char *source_line(struct source_cache *cache, const char *path, uint32_t line);

#endif
