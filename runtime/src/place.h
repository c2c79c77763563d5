/*
 * Places in the program's source: where a task or a resource was created.
 */
#ifndef AGL_PLACE_H
#define AGL_PLACE_H

#include <stddef.h>

#define AGL_PLACE_TEXT 256

/** As large as two registers, since each task takes one with it. */
struct agl_place {
    const void *where; /* the file's name; without a line, an address in the code, or NULL */
    int line;
};

/** The file's name; NULL: not known. */
static inline const char *agl_place_file(const struct agl_place *place) {
    return place->line ? place->where : NULL;
}

/** What the program noted by aglet_place() for its next call. */
extern _Thread_local struct agl_place agl_noted_place;

/** The place that was noted for this call, else the `caller`'s address. */
static inline struct agl_place agl_place_take(const void *caller) {
    struct agl_place place = {agl_noted_place.where, agl_noted_place.line};
    agl_noted_place.line = 0;
    if (!place.line)
        place.where = caller;
    return place;
}

/** Forgets what the program noted: this call has no use for it, and the next is another's. */
static inline void agl_place_drop(void) {
    agl_noted_place.line = 0;
}

/** Of the function that the macro stands in; only in public functions, not in their helpers. */
#define AGL_PLACE_HERE() agl_place_take(__builtin_return_address(0))

/** "file:line" or "module+0xoffset" into `text`; returns `text`. */
const char *agl_place_text(const struct agl_place *place, char *text, size_t size);

#endif
