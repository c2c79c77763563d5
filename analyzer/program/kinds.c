/*
 * What the kinds of resources are like.
 */
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

static const char **find(const char **kinds, size_t count, const char *kind) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(kinds[i], kind) == 0)
            return &kinds[i];
    return NULL;
}

struct kinds {
    const char **names;
    size_t count;
};

static void add_kind(struct program *program, struct kinds *kinds, const char *name) {
    if (find(kinds->names, kinds->count, name))
        return;
    kinds->names = mem_resize(kinds->names, kinds->count + 1, sizeof *kinds->names);
    kinds->names[kinds->count++] = arena_copy(&program->arena, name, strlen(name) + 1);
}

void prog_find_kinds(struct program *program) {
    struct kinds placed = {0}, handed = {0};
    for (size_t f = 0; f < program->function_count; f++)
        for (size_t i = 0; i < program->functions[f].role_count; i++) {
            const struct role *role = &program->functions[f].roles[i];
            if (role->kind == ROLE_ACQUIRES && role->subject)
                add_kind(program, role->via == ROLE_VIA_ARG ? &placed : &handed, role->subject);
        }
    size_t kept = 0;
    for (size_t i = 0; i < placed.count; i++)
        if (!find(handed.names, handed.count, placed.names[i]))
            placed.names[kept++] = placed.names[i];
    program->in_place = arena_copy(&program->arena, placed.names, kept * sizeof *placed.names);
    program->in_place_count = kept;
    free(placed.names);
    free(handed.names);
}

static const struct model_kind *words_for(const struct program *program, const char *kind) {
    static const struct model_kind unknown;
    const struct model_kind *known = kind ? model_find_kind(program->models, kind) : NULL;
    return known ? known : &unknown;
}

void prog_describe_kind(const struct program *program, struct effect *effect) {
    const struct model_kind *kind = words_for(program, effect->subject);
    effect->in_place = effect->subject &&
                       find(program->in_place, program->in_place_count, effect->subject) != NULL;
    effect->counted = kind->counted;
    effect->raw = kind->raw;
    effect->entry = kind->queue && !kind->release;
}

bool prog_is_idempotent(const struct program *program, const char *kind) {
    return words_for(program, kind)->idempotent;
}
