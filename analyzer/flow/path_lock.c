/*
 * Locks: which are held where.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/path_step.h"

bool path_holds(const struct path *path, const struct claim *claim) {
    if (claim->kind != CLAIM_LOCKED)
        return false;
    return claim->guard == VALUE_UNKNOWN ||
           !(state_classes(&path->context, path->state, claim->guard) & ~(unsigned)claim->when);
}

const char *path_lock_name(const struct path *path, value_id lock) {
    const struct value *v = value_at(&path->context.values, lock);
    if (v->kind != VALUE_ADDRESS)
        return NULL;
    const struct region *r = region_at(&path->context.values, v->a);
    if (r->kind == REGION_FIELD)
        return path_word(path, r->b);
    return r->kind == REGION_GLOBAL ? ir_text(path->unit, path->unit->globals.data[r->a].name)
                                    : NULL;
}

/* ---- calls ----------------------------------------------------------------------------- */

/* Nobody knows any more what is held. */
static void forget_locks(struct path *path) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].kind == CLAIM_LOCKED)
            state_remove_claim(&path->context, path->state, i);
}

/* The caller's lock was given back, and is taken anew: all is as it was. */
static bool is_taken_back(struct path *path, value_id lock) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind != CLAIM_UNLOCKED || claim->entity != lock || claim->origin != IR_NONE)
            continue;
        state_remove_claim(&path->context, path->state, i);
        return true;
    }
    return false;
}

static void take(struct path *path, const struct path_call *call, const struct effect *effect,
                 value_id result) {
    const uint16_t dropped = IR_RESULT_UNUSED | IR_RESULT_VOID_CAST;
    bool asked = effect->when != RETURNS_ANY && !(call->instr->flags & dropped);
    value_id lock = path_effect_address(path, call, effect);
    if (lock == VALUE_UNKNOWN || is_taken_back(path, lock))
        return;
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = lock,
                                   .guard = asked ? result : VALUE_UNKNOWN,
                                   .kind = CLAIM_LOCKED,
                                   .when = effect->when,
                                   .subject = effect->subject,
                                   .by = call->callee->name,
                                   .origin = call->id});
}

/* What was not taken here is the caller's; or it is named otherwise than when it was taken, and may
   be any of them. */
static void give_back(struct path *path, value_id lock) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        struct claim claim = path->state->claims[i];
        if (claim.kind != CLAIM_LOCKED || claim.entity != lock)
            continue;
        state_remove_claim(&path->context, path->state, i);
        claim.kind = CLAIM_UNLOCKED;
        claim.guard = VALUE_UNKNOWN;
        state_add_claim(&path->context, path->state, claim);
        return;
    }
    forget_locks(path);
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = lock,
                                   .guard = VALUE_UNKNOWN,
                                   .kind = CLAIM_UNLOCKED,
                                   .when = RETURNS_ANY,
                                   .origin = IR_NONE});
}

static bool concerns(const struct path_call *call, const struct effect *effect,
                     enum effect_kind kind) {
    bool global = effect->place && effect->place->global;
    return effect->kind == kind && (global || effect->arg < call->arg_count);
}

/* The lock itself is given, or a variable that holds its address, or null if there is none. */
static value_id lock_of(struct path *path, const struct path_call *call,
                        const struct effect *effect) {
    return effect->target == TARGET_ARG ? path_effect_address(path, call, effect)
                                        : path_held_at(path, call, effect);
}

void path_unlock(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    bool known = callee->flags & (CALLEE_KNOWN | CALLEE_CONTRACT), unlocks = false;
    for (size_t i = 0; i < callee->effect_count; i++) {
        if (!concerns(call, &callee->effects[i], EFFECT_UNLOCK))
            continue;
        value_id lock = lock_of(path, call, &callee->effects[i]);
        if (callee->effects[i].target == TARGET_ARG ||
            state_classes(&path->context, path->state, lock) != RETURNS_ZERO)
            give_back(path, lock);
        unlocks = true;
    }
    if (!known || (!unlocks && callee->flags & CALLEE_UNLOCKS))
        forget_locks(path);
}

void path_lock(struct path *path, const struct path_call *call, value_id result) {
    const struct callee *callee = call->callee;
    for (size_t i = 0; i < callee->effect_count; i++)
        if (concerns(call, &callee->effects[i], EFFECT_LOCK))
            take(path, call, &callee->effects[i], result);
}

/* ---- the function's end ---------------------------------------------------------------- */

static bool is_global(const struct path *path, value_id lock) {
    const struct value *v = value_at(&path->context.values, lock);
    return v->kind == VALUE_ADDRESS &&
           region_at(&path->context.values, v->a)->kind == REGION_GLOBAL;
}

static struct path_hold *hold_of(struct path *path, const struct claim *claim) {
    for (size_t i = 0; i < path->hold_count; i++)
        if (path->holds[i].origin == claim->origin)
            return &path->holds[i];
    path->holds = mem_resize(path->holds, path->hold_count + 1, sizeof *path->holds);
    path->holds[path->hold_count] = (struct path_hold){.origin = claim->origin,
                                                       .callee = claim->by,
                                                       .lock = path_lock_name(path, claim->entity),
                                                       .global = is_global(path, claim->entity)};
    return &path->holds[path->hold_count++];
}

static void note_held(struct path *path, const struct claim *claim, unsigned classes, ir_id loc) {
    struct path_hold *hold = hold_of(path, claim);
    for (unsigned k = 0; k < 3; k++)
        if ((classes & ~hold->held) & (1u << k)) {
            hold->exits[k] = loc;
            hold->traces[k] = path->state->trace;
        }
    hold->held |= classes;
}

/* Given back for good: not taken again by the same call. */
static bool is_held_again(const struct path *path, const struct claim *claim) {
    for (uint32_t i = 0; i < path->state->claim_count; i++)
        if (path->state->claims[i].kind == CLAIM_LOCKED &&
            path->state->claims[i].entity == claim->entity)
            return true;
    return false;
}

void path_note_holds(struct path *path, value_id returned, ir_id loc) {
    unsigned classes = returned == VALUE_UNKNOWN
                           ? (unsigned)RETURNS_ZERO
                           : state_classes(&path->context, path->state, returned);
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (path_holds(path, claim) && loc != IR_NONE)
            note_held(path, claim, classes, loc);
        else if (claim->kind == CLAIM_UNLOCKED && claim->origin != IR_NONE &&
                 !is_held_again(path, claim))
            hold_of(path, claim)->released |= classes;
    }
}

/* The classes of results with which it is held though it should not be: the lock is given back with
   others that are alike, or only when there is no error. One that is never given back may be meant
   for the caller. */
static unsigned wrongly_held(const struct path_hold *hold) {
    return hold->released ? hold->held & (hold->released | RETURNS_NEGATIVE) : hold->held;
}

void path_tell_holds(struct path *path) {
    for (size_t i = 0; i < path->hold_count; i++) {
        struct path_hold *hold = &path->holds[i];
        unsigned wrong = wrongly_held(hold);
        hold->told = !wrong;
        if (!wrong && hold->global)
            wrong = hold->held;
        for (unsigned k = 0; wrong && k < 3; k++) {
            if (!(wrong & (1u << k)))
                continue;
            for (path->current = 0; path->current < path->listener_count; path->current++)
                if (path->listeners[path->current]->on_hold)
                    path->listeners[path->current]->on_hold(path, hold, k);
            break;
        }
    }
    free(path->holds);
    path->holds = NULL;
    path->hold_count = 0;
}
