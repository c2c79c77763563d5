/*
 * Questions that go together: a flag in memory that others have, too, is asked twice, and calls in
 * between may have changed it, as far as the text shows.
 *
 * Whoever asks again although both answers to the first question lead here does so because it is
 * not known here which it was: `if (flag) open … if (flag) close`. Whoever asks where one answer
 * alone leads to wants to know what has changed: `if (closing) return; … if (closing) return`.
 */
#include <stdlib.h>

#include "flow/outs.h"
#include "flow/path_step.h"

/* ---- what is asked ----------------------------------------------------------------------- */

/* The place, that others have, in which the value was found. */
static region_id found_at(const struct path *path, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct ir_instr *made = path_maker(path, value);
    for (uint32_t i = 0; made && made->op == IR_LOAD && i < path->state->binding_count; i++) {
        const struct binding *b = &path->state->bindings[i];
        if (b->value == value && region_at(t, region_root(t, b->region))->kind != REGION_LOCAL)
            return b->region;
    }
    return REGION_UNKNOWN;
}

/* Each comparison and its opposite are one question. */
static void normalise(struct question *asked, unsigned op) {
    asked->holds = op == IR_EQ || op == IR_LT || op == IR_GT;
    asked->op = (uint8_t)(op == IR_NE ? IR_EQ : op == IR_GE ? IR_LT : op == IR_LE ? IR_GT : op);
}

struct question path_question(const struct path *path, const struct ir_block *block,
                              value_id condition) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, condition), *than;
    struct question asked = {.block = (ir_id)(block - ir_block_at(path->unit, path->function, 0))};
    bool truth = true;
    normalise(&asked, IR_NE);
    for (; v->kind == VALUE_BINARY && v->op >= IR_EQ && v->op <= IR_GE; v = value_at(t, v->a)) {
        than = value_at(t, v->b);
        if (than->kind != VALUE_INT)
            return asked;
        condition = v->a;
        asked.than = than->imm;
        normalise(&asked, v->op);
        asked.holds ^= !truth;
        if (than->imm != 0 || (v->op != IR_EQ && v->op != IR_NE))
            break;
        truth ^= v->op == IR_EQ; /* that something is not so, or that it is */
    }
    asked.place = found_at(path, condition);
    const struct region *place = region_at(t, asked.place);
    v = value_at(t, condition);
    asked.of_argument =
        v->kind == VALUE_PARAM || outs_is_initial(v) ||
        (place->kind == REGION_POINTEE && value_at(t, place->a)->kind == VALUE_PARAM);
    return asked;
}

/* ---- what was asked before --------------------------------------------------------------- */

static bool is_same(const struct question *x, const struct question *y) {
    return x->place != REGION_UNKNOWN && x->place == y->place && x->op == y->op &&
           x->than == y->than;
}

static const struct path_trace *asked_before(const struct path_trace *step,
                                             const struct question *again) {
    while (step && !is_same(&step->asked, again))
        step = step->before;
    return step;
}

void path_meet_questions(struct state *seen, const struct state *other) {
    enum { FARTHEST = 64 };
    unsigned steps = 0;
    for (struct path_trace *s = seen->trace; s && steps < FARTHEST; s = s->before, steps++) {
        const struct path_trace *alike = s->asked.place == REGION_UNKNOWN ? NULL : other->trace;
        while (alike &&
               !(is_same(&alike->asked, &s->asked) && alike->asked.block == s->asked.block))
            alike = alike->before;
        s->asked.either |= alike && alike->asked.holds != s->asked.holds;
    }
}

/* Does some way lead from one block to the other, and not through `but`? */
static bool leads(const struct path *path, ir_id from, ir_id to, ir_id but) {
    uint32_t count = path->function->block_count, depth = 0;
    bool *seen = mem_zero(count, sizeof *seen), found = false;
    ir_id *stack = mem_resize(NULL, count, sizeof *stack);
    seen[but] = true;
    if (!seen[from])
        stack[depth++] = from;
    seen[from] = true;
    while (depth && !found) {
        ir_id at = stack[--depth];
        const struct ir_block *block = ir_block_at(path->unit, path->function, at);
        found = at == to;
        for (uint32_t i = 0; i < block->succ_count; i++) {
            ir_id next = ir_succ(path->unit, block, i);
            if (!seen[next])
                stack[depth++] = next;
            seen[next] = true;
        }
    }
    free(stack);
    free(seen);
    return found;
}

static bool both_lead(const struct path *path, ir_id first, ir_id second) {
    const struct ir_block *block = ir_block_at(path->unit, path->function, first);
    for (uint32_t i = 0; i < block->succ_count; i++)
        if (!leads(path, ir_succ(path->unit, block, i), second, first))
            return false;
    return first != second;
}

/* Does this function write there, or to a place of the same name? Then it knows what it asks. */
static bool is_written(const struct path *path, region_id region) {
    const struct region *r = region_at(&path->context.values, region);
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        if (instr->op != IR_STORE)
            continue;
        const struct ir_place *place = &path->unit->places.data[instr->a];
        if ((r->kind == REGION_FIELD && place->kind == IR_PLACE_FIELD && place->b == r->b) ||
            (r->kind == REGION_GLOBAL && place->kind == IR_PLACE_GLOBAL && place->a == r->a) ||
            (r->kind == REGION_POINTEE && place->kind == IR_PLACE_DEREF))
            return true;
    }
    return false;
}

bool path_contradicts(const struct path *path, const struct duty *duty) {
    for (const struct path_trace *step = duty->trace; step; step = step->before) {
        if (step->kind == TRACE_ACQUIRE && step->loc == path->unit->instrs.data[duty->origin].loc)
            return false; /* what was asked before that made no difference */
        if (step->asked.place == REGION_UNKNOWN)
            continue;
        const struct path_trace *before = asked_before(step->before, &step->asked);
        if (before && before->asked.holds != step->asked.holds && !before->asked.either &&
            both_lead(path, before->asked.block, step->asked.block) &&
            !is_written(path, step->asked.place))
            return true;
    }
    return false;
}
