#include "flow/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

static char *read_stream(FILE *stream, size_t limit, size_t *length) {
    char *bytes = NULL;
    size_t capacity = 0, used = 0;
    do {
        capacity = capacity ? capacity * 2 : 65536;
        bytes = mem_resize(bytes, capacity, 1);
        used += fread(bytes + used, 1, capacity - used, stream);
    } while (used == capacity && (!limit || used <= limit));
    *length = used;
    return bytes;
}

char *file_read(const char *path, size_t limit, size_t *length, char **error) {
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        *error = mem_format("%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    errno = 0;
    char *bytes = read_stream(stream, limit, length);
    *error = NULL;
    if (ferror(stream))
        *error = mem_format("%s: cannot be read: %s", path, strerror(errno));
    else if (limit && *length > limit)
        *error = mem_format("%s: is larger than the %zu MiB there may be", path, limit >> 20);
    fclose(stream);
    if (!*error)
        return bytes;
    free(bytes);
    return NULL;
}
