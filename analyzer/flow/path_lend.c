/*
 * What is lent to tasks, requests and callbacks: from the call that starts them to what shows that
 * they are over. Whatever may have waited for them ends a loan: silence beats noise.
 */
#include <string.h>

#include "flow/path_step.h"

enum { MOST_LOANS = 32 }; /* ended by one call */

/* A thread that waits: for a lock, a condition, another thread. */
static bool blocks_for_others(const struct callee *callee) {
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (role->kind == ROLE_BLOCKS && role->subject &&
            (strcmp(role->subject, "wait") == 0 || strcmp(role->subject, "lock") == 0))
            return true;
    }
    return false;
}

/* Nobody else can know what is owned here, and was not shown: it is no signal. */
static bool is_private(const struct path *path, value_id value) {
    const struct duty *duty = state_duty(path->state, value);
    return duty && duty->status == DUTY_OPEN;
}

/* Is it given something through which others may tell that they are done? */
static bool has_signal(const struct path *path, const struct path_call *call) {
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const struct value *v = value_at(&path->context.values, call->args[i]);
        bool text = v->kind == VALUE_LITERAL || v->kind == VALUE_FUNCTION;
        bool null = state_classes(&path->context, path->state, call->args[i]) == RETURNS_ZERO;
        if (v->is_pointer && !text && !null && !is_private(path, call->args[i]))
            return true;
    }
    return false;
}

static bool waits_for_others(const struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    if (callee->flags & CALLEE_PURE)
        return false;
    if (!(callee->flags & CALLEE_KNOWN) || (callee->flags & CALLEE_WAITS))
        return true;
    bool waits = (callee->flags & CALLEE_SUSPENDS) || callee_has_role(callee, ROLE_SUSPENDS) ||
                 blocks_for_others(callee);
    return waits && has_signal(path, call);
}

static bool lends(const struct callee *callee, uint32_t arg) {
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_LEND && callee->effects[i].arg == arg)
            return true;
    return false;
}

/* Does the call get hold of the lent thing itself, or of what was made when it was lent? */
static bool is_given(const struct path *path, const struct path_call *call,
                     const struct claim *claim) {
    value_id whole = value_base(&path->context.values, claim->entity);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        value_id arg = call->args[i];
        bool same = arg == claim->entity || arg == claim->owner || arg == whole;
        if (same && arg != VALUE_UNKNOWN && !lends(call->callee, i))
            return true;
    }
    return false;
}

static bool releases_something(const struct callee *callee) {
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_RELEASE && !callee->effects[i].raw)
            return true;
    return false;
}

/* A callback is called off by a function that is given the request, the timer or the like; it is
   not said anywhere which one does. */
static bool calls_off(const struct path *path, const struct path_call *call,
                      const struct claim *claim) {
    const struct callee *callee = call->callee;
    if (claim->until != UNTIL_CALLBACK)
        return false;
    if (callee->flags & CALLEE_PURE) /* asked how it is */
        return is_given(path, call, claim);
    bool suspends = (callee->flags & CALLEE_SUSPENDS) || callee_has_role(callee, ROLE_SUSPENDS);
    return suspends || releases_something(callee) ||
           (is_given(path, call, claim) && !callee_has_role(callee, ROLE_TAKES));
}

/* A join or a release of something that is not known to be anything else. */
static bool may_join(struct path *path, const struct path_call *call, const struct claim *claim) {
    if (claim->until == UNTIL_CLOSED)
        return false;
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind != EFFECT_RELEASE || effect->arg >= call->arg_count || effect->detaches)
            continue;
        if (!effect->raw && !is_private(path, path_effect_value(path, call, effect)))
            return true;
    }
    return false;
}

void path_settle_loans(struct path *path, const struct path_call *call) {
    ir_id gone[MOST_LOANS];
    size_t count = 0;
    for (uint32_t i = path->state->claim_count; i-- > 0 && count < MOST_LOANS;) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind != CLAIM_LENT)
            continue;
        if (waits_for_others(path, call))
            state_remove_claim(&path->context, path->state, i);
        else if (calls_off(path, call, claim) || may_join(path, call, claim))
            gone[count++] = claim->origin;
    }
    while (count-- > 0)
        path_return_loans(path, gone[count], VALUE_UNKNOWN);
}

void path_return_loans(struct path *path, ir_id origin, value_id owner) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_LENT && claim->until != UNTIL_CLOSED &&
            (claim->origin == origin || (claim->owner == owner && owner != VALUE_UNKNOWN)))
            state_remove_claim(&path->context, path->state, i);
    }
}

void path_watch_loans(struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    region_id root = path->state->claim_count ? region_root(t, region) : REGION_UNKNOWN;
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        enum value_kind kind = value_at(t, claim->entity)->kind;
        if (claim->kind != CLAIM_LENT || root == REGION_UNKNOWN ||
            (kind != VALUE_ADDRESS && kind != VALUE_PARAM))
            continue;
        region_id lent = region_pointee(&path->context.values, claim->entity);
        if (lent != REGION_UNKNOWN && region_root(t, lent) == root) {
            path_return_loans(path, claim->origin, VALUE_UNKNOWN);
            return;
        }
    }
}

/* ---- freeing --------------------------------------------------------------------------- */

/* What the effect frees, as memory; an object that can be made anew in its place is none. */
static value_id freed_by(struct path *path, const struct path_call *call,
                         const struct effect *effect) {
    if (effect->kind != EFFECT_RELEASE || !effect->ends || !effect->raw || effect->shows ||
        effect->arg >= call->arg_count || (effect->role && path_excused(path, call, effect->role)))
        return VALUE_UNKNOWN;
    value_id value = path_effect_value(path, call, effect);
    return value_at(&path->context.values, value)->is_pointer ? value : VALUE_UNKNOWN;
}

static void tell_free(struct path *path, const struct path_call *call, struct claim lent) {
    struct path_early_free early = {
        .lent = &lent, .instr = call->instr, .callee = call->callee->name};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_early_free)
            path->listeners[path->current]->on_early_free(path, &early);
}

void path_meet_free(struct path *path, const struct path_call *call) {
    if (!path->state->claim_count)
        return;
    for (size_t k = 0; k < call->callee->effect_count; k++) {
        value_id freed = freed_by(path, call, &call->callee->effects[k]);
        for (uint32_t i = path->state->claim_count; freed != VALUE_UNKNOWN && i-- > 0;) {
            struct claim claim = path->state->claims[i];
            if (claim.kind != CLAIM_LENT ||
                value_base(&path->context.values, claim.entity) != freed ||
                !state_claim_is_real(&path->context, path->state, &claim))
                continue;
            tell_free(path, call, claim);
            state_remove_claim(&path->context, path->state, i);
        }
    }
}

/* ---- lending --------------------------------------------------------------------------- */

static bool is_worth_following(const struct path *path, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, value);
    if (v->kind == VALUE_ADDRESS) {
        const struct region *root = region_at(t, region_root(t, v->a));
        if (root->kind == REGION_LOCAL)
            return true;
    }
    unsigned base = value_at(t, value_base(t, value))->kind;
    return v->is_pointer && (base == VALUE_PARAM || base == VALUE_SYMBOL);
}

/* Asked to call back, but whom? */
static bool calls_nobody(const struct path *path, const struct path_call *call,
                         const struct effect *effect) {
    const struct role *role = effect->role;
    return role && role->kind == ROLE_CALLS_BACK && role->arg >= 0 &&
           (uint32_t)role->arg < call->arg_count &&
           state_classes(&path->context, path->state, call->args[role->arg]) == RETURNS_ZERO;
}

static bool is_open(const struct path *path, value_id entity) {
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_LENT && claim->until == UNTIL_CLOSED && claim->entity == entity)
            return true;
    }
    return false;
}

void path_lend(struct path *path, const struct path_call *call, const struct effect *effect,
               value_id result) {
    const uint16_t dropped = IR_RESULT_UNUSED | IR_RESULT_VOID_CAST;
    if (effect->arg >= call->arg_count || calls_nobody(path, call, effect) ||
        !is_worth_following(path, call->args[effect->arg]))
        return;
    if (effect->until == UNTIL_CLOSED && is_open(path, call->args[effect->arg]))
        return; /* the loop has had it from the start */
    bool asked = effect->when != RETURNS_ANY && !(call->instr->flags & dropped);
    bool owned = effect->owner && effect->owner <= call->arg_count;
    struct claim claim = {.entity = call->args[effect->arg],
                          .guard = asked ? result : VALUE_UNKNOWN,
                          .kind = CLAIM_LENT,
                          .when = effect->when,
                          .until = effect->until,
                          .owner = owned ? call->args[effect->owner - 1] : result,
                          .by = call->callee->name,
                          .origin = call->id};
    state_add_claim(&path->context, path->state, claim);
}

void path_end_loans(struct path *path, ir_id local, ir_id loc) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        struct claim claim = path->state->claims[i];
        const struct value *v = value_at(t, claim.entity);
        if (v->kind != VALUE_ADDRESS)
            continue;
        const struct region *root = region_at(t, region_root(t, v->a));
        if (root->kind != REGION_LOCAL || root->a != local)
            continue;
        struct path_outlive outlive = {
            .lent = &claim, .local = local, .end = loc, .at_return = path->leaves};
        bool told =
            claim.kind == CLAIM_LENT && state_claim_is_real(&path->context, path->state, &claim);
        for (path->current = 0; told && path->current < path->listener_count; path->current++)
            if (path->listeners[path->current]->on_outlive)
                path->listeners[path->current]->on_outlive(path, &outlive);
        state_remove_claim(&path->context, path->state, i);
    }
}
