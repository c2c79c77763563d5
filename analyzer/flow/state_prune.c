/*
 * Forgetting: what no later predicate can ask for is dropped, so that equal paths meet.
 */
#include <string.h>

#include "flow/effect.h"
#include "flow/outs.h"
#include "flow/state.h"

static bool place_is_read_later(const struct state_context *c, const struct cfg_block *facts,
                                region_id region) {
    const struct region *r = region_at(&c->values, region);
    while (r->kind == REGION_ELEMENT)
        r = region_at(&c->values, r->a);
    if (r->kind == REGION_POINTEE)
        return true;
    uint32_t name = r->kind == REGION_FIELD    ? cfg_name(c->cfg, r->b)
                    : r->kind == REGION_GLOBAL ? cfg_name(c->cfg, r->a | CFG_GLOBAL)
                                               : IR_NONE;
    return name != IR_NONE && bitset_has(&facts->read_later, name);
}

/* Marks values that are reachable by what the function can still name. */
struct reach {
    struct state_context *c;
    const struct state *state;
    bool changed;
};

static bool is_marked(const struct reach *r, value_id value) {
    return r->c->marks[value] == r->c->epoch;
}

static void mark(struct reach *r, value_id value) {
    const struct value_table *t = &r->c->values;
    for (;;) {
        if (is_marked(r, value))
            return;
        r->c->marks[value] = r->c->epoch;
        r->changed = true;
        const struct value *v = value_at(t, value);
        if (v->kind == VALUE_BINARY) {
            mark(r, v->b);
            value = v->a;
        } else if (v->kind == VALUE_PART) {
            value = v->a;
        } else if (v->kind == VALUE_ADDRESS) {
            const struct region *root = region_at(t, region_root(t, v->a));
            if (root->kind != REGION_POINTEE)
                return;
            value = root->a;
        } else {
            return;
        }
    }
}

/* Can the region still be named? Locals and globals: yes (dead locals are gone by now). */
static bool root_is_reachable(const struct reach *r, region_id region) {
    const struct region *root = region_at(&r->c->values, region_root(&r->c->values, region));
    if (root->kind != REGION_POINTEE)
        return true;
    const struct value *v = value_at(&r->c->values, root->a);
    if (v->kind == VALUE_APPLIED) /* worth keeping while something may depend on it */
        return r->state->duty_count || r->state->claim_count;
    return v->kind == VALUE_PARAM || is_marked(r, root->a);
}

static bool is_behind_pointer(const struct reach *r, region_id region) {
    const struct value_table *t = &r->c->values;
    return region_at(t, region_root(t, region))->kind == REGION_POINTEE;
}

/* What locals, globals and registers hold, then as long as anything is added what that leads to. */
static void mark_all(struct reach *r) {
    const struct state *state = r->state;
    for (uint32_t i = 0; i < state->held_count; i++)
        mark(r, state->held[i].value);
    bool pointers = false;
    for (uint32_t i = 0; i < state->binding_count; i++)
        if (is_behind_pointer(r, state->bindings[i].region))
            pointers = true;
        else
            mark(r, state->bindings[i].value);
    for (r->changed = pointers; r->changed;) {
        r->changed = false;
        for (uint32_t i = 0; i < state->binding_count; i++)
            if (is_behind_pointer(r, state->bindings[i].region) &&
                root_is_reachable(r, state->bindings[i].region))
                mark(r, state->bindings[i].value);
    }
}

/* What an owned object holds of its own address goes with a copy of it, which no place tells. */
static bool is_own_address(const struct state_context *c, struct state *state,
                           const struct binding *binding) {
    const struct region *root = region_at(&c->values, region_root(&c->values, binding->region));
    if (root->kind != REGION_POINTEE || value_base(&c->values, binding->value) != root->a)
        return false;
    const struct duty *duty = state_duty(state, root->a);
    return duty && duty->status == DUTY_OPEN;
}

/* What owned memory holds, and has to be released. */
static bool is_owned_member(struct state *state, const struct binding *binding) {
    const struct duty *duty = state_duty(state, binding->value);
    return duty && duty->status == DUTY_OPEN && duty->within == binding->region;
}

/* What was released out of a field that nobody looks at again is no longer told apart from the
   nothing that was there on other paths. */
static void settle_emptied(struct state_context *c, struct state *state,
                           const struct cfg_block *facts) {
    for (uint32_t i = 0; i < state->duty_count; i++) {
        struct duty *duty = &state->duties[i];
        if (duty->status != DUTY_DONE || duty->entity == VALUE_UNKNOWN ||
            duty->out == REGION_UNKNOWN || region_at(&c->values, duty->out)->kind != REGION_FIELD ||
            place_is_read_later(c, facts, duty->out))
            continue;
        bool found;
        value_id now = state_lookup(state, duty->out, &found);
        bool null = found && state_classes(c, state, now) == RETURNS_ZERO;
        duty->leaves = found && now == duty->entity ? LEAVES_DANGLING
                       : null                       ? LEAVES_NULL
                                                    : LEAVES_ANYTHING;
        duty->entity = VALUE_UNKNOWN;
        state_unbind(c, state, duty->out);
    }
}

static const struct state_emptied *find_emptied(const struct state_context *c, region_id region) {
    const struct region *r = region_at(&c->values, region);
    for (size_t i = 0; i < c->emptied_count; i++)
        if (r->kind == REGION_FIELD && c->emptied[i].field == r->b)
            return &c->emptied[i];
    return NULL;
}

static bool is_emptied_already(const struct state *state, region_id region) {
    for (uint32_t i = 0; i < state->duty_count; i++)
        if (state->duties[i].out == region)
            return true;
    return false;
}

/* Nothing was there: no pointer, no descriptor. */
static bool holds_nothing(const struct state_context *c, const struct state *state,
                          value_id value) {
    unsigned classes = state_classes(c, state, value);
    return value_at(&c->values, value)->kind == VALUE_SYMBOL && !(classes & RETURNS_POSITIVE);
}

static void settle_empty(struct state_context *c, struct state *state, struct binding binding) {
    const struct region *root = region_at(&c->values, region_root(&c->values, binding.region));
    const struct state_emptied *emptied = find_emptied(c, binding.region);
    if (!emptied || root->kind != REGION_POINTEE ||
        value_at(&c->values, root->a)->kind != VALUE_PARAM ||
        !holds_nothing(c, state, binding.value) || is_emptied_already(state, binding.region))
        return;
    bool pointer = value_at(&c->values, binding.value)->is_pointer;
    uint8_t stored = pointer ? LEAVES_NULL : LEAVES_ANYTHING;
    state_add_duty(c, state,
                   (struct duty){.subject = emptied->subject,
                                 .status = DUTY_DONE,
                                 .when = RETURNS_ANY,
                                 .origin = emptied->origin,
                                 .end = IR_NONE,
                                 .out = binding.region,
                                 .leaves = emptied->stored ? stored : LEAVES_DANGLING});
}

static void drop_dead_locals(struct state_context *c, struct state *state,
                             const struct cfg_block *facts) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        region_id region = state->bindings[i].region;
        const struct region *root = region_at(&c->values, region_root(&c->values, region));
        bool live = root->kind == REGION_LOCAL
                        ? bitset_has(&facts->live_locals, root->a)
                        : place_is_read_later(c, facts, region) ||
                              is_own_address(c, state, &state->bindings[i]) ||
                              is_owned_member(state, &state->bindings[i]);
        if (live)
            state->bindings[kept++] = state->bindings[i];
        else if (root->kind == REGION_POINTEE)
            settle_empty(c, state, state->bindings[i]);
    }
    state->binding_count = kept;
}

static bool local_object_is_alive(const struct state_context *c, const struct cfg_block *facts,
                                  value_id entity) {
    const struct value *v = value_at(&c->values, entity);
    if (v->kind != VALUE_ADDRESS)
        return false;
    const struct region *root = region_at(&c->values, region_root(&c->values, v->a));
    return root->kind == REGION_LOCAL && bitset_has(&facts->live_locals, root->a);
}

static bool all_leaves_marked(const struct reach *r, value_id value) {
    const struct value *v = value_at(&r->c->values, value);
    switch (v->kind) {
    case VALUE_SYMBOL:
        return is_marked(r, value);
    case VALUE_BINARY:
        return all_leaves_marked(r, v->a) && all_leaves_marked(r, v->b);
    case VALUE_PART:
        return all_leaves_marked(r, v->a);
    default:
        return true;
    }
}

/* A result that nobody looks at is still asked for while an error that came with it is alive: what
   else the call acquired depends on it. */
static void mark_telling_guards(struct reach *r, const struct state *state) {
    for (uint32_t i = 0; i < state->duty_count; i++) {
        const struct duty *alive = &state->duties[i];
        if (alive->guard == VALUE_UNKNOWN || !is_marked(r, alive->entity))
            continue;
        for (uint32_t k = 0; k < state->duty_count; k++)
            if (k != i && state->duties[k].guard == alive->guard)
                mark(r, alive->guard);
    }
}

/* Released behind a parameter: the caller will want to know. */
static bool is_for_caller(const struct duty *duty) {
    return duty->status == DUTY_DONE && duty->out != REGION_UNKNOWN;
}

/* An error that comes with a null pointer or a negative number. */
static bool tells_failure(const struct reach *r, const struct state *state,
                          const struct duty *duty) {
    const struct value *guard = value_at(&r->c->values, duty->guard);
    return duty->status == DUTY_OPEN && !state_guard_is_decided(r->c, state, duty) &&
           (guard->is_pointer ? !(duty->when & RETURNS_POSITIVE) : duty->when == RETURNS_NEGATIVE);
}

/* It went where the memory went that it was in. */
static bool has_left_with_owner(const struct reach *r, struct state *state,
                                const struct duty *duty) {
    if (duty->status != DUTY_OPEN || duty->within == REGION_UNKNOWN)
        return false;
    const struct duty *owner = state_owner(r->c, state, duty->within);
    return !owner || owner->status != DUTY_OPEN || !is_marked(r, owner->entity);
}

/* A lost duty is kept apart from its entity, so that the entity's symbol can be used again. */
static void settle_duties(struct reach *r, struct state *state, const struct cfg_block *facts,
                          ir_id loc) {
    mark_telling_guards(r, state);
    for (uint32_t i = 0; i < state->duty_count;) {
        struct duty *duty = &state->duties[i];
        if (duty->status != DUTY_DONE && duty->status != DUTY_NONE &&
            !state_duty_is_real(r->c, state, duty)) {
            state_remove_duty(state, i);
            continue;
        }
        bool gone = !is_marked(r, duty->entity);
        if (gone && has_left_with_owner(r, state, duty)) {
            state_remove_duty(state, i);
            continue;
        }
        bool alive = !gone || duty->within != REGION_UNKNOWN || is_for_caller(duty) ||
                     local_object_is_alive(r->c, facts, duty->entity) ||
                     value_at(&r->c->values, duty->entity)->kind == VALUE_PARAM;
        if (duty->guard != VALUE_UNKNOWN && !is_marked(r, duty->guard) &&
            duty->status != DUTY_LOST) {
            if (duty->lapses && !state_guard_is_decided(r->c, state, duty)) {
                state_remove_duty(state, i);
                continue;
            }
            /* nobody looked at the result: it went well */
            if (duty->status == DUTY_NONE || tells_failure(r, state, duty)) {
                state_remove_duty(state, i);
                continue;
            }
            duty->guard = VALUE_UNKNOWN;
            duty->when = RETURNS_ANY;
        }
        if (alive || duty->status == DUTY_LOST || duty->status == DUTY_OUT) {
            i++;
            continue;
        }
        bool is_moot = duty->tells && state_knows_failure(state); /* the first error counts */
        if (duty->status == DUTY_DONE || duty->status == DUTY_NONE || is_moot) {
            state_remove_duty(state, i);
            continue;
        }
        duty->status = DUTY_LOST;
        duty->end = loc;
        duty->high = state_range(r->c, state, duty->entity).high;
        duty->trace = state->trace;
        duty->entity = VALUE_UNKNOWN;
        i++;
    }
}

/* What is known of what the caller gave tells him what happens here. */
static bool is_given(const struct reach *r, value_id value) {
    return value_at(&r->c->values, value)->kind == VALUE_PARAM;
}

/* Can what was claimed still be named? */
static bool is_nameable(const struct reach *r, const struct cfg_block *facts, value_id entity) {
    const struct value *v = value_at(&r->c->values, entity);
    if (v->kind == VALUE_PARAM || is_marked(r, entity))
        return true;
    if (v->kind != VALUE_ADDRESS)
        return false;
    const struct region *root = region_at(&r->c->values, region_root(&r->c->values, v->a));
    if (root->kind == REGION_LOCAL)
        return bitset_has(&facts->live_locals, root->a);
    return root->kind == REGION_GLOBAL || root_is_reachable(r, v->a);
}

/* What was asked of a place matters as long as the place does. */
static value_id subject_of(const struct claim *claim) {
    bool asked = (claim->kind == CLAIM_READ || claim->kind == CLAIM_STALE) && claim->when;
    return asked ? claim->owner : claim->entity;
}

static void settle_claims(struct reach *r, struct state *state, const struct cfg_block *facts) {
    struct claim *kept = arena_alloc(&r->c->arena, state->claim_count * sizeof *kept);
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->claim_count; i++) {
        struct claim claim = state->claims[i];
        bool nameless = claim.kind == CLAIM_CLEARED || claim.kind == CLAIM_BELONGS;
        if (!state_claim_is_real(r->c, state, &claim) ||
            (!nameless && !is_nameable(r, facts, subject_of(&claim))))
            continue;
        if (claim.guard != VALUE_UNKNOWN && !is_marked(r, claim.guard))
            claim.guard = VALUE_UNKNOWN; /* nobody looked at the result: it went well */
        kept[count++] = claim;
    }
    state->claims = kept;
    state->claim_count = count;
}

static void drop_idle_facts(struct reach *r, struct state *state) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (is_given(r, state->constraints[i].value) ||
            all_leaves_marked(r, state->constraints[i].value))
            state->constraints[kept++] = state->constraints[i];
    state->constraint_count = kept;
    kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++)
        if (root_is_reachable(r, state->bindings[i].region))
            state->bindings[kept++] = state->bindings[i];
    state->binding_count = kept;
}

/* One lost duty for one acquisition is evidence enough. */
static void merge_lost(struct state *state) {
    for (uint32_t i = 0; i < state->duty_count; i++)
        for (uint32_t k = i + 1; k < state->duty_count;) {
            const struct duty *x = &state->duties[i], *y = &state->duties[k];
            if (x->status == DUTY_LOST && y->status == DUTY_LOST && x->origin == y->origin &&
                x->which == y->which)
                state_remove_duty(state, k);
            else
                k++;
        }
}

/* A value loaded once from memory, about which nothing is known and which stands nowhere else, is
   as good as not loaded. */
static bool is_idle_load(const struct state *state, const struct state_context *c, uint32_t at) {
    value_id value = state->bindings[at].value;
    const struct region *root =
        region_at(&c->values, region_root(&c->values, state->bindings[at].region));
    if (root->kind == REGION_LOCAL || value_at(&c->values, value)->kind != VALUE_SYMBOL ||
        outs_is_initial(value_at(&c->values, value)))
        return false;
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (value_mentions(&c->values, state->constraints[i].value, value))
            return false;
    for (uint32_t i = 0; i < state->held_count; i++)
        if (value_mentions(&c->values, state->held[i].value, value))
            return false;
    for (uint32_t i = 0; i < state->duty_count; i++)
        if (value_mentions(&c->values, state->duties[i].entity, value) ||
            value_mentions(&c->values, state->duties[i].guard, value) ||
            value_mentions(&c->values, state->duties[i].size, value))
            return false;
    if (state_claims_mention(c, state, value))
        return false;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        root = region_at(&c->values, region_root(&c->values, state->bindings[i].region));
        if ((i != at && value_mentions(&c->values, state->bindings[i].value, value)) ||
            (root->kind == REGION_POINTEE && value_mentions(&c->values, root->a, value)))
            return false;
    }
    return true;
}

static void drop_idle_loads(struct state_context *c, struct state *state) {
    for (uint32_t i = state->binding_count; i-- > 0;)
        if (is_idle_load(state, c, i)) {
            memmove(&state->bindings[i], &state->bindings[i + 1],
                    (state->binding_count - i - 1) * sizeof *state->bindings);
            state->binding_count--;
        }
}

void state_prune(struct state_context *c, struct state *state, ir_id block, ir_id loc) {
    const struct cfg_block *facts = &c->cfg->blocks[block];
    settle_emptied(c, state, facts);
    drop_dead_locals(c, state, facts);
    struct reach reach = {.c = c, .state = state};
    state_begin_marks(c);
    mark_all(&reach);
    if (state->claim_count)
        settle_claims(&reach, state, facts);
    settle_duties(&reach, state, facts, loc);
    for (uint32_t i = 0; i < state->duty_count; i++) {
        mark(&reach, state->duties[i].entity);
        mark(&reach, state->duties[i].guard);
    }
    drop_idle_facts(&reach, state);
    drop_idle_loads(c, state);
    merge_lost(state);
}
