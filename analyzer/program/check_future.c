#include "program/check_future.h"

#include "program/named.h"

static bool is_awaited_elsewhere(const struct program *program, prog_fn self,
                                 const struct named *event) {
    for (prog_fn f = 0; f < program->function_count; f++)
        if (f != self && program->functions[f].defined &&
            prog_touches(&program->functions[f], TOUCH_AWAITS, event))
            return true;
    return false;
}

static prog_fn self_of(const struct path *path) {
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    return prog_function(path->client->data, path->unit, id);
}

const char *check_future_of(const struct path *path, const struct path_call *call) {
    const struct program *program = path->client->data;
    const struct role *role =
        prog_role(call->callee->roles, call->callee->role_count, ROLE_AWAITS_SIGNAL);
    ir_id place = role && role->arg >= 0
                      ? named_argument(path->unit, path->function, call->instr, (uint32_t)role->arg)
                      : IR_NONE;
    prog_fn self = self_of(path);
    struct named event;
    if (place == IR_NONE || !named_place(path->unit, place, &event) ||
        is_awaited_elsewhere(program, self, &event))
        return NULL;
    for (size_t i = 0; i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        if (edge->from == self && edge->starts && !edge->owned &&
            !program->functions[edge->to].started_often &&
            prog_touches(&program->functions[edge->to], TOUCH_SIGNALS_LAST, &event))
            return program->functions[edge->to].name;
    }
    return NULL;
}

bool check_is_of_others(const struct path *path, const struct path_call *call) {
    const struct program *program = path->client->data;
    prog_fn called = call->callee->function;
    return called != UINT32_MAX &&
           !prog_in_same_folder(&program->functions[called], &program->functions[self_of(path)]);
}
