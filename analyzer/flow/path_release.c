/*
 * What a call does to resources that it is given: releases them, or takes them over.
 */
#include "flow/outs.h"
#include "flow/path_step.h"

region_id path_found_behind_param(const struct path *path, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct ir_instr *made = path_maker(path, value);
    if (!(made && made->op == IR_LOAD) && !outs_is_initial(value_at(t, value)))
        return REGION_UNKNOWN;
    for (uint32_t i = 0; i < path->state->binding_count; i++) {
        const struct binding *b = &path->state->bindings[i];
        if (b->value == value && path_is_for_caller(path, b->region))
            return b->region;
    }
    return REGION_UNKNOWN;
}

static void leave(struct path *path, region_id out, enum effect_leaves leaves) {
    if (leaves == LEAVES_NULL)
        state_bind(&path->context, path->state, out, value_int(&path->context.values, 0));
    else if (leaves == LEAVES_ANYTHING)
        state_unbind(&path->context, path->state, out);
}

/* A function that frees memory, and knows nothing of what is in it, nor moves it. */
static bool is_plain_free(const struct path_call *call, const struct effect *effect) {
    const struct callee *callee = call->callee;
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_ACQUIRE)
            return false;
    return callee->flags & CALLEE_CONTRACT && effect->raw && effect->ends &&
           effect->when == RETURNS_ANY && effect->target == TARGET_ARG;
}

value_id path_held_at(struct path *path, const struct path_call *call,
                      const struct effect *effect) {
    bool found = false;
    region_id region = path_effect_region(path, call, effect);
    value_id value = state_lookup(path->state, region, &found);
    if (found || region == REGION_UNKNOWN || effect->target != TARGET_PLACE)
        return value;
    value = state_fresh(&path->context, path->state, call->id, NULL);
    state_bind(&path->context, path->state, region, value);
    return value;
}

void path_leave_places(struct path *path, const struct path_call *call, const value_id *held,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        bool released = effect->kind == EFFECT_RELEASE && effect->target == TARGET_PLACE;
        region_id region = released ? path_effect_region(path, call, effect) : REGION_UNKNOWN;
        if (region == REGION_UNKNOWN)
            continue;
        if (effect->leaves != LEAVES_DANGLING)
            leave(path, region, effect->leaves);
        else if (held[i] != VALUE_UNKNOWN)
            state_bind(&path->context, path->state, region, held[i]);
    }
}

/* Was what the caller had there released before? One round of a loop tells it as well as ten. */
static bool is_emptied(const struct path *path, region_id out) {
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        if (path->state->duties[i].status == DUTY_DONE && path->state->duties[i].out == out)
            return true;
    return false;
}

void path_release(struct path *path, const struct path_call *call, const struct effect *effect) {
    struct value_table *t = &path->context.values;
    struct state *state = path->state;
    if (effect->arg >= call->arg_count)
        return;
    value_id value = path_effect_value(path, call, effect);
    region_id out =
        effect_is_behind(effect) ? path_effect_region(path, call, effect) : REGION_UNKNOWN;
    bool unseen = effect->target == TARGET_PLACE && path_maker(path, value) == call->instr;
    region_id held = unseen && path_is_for_caller(path, out) /* as the caller had it */
                         ? out
                         : path_found_behind_param(path, value);
    path_belong_no_more(path, value);
    path_release_members(path, value, is_plain_free(call, effect));
    struct duty *duty = state_duty(state, value);
    if (!duty && value != value_base(t, value))
        duty = state_duty(state, value_base(t, value));
    if (!duty) { /* a handle that is named by its address, as in join(&thread) */
        bool found;
        duty = state_duty(state, state_lookup(state, region_pointee(t, value), &found));
    }
    if (effect->target == TARGET_OUT && out != REGION_UNKNOWN) /* a place: after the call */
        leave(path, out, effect->leaves);
    if (duty && !effect->detaches)
        path_return_loans(path, duty->origin, duty->entity);
    if (duty) {
        if (duty->status == DUTY_OPEN || duty->status == DUTY_OUT)
            path_discharge_here(path, duty);
        if (duty->status == DUTY_OUT && duty->entity == value) { /* made here for the caller */
            state_remove_duty(state, (uint32_t)(duty - state->duties));
            return;
        }
        duty->status = DUTY_DONE;
        duty->guard = VALUE_UNKNOWN;
        duty->when = RETURNS_ANY;
        duty->lapses = false;
        duty->detached = effect->detaches;
    } else if (held != REGION_UNKNOWN ? !is_emptied(path, held)
                                      : value_at(t, value)->kind == VALUE_PARAM) {
        struct duty done = {.entity = value,
                            .subject = effect->subject,
                            .status = DUTY_DONE,
                            .when = RETURNS_ANY,
                            .origin = call->id,
                            .end = IR_NONE,
                            .out = held,
                            .detached = effect->detaches};
        state_add_duty(&path->context, state, done);
    }
}

/* What this function was given is taken in some outcomes: its callers are told in which. */
static bool is_taken_of_caller(struct path *path, const struct effect *effect, value_id value,
                               value_id result) {
    if (value_at(&path->context.values, value)->kind != VALUE_PARAM ||
        state_duty(path->state, value))
        return false;
    path_hand_promise(path, value);
    path_escape_contents(path, region_pointee(&path->context.values, value));
    state_add_duty(&path->context, path->state,
                   (struct duty){.entity = value,
                                 .status = DUTY_TAKEN,
                                 .when = effect->when,
                                 .guard = result,
                                 .origin = path->first_instr,
                                 .end = IR_NONE});
    return true;
}

/* Whoever takes it only on success leaves it with the caller on failure. With a part of it, as a
   request that lies in a larger one, all of it is taken. */
void path_hand_over(struct path *path, const struct path_call *call, const struct effect *effect,
                    value_id result) {
    struct state *state = path->state;
    value_id value = call->args[effect->arg];
    if (path_callback_leaves(path, call, effect)) {
        path_escape_contents(path, region_pointee(&path->context.values, value));
        return;
    }
    if (is_taken_of_caller(path, effect, value, result))
        return;
    struct duty *duty = state_duty(state, value);
    if (!duty)
        duty = state_duty(state, value_base(&path->context.values, value));
    bool follows = effect->role && effect->role->kind == ROLE_BORROWS;
    if (duty && follows && duty->guard == duty->entity) /* it is no null pointer, then */
        state_assume(&path->context, state, duty->entity, true);
    unsigned returns = state_classes(&path->context, state, result);
    if (!duty || duty->status != DUTY_OPEN ||
        !state_guard_is_decided(&path->context, state, duty) ||
        !(returns & ~(unsigned)effect->when)) {
        path_escape(path, value);
        return;
    }
    path_hand_promise(path, value);
    path_discharge(path, duty);
    path_release_members(path, duty->entity, false);
    duty->guard = result;
    duty->when = (uint8_t)(RETURNS_ANY & ~effect->when);
    /* who shields hands back what it was given when it is cut, asked or not */
    duty->lapses = !effect->role || effect->role->kind != ROLE_SHIELDS;
}

bool path_hands_over(const struct path_call *call, const struct effect *effect) {
    return effect->kind == EFFECT_TAKE && effect->when != RETURNS_ANY &&
           effect->arg < call->arg_count;
}
