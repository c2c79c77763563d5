/*
 * A file's bytes.
 */
#ifndef AGLET_FILE_H
#define AGLET_FILE_H

#include <stddef.h>

/** Reads the whole file, of `limit` bytes at most (0: whatever there is). Returns the bytes (caller
 *  frees), never NULL for an empty file, and *length; NULL on failure with *error a sentence that
 *  begins with the path (caller frees). */
char *file_read(const char *path, size_t limit, size_t *length, char **error);

#endif
