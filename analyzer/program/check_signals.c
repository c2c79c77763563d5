#include "program/check_signals.h"

#include "program/named.h"

static const struct program *program_of(const struct path *path) {
    return path->client->data;
}

static const struct function *self_of(const struct path *path) {
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    return &program_of(path)->functions[prog_function(program_of(path), path->unit, id)];
}

bool check_is_coalesced(const struct path *path, const char **by) {
    const struct function *self = self_of(path);
    *by = self->coalesced.by;
    return self->coalesced.unit || prog_role(self->roles, self->role_count, ROLE_COALESCES);
}

void finding_coalesced(struct finding *finding, const struct path *path) {
    const struct function *self = self_of(path);
    if (self->coalesced.unit)
        finding_step(finding, self->coalesced.unit, self->coalesced.loc,
                     "it is handed to '%s' here",
                     self->coalesced.by ? self->coalesced.by : "a function");
}

bool check_signals_again(const struct path *path) {
    return self_of(path)->summary.flags & CALLEE_SIGNALS;
}

/* Does it signal, itself or for whoever calls it? */
static bool is_followed_by_signal(const struct program *program, prog_fn function) {
    if (program->functions[function].summary.flags & CALLEE_SIGNALS)
        return true;
    for (size_t i = 0; i < program->edge_count; i++)
        if (program->edges[i].to == function && !program->edges[i].starts &&
            program->functions[program->edges[i].from].summary.flags & CALLEE_SIGNALS)
            return true;
    return false;
}

bool check_is_signalled(const struct path *path, const char *queue) {
    const struct program *program = program_of(path);
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct function *function = &program->functions[f];
        if (function->defined && is_followed_by_signal(program, f) &&
            (!queue || prog_sets_word(function, queue)))
            return true;
    }
    return false;
}
