/*
 * Contexts, top-down: which functions run in a coroutine that a cancellation can cut.
 */
#include <stdlib.h>

#include "program/internal.h"

static bool is_root(const struct function *function) {
    if (!function->defined)
        return false;
    if (function->spawned)
        return true;
    return prog_role(function->roles, function->role_count, ROLE_COROUTINE) && !function->called &&
           !function->shield_entry;
}

void prog_find_contexts(struct program *program) {
    prog_fn *queue = mem_resize(NULL, program->function_count + 1, sizeof *queue);
    size_t head = 0, tail = 0;
    for (prog_fn f = 0; f < program->function_count; f++) {
        program->functions[f].via = PROG_NONE;
        if (is_root(&program->functions[f])) {
            program->functions[f].cancellable = true;
            queue[tail++] = f;
        }
    }
    /* edges of one caller stand together: find each caller's first */
    size_t *first = mem_resize(NULL, program->function_count + 1, sizeof *first);
    for (size_t i = 0; i < program->function_count; i++)
        first[i] = program->edge_count;
    for (size_t i = program->edge_count; i-- > 0;)
        first[program->edges[i].from] = i;
    while (head < tail) {
        prog_fn from = queue[head++];
        for (size_t i = first[from]; i < program->edge_count && program->edges[i].from == from;
             i++) {
            struct function *to = &program->functions[program->edges[i].to];
            if (to->cancellable || !to->defined)
                continue;
            to->cancellable = true;
            to->via = from;
            queue[tail++] = program->edges[i].to;
        }
    }
    free(first);
    free(queue);
}
