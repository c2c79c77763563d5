/*
 * Claims: what a path has done to an entity that must hold from then on. They are kept apart from
 * the duties, since they outlive them, and are given up wherever a join makes them doubtful.
 */
#include <string.h>

#include "flow/effect.h"
#include "flow/state.h"

void state_add_claim(struct state_context *c, struct state *state, struct claim claim) {
    for (uint32_t i = 0; i < state->claim_count; i++) {
        const struct claim *known = &state->claims[i];
        if (known->kind == claim.kind && known->entity == claim.entity &&
            known->subject == claim.subject && known->origin == claim.origin) {
            state->claims[i] = claim;
            return;
        }
    }
    struct claim *claims = arena_alloc(&c->arena, (state->claim_count + 1) * sizeof *claims);
    if (state->claim_count)
        memcpy(claims, state->claims, state->claim_count * sizeof *claims);
    claims[state->claim_count++] = claim;
    state->claims = claims;
}

void state_remove_claim(struct state_context *c, struct state *state, uint32_t index) {
    struct claim *claims =
        arena_copy(&c->arena, state->claims, state->claim_count * sizeof *claims);
    memmove(&claims[index], &claims[index + 1], (state->claim_count - index - 1) * sizeof *claims);
    state->claim_count--;
    state->claims = claims;
}

bool state_claim_is_real(const struct state_context *c, const struct state *state,
                         const struct claim *claim) {
    return claim->guard == VALUE_UNKNOWN ||
           (state_classes(c, state, claim->guard) & claim->when) != 0;
}

uint32_t state_find_ended(const struct state_context *c, const struct state *state,
                          value_id entity) {
    if (entity == VALUE_UNKNOWN)
        return UINT32_MAX;
    for (uint32_t i = 0; i < state->claim_count; i++) {
        const struct claim *claim = &state->claims[i];
        if (claim->kind == CLAIM_ENDED && claim->entity == entity &&
            state_claim_is_real(c, state, claim))
            return i;
    }
    return UINT32_MAX;
}

uint64_t state_hash_claims(const struct state *state, uint64_t hash) {
    for (uint32_t i = 0; i < state->claim_count; i++) {
        const struct claim *k = &state->claims[i];
        uint64_t words[] = {(uint64_t)k->entity << 32 | k->origin,
                            (uint64_t)k->guard << 16 | (uint64_t)k->when << 8 | k->kind};
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            hash = (hash ^ words[w]) * UINT64_C(0x9E3779B97F4A7C15);
            hash ^= hash >> 31;
        }
    }
    return hash;
}

static bool claim_equal(const struct claim *x, const struct claim *y) {
    return x->entity == y->entity && x->kind == y->kind && x->origin == y->origin &&
           x->subject == y->subject && x->guard == y->guard && x->when == y->when &&
           x->in_place == y->in_place && x->until == y->until && x->owner == y->owner;
}

bool state_equal_claims(const struct state *x, const struct state *y) {
    if (x->claim_count != y->claim_count)
        return false;
    for (uint32_t i = 0; i < x->claim_count; i++)
        if (!claim_equal(&x->claims[i], &y->claims[i]))
            return false;
    return true;
}

static bool has_claim(const struct state *state, const struct claim *claim) {
    for (uint32_t i = 0; i < state->claim_count; i++)
        if (claim_equal(&state->claims[i], claim))
            return true;
    return false;
}

bool state_join_claims(struct state_context *c, struct state *into, const struct state *other,
                       bool doubtful) {
    struct claim *kept = arena_alloc(&c->arena, into->claim_count * sizeof *kept);
    uint32_t count = 0;
    for (uint32_t i = 0; i < into->claim_count && !doubtful; i++)
        if (has_claim(other, &into->claims[i]))
            kept[count++] = into->claims[i];
    bool changed = count != into->claim_count;
    into->claims = kept;
    into->claim_count = count;
    return changed;
}

bool state_claims_mention(const struct state_context *c, const struct state *state,
                          value_id symbol) {
    for (uint32_t i = 0; i < state->claim_count; i++)
        if (value_mentions(&c->values, state->claims[i].entity, symbol) ||
            value_mentions(&c->values, state->claims[i].guard, symbol) ||
            value_mentions(&c->values, state->claims[i].owner, symbol))
            return true;
    return false;
}
