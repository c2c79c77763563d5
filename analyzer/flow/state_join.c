/*
 * Joining: where there are too many states, one comes to stand for several.
 */
#include "flow/state.h"

static const struct constraint *constraint_of(const struct state *state, value_id value) {
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (state->constraints[i].value == value)
            return &state->constraints[i];
    return NULL;
}

static bool join_constraints(struct state *into, const struct state *other) {
    bool changed = false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < into->constraint_count; i++) {
        struct constraint x = into->constraints[i];
        const struct constraint *y = constraint_of(other, x.value);
        if (y && y->low == x.low && y->high == x.high && y->nonzero == x.nonzero) {
            into->constraints[kept++] = x;
            continue;
        }
        changed = true;
        if (!y)
            continue;
        x.nonzero =
            (x.nonzero || x.low > 0 || x.high < 0) && (y->nonzero || y->low > 0 || y->high < 0);
        x.low = x.low <= y->low ? x.low : INT64_MIN;
        x.high = x.high >= y->high ? x.high : INT64_MAX;
        if (x.nonzero || x.low != INT64_MIN || x.high != INT64_MAX)
            into->constraints[kept++] = x;
    }
    into->constraint_count = kept;
    return changed;
}

/* The symbol that stands for "one value or the other" of a region at a block: stable, so that
   repeated joins come to rest. */
static value_id joined_symbol(struct state_context *c, ir_id block, region_id region,
                              value_id sample) {
    const struct value *v = value_at(&c->values, sample);
    struct value symbol = {.kind = VALUE_SYMBOL,
                           .op = 1,
                           .a = block,
                           .b = region,
                           .is_pointer = v->is_pointer,
                           .is_unsigned = v->is_unsigned};
    return value_intern(&c->values, symbol);
}

/* Only registers that agree stay. */
static bool join_held(struct state_context *c, struct state *into, const struct state *other) {
    struct held *kept = arena_alloc(&c->arena, into->held_count * sizeof *kept);
    uint32_t count = 0, k = 0;
    for (uint32_t i = 0; i < into->held_count; i++) {
        while (k < other->held_count && other->held[k].reg < into->held[i].reg)
            k++;
        if (k < other->held_count && other->held[k].reg == into->held[i].reg &&
            other->held[k].value == into->held[i].value)
            kept[count++] = into->held[i];
    }
    bool changed = count != into->held_count;
    into->held = kept;
    into->held_count = count;
    return changed;
}

/* What holds of both; a bound that moves is given up, so that a loop comes to an end. */
static struct constraint wider(struct constraint mine, const struct constraint *yours) {
    if (yours->low < mine.low)
        mine.low = INT64_MIN;
    if (yours->high > mine.high)
        mine.high = INT64_MAX;
    mine.nonzero &= yours->nonzero || yours->low > 0 || yours->high < 0;
    return mine;
}

static void drop_constraint(struct state *state, value_id value) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (state->constraints[i].value != value)
            state->constraints[kept++] = state->constraints[i];
    state->constraint_count = kept;
}

/* The range of the symbol that stands for both values from now on. True if it is another one than
   that of a symbol that stood there already. */
static bool join_ranges(struct state_context *c, struct state *into, const struct state *other,
                        value_id mine, value_id yours, struct constraint *range) {
    value_id symbol = range->value;
    struct constraint old = state_range(c, into, mine), new = state_range(c, other, yours);
    old.nonzero |= old.low > 0 || old.high < 0;
    *range = wider(old, &new);
    range->value = symbol;
    if (mine == symbol)
        drop_constraint(into, symbol);
    return mine == symbol &&
           (range->low != old.low || range->high != old.high || range->nonzero != old.nonzero);
}

bool state_join(struct state_context *c, struct state *into, const struct state *other, ir_id block,
                bool widen) {
    bool changed = false, lost_relation = false;
    uint32_t kept = 0, range_count = 0;
    struct constraint *ranges = arena_alloc(&c->arena, into->binding_count * sizeof *ranges);
    for (uint32_t i = 0; i < into->binding_count; i++) {
        struct binding b = into->bindings[i];
        bool found;
        value_id theirs = state_lookup(other, b.region, &found);
        if (found && theirs == b.value) {
            into->bindings[kept++] = b;
            continue;
        }
        value_id symbol = joined_symbol(c, block, b.region, b.value);
        ranges[range_count].value = symbol;
        changed |= join_ranges(c, into, other, b.value, theirs, &ranges[range_count]);
        if (b.value == symbol) {
            range_count++;
            into->bindings[kept++] = b;
            continue;
        }
        changed = true;
        const struct value *x = value_at(&c->values, b.value), *y = value_at(&c->values, theirs);
        lost_relation |= !(x->kind == VALUE_INT && (y->kind == VALUE_INT || y->op == 1));
        if (region_at(&c->values, region_root(&c->values, b.region))->kind != REGION_LOCAL)
            continue;
        range_count++;
        b.value = symbol;
        into->bindings[kept++] = b;
    }
    into->binding_count = kept;
    if (join_held(c, into, other))
        changed = lost_relation = true;
    if (join_constraints(into, other)) {
        changed = true;
        lost_relation |= !widen;
    }
    for (uint32_t i = 0; i < range_count; i++)
        state_narrow(c, into, ranges[i]);
    for (uint32_t i = 0; i < into->exposed_words; i++) {
        changed |= (into->exposed[i] | other->exposed[i]) != into->exposed[i];
        into->exposed[i] |= other->exposed[i];
    }
    if (state_join_claims(c, into, other, changed && (lost_relation || !widen)))
        changed = true;
    for (uint32_t i = 0; i < into->duty_count; i++) {
        if (into->duties[i].size != other->duties[i].size)
            into->duties[i].size = VALUE_UNKNOWN;
        bool joined = other->duties[i].joined || (changed && (lost_relation || !widen));
        if (into->duties[i].status == DUTY_LOST)
            continue;
        into->duties[i].widened |= other->duties[i].widened || (widen && changed);
        if (joined && !into->duties[i].joined) {
            into->duties[i].joined = true;
            changed = true;
        }
    }
    return changed;
}
