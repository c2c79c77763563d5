#include "seam.h"

#include <stdlib.h>

void *agl_seam_alloc(size_t size) {
    return calloc(1, size);
}

void *agl_seam_realloc(void *memory, size_t size) {
    return realloc(memory, size);
}
