#include "flow/path.h"

#include <stdlib.h>
#include <string.h>

#include "flow/circumstance.h"
#include "flow/loop.h"
#include "flow/outs.h"
#include "flow/path_cut.h"
#include "flow/path_step.h"

/* One block's states: those that were seen, to recognise them. */
struct path_block {
    struct state **seen;
    uint32_t count, capacity;
};

/* Waiting (block, state) pairs, a heap by reverse postorder, then age. */
struct path_item {
    uint32_t order;
    uint32_t age;
    ir_id block;
    struct state *state;
};

struct path_queue {
    struct path_item *items;
    uint32_t count, capacity, age;
};

enum { STATES_PER_BLOCK = 64, WIDEN_AFTER = 3, STEPS_PER_FUNCTION = 30000 };

static bool earlier(const struct path_item *x, const struct path_item *y) {
    return x->order != y->order ? x->order < y->order : x->age < y->age;
}

static void swap(struct path_item *x, struct path_item *y) {
    struct path_item t = *x;
    *x = *y;
    *y = t;
}

static void push(struct path *path, ir_id block, struct state *state) {
    struct path_queue *q = path->queue;
    if (q->count == q->capacity) {
        q->capacity = q->capacity ? q->capacity * 2 : 32;
        q->items = mem_resize(q->items, q->capacity, sizeof *q->items);
    }
    uint32_t i = q->count++;
    q->items[i] =
        (struct path_item){path->context.cfg->blocks[block].order, q->age++, block, state};
    for (; i && earlier(&q->items[i], &q->items[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&q->items[i], &q->items[(i - 1) / 2]);
}

static struct path_item pop(struct path_queue *q) {
    struct path_item top = q->items[0];
    q->items[0] = q->items[--q->count];
    for (uint32_t i = 0;;) {
        uint32_t child = 2 * i + 1;
        if (child >= q->count)
            break;
        if (child + 1 < q->count && earlier(&q->items[child + 1], &q->items[child]))
            child++;
        if (!earlier(&q->items[child], &q->items[i]))
            break;
        swap(&q->items[child], &q->items[i]);
        i = child;
    }
    return top;
}

static ir_id first_location(const struct path *path, ir_id number) {
    const struct ir_block *block = ir_block_at(path->unit, path->function, number);
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[block->first_instr + i];
        if (instr->op != IR_DEAD && instr->loc != IR_NONE)
            return instr->loc;
    }
    return block->loc;
}

static void remember(struct path_block *block, struct state *state) {
    if (block->count == block->capacity) {
        block->capacity = block->capacity ? block->capacity * 2 : 8;
        block->seen = mem_resize(block->seen, block->capacity, sizeof *block->seen);
    }
    block->seen[block->count++] = state;
}

/* Joins with a state of the same property; NULL if that one already covers this. */
static struct state *generalise(struct path *path, ir_id number, struct state *state, bool widen,
                                bool *joined) {
    struct path_block *block = &path->blocks[number];
    *joined = false;
    for (uint32_t i = block->count; i-- > 0;) {
        if (!state_same_property(block->seen[i], state))
            continue;
        path_meet_questions(block->seen[i], state);
        struct state *wider = state_copy(&path->context, block->seen[i]);
        bool changed = state_join(&path->context, wider, state, number, widen);
        *joined = true;
        if (!changed)
            return NULL;
        state_seal(wider);
        block->seen[i] = wider;
        return wider;
    }
    return state;
}

static uint32_t alike(const struct path_block *block, const struct state *state) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < block->count; i++)
        count += state_same_property(block->seen[i], state);
    return count;
}

/* Brings a state to a block, unless it has been there. */
static void arrive(struct path *path, ir_id number, struct state *state) {
    const struct ir_block *target = ir_block_at(path->unit, path->function, number);
    struct path_block *block = &path->blocks[number];
    if (path->cut && !path_cut_follows(path, number, state))
        return;
    state_hold_registers(&path->context, state, number);
    state_prune(&path->context, state, number, first_location(path, number));
    state_seal(state);
    for (uint32_t i = 0; i < block->count; i++)
        if (state_equal(block->seen[i], state)) {
            path_meet_questions(block->seen[i], state);
            return;
        }
    uint32_t limit =
        path->client->states_per_block ? path->client->states_per_block : STATES_PER_BLOCK;
    bool widen = target->loop_head && alike(block, state) >= WIDEN_AFTER;
    if (widen || block->count >= limit) {
        bool joined;
        if (!widen)
            path->capped = true;
        state = generalise(path, number, state, widen, &joined);
        if (!state)
            return;
        if (!joined && block->count >= 2 * limit)
            return;
        if (!joined)
            remember(block, state);
    } else {
        remember(block, state);
    }
    push(path, number, state);
}

static void trace_branch(struct path *path, struct state *state, ir_id loc, enum trace_kind kind,
                         const struct question *asked) {
    if (loc == IR_NONE)
        return;
    struct path_trace step = {.before = state->trace, .loc = loc, .kind = kind};
    step.asked = *asked;
    step.asked.holds ^= kind == TRACE_FALSE;
    state->trace = arena_copy(&path->context.arena, &step, sizeof step);
}

/* A parameter that equals something is not kept by that. */
static void escape_alias(struct path *path, value_id value) {
    const struct value *v =
        value_at(&path->context.values, value_base(&path->context.values, value));
    uint32_t param = v->a;
    bool is_param = v->kind == VALUE_PARAM, kept = is_param && path->kept_params[param];
    path_escape(path, value);
    if (is_param)
        path->kept_params[param] = kept;
}

/* Where two pointers turn out to be one, what was acquired as the one may be released as the other:
   `if (copy != text) free(copy);` */
static void meet_aliases(struct path *path, struct state *state, value_id condition, bool truth) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, condition);
    while (v->kind == VALUE_BINARY && v->op == IR_EQ &&
           v->b == value_int(&path->context.values, 0)) {
        truth = !truth;
        v = value_at(t, v->a);
    }
    if (v->kind != VALUE_BINARY || v->op != (truth ? IR_EQ : IR_NE) ||
        value_at(t, v->b)->kind == VALUE_INT)
        return;
    value_id a = v->a, b = v->b;
    struct state *current = path->state;
    path->state = state;
    escape_alias(path, a);
    escape_alias(path, b);
    path->state = current;
}

static void take_branch(struct path *path, const struct ir_block *block) {
    struct state_context *c = &path->context;
    value_id value = path->state->registers[block->value];
    path_look_at(path, value);
    const struct question asked = path_question(path, block, value);
    struct state *yes = path->state, *no = state_copy(c, path->state);
    bool can = state_assume(c, yes, value, true), cannot = state_assume(c, no, value, false);
    if (can && cannot) {
        trace_branch(path, yes, block->loc, TRACE_TRUE, &asked);
        trace_branch(path, no, block->loc, TRACE_FALSE, &asked);
        meet_aliases(path, yes, value, true);
        meet_aliases(path, no, value, false);
        can = circumstance_see(path, yes, value);
        cannot = circumstance_see(path, no, value);
    }
    path_drop_empty(path, yes);
    path_drop_empty(path, no);
    path_ask(path, yes, value, true);
    path_ask(path, no, value, false);
    if (can)
        arrive(path, ir_succ(path->unit, block, 0), yes);
    if (cannot)
        arrive(path, ir_succ(path->unit, block, 1), no);
}

/* Has the switch a label for each value that there can be? */
static bool all_labelled(const struct path *path, const struct ir_block *block,
                         const struct constraint *range) {
    enum { MOST = 64 };
    if (range->low == INT64_MIN || range->high == INT64_MAX || range->high - range->low >= MOST)
        return false;
    for (int64_t n = range->low; n <= range->high; n++) {
        bool found = n == 0 && range->nonzero;
        for (uint32_t i = 0; !found && i + 1 < block->succ_count; i++) {
            const struct ir_case *label = &path->unit->cases.data[block->first_case + i];
            found = label->low <= n && n <= label->high;
        }
        if (!found)
            return false;
    }
    return true;
}

static void take_switch(struct path *path, const struct ir_block *block) {
    struct state_context *c = &path->context;
    value_id value = path->state->registers[block->value];
    path_look_at(path, value);
    struct constraint range = state_range(c, path->state, value);
    bool decided = range.low == range.high, taken = false;
    for (uint32_t i = 0; i + 1 < block->succ_count; i++) {
        const struct ir_case *label = &path->unit->cases.data[block->first_case + i];
        struct state *copy = state_copy(c, path->state);
        struct constraint fact = {.value = value, .low = label->low, .high = label->high};
        if (!state_narrow(c, copy, fact))
            continue;
        taken = true;
        if (!decided)
            trace_branch(path, copy, block->loc, TRACE_CASE, &(struct question){0});
        arrive(path, ir_succ(path->unit, block, i), copy);
    }
    if ((decided && taken) || all_labelled(path, block, &range))
        return;
    for (uint32_t i = 0; i + 1 < block->succ_count; i++) {
        const struct ir_case *label = &path->unit->cases.data[block->first_case + i];
        if (label->low == 0 && label->high == 0 && !state_assume(c, path->state, value, true))
            return;
    }
    arrive(path, ir_succ(path->unit, block, block->succ_count - 1), path->state);
}

static void end_block(struct path *path, const struct ir_block *block) {
    switch (block->term) {
    case IR_TERM_JUMP:
        arrive(path, ir_succ(path->unit, block, 0), path->state);
        break;
    case IR_TERM_BRANCH:
        take_branch(path, block);
        break;
    case IR_TERM_SWITCH:
        take_switch(path, block);
        break;
    case IR_TERM_GOTO:
        for (uint32_t i = 0; i < block->succ_count; i++)
            arrive(path, ir_succ(path->unit, block, i), state_copy(&path->context, path->state));
        break;
    case IR_TERM_RETURN:
        path->returns = true;
        path_step_return(path, block);
        break;
    default:
        break;
    }
}

static void walk_block(struct path *path, const struct path_item *item) {
    const struct ir_block *block = ir_block_at(path->unit, path->function, item->block);
    path->state = state_copy(&path->context, item->state);
    path->leaves = block->term == IR_TERM_RETURN;
    path->returned = block->term == IR_TERM_RETURN ? block->value : IR_NONE;
    struct state_context *c = &path->context;
    state_restore_registers(c, path->state, item->block);
    c->walk_from = block->first_instr;
    for (uint32_t i = 0; i < block->instr_count; i++) {
        c->walked = block->first_instr + i;
        if (!path_step(path, c->walked))
            return;
    }
    c->walked = block->first_instr + block->instr_count;
    end_block(path, block);
    path->straight &= block->succ_count == 1;
}

static void report_losses(struct path *path) {
    for (uint32_t i = 0; i < path->loss_count; i++) {
        struct path_loss *loss = &path->losses[i];
        unsigned released = path->discharged[loss->duty->origin - path->first_instr];
        loss->always = !((released >> (loss->duty->which % 8)) & 1);
        for (path->current = 0; path->current < path->listener_count; path->current++)
            if (path->listeners[path->current]->on_loss)
                path->listeners[path->current]->on_loss(path, loss);
    }
}

static void find_range(struct path *path) {
    ir_id first = IR_NONE, end = 0;
    for (ir_id b = 0; b < path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        if (!block->instr_count)
            continue;
        first = block->first_instr < first ? block->first_instr : first;
        if (block->first_instr + block->instr_count > end)
            end = block->first_instr + block->instr_count;
    }
    path->first_instr = first == IR_NONE ? 0 : first;
    path->instr_count = end - path->first_instr;
}

static void enter(struct path *path) {
    struct state *state = state_new(&path->context);
    for (uint32_t i = 0; i < path->function->param_count; i++) {
        region_id region = region_intern(&path->context.values, REGION_LOCAL, i, 0);
        state_bind(&path->context, state, region, path_param(path, i));
    }
    outs_enter(path, state);
    arrive(path, 0, state);
}

static void begin(struct path *path, const struct ir_unit *unit, const struct ir_function *function,
                  const struct path_client *client) {
    *path = (struct path){.unit = unit, .function = function, .client = client};
    struct cfg *cfg = mem_zero(1, sizeof *cfg);
    cfg_init(cfg, unit, function);
    path->context.cfg = cfg;
    state_context_init(&path->context);
    path->blocks = mem_zero(function->block_count, sizeof *path->blocks);
    path->queue = mem_zero(1, sizeof *path->queue);
    path->kept_params = mem_zero(function->param_count, sizeof *path->kept_params);
    find_range(path);
    path->discharged = mem_zero(path->instr_count, sizeof *path->discharged);
    path->fates = mem_zero(path->instr_count, sizeof *path->fates);
    path->cuttable = mem_zero(path->instr_count, sizeof *path->cuttable);
}

static void walk(struct path *path) {
    uint32_t steps = 0;
    path->straight = true;
    while (path->queue->count && !(path->cut && path->cut->ended)) {
        struct path_item item = pop(path->queue);
        if (++steps > STEPS_PER_FUNCTION) {
            path->capped = true;
            break;
        }
        walk_block(path, &item);
    }
}

static void tell_enter(struct path *path) {
    path->state = path_state_at(path, 0);
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_enter)
            path->listeners[path->current]->on_enter(path);
}

void path_run(struct path *path, const struct ir_unit *unit, const struct ir_function *function,
              const struct path_client *client, const struct path_listener *const *listeners,
              size_t listener_count, void *user) {
    begin(path, unit, function, client);
    path->listeners = listeners;
    path->listener_count = listener_count;
    path->user = user;
    path_find_followed(path);
    path_find_emptied(path);
    enter(path);
    tell_enter(path);
    walk(path);
    report_losses(path);
    path_tell_holds(path);
    path_tell_idle(path);
    path_tell_stale(path);
    path_cut_loops(path);
    loop_tell(path);
}

void path_walk_cut(struct path *path, const struct ir_unit *unit,
                   const struct ir_function *function, const struct path_client *client,
                   struct path_cut *cut) {
    begin(path, unit, function, client);
    path->cut = cut;
    if (cut->head == IR_NONE)
        enter(path);
    else
        arrive(path, cut->head, path_cut_start(path));
    walk(path);
}

struct state *path_state_at(const struct path *path, ir_id block) {
    return path->blocks[block].count ? path->blocks[block].seen[0] : NULL;
}

bool path_any_at(const struct path *path, ir_id block, bool (*holds)(const struct state *state)) {
    for (uint32_t i = 0; i < path->blocks[block].count; i++)
        if (holds(path->blocks[block].seen[i]))
            return true;
    return false;
}

void path_end(struct path *path) {
    for (uint32_t i = 0; i < path->function->block_count; i++)
        free(path->blocks[i].seen);
    free(path->blocks);
    free(path->queue->items);
    free(path->queue);
    free(path->kept_params);
    free(path->discharged);
    free(path->fates);
    free(path->cuttable);
    free(path->losses);
    free(path->followed);
    free(path->words);
    free(path->stales);
    state_context_free(&path->context);
    struct cfg *cfg = (struct cfg *)path->context.cfg;
    cfg_free(cfg);
    free(cfg);
}
