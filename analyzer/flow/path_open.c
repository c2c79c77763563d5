/*
 * What is known not to be released, since a call told so: until anything else is called.
 */
#include "flow/path_step.h"

void path_learn_open(struct path *path, const struct path_call *call, value_id result) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind != ROLE_TELLS_RELEASE || role->arg < 0 ||
            (uint32_t)role->arg >= call->arg_count)
            continue;
        state_add_claim(&path->context, path->state,
                        (struct claim){.entity = call->args[role->arg],
                                       .guard = result,
                                       .kind = CLAIM_OPEN,
                                       .when = RETURNS_ZERO,
                                       .by = call->callee->name,
                                       .origin = call->id});
    }
}

static bool is_certain(const struct path *path, const struct claim *claim) {
    return claim->guard == VALUE_UNKNOWN ||
           state_classes(&path->context, path->state, claim->guard) == claim->when;
}

void path_meet_open(struct path *path, const struct path_call *call) {
    bool last = (call->callee->flags & CALLEE_LAST) && call->arg_count == 1;
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        struct claim claim = path->state->claims[i];
        if (claim.kind != CLAIM_OPEN || (call->callee->flags & CALLEE_PURE))
            continue;
        struct path_by_hand by_hand = {&claim, call->instr, call->callee->name};
        bool told = last && claim.entity == call->args[0] && is_certain(path, &claim);
        for (path->current = 0; told && path->current < path->listener_count; path->current++)
            if (path->listeners[path->current]->on_by_hand)
                path->listeners[path->current]->on_by_hand(path, &by_hand);
        state_remove_claim(&path->context, path->state, i);
    }
}
