/*
 * Functions that compute and do nothing else: asked twice for the same, with nothing written in
 * between, they answer the same. Kept in mind only while something is at stake.
 */
#include "flow/path_step.h"

/* Where the answer is kept: behind a value that stands for the question. */
static region_id question(struct path *path, const struct path_call *call) {
    struct value_table *t = &path->context.values;
    if (!(call->callee->flags & CALLEE_REPEATS) || call->instr->sub != IR_CALL_DIRECT)
        return REGION_UNKNOWN;
    value_id key = value_intern(
        t, (struct value){.kind = VALUE_FUNCTION, .is_pointer = true, .a = call->instr->a});
    for (uint32_t i = 0; i < call->arg_count; i++) {
        if (call->args[i] == VALUE_UNKNOWN)
            return REGION_UNKNOWN;
        key = value_intern(t, (struct value){.kind = VALUE_APPLIED, .a = key, .b = call->args[i]});
    }
    if (!call->arg_count)
        key = value_intern(t, (struct value){.kind = VALUE_APPLIED, .a = key, .b = VALUE_UNKNOWN});
    return region_intern(t, REGION_POINTEE, key, 0);
}

value_id path_recall(struct path *path, const struct path_call *call) {
    bool found;
    region_id region = question(path, call);
    return region == REGION_UNKNOWN ? VALUE_UNKNOWN : state_lookup(path->state, region, &found);
}

void path_remember(struct path *path, const struct path_call *call, value_id result) {
    region_id region = question(path, call);
    if (region != REGION_UNKNOWN && (path->state->duty_count || path->state->claim_count))
        state_bind(&path->context, path->state, region, result);
}

void path_doubt_answers(struct path *path) {
    const struct value_table *t = &path->context.values;
    struct state *state = path->state;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct region *r = region_at(t, state->bindings[i].region);
        if (r->kind != REGION_POINTEE || value_at(t, r->a)->kind != VALUE_APPLIED)
            state->bindings[kept++] = state->bindings[i];
    }
    state->binding_count = kept;
}
