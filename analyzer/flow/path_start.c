/*
 * What does nothing until it is started: a coroutine that has to be entered, a source that has to
 * be attached. Is there a path on which that happens?
 */
#include "flow/path_step.h"

static void begin(struct path *path, value_id value) {
    const struct duty *duty = state_duty(path->state, value);
    if (!duty)
        duty = state_duty(path->state, value_base(&path->context.values, value));
    if (duty && duty->origin >= path->first_instr &&
        duty->origin - path->first_instr < path->instr_count)
        path->fates[duty->origin - path->first_instr] |= FATE_BEGUN;
}

/* What is declared is told by its roles; whoever else gets it may start it. */
static bool starts(const struct callee *callee, uint32_t arg) {
    bool releases = false;
    for (size_t i = 0; i < callee->role_count; i++)
        if (callee->roles[i].kind == ROLE_STARTS && callee->roles[i].arg == (int)arg)
            return true;
    for (size_t i = 0; i < callee->effect_count; i++)
        releases |= callee->effects[i].kind == EFFECT_RELEASE &&
                    callee->effects[i].target != TARGET_PLACE && callee->effects[i].arg == arg;
    return !(callee->flags & CALLEE_CONTRACT) && !releases;
}

void path_start(struct path *path, const struct path_call *call) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = 0; i < call->arg_count && path->state->duty_count; i++) {
        if (!starts(call->callee, i))
            continue;
        begin(path, call->args[i]);
        const struct value *v = value_at(t, call->args[i]);
        for (uint32_t k = 0; v->kind == VALUE_ADDRESS && k < path->state->binding_count; k++)
            if (region_within(t, path->state->bindings[k].region, v->a))
                begin(path, path->state->bindings[k].value);
    }
}

void path_tell_idle(struct path *path) {
    for (uint32_t i = 0; i < path->instr_count && !path->capped; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (path->fates[i] != FATE_MADE)
            continue;
        struct callee made = path_target(path, instr);
        if (!callee_has_role(&made, ROLE_DEFERS))
            continue;
        for (path->current = 0; path->current < path->listener_count; path->current++)
            if (path->listeners[path->current]->on_idle)
                path->listeners[path->current]->on_idle(path, instr);
    }
}
