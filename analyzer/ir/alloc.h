/*
 * Memory for units. Where there is none left the program ends: no analysis could go on, and a
 * worker's death is reported by its parent.
 */
#ifndef AGLET_IR_ALLOC_H
#define AGLET_IR_ALLOC_H

#include <stddef.h>

/** realloc to `count` elements of `size` bytes. */
void *ir_resize(void *old, size_t count, size_t size);

/** calloc; also for a count of 0 the result can be freed and is not NULL. */
void *ir_zeroed(size_t count, size_t size);

/** The formatted text; the caller frees it. */
char *ir_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
