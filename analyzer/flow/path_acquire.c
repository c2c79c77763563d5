/*
 * What a call makes for its caller: resources, in what it returns and behind its arguments.
 */
#include "flow/path_step.h"

static void trace_acquire(struct path *path, const struct path_call *call) {
    struct path_trace step = {.before = path->state->trace,
                              .loc = call->instr->loc,
                              .kind = TRACE_ACQUIRE,
                              .text = call->callee->name};
    path->state->trace = arena_copy(&path->context.arena, &step, sizeof step);
}

/* The same call on an earlier round of a loop lost its resource, and now makes another: that is
   the last moment to say so. With the counters generalised the call may be thought to come twice
   where it comes once: no evidence. */
static void settle_earlier(struct path *path, const struct duty *again) {
    struct state *state = path->state;
    for (uint32_t i = state->duty_count; i-- > 0;) {
        struct duty *duty = &state->duties[i];
        if (duty->origin != again->origin || duty->which != again->which)
            continue;
        duty->joined |= duty->widened;
        duty->again = true;
        if (duty->status == DUTY_LOST && !duty->tells) {
            path_note_loss(path, duty, duty->end, true);
            state_remove_duty(state, i);
        }
    }
}

/* An object of the caller's is made. False if it is none, or was released here before: then it is
   what it was. */
static bool acquire_for_caller(struct path *path, struct duty *duty, region_id region) {
    const struct value_table *t = &path->context.values;
    if (value_at(t, duty->entity)->kind != VALUE_PARAM)
        return false;
    for (uint32_t i = path->state->duty_count; i-- > 0;)
        if (path->state->duties[i].entity == duty->entity &&
            path->state->duties[i].status == DUTY_DONE) {
            state_remove_duty(path->state, i);
            return false;
        }
    duty->status = DUTY_OUT;
    duty->out = region;
    return true;
}

/* Nobody has to look at what is no news, or said not to be wanted. */
static bool is_no_news(const struct path *path, const struct path_call *call,
                       const struct effect *effect) {
    return effect->tells && (path->state->told || (call->instr->flags & IR_RESULT_VOID_CAST));
}

/* One more reference to what the caller has already: any of its names may be what releases it. */
static bool is_another_reference(const struct path_call *call, const struct effect *effect) {
    return effect->target == TARGET_RETURN && path_leads_to_argument(call);
}

bool path_replace_out(struct path *path, region_id region, value_id value) {
    bool replaced = false;
    for (uint32_t i = path->state->duty_count; i-- > 0;) {
        const struct duty *duty = &path->state->duties[i];
        if (duty->status != DUTY_OUT || duty->out != region || duty->entity == value)
            continue;
        state_remove_duty(path->state, i);
        replaced = true;
    }
    return replaced;
}

void path_acquire(struct path *path, const struct path_call *call, const struct effect *effect,
                  value_id result) {
    struct value_table *t = &path->context.values;
    struct state *state = path->state;
    struct duty duty = {.subject = effect->subject,
                        .status = DUTY_OPEN,
                        .when = effect->when,
                        .guard = effect->when == RETURNS_ANY ? VALUE_UNKNOWN : result,
                        .which = (uint8_t)(effect - call->callee->effects),
                        .counted = effect->counted,
                        .raw = effect->raw,
                        .tells = effect->tells,
                        .entry = effect->entry,
                        .origin = call->id,
                        .high = INT64_MAX,
                        .size = path_asked_size(path, call, effect),
                        .end = IR_NONE};
    settle_earlier(path, &duty);
    if (is_no_news(path, call, effect))
        return;
    if (path_callback_releases(path, call, effect->subject) || is_another_reference(call, effect))
        return;
    if (effect->target == TARGET_RETURN) {
        duty.entity = result;
        path_belong(path, call, effect, result);
    } else if (effect->target == TARGET_ARG) {
        region_id region = path_arg_region(path, call, effect->arg);
        if (effect->arg < call->arg_count)
            path_rearm(path, call->args[effect->arg]);
        if (region == REGION_UNKNOWN)
            return;
        duty.entity = value_address(t, region);
        bool own = !path_is_exposed(path, region) && !path_is_member(path, region);
        if (!own && !acquire_for_caller(path, &duty, region))
            return;
    } else {
        region_id region = path_effect_region(path, call, effect);
        if (region == REGION_UNKNOWN) /* a null pointer asks for nothing */
            return;
        static const struct ir_type pointer = {.kind = IR_TYPE_POINTER};
        duty.entity =
            state_fresh(&path->context, state, call->id, effect->number ? NULL : &pointer);
        state_bind(&path->context, state, region, duty.entity);
        const struct region *r = region_at(t, region);
        if (r->kind != REGION_POINTEE && path_is_exposed(path, region) &&
            !path_is_for_caller(path, region) && !path_is_member(path, region))
            return;
        if (!path_root_is_local(path, region) && !path_put_member(path, &duty, region)) {
            if (!path_is_for_caller(path, region))
                return;
            duty.status = DUTY_OUT;
            duty.out = region;
            duty.joined = path_replace_out(path, region, duty.entity);
        }
    }
    if (duty.status == DUTY_OUT)
        path_discharge(path, &duty);
    if (!state_duty(state, duty.entity)) {
        path->fates[call->id - path->first_instr] |= FATE_MADE;
        trace_acquire(path, call);
        state_add_duty(&path->context, state, duty);
    }
}
