/*
 * What one model file says, between reading it and adding it to a set.
 */
#ifndef AGLET_MODEL_DRAFT_H
#define AGLET_MODEL_DRAFT_H

#include "models/models.h"

/** Owns all it points to; `functions[i].library` is `library.name`. */
struct model_draft {
    struct model_library library;
    struct model_function *functions;
    size_t function_count;
    struct model_kind *kinds;
    size_t kind_count;
};

/** Reads a model from JSON text. 0, or -1 with *error (caller frees) and an empty draft. */
int model_read(const char *path, const char *text, size_t length, struct model_draft *draft,
               char **error);

void model_draft_clear(struct model_draft *draft);

#endif
