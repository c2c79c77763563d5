/*
 * Resources that belong to another one, as events do to their loop: once that is released, they
 * cannot be any more.
 */
#include <string.h>

#include "flow/path_step.h"

void path_belong(struct path *path, const struct path_call *call, const struct effect *effect,
                 value_id entity) {
    const struct role *role = effect->role;
    if (!role || role->owner < 0 || (uint32_t)role->owner >= call->arg_count)
        return;
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = entity,
                                   .guard = effect->when == RETURNS_ANY ? VALUE_UNKNOWN : entity,
                                   .kind = CLAIM_BELONGS,
                                   .when = effect->when,
                                   .owner = call->args[role->owner],
                                   .subject = effect->subject,
                                   .by = call->callee->name,
                                   .origin = call->id});
}

void path_belong_no_more(struct path *path, value_id entity) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].kind == CLAIM_BELONGS && path->state->claims[i].entity == entity)
            state_remove_claim(&path->context, path->state, i);
}

static void tell(struct path *path, const struct path_call *call, const char *owner,
                 struct claim left) {
    struct path_orphan orphan = {.left = &left, .owner = owner, .instr = call->instr};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_orphan)
            path->listeners[path->current]->on_orphan(path, &orphan);
}

/* It is told of now, and not once more where the last that names it ends. */
static void settle(struct path *path, value_id entity) {
    for (uint32_t i = path->state->duty_count; i-- > 0;)
        if (path->state->duties[i].entity == entity)
            state_remove_duty(path->state, i);
}

static void meet_release(struct path *path, const struct path_call *call,
                         const struct effect *release) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        struct claim claim = path->state->claims[i];
        if (claim.kind != CLAIM_BELONGS || claim.owner != call->args[release->arg])
            continue;
        if (state_claim_is_real(&path->context, path->state, &claim)) {
            tell(path, call, release->subject, claim);
            settle(path, claim.entity);
        }
        state_remove_claim(&path->context, path->state, i);
    }
}

void path_meet_owned(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->effect_count && path->state->claim_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind == EFFECT_RELEASE && effect->target == TARGET_ARG && effect->ends &&
            effect->arg < call->arg_count &&
            !(effect->role && path_excused(path, call, effect->role)))
            meet_release(path, call, effect);
    }
}
