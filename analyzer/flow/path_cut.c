#include "flow/path_cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/loop.h"
#include "flow/path_step.h"
#include "flow/use.h"

/* ---- in the walk ----------------------------------------------------------------------- */

struct state *path_cut_start(struct path *path) {
    struct state *state = state_new(&path->context);
    for (uint32_t i = 0; i < path->function->local_count; i++)
        if (ir_local_at(path->unit, path->function, i)->flags & IR_LOCAL_ADDRESS_TAKEN)
            state->exposed[i / 64] |= UINT64_C(1) << (i % 64);
    return state;
}

bool path_cut_follows(struct path *path, ir_id number, const struct state *state) {
    struct path_cut *cut = path->cut;
    if (cut->head == IR_NONE)
        return true;
    if (!cut->body[number]) {
        cut->ended |= state->cut;
        return false;
    }
    cut->round |= number == cut->head && state->cut;
    return true;
}

void path_cut_return(struct path *path, value_id value) {
    struct path_cut *cut = path->cut;
    struct constraint range = {.low = INT64_MIN, .high = INT64_MAX};
    if (value != VALUE_UNKNOWN)
        range = state_range(&path->context, path->state, value);
    if (!cut->returned || range.low < cut->low)
        cut->low = range.low;
    if (!cut->returned || range.high > cut->high)
        cut->high = range.high;
    cut->returned = true;
}

/* The object whose cancellation cuts the call; VALUE_UNKNOWN: the task's does. */
static value_id object_of(const struct path_call *call) {
    int arg = call->callee->cut.arg;
    return arg >= 0 && (uint32_t)arg < call->arg_count ? call->args[arg] : VALUE_UNKNOWN;
}

/* Is a cancellation able to cut this call, in this state? */
static bool is_open(const struct path *path, const struct path_call *call) {
    const struct cut *cut = &call->callee->cut;
    if (!cut->is)
        return false;
    if (cut->arg < 0)
        return path->state->scopes[SCOPE_SHIELD] <= 0 && path->state->inside >= 0;
    value_id object = object_of(call);
    return object != VALUE_UNKNOWN &&
           state_classes(&path->context, path->state, object) != RETURNS_ZERO;
}

bool path_can_cut(const struct path *path, const struct path_call *call) {
    return call->callee->cut.arg < 0 && is_open(path, call);
}

static bool has_label(const struct path *path, int64_t number) {
    for (ir_id b = 0; b < path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        for (uint32_t i = 0; block->term == IR_TERM_SWITCH && i + 1 < block->succ_count; i++) {
            const struct ir_case *label = &path->unit->cases.data[block->first_case + i];
            if (label->low <= number && number <= label->high)
                return true;
        }
    }
    return false;
}

/* Does the function know this error by its number, as a constant or a label? Then it tells it from
   others, which an interval cannot say. */
static bool knows_error(const struct path *path, int64_t error) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op == IR_CONST && (instr->imm == error || instr->imm == -error))
            return true;
    }
    return has_label(path, error);
}

/* Does the fact on a call's result leave it open that it was cut? */
static bool may_be_cut(const struct path *path, const struct constraint *fact) {
    const struct value *v = value_at(&path->context.values, fact->value);
    const struct ir_instr *made = path_maker(path, fact->value);
    if (!made || !path->cuttable[v->a - path->first_instr])
        return false;
    struct cut cut = path_target(path, made).cut;
    bool other = !v->is_pointer && fact->low < fact->high && knows_error(path, -ECANCELED);
    return !other && cut.is && cut.arg < 0 && fact->low <= cut.high && fact->high >= cut.low;
}

/* Says the fact that a call failed? */
static bool is_failure(const struct path *path, const struct constraint *fact) {
    return value_at(&path->context.values, fact->value)->is_pointer
               ? fact->low == 0 && fact->high == 0 && !fact->nonzero
               : fact->high < 0;
}

bool path_may_be_cut(const struct path *path, value_id result) {
    struct constraint fact = state_range(&path->context, path->state, result);
    fact.value = result;
    return may_be_cut(path, &fact);
}

const struct ir_instr *path_seen_cut(const struct path *path, const struct path_call *here) {
    for (uint32_t i = 0; i < path->state->constraint_count; i++) {
        const struct constraint *fact = &path->state->constraints[i];
        if (!is_failure(path, fact) || !may_be_cut(path, fact))
            continue;
        ir_id seen = value_at(&path->context.values, fact->value)->a;
        if (seen != here->id && !flow_reaches(path->unit, path->function, here->id, seen, IR_NONE))
            return &path->unit->instrs.data[seen];
    }
    return NULL;
}

/* Who is given what was cancelled may look at it, or take the cancellation back. */
static bool asks_for_object(const struct path *path, const struct path_call *call) {
    if (!path->state->cut || path->cut->object == VALUE_UNKNOWN)
        return false;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i] == path->cut->object)
            return true;
    return false;
}

static void note_first(struct path *path, const struct path_call *call, value_id object) {
    struct path_cut *cut = path->cut;
    cut->mixed |= cut->cut && cut->object != object;
    if (!cut->cut && cut->stuck)
        *cut->stuck = (struct path_stuck){.call = call->instr,
                                          .callee = call->callee->name,
                                          .awaits = call->callee->awaits,
                                          .object = object != VALUE_UNKNOWN};
    cut->cut = true;
    cut->object = object;
}

bool path_cut_call(struct path *path, const struct path_call *call, struct callee *callee) {
    bool open = is_open(path, call);
    if (!path->cut) {
        path->cuttable[call->id - path->first_instr] |= open;
        return true;
    }
    if (!open) {
        bool leaves = (callee->flags & CALLEE_NORETURN) && path->state->cut;
        path->cut->ended |= leaves || asks_for_object(path, call);
        return !path->cut->ended;
    }
    note_first(path, call, object_of(call));
    if (callee->cut.endless) {
        path->cut->ended = true; /* told of there */
        return false;
    }
    path->state->cut = true;
    path_doubt_answers(path);
    callee->flags |= CALLEE_WRITES;
    callee->returns = RETURNS_ANY;
    callee->low = callee->cut.low;
    callee->high = callee->cut.high;
    return true;
}

/* ---- a function ------------------------------------------------------------------------ */

/* The parameter that `object` is; ROLE_ARG_NONE if it is none. */
static int param_of(const struct path *path, value_id object) {
    const struct value *v = value_at(&path->context.values, object);
    return v->kind == VALUE_PARAM ? (int)v->a : ROLE_ARG_NONE;
}

struct cut path_run_cut(const struct ir_unit *unit, const struct ir_function *function,
                        const struct path_client *client) {
    struct path_cut cut = {.head = IR_NONE};
    struct path path;
    path_walk_cut(&path, unit, function, client, &cut);
    bool task = cut.object == VALUE_UNKNOWN;
    struct cut found = {.arg = task ? ROLE_ARG_NONE : param_of(&path, cut.object),
                        .low = INT64_MIN,
                        .high = INT64_MAX};
    found.is = cut.cut && !cut.mixed && (task || found.arg >= 0);
    found.endless = !path.capped && !cut.returned;
    if (!path.capped && cut.returned) {
        found.low = cut.low;
        found.high = cut.high;
    }
    path_end(&path);
    return found;
}

/* ---- loops ----------------------------------------------------------------------------- */

static bool has_cuttable(const struct path *path, const bool *body) {
    for (ir_id b = 0; b < path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        for (uint32_t i = 0; body[b] && i < block->instr_count; i++)
            if (path->cuttable[block->first_instr + i - path->first_instr])
                return true;
    }
    return false;
}

static bool is_protected(const struct state *state) {
    return state->scopes[SCOPE_SHIELD] > 0 || state->inside < 0;
}

static void tell(struct path *path, const struct path_stuck *stuck) {
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_stuck)
            path->listeners[path->current]->on_stuck(path, stuck);
}

static void cut_loop(struct path *path, ir_id head, const bool *body) {
    struct path_stuck stuck = {0};
    struct path_cut cut = {.head = head, .body = body, .stuck = &stuck};
    struct path inner;
    path_walk_cut(&inner, path->unit, path->function, path->client, &cut);
    bool is_stuck = cut.round && !cut.ended && !cut.mixed && !inner.capped;
    path_end(&inner);
    if (is_stuck)
        tell(path, &stuck);
}

static bool is_listened_to(const struct path *path) {
    for (size_t i = 0; i < path->listener_count; i++)
        if (path->listeners[i]->on_stuck)
            return true;
    return false;
}

void path_cut_loops(struct path *path) {
    if (path->capped || !is_listened_to(path) || !memchr(path->cuttable, true, path->instr_count))
        return;
    for (ir_id head = 0; head < path->function->block_count; head++) {
        if (!ir_block_at(path->unit, path->function, head)->loop_head ||
            path_any_at(path, head, is_protected))
            continue;
        bool *body = loop_body(path->context.cfg, head);
        if (has_cuttable(path, body))
            cut_loop(path, head, body);
        free(body);
    }
}
