/*
 * Memory that others can change while this function is suspended: what was read there, or asked of
 * it, before a suspension, and is relied on after it.
 *
 * Followed are the places that the function reads as well as stores to; no other can be meant.
 */
#include <stdlib.h>

#include "flow/path_step.h"

/* ---- which places are followed --------------------------------------------------------- */

static bool suspends_somewhere(const struct path *path) {
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        if (instr->op == IR_CALL && path_call_flags(path, instr) & CALLEE_SUSPENDS)
            return true;
    }
    return false;
}

/* The number of what tells the place from others: its field, or its variable; IR_NONE if it is not
   read in this function. */
static uint32_t name_of(const struct path *path, ir_id place_id) {
    const struct ir_place *place = &path->unit->places.data[place_id];
    switch (place->kind) {
    case IR_PLACE_FIELD:
        return cfg_name(path->context.cfg, place->b);
    case IR_PLACE_GLOBAL:
        return cfg_name(path->context.cfg, place->a | CFG_GLOBAL);
    default:
        return IR_NONE;
    }
}

void path_find_followed(struct path *path) {
    if (!suspends_somewhere(path))
        return;
    path->followed = mem_zero(path->context.cfg->name_count + 1, sizeof *path->followed);
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        uint32_t name = instr->op == IR_STORE ? name_of(path, instr->a) : IR_NONE;
        if (name != IR_NONE)
            path->followed[name] = true;
    }
}

/* The place, as the owner of a claim; VALUE_UNKNOWN if it is not followed, or this function's own.
 */
static value_id followed(struct path *path, ir_id place_id, region_id region) {
    uint32_t name = path->followed ? name_of(path, place_id) : IR_NONE;
    if (name == IR_NONE || !path->followed[name] || region == REGION_UNKNOWN ||
        path_is_vague(path, region))
        return VALUE_UNKNOWN;
    struct value_table *t = &path->context.values;
    return region_at(t, region_root(t, region))->kind == REGION_LOCAL ? VALUE_UNKNOWN
                                                                      : value_address(t, region);
}

/* ---- reading, asking, waiting ---------------------------------------------------------- */

static bool is_reading(const struct claim *claim) {
    return claim->kind == CLAIM_READ || claim->kind == CLAIM_STALE;
}

static bool is_known(const struct path *path, value_id owner, value_id value) {
    for (uint32_t i = 0; i < path->state->claim_count; i++)
        if (path->state->claims[i].kind == CLAIM_READ && path->state->claims[i].owner == owner &&
            path->state->claims[i].entity == value)
            return true;
    return false;
}

/* Drops what is said of the place; with `asked`, leaves what was asked of it. */
static void drop(struct path *path, value_id owner, bool asked) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        if (is_reading(claim) && claim->owner == owner && !(asked && claim->when))
            state_remove_claim(&path->context, path->state, i);
    }
}

void path_read(struct path *path, const struct ir_instr *instr, region_id region, value_id value) {
    const struct ir_instr *made = path_maker(path, value);
    value_id owner = followed(path, instr->a, region);
    if (owner == VALUE_UNKNOWN || !made || made->op != IR_LOAD || is_known(path, owner, value))
        return;
    drop(path, owner, true);
    state_add_claim(&path->context, path->state,
                    (struct claim){.entity = value,
                                   .owner = owner,
                                   .kind = CLAIM_READ,
                                   .guard = VALUE_UNKNOWN,
                                   .origin = (ir_id)(made - path->unit->instrs.data)});
}

/* What was asked before is asked anew, of what is there now. */
static void forget_questions(struct path *path, value_id owner) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].kind == CLAIM_STALE && path->state->claims[i].owner == owner)
            state_remove_claim(&path->context, path->state, i);
}

void path_ask(struct path *path, struct state *state, value_id condition, bool truth) {
    struct state *current = path->state;
    path->state = state;
    for (uint32_t i = path->followed ? state->claim_count : 0; i-- > 0;) {
        struct claim claim = state->claims[i];
        if (claim.kind != CLAIM_READ ||
            !value_mentions(&path->context.values, condition, claim.entity))
            continue;
        state_remove_claim(&path->context, state, i);
        claim.when = truth ? STALE_IF_TRUE : STALE_IF_FALSE;
        if (state_classes(&path->context, state, claim.entity) == RETURNS_ZERO)
            claim.when |= STALE_WAS_NULL;
        state_add_claim(&path->context, state, claim);
        forget_questions(path, claim.owner);
        i = i < state->claim_count ? i : state->claim_count;
    }
    path->state = current;
}

static bool holds_a_lock(const struct path *path) {
    for (uint32_t i = 0; i < path->state->claim_count; i++)
        if (path_holds(path, &path->state->claims[i]))
            return true;
    return false;
}

void path_meet_suspension(struct path *path, const struct path_call *call) {
    if (!path->followed || !path_suspends(path, call) || holds_a_lock(path))
        return;
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        struct claim claim = path->state->claims[i];
        if (claim.kind != CLAIM_READ)
            continue;
        state_remove_claim(&path->context, path->state, i);
        claim.kind = CLAIM_STALE;
        claim.origin = call->id;
        state_add_claim(&path->context, path->state, claim);
        state_unbind(&path->context, path->state,
                     value_at(&path->context.values, claim.owner)->a); /* it is read anew then */
    }
}

/* ---- relying on it --------------------------------------------------------------------- */

static void note(struct path *path, const struct claim *claim, const struct ir_instr *instr,
                 enum stale_kind kind) {
    ir_id read = value_at(&path->context.values, claim->entity)->a;
    for (uint32_t i = 0; i < path->stale_count; i++)
        if (path->stales[i].instr == instr && path->stales[i].kind == kind &&
            path->stales[i].read == &path->unit->instrs.data[read]) {
            path->stales[i].outcomes |= claim->when;
            return;
        }
    path->stales = mem_resize(path->stales, path->stale_count + 1, sizeof *path->stales);
    path->stales[path->stale_count++] =
        (struct path_stale){.kind = kind,
                            .instr = instr,
                            .read = &path->unit->instrs.data[read],
                            .parked = &path->unit->instrs.data[claim->origin],
                            .outcomes = claim->when,
                            .state = state_copy(&path->context, path->state)};
}

/* Is the new value computed from what is there? */
static bool counts(const struct path *path, value_id value, const struct claim *claim) {
    return value_at(&path->context.values, value)->kind == VALUE_BINARY &&
           value_mentions(&path->context.values, value, claim->entity);
}

static bool counts_anew(const struct path *path, value_id value, value_id owner) {
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_READ && claim->owner == owner && counts(path, value, claim))
            return true;
    }
    return false;
}

/* There was nothing, and something is put there: by whoever comes first, and by the others, too. */
static bool fills(const struct path *path, const struct ir_instr *instr, value_id value,
                  const struct claim *claim) {
    return path->unit->types.data[instr->type].kind == IR_TYPE_POINTER &&
           claim->when & STALE_WAS_NULL &&
           value_at(&path->context.values, value)->kind != VALUE_INT;
}

void path_change(struct path *path, const struct ir_instr *instr, region_id region,
                 value_id value) {
    value_id owner = followed(path, instr->a, region);
    for (uint32_t i = 0; owner != VALUE_UNKNOWN && i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind != CLAIM_STALE || claim->owner != owner)
            continue;
        if (counts(path, value, claim))
            note(path, claim, instr, STALE_COUNTED);
        else if (claim->when && counts_anew(path, value, owner))
            note(path, claim, instr, STALE_ASKED);
        else if (claim->when && fills(path, instr, value, claim))
            note(path, claim, instr, STALE_ASKED);
    }
    if (owner != VALUE_UNKNOWN)
        drop(path, owner, false);
}

void path_tell_stale(struct path *path) {
    for (uint32_t i = 0; i < path->stale_count; i++) {
        const struct path_stale *stale = &path->stales[i];
        const unsigned either = STALE_IF_TRUE | STALE_IF_FALSE;
        if (stale->kind == STALE_ASKED && (stale->outcomes & either) == either)
            continue; /* it is done whatever the answer was */
        path->state = stale->state;
        for (path->current = 0; path->current < path->listener_count; path->current++)
            if (path->listeners[path->current]->on_stale)
                path->listeners[path->current]->on_stale(path, stale);
    }
}
