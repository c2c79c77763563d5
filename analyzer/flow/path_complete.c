/*
 * What has to be completed exactly once: a task, a request that waits for its answer.
 */
#include "flow/path_step.h"

#include <string.h>

/* ---- is it one, and was it done -------------------------------------------------------- */

/* The call that made something which has to be completed; NULL if it is nothing of the kind. */
static const struct ir_instr *maker_of(struct path *path, value_id entity) {
    const struct duty *duty = state_duty(path->state, entity);
    if (!duty || value_at(&path->context.values, entity)->kind != VALUE_SYMBOL ||
        !state_duty_is_real(&path->context, path->state, duty))
        return NULL;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    return path_call_has_role(path, origin, ROLE_PROMISES) ? origin : NULL;
}

static bool is_promised_param(const struct path *path, value_id entity) {
    const struct value *v = value_at(&path->context.values, entity);
    return v->kind == VALUE_PARAM && v->a < 64 && ((path->client->promised >> v->a) & 1);
}

/* The last claim that it was completed, if that is certain, or, with `perhaps`, that it may have
   been or may be yet; NULL if there is none. */
static const struct claim *find_completion(const struct path *path, value_id entity, bool perhaps) {
    const struct state *state = path->state;
    for (uint32_t i = state->claim_count; i-- > 0;) {
        const struct claim *claim = &state->claims[i];
        if (claim->entity != entity ||
            (claim->kind != CLAIM_COMPLETED && !(perhaps && claim->kind == CLAIM_HANDED)))
            continue;
        unsigned classes = claim->guard == VALUE_UNKNOWN
                               ? claim->when
                               : state_classes(&path->context, state, claim->guard);
        if (perhaps ? (classes & claim->when) != 0 : !(classes & ~(unsigned)claim->when))
            return claim;
    }
    return NULL;
}

static void tell_broken(struct path *path, const struct ir_instr *origin, ir_id exit) {
    struct path_promise promise = {origin, exit};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_broken_promise)
            path->listeners[path->current]->on_broken_promise(path, &promise);
}

/* ---- who calls the caller's callback ----------------------------------------------------- */

static bool is_param(const struct path *path, value_id value) {
    return value_at(&path->context.values, value)->kind == VALUE_PARAM;
}

/* A callback of the caller's that the call has called once, later; NULL if it may not come to that.
 */
static const struct role *once_called(const struct path *path, const struct path_call *call) {
    bool may_fail = call->instr->type != IR_NONE &&
                    path->unit->types.data[call->instr->type].kind == IR_TYPE_INT;
    for (size_t i = 0; i < call->callee->role_count && !may_fail; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_CALLS_BACK && role->times == ROLE_TIMES_ONCE &&
            strcmp(role->context, "sync") != 0 && (uint32_t)role->arg < call->arg_count &&
            role->data >= 0 && (uint32_t)role->data < call->arg_count &&
            is_param(path, call->args[role->arg]))
            return role;
    }
    return NULL;
}

static void tell_rival(struct path *path, const struct path_call *call, struct claim promised) {
    struct path_rival rival = {
        .promised = &promised, .instr = call->instr, .callee = call->callee->name};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_rival)
            path->listeners[path->current]->on_rival(path, &rival);
}

static void meet_callback(struct path *path, const struct path_call *call) {
    const struct role *role = once_called(path, call);
    if (!role)
        return;
    value_id callback = call->args[role->arg], data = call->args[role->data];
    if (callee_has_role(call->callee, ROLE_PROMISES)) {
        state_add_claim(&path->context, path->state,
                        (struct claim){.entity = callback,
                                       .guard = VALUE_UNKNOWN,
                                       .kind = CLAIM_PROMISED,
                                       .when = RETURNS_ANY,
                                       .owner = data,
                                       .by = call->callee->name,
                                       .origin = call->id});
        return;
    }
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_PROMISED && claim->entity == callback && claim->owner == data)
            tell_rival(path, call, *claim);
    }
}

/* What was to call it is let go: that has been told of. */
static void forget_promised(struct path *path, const struct ir_instr *origin) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].kind == CLAIM_PROMISED &&
            &path->unit->instrs.data[path->state->claims[i].origin] == origin)
            state_remove_claim(&path->context, path->state, i);
}

/* ---- what happens to it ---------------------------------------------------------------- */

static void claim_handed(struct path *path, value_id entity) {
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = entity,
                                   .guard = VALUE_UNKNOWN,
                                   .kind = CLAIM_HANDED,
                                   .when = RETURNS_ANY,
                                   .origin = IR_NONE});
}

void path_hand_promise(struct path *path, value_id value) {
    value_id entity = value_base(&path->context.values, value);
    if (is_promised_param(path, entity) || maker_of(path, entity))
        claim_handed(path, entity);
}

static bool completes(const struct path_call *call, unsigned arg) {
    for (size_t i = 0; i < call->callee->effect_count; i++)
        if (call->callee->effects[i].kind == EFFECT_COMPLETE && call->callee->effects[i].arg == arg)
            return true;
    return false;
}

static void meet_release(struct path *path, const struct path_call *call,
                         const struct effect *effect) {
    value_id entity = path_effect_value(path, call, effect);
    const struct ir_instr *origin = maker_of(path, entity);
    const struct duty *duty = state_duty(path->state, entity);
    if (origin && duty->status == DUTY_OPEN && !completes(call, effect->arg) &&
        !find_completion(path, entity, true)) {
        tell_broken(path, origin, call->instr->loc);
        forget_promised(path, origin);
    }
}

static void meet_completion(struct path *path, const struct path_call *call,
                            const struct effect *effect) {
    const struct claim *before = find_completion(path, call->args[effect->arg], false);
    if (!before || effect->maybe || (effect->when != RETURNS_ANY && !effect->role))
        return;
    struct claim copy = *before;
    struct path_completion completion = {.before = &copy,
                                         .instr = call->instr,
                                         .callee = call->callee->name,
                                         .again = copy.origin == call->id};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_completion)
            path->listeners[path->current]->on_completion(path, &completion);
}

void path_meet_promises(struct path *path, const struct path_call *call) {
    meet_callback(path, call);
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->arg >= call->arg_count || effect->target == TARGET_RETURN)
            continue;
        if (effect->kind == EFFECT_RELEASE)
            meet_release(path, call, effect);
        else if (effect->kind == EFFECT_COMPLETE)
            meet_completion(path, call, effect);
    }
}

void path_complete(struct path *path, const struct path_call *call, const struct effect *effect,
                   value_id result) {
    if (effect->arg >= call->arg_count)
        return;
    const struct value *v = value_at(&path->context.values, call->args[effect->arg]);
    if (v->kind != VALUE_PARAM && v->kind != VALUE_SYMBOL)
        return;
    if (v->kind == VALUE_PARAM && v->a < 64)
        path->completed_params |= UINT64_C(1) << v->a;
    if (effect->maybe) {
        claim_handed(path, call->args[effect->arg]);
        return;
    }
    struct claim claim = {.entity = call->args[effect->arg],
                          .guard = effect->when == RETURNS_ANY ? VALUE_UNKNOWN : result,
                          .kind = CLAIM_COMPLETED,
                          .when = effect->when,
                          .by = call->callee->name,
                          .origin = call->id};
    state_add_claim(&path->context, path->state, claim);
}

void path_end_promises(struct path *path, value_id returned, ir_id loc) {
    value_id kept = value_base(&path->context.values, returned);
    for (uint32_t i = 0; i < path->function->param_count && path->client->promised; i++) {
        value_id param = path_param(path, i);
        if (is_promised_param(path, param) && param != kept && loc != IR_NONE &&
            !find_completion(path, param, true))
            tell_broken(path, NULL, loc);
    }
}
