/*
 * Queues whose entries have to be filled in, then decorated, then submitted, and only then awaited.
 */
#include "flow/path_step.h"

static value_id argument(const struct path_call *call, const struct role *role) {
    return role->arg >= 0 && (uint32_t)role->arg < call->arg_count ? call->args[role->arg]
                                                                   : VALUE_UNKNOWN;
}

/* The claim of that kind, if it is certain; UINT32_MAX if there is none. */
static uint32_t find_claim(const struct path *path, enum claim_kind kind, value_id entity) {
    const struct state *state = path->state;
    for (uint32_t i = 0; entity != VALUE_UNKNOWN && i < state->claim_count; i++) {
        const struct claim *claim = &state->claims[i];
        bool certain =
            claim->guard == VALUE_UNKNOWN ||
            !(state_classes(&path->context, state, claim->guard) & ~(unsigned)claim->when);
        if (claim->kind == kind && claim->entity == entity && certain)
            return i;
    }
    return UINT32_MAX;
}

static void tell(struct path *path, const struct path_call *call, enum misorder_kind kind,
                 uint32_t index) {
    if (index == UINT32_MAX)
        return;
    const struct claim *claim = &path->state->claims[index];
    const struct path_misorder misorder = {kind, &path->unit->instrs.data[claim->origin],
                                           claim->by};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_misorder)
            path->listeners[path->current]->on_misorder(path, call, &misorder);
}

void path_meet_queue(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count && path->state->claim_count; i++) {
        const struct role *role = &call->callee->roles[i];
        value_id entity = argument(call, role);
        if (role->kind == ROLE_FILLS)
            tell(path, call, MISORDER_DECORATED, find_claim(path, CLAIM_DECORATED, entity));
        else if (role->kind == ROLE_AWAITS_SUBMITTED)
            tell(path, call, MISORDER_AWAITED, find_claim(path, CLAIM_QUEUED, entity));
        else if (role->kind == ROLE_RELEASES)
            tell(path, call, MISORDER_CLOSED, find_claim(path, CLAIM_QUEUED, entity));
    }
}

/* With VALUE_UNKNOWN: of whatever entity. */
static void forget(struct path *path, enum claim_kind kind, value_id entity) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].kind == kind &&
            (entity == VALUE_UNKNOWN || path->state->claims[i].entity == entity))
            state_remove_claim(&path->context, path->state, i);
}

static void claim(struct path *path, const struct path_call *call, enum claim_kind kind,
                  value_id entity, value_id guard) {
    if (entity == VALUE_UNKNOWN)
        return;
    unsigned when = guard == VALUE_UNKNOWN ? RETURNS_ANY : RETURNS_POSITIVE;
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = entity,
                                   .guard = guard,
                                   .kind = (uint8_t)kind,
                                   .when = (uint8_t)when,
                                   .by = call->callee->name,
                                   .origin = call->id});
}

static void fill(struct path *path, value_id value) {
    value_id entry = value_base(&path->context.values, value);
    struct state *state = path->state;
    for (uint32_t i = state->duty_count; i-- > 0;)
        if (state->duties[i].entry && state->duties[i].entity == entry &&
            state->duties[i].status == DUTY_OPEN) {
            path_discharge(path, &state->duties[i]);
            state_remove_duty(state, i);
        }
}

void path_queue(struct path *path, const struct path_call *call, value_id result) {
    const struct callee *callee = call->callee;
    if (!(callee->flags & (CALLEE_KNOWN | CALLEE_CONTRACT)) || callee->flags & CALLEE_SUBMITS)
        forget(path, CLAIM_QUEUED, VALUE_UNKNOWN);
    bool writes = !(callee->flags & CALLEE_PURE) && !callee_has_role(callee, ROLE_DECORATES);
    for (uint32_t i = 0; writes && i < call->arg_count; i++)
        fill(path, call->args[i]);
    for (size_t i = 0; i < callee->role_count; i++) {
        value_id entity = argument(call, &callee->roles[i]);
        if (callee->roles[i].kind == ROLE_QUEUES)
            claim(path, call, CLAIM_QUEUED, entity, result);
        else if (callee->roles[i].kind == ROLE_DECORATES)
            claim(path, call, CLAIM_DECORATED, entity, VALUE_UNKNOWN);
        else if (callee->roles[i].kind == ROLE_FILLS && entity != VALUE_UNKNOWN)
            forget(path, CLAIM_DECORATED, entity);
    }
}

void path_queue_store(struct path *path, const struct ir_instr *instr) {
    const struct ir_place *place = ir_place_root(path->unit, instr->a);
    if (place->kind != IR_PLACE_DEREF)
        return;
    fill(path, path->state->registers[place->a]);
}
