#include "flow/state.h"

#include <stdlib.h>
#include <string.h>

#include "flow/effect.h"

void state_context_init(struct state_context *c) {
    c->registers = mem_zero(c->cfg->function->register_count, sizeof *c->registers);
    values_init(&c->values);
}

void state_context_free(struct state_context *c) {
    free(c->registers);
    free(c->marks);
    free(c->emptied);
    values_free(&c->values);
    arena_free(&c->arena);
}

void state_begin_marks(struct state_context *c) {
    if (c->mark_capacity < c->values.value_capacity || c->epoch == UINT32_MAX) {
        free(c->marks);
        c->mark_capacity = c->values.value_capacity;
        c->marks = mem_zero(c->mark_capacity, sizeof *c->marks);
        c->epoch = 0;
    }
    c->epoch++;
}

bool state_mark(struct state_context *c, value_id value) {
    if (value >= c->mark_capacity) { /* it was made since the marks were begun */
        uint32_t old = c->mark_capacity;
        c->mark_capacity = c->values.value_capacity;
        c->marks = mem_resize(c->marks, c->mark_capacity, sizeof *c->marks);
        memset(c->marks + old, 0, (c->mark_capacity - old) * sizeof *c->marks);
    }
    if (c->marks[value] == c->epoch)
        return false;
    c->marks[value] = c->epoch;
    return true;
}

struct state *state_new(struct state_context *c) {
    struct state *state = arena_alloc(&c->arena, sizeof *state);
    *state = (struct state){.registers = c->registers,
                            .parked = IR_NONE,
                            .exposed_words = c->cfg->function->local_count / 64 + 1};
    size_t bytes = state->exposed_words * sizeof *state->exposed;
    state->exposed = arena_alloc(&c->arena, bytes);
    memset(state->exposed, 0, bytes);
    return state;
}

/* The next live register of a block from `reg` on; IR_NONE if there is none. */
static ir_id next_live(const struct bitset *live, ir_id reg) {
    for (size_t word = reg / 64; word < live->word_count; word++) {
        uint64_t bits = live->words[word];
        if (word == reg / 64)
            bits &= ~UINT64_C(0) << (reg % 64);
        if (bits)
            return (ir_id)(word * 64 + (unsigned)__builtin_ctzll(bits));
    }
    return IR_NONE;
}

void state_hold_registers(struct state_context *c, struct state *state, ir_id block) {
    const struct bitset *live = &c->cfg->blocks[block].live_registers;
    uint32_t count = 0;
    for (ir_id r = next_live(live, 0); r != IR_NONE; r = next_live(live, r + 1))
        count += c->registers[r] != VALUE_UNKNOWN;
    state->held = arena_alloc(&c->arena, count * sizeof *state->held);
    state->held_count = 0;
    for (ir_id r = next_live(live, 0); r != IR_NONE; r = next_live(live, r + 1))
        if (c->registers[r] != VALUE_UNKNOWN)
            state->held[state->held_count++] = (struct held){r, c->registers[r]};
}

void state_restore_registers(struct state_context *c, const struct state *state, ir_id block) {
    const struct bitset *live = &c->cfg->blocks[block].live_registers;
    for (ir_id r = next_live(live, 0); r != IR_NONE; r = next_live(live, r + 1))
        c->registers[r] = VALUE_UNKNOWN;
    for (uint32_t i = 0; i < state->held_count; i++)
        c->registers[state->held[i].reg] = state->held[i].value;
}

struct state *state_copy(struct state_context *c, const struct state *from) {
    struct state *state = arena_copy(&c->arena, from, sizeof *from);
    struct mem_arena *a = &c->arena;
    state->bindings = arena_copy(a, from->bindings, from->binding_count * sizeof *from->bindings);
    state->constraints =
        arena_copy(a, from->constraints, from->constraint_count * sizeof *from->constraints);
    state->duties = arena_copy(a, from->duties, from->duty_count * sizeof *from->duties);
    state->exposed = arena_copy(a, from->exposed, from->exposed_words * sizeof *from->exposed);
    state->binding_capacity = state->binding_count;
    state->constraint_capacity = state->constraint_count;
    state->duty_capacity = state->duty_count;
    return state;
}

/* Makes room for one more element of an arena array. */
static void *grow(struct state_context *c, void *data, uint32_t count, uint32_t *capacity,
                  size_t size) {
    if (count < *capacity)
        return data;
    uint32_t wanted = *capacity ? *capacity * 2 : 8;
    void *memory = arena_alloc(&c->arena, wanted * size);
    if (count)
        memcpy(memory, data, count * size);
    *capacity = wanted;
    return memory;
}

/* ---- memory ---------------------------------------------------------------------------- */

static uint32_t binding_index(const struct state *state, region_id region) {
    uint32_t low = 0, high = state->binding_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (state->bindings[middle].region < region)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

value_id state_lookup(const struct state *state, region_id region, bool *found) {
    uint32_t at = binding_index(state, region);
    *found = at < state->binding_count && state->bindings[at].region == region;
    return *found ? state->bindings[at].value : VALUE_UNKNOWN;
}

void state_bind(struct state_context *c, struct state *state, region_id region, value_id value) {
    uint32_t at = binding_index(state, region);
    if (at < state->binding_count && state->bindings[at].region == region) {
        state->bindings[at].value = value;
        return;
    }
    state->bindings = grow(c, state->bindings, state->binding_count, &state->binding_capacity,
                           sizeof *state->bindings);
    memmove(&state->bindings[at + 1], &state->bindings[at],
            (state->binding_count - at) * sizeof *state->bindings);
    state->bindings[at] = (struct binding){region, value};
    state->binding_count++;
}

void state_unbind(struct state_context *c, struct state *state, region_id whole) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++)
        if (!region_within(&c->values, state->bindings[i].region, whole))
            state->bindings[kept++] = state->bindings[i];
    state->binding_count = kept;
}

/* ---- what is known of values ----------------------------------------------------------- */

static uint32_t constraint_index(const struct state *state, value_id value) {
    uint32_t low = 0, high = state->constraint_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (state->constraints[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct constraint everything(value_id value) {
    return (struct constraint){.value = value, .low = INT64_MIN, .high = INT64_MAX};
}

static struct constraint meet(struct constraint x, struct constraint y) {
    x.low = x.low > y.low ? x.low : y.low;
    x.high = x.high < y.high ? x.high : y.high;
    x.nonzero |= y.nonzero;
    if (x.nonzero && x.low == 0)
        x.low = 1;
    if (x.nonzero && x.high == 0)
        x.high = -1;
    return x;
}

static bool is_comparison(unsigned op) {
    return op >= IR_EQ && op <= IR_GE;
}

/* -1 never, 1 always, 0 not known: does `range` compare so with `imm`? */
static int decide(const struct constraint *range, unsigned op, int64_t imm) {
    switch (op) {
    case IR_EQ:
        if (range->low == imm && range->high == imm)
            return 1;
        return imm < range->low || imm > range->high || (imm == 0 && range->nonzero) ? -1 : 0;
    case IR_NE:
        return -decide(range, IR_EQ, imm);
    case IR_LT:
        return range->high < imm ? 1 : range->low >= imm ? -1 : 0;
    case IR_GE:
        return -decide(range, IR_LT, imm);
    case IR_LE:
        return range->high <= imm ? 1 : range->low > imm ? -1 : 0;
    case IR_GT:
        return -decide(range, IR_LE, imm);
    default:
        return 0;
    }
}

/* Counters are not thought to overflow. */
static struct constraint shifted(struct constraint range, int64_t by) {
    struct constraint result = everything(range.value);
    if (range.low != INT64_MIN && __builtin_add_overflow(range.low, by, &result.low))
        return everything(range.value);
    if (range.high != INT64_MAX && __builtin_add_overflow(range.high, by, &result.high))
        return everything(range.value);
    return result;
}

/* Of what is added up, neither being negative. */
static struct constraint sum(struct constraint x, struct constraint y) {
    struct constraint result = everything(x.value);
    if (x.low < 0 || y.low < 0)
        return result;
    if (__builtin_add_overflow(x.low, y.low, &result.low))
        result.low = 0;
    if (x.high == INT64_MAX || y.high == INT64_MAX ||
        __builtin_add_overflow(x.high, y.high, &result.high))
        result.high = INT64_MAX;
    return result;
}

static struct constraint product(struct constraint x, struct constraint y) {
    struct constraint result = everything(x.value);
    if (x.low < 0 || y.low < 0)
        return result;
    if (__builtin_mul_overflow(x.low, y.low, &result.low))
        result.low = 0;
    if (x.high == INT64_MAX || y.high == INT64_MAX ||
        __builtin_mul_overflow(x.high, y.high, &result.high))
        result.high = INT64_MAX;
    return result;
}

static struct constraint structural_range(const struct state_context *c, const struct state *state,
                                          value_id id) {
    const struct value v = *value_at(&c->values, id);
    struct constraint range = everything(id);
    switch (v.kind) {
    case VALUE_INT:
        range.low = range.high = v.imm;
        range.nonzero = v.imm != 0;
        break;
    case VALUE_ADDRESS:
    case VALUE_FUNCTION:
    case VALUE_LITERAL:
        range.low = 1;
        range.nonzero = true;
        break;
    case VALUE_BINARY:
        if (is_comparison(v.op)) {
            range.low = 0;
            range.high = 1;
            const struct value *right = value_at(&c->values, v.b);
            if (right->kind == VALUE_INT) {
                struct constraint left = state_range(c, state, v.a);
                int known = decide(&left, v.op, right->imm);
                if (known)
                    range.low = range.high = known > 0;
            }
        } else if (v.op == IR_MUL) {
            range = product(state_range(c, state, v.a), state_range(c, state, v.b));
        } else if (v.op == IR_ADD && !v.is_pointer &&
                   value_at(&c->values, v.b)->kind != VALUE_INT) {
            range = sum(state_range(c, state, v.a), state_range(c, state, v.b));
        } else if (value_at(&c->values, v.b)->kind == VALUE_INT) {
            int64_t imm = value_at(&c->values, v.b)->imm;
            if (v.is_pointer) {
                range.low = 1; /* an element of something is not null */
                range.nonzero = true;
            } else if (v.op == IR_ADD) {
                range = shifted(state_range(c, state, v.a), imm);
            } else if (v.op == IR_SUB && imm != INT64_MIN) {
                range = shifted(state_range(c, state, v.a), -imm);
                if (v.is_unsigned && range.low < 0) /* below zero it goes round */
                    range = (struct constraint){.low = 0, .high = INT64_MAX};
            } else if (v.op == IR_AND && imm >= 0) {
                range.low = 0;
                range.high = imm;
            }
        }
        range.value = id;
        break;
    default:
        if (v.is_pointer || v.is_unsigned)
            range.low = 0;
        break;
    }
    return range;
}

struct constraint state_range(const struct state_context *c, const struct state *state,
                              value_id value) {
    struct constraint range = structural_range(c, state, value);
    uint32_t at = constraint_index(state, value);
    if (at < state->constraint_count && state->constraints[at].value == value)
        range = meet(range, state->constraints[at]);
    return range;
}

static bool impossible(const struct constraint *range) {
    return range->low > range->high || (range->nonzero && range->low == 0 && range->high == 0);
}

bool state_narrow(struct state_context *c, struct state *state, struct constraint fact) {
    struct constraint known = state_range(c, state, fact.value);
    struct constraint range = meet(known, fact);
    if (impossible(&range))
        return false;
    const struct value *v = value_at(&c->values, fact.value);
    if (v->kind == VALUE_INT || v->kind == VALUE_NOTHING)
        return true;
    if (range.low == known.low && range.high == known.high && range.nonzero == known.nonzero)
        return true;
    uint32_t at = constraint_index(state, fact.value);
    if (at == state->constraint_count || state->constraints[at].value != fact.value) {
        state->constraints = grow(c, state->constraints, state->constraint_count,
                                  &state->constraint_capacity, sizeof *state->constraints);
        memmove(&state->constraints[at + 1], &state->constraints[at],
                (state->constraint_count - at) * sizeof *state->constraints);
        state->constraint_count++;
    }
    state->constraints[at] = range;
    return true;
}

/* The facts on v.a that `v.a op imm` being true gives. */
static struct constraint comparison_fact(value_id left, unsigned op, int64_t imm) {
    struct constraint fact = everything(left);
    switch (op) {
    case IR_EQ:
        fact.low = fact.high = imm;
        break;
    case IR_NE:
        fact.nonzero = imm == 0;
        break;
    case IR_LT:
        fact.high = imm == INT64_MIN ? imm : imm - 1;
        break;
    case IR_LE:
        fact.high = imm;
        break;
    case IR_GT:
        fact.low = imm == INT64_MAX ? imm : imm + 1;
        break;
    case IR_GE:
        fact.low = imm;
        break;
    default:
        break;
    }
    return fact;
}

static unsigned opposite(unsigned op) {
    static const uint8_t table[] = {[IR_EQ] = IR_NE, [IR_NE] = IR_EQ, [IR_LT] = IR_GE,
                                    [IR_GE] = IR_LT, [IR_GT] = IR_LE, [IR_LE] = IR_GT};
    return table[op];
}

/* Who asks a call's result for -1 knows that it returns no other negative number. */
static bool is_result(const struct state_context *c, value_id value) {
    const struct value *v = value_at(&c->values, value);
    return v->kind == VALUE_SYMBOL && v->op == 0 && !v->is_unsigned &&
           c->cfg->unit->instrs.data[v->a].op == IR_CALL;
}

/* The facts on a value that its being in one of the classes gives. */
static struct constraint class_fact(value_id value, unsigned classes) {
    struct constraint fact = everything(value);
    if (!(classes & RETURNS_NEGATIVE))
        fact.low = classes & RETURNS_ZERO ? 0 : 1;
    if (!(classes & RETURNS_POSITIVE))
        fact.high = classes & RETURNS_ZERO ? 0 : -1;
    fact.nonzero = !(classes & RETURNS_ZERO);
    return fact;
}

/* What a call stored through its argument, and what it returned, go together: an error was set if
   and only if the call failed. */
static bool assume_outcome(struct state_context *c, struct state *state, value_id value,
                           bool truth) {
    for (uint32_t i = 0; i < state->duty_count; i++) {
        const struct duty *duty = &state->duties[i];
        if (duty->entity != value || duty->guard == VALUE_UNKNOWN || duty->guard == value ||
            duty->lapses || (duty->status == DUTY_NONE && !truth && !duty->answers))
            continue;
        unsigned classes = truth ? duty->when : RETURNS_ANY & ~(unsigned)duty->when;
        value_id guard = duty->guard;
        bool answers = duty->answers, nonzero = !(classes & RETURNS_ZERO);
        return state_narrow(c, state, class_fact(guard, classes)) &&
               (!answers || !(nonzero || classes == RETURNS_ZERO) ||
                assume_outcome(c, state, guard, nonzero));
    }
    return true;
}

bool state_assume(struct state_context *c, struct state *state, value_id value, bool truth) {
    struct constraint fact = everything(value);
    if (truth)
        fact.nonzero = true;
    else
        fact.low = fact.high = 0;
    if (!state_narrow(c, state, fact) || !assume_outcome(c, state, value, truth))
        return false;
    const struct value v = *value_at(&c->values, value);
    if (v.kind != VALUE_BINARY || !is_comparison(v.op))
        return true;
    unsigned op = truth ? v.op : opposite(v.op);
    const struct value right = *value_at(&c->values, v.b);
    if (right.kind != VALUE_INT)
        return true;
    if (right.imm == 0 && (op == IR_EQ || op == IR_NE))
        return state_assume(c, state, v.a, op == IR_NE);
    struct constraint left = comparison_fact(v.a, op, right.imm);
    struct constraint known = state_range(c, state, v.a);
    if (op == IR_NE && right.imm == -1 && is_result(c, v.a))
        left.low = 0;
    else if (op == IR_NE && right.imm == known.low && known.low != INT64_MAX)
        left.low = known.low + 1;
    else if (op == IR_NE && right.imm == known.high && known.high != INT64_MIN)
        left.high = known.high - 1;
    return state_narrow(c, state, left);
}

unsigned state_classes(const struct state_context *c, const struct state *state, value_id value) {
    struct constraint range = state_range(c, state, value);
    unsigned classes = 0;
    if (range.low < 0)
        classes |= RETURNS_NEGATIVE;
    if (range.high > 0)
        classes |= RETURNS_POSITIVE;
    if (range.low <= 0 && range.high >= 0 && !range.nonzero)
        classes |= RETURNS_ZERO;
    return classes;
}

/* ---- duties ---------------------------------------------------------------------------- */

bool state_knows_failure(const struct state *state) {
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (state->constraints[i].high < 0)
            return true;
    return false;
}

struct duty *state_duty(struct state *state, value_id entity) {
    if (entity == VALUE_UNKNOWN)
        return NULL;
    for (uint32_t i = 0; i < state->duty_count; i++)
        if (state->duties[i].entity == entity && state->duties[i].status != DUTY_LOST &&
            state->duties[i].status != DUTY_NONE)
            return &state->duties[i];
    return NULL;
}

struct duty *state_owner(const struct state_context *c, struct state *state, region_id region) {
    const struct region *root = region_at(&c->values, region_root(&c->values, region));
    return root->kind == REGION_POINTEE ? state_duty(state, root->a) : NULL;
}

bool state_duty_is_real(const struct state_context *c, const struct state *state,
                        const struct duty *duty) {
    if (duty->guard != VALUE_UNKNOWN && !(state_classes(c, state, duty->guard) & duty->when))
        return false;
    return duty->entity == VALUE_UNKNOWN || duty->entity == duty->guard ||
           state_classes(c, state, duty->entity) != RETURNS_ZERO;
}

bool state_guard_is_decided(const struct state_context *c, const struct state *state,
                            const struct duty *duty) {
    return duty->guard == VALUE_UNKNOWN ||
           (state_classes(c, state, duty->guard) & ~(unsigned)duty->when) == 0;
}

struct duty *state_add_duty(struct state_context *c, struct state *state, struct duty duty) {
    state->duties =
        grow(c, state->duties, state->duty_count, &state->duty_capacity, sizeof *state->duties);
    state->duties[state->duty_count] = duty;
    return &state->duties[state->duty_count++];
}

void state_remove_duty(struct state *state, uint32_t index) {
    memmove(&state->duties[index], &state->duties[index + 1],
            (state->duty_count - index - 1) * sizeof *state->duties);
    state->duty_count--;
}

/* ---- fresh symbols --------------------------------------------------------------------- */

static bool mentioned(const struct state_context *c, const struct state *state, value_id symbol) {
    const struct value_table *t = &c->values;
    for (uint32_t i = 0; i < state->held_count; i++)
        if (value_mentions(t, state->held[i].value, symbol))
            return true;
    for (ir_id i = c->walk_from; i < c->walked; i++) {
        ir_id dst = c->cfg->unit->instrs.data[i].dst;
        if (dst != IR_NONE && value_mentions(t, c->registers[dst], symbol))
            return true;
    }
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct region *root = region_at(t, region_root(t, state->bindings[i].region));
        if (value_mentions(t, state->bindings[i].value, symbol) ||
            (root->kind == REGION_POINTEE && value_mentions(t, root->a, symbol)))
            return true;
    }
    for (uint32_t i = 0; i < state->duty_count; i++)
        if (value_mentions(t, state->duties[i].entity, symbol) ||
            value_mentions(t, state->duties[i].guard, symbol) ||
            value_mentions(t, state->duties[i].size, symbol))
            return true;
    return state_claims_mention(c, state, symbol);
}

void state_forget(struct state_context *c, struct state *state, value_id symbol) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (!value_mentions(&c->values, state->constraints[i].value, symbol))
            state->constraints[kept++] = state->constraints[i];
    state->constraint_count = kept;
}

value_id state_fresh(struct state_context *c, struct state *state, ir_id origin,
                     const struct ir_type *type) {
    struct value symbol = {.kind = VALUE_SYMBOL,
                           .a = origin,
                           .is_pointer = type && type->kind == IR_TYPE_POINTER,
                           .is_unsigned =
                               type && (type->is_unsigned || type->kind == IR_TYPE_BOOL)};
    for (;; symbol.b++) {
        value_id id = value_intern(&c->values, symbol);
        if (!mentioned(c, state, id)) {
            state_forget(c, state, id);
            return id;
        }
    }
}

/* ---- comparing ------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 31);
}

void state_seal(struct state *state) {
    uint64_t h = state->parked;
    for (unsigned k = 0; k < SCOPE_KINDS; k++)
        h = mix(h, (uint64_t)state->scopes[k]);
    h = mix(h, (uint64_t)(state->inside * 8 + state->told * 4 + state->cut * 2 + state->once));
    for (uint32_t i = 0; i < state->binding_count; i++)
        h = mix(h, (uint64_t)state->bindings[i].region << 32 | state->bindings[i].value);
    for (uint32_t i = 0; i < state->held_count; i++)
        h = mix(h, (uint64_t)state->held[i].reg << 32 | state->held[i].value);
    for (uint32_t i = 0; i < state->constraint_count; i++) {
        const struct constraint *k = &state->constraints[i];
        h = mix(mix(mix(h, k->value), (uint64_t)k->low), (uint64_t)k->high ^ k->nonzero);
    }
    for (uint32_t i = 0; i < state->duty_count; i++) {
        const struct duty *d = &state->duties[i];
        h = mix(mix(h, (uint64_t)d->entity << 32 | d->origin),
                (uint64_t)d->guard << 8 | (uint64_t)d->status << 4 | d->when);
    }
    for (uint32_t i = 0; i < state->exposed_words; i++)
        h = mix(h, state->exposed[i]);
    state->hash = state_hash_claims(state, h);
}

static bool duty_equal(const struct duty *x, const struct duty *y) {
    return x->entity == y->entity && x->subject == y->subject && x->status == y->status &&
           x->when == y->when && x->guard == y->guard && x->origin == y->origin &&
           x->which == y->which && x->out == y->out && x->within == y->within &&
           x->joined == y->joined && x->widened == y->widened && x->lapses == y->lapses &&
           x->again == y->again && x->shared == y->shared && x->detached == y->detached &&
           x->answers == y->answers;
}

bool state_same_property(const struct state *x, const struct state *y) {
    if (memcmp(x->scopes, y->scopes, sizeof x->scopes) != 0 || x->parked != y->parked ||
        x->inside != y->inside || x->once != y->once || x->told != y->told || x->cut != y->cut ||
        x->duty_count != y->duty_count)
        return false;
    for (uint32_t i = 0; i < x->duty_count; i++) {
        struct duty a = x->duties[i], b = y->duties[i];
        a.joined = b.joined = a.widened = b.widened = false;
        if (!duty_equal(&a, &b))
            return false;
    }
    return true;
}

bool state_equal(const struct state *x, const struct state *y) {
    if (x->hash != y->hash || !state_same_property(x, y) || x->binding_count != y->binding_count ||
        x->constraint_count != y->constraint_count || x->held_count != y->held_count ||
        !state_equal_claims(x, y))
        return false;
    for (uint32_t i = 0; i < x->held_count; i++)
        if (x->held[i].reg != y->held[i].reg || x->held[i].value != y->held[i].value)
            return false;
    for (uint32_t i = 0; i < x->duty_count; i++)
        if (x->duties[i].joined != y->duties[i].joined ||
            x->duties[i].widened != y->duties[i].widened)
            return false;
    for (uint32_t i = 0; i < x->binding_count; i++)
        if (x->bindings[i].region != y->bindings[i].region ||
            x->bindings[i].value != y->bindings[i].value)
            return false;
    for (uint32_t i = 0; i < x->constraint_count; i++) {
        const struct constraint *a = &x->constraints[i], *b = &y->constraints[i];
        if (a->value != b->value || a->low != b->low || a->high != b->high ||
            a->nonzero != b->nonzero)
            return false;
    }
    return memcmp(x->exposed, y->exposed, x->exposed_words * sizeof *x->exposed) == 0;
}
