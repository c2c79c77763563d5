#include "place.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <aglet/places.h>

_Thread_local struct agl_place agl_noted_place;

void aglet_place(const char *file, int line) {
    agl_noted_place.where = file;
    agl_noted_place.line = line;
}

const char *agl_place_text(const struct agl_place *place, char *text, size_t size) {
    Dl_info info;
    const char *file = agl_place_file(place);
    if (file) {
        snprintf(text, size, "%s:%d", file, place->line);
    } else if (place->where && dladdr(place->where, &info) && info.dli_fname) {
        const char *base = strrchr(info.dli_fname, '/');
        /* The address is the one returned to; the call lies before it. */
        uintptr_t offset = (uintptr_t)place->where - (uintptr_t)info.dli_fbase - 1;
        snprintf(text, size, "%s+0x%lx", base ? base + 1 : info.dli_fname, (unsigned long)offset);
    } else {
        snprintf(text, size, "?");
    }
    return text;
}
