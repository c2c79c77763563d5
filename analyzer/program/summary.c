/*
 * Summaries: what each function does to its arguments and what it returns, by the class of the
 * returned value. Here the paths are walked; collect.c makes effects of what was seen.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/ending.h"
#include "flow/outs.h"
#include "program/blocking.h"
#include "program/collect.h"
#include "program/named.h"

/* ---- at each return -------------------------------------------------------------------- */

static struct candidate *candidate_for(struct collector *c, struct effect effect) {
    for (size_t i = 0; i < c->count; i++) {
        const struct effect *known = &c->candidates[i].effect;
        bool same_subject =
            known->subject == effect.subject ||
            (known->subject && effect.subject && strcmp(known->subject, effect.subject) == 0);
        if (known->kind == effect.kind && known->target == effect.target &&
            known->arg == effect.arg && same_subject &&
            collect_same_place(known->place, effect.place))
            return &c->candidates[i];
    }
    if (c->count == MOST_CANDIDATES) {
        c->overflow |= effect.target != TARGET_PLACE;
        return NULL;
    }
    c->candidates[c->count] = (struct candidate){.effect = effect};
    return &c->candidates[c->count++];
}

static void note_params(struct path *path, uint8_t *params) {
    for (uint32_t i = 0; i < path->function->param_count && i < MOST_PARAMS; i++)
        params[i] |= (uint8_t)state_classes(&path->context, path->state, path_param(path, i));
}

/* The classes that each parameter is in where the result is zero, and where it is not. */
static void note_answer(struct path *path, struct collector *c, value_id value) {
    struct state *now = path->state;
    for (int yes = 0; yes < 2 && value != VALUE_UNKNOWN; yes++) {
        path->state = state_copy(&path->context, now);
        if (state_assume(&path->context, path->state, value, yes))
            note_params(path, yes ? c->yes : c->no);
    }
    path->state = now;
}

static void count_candidate(struct path *path, struct collector *c, struct effect effect,
                            unsigned classes, bool doubtful) {
    struct candidate *candidate = candidate_for(c, effect);
    if (!candidate)
        return;
    candidate->doubtful |= doubtful;
    note_params(path, candidate->params);
    candidate->effect.detaches |= effect.detaches;
    candidate->survives |= effect.kind == EFFECT_RELEASE && !effect.ends;
    if (candidate->effect.leaves != effect.leaves)
        candidate->effect.leaves = LEAVES_ANYTHING;
    for (unsigned k = 0; k < CLASSES; k++)
        candidate->holds[k] += (classes >> k) & 1;
}

static bool names_param(const struct path *path, value_id value, uint8_t *arg) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind != VALUE_PARAM || v->a > UINT8_MAX)
        return false;
    *arg = (uint8_t)v->a;
    return true;
}

/* Is it gone when the function returns, whatever came of the release? */
static bool is_ended(const struct path *path, value_id entity) {
    uint32_t index = state_find_ended(&path->context, path->state, entity);
    return index != UINT32_MAX && path->state->claims[index].guard == VALUE_UNKNOWN;
}

/* Released behind a parameter that may hold NULL by now, on a path on which it did not. */
static bool has_emptied(const struct path *path, uint32_t arg) {
    for (uint32_t i = 0; i < path->state->duty_count; i++) {
        const struct duty *duty = &path->state->duties[i];
        if (duty->status != DUTY_DONE || duty->out == REGION_UNKNOWN)
            continue;
        const struct region *r = region_at(&path->context.values, duty->out);
        if (r->kind == REGION_POINTEE && value_at(&path->context.values, r->a)->a == arg)
            return true;
    }
    return false;
}

static void count_nulls(struct path *path, struct collector *c, unsigned classes) {
    for (uint32_t i = 0; i < path->function->param_count && i < MOST_NULLS; i++) {
        value_id param = path_param(path, i);
        bool null = state_classes(&path->context, path->state, param) == RETURNS_ZERO, found;
        value_id behind =
            state_lookup(path->state, region_pointee(&path->context.values, param), &found);
        bool empty = null || (found && !has_emptied(path, i) &&
                              state_classes(&path->context, path->state, behind) == RETURNS_ZERO);
        for (unsigned k = 0; k < CLASSES; k++) {
            c->nulls[i].paths[k] += null && ((classes >> k) & 1);
            c->nulls[i].behind[k] += empty && ((classes >> k) & 1);
        }
    }
}

static enum effect_leaves left_at(const struct path *path, region_id out, value_id entity) {
    bool found;
    value_id now = state_lookup(path->state, out, &found);
    if (found && now == entity)
        return LEAVES_DANGLING;
    bool null = found && state_classes(&path->context, path->state, now) == RETURNS_ZERO;
    return null ? LEAVES_NULL : LEAVES_ANYTHING;
}

/* Where the caller finds what was made, or had what was released: behind a parameter. */
static bool name_place(struct path *path, struct collector *c, const struct duty *duty,
                       struct effect *effect) {
    struct effect_place place;
    value_id address = value_address(&path->context.values, duty->out);
    if (!path_is_for_caller(path, duty->out) ||
        !path_describe_place(path, address, &place, &effect->arg))
        return false;
    effect->target = place.count ? TARGET_PLACE : TARGET_OUT;
    if (place.count)
        effect->place = arena_copy(&c->program->arena, &place, sizeof place);
    return true;
}

static void collect_duty(struct path *path, struct collector *c, const struct duty *duty,
                         value_id value, unsigned classes) {
    struct effect effect = {.subject = duty->subject, .tells = duty->tells};
    bool doubtful = duty->joined;
    if (duty->status == DUTY_DONE && names_param(path, duty->entity, &effect.arg)) {
        effect.kind = EFFECT_RELEASE;
        effect.target = TARGET_ARG;
        effect.ends = is_ended(path, duty->entity);
        effect.detaches = duty->detached;
    } else if (duty->status == DUTY_TAKEN && names_param(path, duty->entity, &effect.arg)) {
        effect.kind = EFFECT_TAKE;
        effect.target = TARGET_ARG;
    } else if (duty->status == DUTY_DONE && name_place(path, c, duty, &effect)) {
        effect.kind = EFFECT_RELEASE;
        effect.ends = true;
        effect.leaves = duty->entity == VALUE_UNKNOWN
                            ? duty->leaves
                            : (uint8_t)left_at(path, duty->out, duty->entity);
    } else if (duty->status == DUTY_OUT && name_place(path, c, duty, &effect)) {
        const struct region *out = region_at(&path->context.values, duty->out);
        effect.kind = EFFECT_ACQUIRE;
        effect.number = !value_at(&path->context.values, duty->entity)->is_pointer;
        if (out->kind == REGION_POINTEE && duty->entity == out->a)
            effect.target = TARGET_ARG;
    } else if (duty->status == DUTY_OPEN && duty->entity == value) {
        effect.kind = EFFECT_ACQUIRE;
        effect.target = TARGET_RETURN;
    } else {
        return;
    }
    if (duty->guard != VALUE_UNKNOWN && duty->guard == value) {
        classes &= duty->when;
    } else if (duty->guard != VALUE_UNKNOWN) {
        unsigned known = state_classes(&path->context, path->state, duty->guard);
        if (!(known & duty->when))
            return;
        doubtful |= (known & ~(unsigned)duty->when) != 0;
    }
    count_candidate(path, c, effect, classes, doubtful);
}

static void note_bounds(const struct path *path, struct collector *c, value_id value) {
    struct constraint range = {.low = INT64_MIN, .high = INT64_MAX};
    if (value != VALUE_UNKNOWN)
        range = state_range(&path->context, path->state, value);
    c->low = range.low < c->low ? range.low : c->low;
    c->high = range.high > c->high ? range.high : c->high;
}

/* The address of the lock that was given back lies where a parameter points to. */
static bool is_behind_param(struct path *path, const struct claim *claim, struct effect *effect) {
    const struct value_table *t = &path->context.values;
    region_id region = claim->kind == CLAIM_UNLOCKED ? path_found_behind_param(path, claim->entity)
                                                     : REGION_UNKNOWN;
    effect->target = TARGET_OUT;
    return region != REGION_UNKNOWN && region_at(t, region)->kind == REGION_POINTEE &&
           names_param(path, region_at(t, region)->a, &effect->arg);
}

/* A lock that others name as well is held at the end, or given back for them. */
static void collect_lock(struct path *path, struct collector *c, const struct claim *claim,
                         value_id value, unsigned classes) {
    bool held = claim->kind == CLAIM_LOCKED;
    struct effect effect = {.kind = held ? EFFECT_LOCK : EFFECT_UNLOCK,
                            .target = TARGET_ARG,
                            .subject = claim->subject};
    struct effect_place place = {0};
    if (!state_claim_is_real(&path->context, path->state, claim) ||
        !(path_describe_place(path, claim->entity, &place, &effect.arg) ||
          is_behind_param(path, claim, &effect))) {
        c->hides_locks = true;
        return;
    }
    if (place.global || place.count)
        effect.place = arena_copy(&c->program->arena, &place, sizeof place);
    bool asked = claim->guard != VALUE_UNKNOWN;
    if (asked && claim->guard == value)
        classes &= claim->when;
    else if (asked && !path_holds(path, claim))
        c->hides_locks = true;
    count_candidate(path, c, effect, classes, false);
}

/* What this function was given, and lends on or completes. */
static void collect_claim(struct path *path, struct collector *c, const struct claim *claim,
                          value_id value, unsigned classes) {
    bool completed = claim->kind == CLAIM_COMPLETED;
    if (claim->kind == CLAIM_LOCKED || (claim->kind == CLAIM_UNLOCKED && claim->origin == IR_NONE))
        collect_lock(path, c, claim, value, classes);
    struct effect effect = {.kind = completed ? EFFECT_COMPLETE : EFFECT_LEND,
                            .target = TARGET_ARG,
                            .until = claim->until};
    if ((claim->kind != CLAIM_LENT && !completed) ||
        !state_claim_is_real(&path->context, path->state, claim) ||
        !names_param(path, value_base(&path->context.values, claim->entity), &effect.arg))
        return;
    uint8_t owner;
    if (names_param(path, claim->owner, &owner) && owner < UINT8_MAX)
        effect.owner = (uint8_t)(owner + 1);
    bool doubtful = false;
    if (claim->guard != VALUE_UNKNOWN && claim->guard == value)
        classes &= claim->when;
    else if (claim->guard != VALUE_UNKNOWN)
        doubtful =
            state_classes(&path->context, path->state, claim->guard) & ~(unsigned)claim->when;
    count_candidate(path, c, effect, classes, doubtful);
}

static void on_return(struct path *path, value_id value) {
    struct collector *c = path->user;
    unsigned classes = value == VALUE_UNKNOWN ? (unsigned)RETURNS_ZERO
                                              : state_classes(&path->context, path->state, value);
    for (unsigned k = 0; k < CLASSES; k++)
        c->paths[k] += (classes >> k) & 1;
    note_bounds(path, c, value);
    prog_note_told_time(&c->told, path, value);
    prog_note_yielded(&c->yielded, path, value);
    c->keeps_errno |= path->state->parked == IR_NONE;
    note_params(path, c->params);
    note_answer(path, c, value);
    for (uint32_t i = 0; i < path->function->param_count && i < MOST_PARAMS; i++)
        if (outs_has(path, i))
            c->touched[i] |= (uint8_t)outs_touched(path, i, value, classes);
    bool success = classes & (RETURNS_ZERO | RETURNS_POSITIVE);
    for (unsigned k = 0; success && k < SCOPE_KINDS; k++) {
        int8_t depth = path->state->scopes[k], *known = &c->scopes[k];
        if (!c->succeeds || (depth > 0 && depth > *known) || (depth < *known && *known <= 0))
            *known = depth;
    }
    c->succeeds |= success;
    count_nulls(path, c, classes);
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        collect_duty(path, c, &path->state->duties[i], value, classes);
    for (uint32_t i = 0; i < path->state->claim_count; i++)
        collect_claim(path, c, &path->state->claims[i], value, classes);
}

/* ---- at each call ---------------------------------------------------------------------- */

static const struct chain *new_chain(struct collector *c, const struct path *path,
                                     const struct path_call *call, const char *subject,
                                     const struct chain *next, const struct chain *old) {
    uint8_t *given = old ? old->given : arena_alloc(&c->program->arena, CHAIN_PARAMS);
    if (!old)
        memset(given, 0, CHAIN_PARAMS);
    struct chain chain = {.callee = call->callee->name,
                          .subject = subject,
                          .unit = path->unit,
                          .loc = call->instr->loc,
                          .undoes = (next && next->undoes) || path_undoes(path, call),
                          .given = given,
                          .next = next};
    return arena_copy(&c->program->arena, &chain, sizeof chain);
}

/* The classes of the parameters where the call gets to what it is guilty of. */
static void note_given(struct path *path, const struct path_call *call, const struct chain *next,
                       uint8_t *given) {
    struct state *now = path->state;
    path->state = state_copy(&path->context, now);
    for (uint32_t i = 0; next && i < CHAIN_PARAMS && i < call->arg_count; i++)
        if (next->given[i] == RETURNS_ZERO || (next->given[i] && !(next->given[i] & RETURNS_ZERO)))
            state_assume(&path->context, path->state, call->args[i],
                         next->given[i] != RETURNS_ZERO);
    note_params(path, given);
    path->state = now;
}

/* What is done right before the process ends, as a failed assertion is written down, nobody waits
   for. A chain that undoes something gives way to one that does not. */
static void note_chain(struct collector *c, struct path *path, const struct path_call *call,
                       const struct chain **slot, const char *subject, const struct chain *next) {
    uint8_t given[CHAIN_PARAMS] = {0};
    note_given(path, call, next, given);
    bool better = !*slot || ((*slot)->undoes && !(next && next->undoes)), news = better;
    for (unsigned i = 0; i < CHAIN_PARAMS && !news; i++)
        news = given[i] & ~(*slot)->given[i];
    if (!news || flow_is_ending(path->unit, path->function, call->id))
        return;
    if (better)
        *slot = new_chain(c, path, call, subject, next, *slot);
    for (unsigned i = 0; i < CHAIN_PARAMS; i++)
        (*slot)->given[i] |= given[i];
}

static void note_roles(struct collector *c, struct path *path, const struct path_call *call,
                       struct summary *summary) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        bool active = !path_excused(path, call, role), once = path->state->once;
        summary->worth_checking |=
            role->kind == ROLE_RUNS_LOOP || role->kind == ROLE_WAKES_EARLY ||
            role->kind == ROLE_COROUTINE || role->kind == ROLE_CALLS_BACK ||
            role->kind == ROLE_SYNC_ONLY || role->kind == ROLE_NO_COROUTINE ||
            role->kind == ROLE_TAKES_DEADLINE || role->kind == ROLE_TAKES_STACK ||
            role->kind == ROLE_QUEUES || role->kind == ROLE_DEFERS || role->kind == ROLE_STARTS ||
            role->kind == ROLE_LOOP_BOUND || role->kind == ROLE_TELLS_RELEASE ||
            role->kind == ROLE_TAKES_ITEM || role->kind == ROLE_AWAITS_SIGNAL ||
            role->kind == ROLE_FUTURE_API || role->kind == ROLE_EXPECTS;
        if (role->kind == ROLE_BLOCKS && active && !once && blocking_is_feared(role->subject))
            note_chain(c, path, call, &summary->blocks, role->subject, NULL);
        else if (role->kind == ROLE_SPAWNS && !once)
            note_chain(c, path, call, &summary->spawns, "task", NULL);
        else if (role->kind == ROLE_SUSPENDS && active && path->state->inside <= 0)
            note_chain(c, path, call, &summary->awaits, "suspends", NULL);
        else if (role->kind == ROLE_MUTATES && active && path->state->scopes[SCOPE_SHIELD] <= 0)
            note_chain(c, path, call, &summary->mutates, role->subject, NULL);
    }
}

/* Whoever calls this may find that what others do is done. */
static bool may_wait(const struct callee *callee) {
    static const enum role_kind waiting[] = {ROLE_SUSPENDS, ROLE_JOINS, ROLE_RUNS_LOOP};
    if (!(callee->flags & CALLEE_KNOWN) && !(callee->flags & CALLEE_NORETURN))
        return true;
    if (callee->flags & CALLEE_WAITS)
        return true;
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
        if (callee_has_role(callee, waiting[i]))
            return true;
    const struct role *blocks = prog_role(callee->roles, callee->role_count, ROLE_BLOCKS);
    return blocks && blocks->subject &&
           (strcmp(blocks->subject, "wait") == 0 || strcmp(blocks->subject, "lock") == 0);
}

/* Nothing is known of what it does: it may submit what is queued. */
static bool is_strange(const struct collector *c, const struct callee *callee) {
    bool defined =
        callee->function != UINT32_MAX && c->program->functions[callee->function].defined;
    return !defined && !(callee->flags & (CALLEE_KNOWN | CALLEE_CONTRACT | CALLEE_NORETURN));
}

static void on_call(struct path *path, const struct path_call *call) {
    struct collector *c = path->user;
    const struct callee *callee = call->callee;
    struct summary *summary = &c->summary;
    note_roles(c, path, call, summary);
    if (c->last) {
        prog_note_call(c->program, c->self, path, call);
        prog_note_handed_on(c->program, c->self, path, call);
    }
    if (callee->cut.loses && path_can_cut(path, call))
        note_chain(c, path, call, &summary->loses, callee->loses ? NULL : "suspends",
                   callee->loses);
    if (callee->flags & CALLEE_SUSPENDS)
        summary->flags |= CALLEE_SUSPENDS;
    summary->flags |=
        callee->flags & (CALLEE_UNLOCKS | CALLEE_SUBMITS | CALLEE_TELLS | CALLEE_HEARS |
                         CALLEE_QUEUES | CALLEE_LETS_GO | CALLEE_SIGNALS);
    summary->worth_checking |= (callee->flags & (CALLEE_PAUSES | CALLEE_LETS_GO)) != 0;
    if (may_wait(callee))
        summary->flags |= CALLEE_WAITS;
    if (is_strange(c, callee))
        summary->flags |= CALLEE_SUBMITS;
    if (callee->function == UINT32_MAX || callee->function == c->self)
        return;
    /* a role says it all; what it does not speak of is found inside. What is made once for the
       whole program is nothing that this function does. */
    bool once = path->state->once;
    if (callee->blocks && !once && !callee_has_role(callee, ROLE_BLOCKS))
        note_chain(c, path, call, &summary->blocks, NULL, callee->blocks);
    if (callee->spawns && !once && !callee_has_role(callee, ROLE_SPAWNS))
        note_chain(c, path, call, &summary->spawns, NULL, callee->spawns);
    if (callee->awaits && path->state->inside <= 0 && !callee_has_role(callee, ROLE_SUSPENDS))
        note_chain(c, path, call, &summary->awaits, NULL, callee->awaits);
    if (callee->mutates && !callee_has_role(callee, ROLE_MUTATES) &&
        path->state->scopes[SCOPE_SHIELD] <= 0)
        note_chain(c, path, call, &summary->mutates, NULL, callee->mutates);
}

static void on_take(struct path *path, const struct path_take *take) {
    struct collector *c = path->user;
    struct chain chain = {.callee = take->callee,
                          .subject = take->queue,
                          .unit = path->unit,
                          .loc = take->instr->loc,
                          .next = take->chain};
    c->summary.worth_checking = true;
    if (take->once && !c->summary.takes)
        c->summary.takes = arena_copy(&c->program->arena, &chain, sizeof chain);
}

static void on_outlive(struct path *path, const struct path_outlive *outlive) {
    struct collector *c = path->user;
    (void)outlive;
    c->summary.worth_checking = true;
}

static void on_completion(struct path *path, const struct path_completion *completion) {
    struct collector *c = path->user;
    (void)completion;
    c->summary.worth_checking = true;
}

static void on_broken_promise(struct path *path, const struct path_promise *promise) {
    struct collector *c = path->user;
    (void)promise;
    c->summary.worth_checking = true;
}

static void on_hold(struct path *path, const struct path_hold *hold, unsigned class) {
    struct collector *c = path->user;
    (void)hold, (void)class;
    c->summary.worth_checking = true;
}

static void on_early_free(struct path *path, const struct path_early_free *early) {
    struct collector *c = path->user;
    (void)early;
    c->summary.worth_checking = true;
}

static void on_stale_errno(struct path *path, const struct path_stale_errno *stale) {
    struct collector *c = path->user;
    (void)stale;
    c->summary.worth_checking = true;
}

static void on_unasked(struct path *path, const struct path_unasked *unasked) {
    struct collector *c = path->user;
    (void)unasked;
    c->summary.worth_checking = true;
}

static void on_reuse(struct path *path, const struct path_reuse *reuse) {
    struct collector *c = path->user;
    (void)reuse;
    c->summary.worth_checking = true;
}

/* ---- the summary ----------------------------------------------------------------------- */

/* Whether what the instruction stores to outlives the function. */
static bool is_store(const struct ir_unit *unit, const struct ir_instr *instr) {
    if (instr->op != IR_STORE)
        return instr->op == IR_ASM;
    const struct ir_place *place = ir_place_root(unit, instr->a);
    return place->kind != IR_PLACE_LOCAL;
}

/* Does the call write, if anything, only what this function's own arguments lead to? */
static bool is_confined(const struct path *path, const struct ir_instr *call,
                        const struct callee *callee) {
    if (!(callee->flags & CALLEE_KNOWN) || callee->flags & CALLEE_WRITES)
        return false;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (named_parameter(path->unit, path->function, call, i) < 0)
            return false;
    return true;
}

/* What the function does to memory, and whether all it does is to let time pass. */
static unsigned memory_flags(const struct path *path) {
    unsigned flags = CALLEE_PURE;
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (is_store(path->unit, instr))
            return CALLEE_WRITES;
        if (instr->op != IR_CALL)
            continue;
        struct callee callee = path_target(path, instr);
        if (callee.flags & CALLEE_PAUSES)
            flags = CALLEE_WRITES | CALLEE_PAUSES;
        else if (is_confined(path, instr, &callee))
            flags &= callee.flags & CALLEE_PURE ? ~0u : ~(unsigned)CALLEE_PURE;
        else if (!(callee.flags & (CALLEE_PURE | CALLEE_NORETURN)))
            return CALLEE_WRITES;
    }
    return flags;
}

static bool same_cut(const struct cut *x, const struct cut *y) {
    return x->is == y->is && x->endless == y->endless && x->loses == y->loses && x->arg == y->arg &&
           x->low == y->low && x->high == y->high;
}

/* Do both get there with the same arguments, or not at all? */
static bool same_chain(const struct chain *x, const struct chain *y) {
    return !x == !y &&
           (!x || (x->undoes == y->undoes && memcmp(x->given, y->given, CHAIN_PARAMS) == 0));
}

/* Assembly that is given something may ask the kernel for anything. */
static bool asks_the_kernel(const struct path *path) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op == IR_ASM && instr->arg_count)
            return true;
    }
    return false;
}

/* Puts the new one in place of the old; true if a caller could tell the difference. */
static bool adopt(struct summary *old, const struct summary *new) {
    struct summary next = *new;
    bool same = old->done && old->flags == next.flags && old->returns == next.returns &&
                old->uses == next.uses && memcmp(old->after, next.after, sizeof old->after) == 0 &&
                same_cut(&old->cut, &next.cut) && old->low == next.low &&
                memcmp(old->scopes, next.scopes, sizeof old->scopes) == 0 &&
                old->high == next.high && same_chain(old->blocks, next.blocks) &&
                same_chain(old->spawns, next.spawns) && !old->awaits == !next.awaits &&
                !old->loses == !next.loses && !old->takes == !next.takes &&
                !old->mutates == !next.mutates && collect_same_effects(old, &next);
    next.relays = old->relays; /* these are recorded with the calls */
    next.relay_count = old->relay_count;
    *old = next;
    return !same;
}

bool prog_summarise_one(struct program *program, prog_fn self, bool last) {
    struct function *function = &program->functions[self];
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    static const struct path_listener listener = {.on_call = on_call,
                                                  .on_broken_promise = on_broken_promise,
                                                  .on_completion = on_completion,
                                                  .on_early_free = on_early_free,
                                                  .on_hold = on_hold,
                                                  .on_outlive = on_outlive,
                                                  .on_reuse = on_reuse,
                                                  .on_return = on_return,
                                                  .on_stale_errno = on_stale_errno,
                                                  .on_unasked = on_unasked,
                                                  .on_take = on_take};
    static const struct path_listener *const listeners[] = {&listener};
    struct path_client client = {
        .data = program, .resolve = prog_resolve, .states_per_block = program->states_per_block};
    struct collector *c = mem_zero(1, sizeof *c);
    c->program = program;
    c->self = self;
    c->last = last;
    c->low = INT64_MAX;
    c->high = INT64_MIN;
    struct path path;
    path_run(&path, function->unit, fn, &client, listeners, 1, c);
    struct summary *summary = &c->summary;
    for (unsigned k = 0; k < CLASSES; k++)
        if (c->paths[k])
            summary->returns |= (uint8_t)(1u << k);
    const struct ir_type *type = &function->unit->types.data[fn->type];
    if (type->elem == IR_NONE || function->unit->types.data[type->elem].kind == IR_TYPE_VOID ||
        summary->returns == 0)
        summary->returns = RETURNS_ANY;
    bool bounded = c->low <= c->high; /* it returns at all */
    summary->low = bounded ? c->low : INT64_MIN;
    summary->high = bounded ? c->high : INT64_MAX;
    memcpy(summary->scopes, c->scopes, sizeof summary->scopes);
    summary->cut = (struct cut){.arg = ROLE_ARG_NONE};
    prog_tell_time(program, self, &c->told);
    prog_tell_yielded(program, self, &c->yielded);
    if (memchr(path.cuttable, true, path.instr_count))
        summary->cut = path_run_cut(function->unit, fn, &client);
    summary->cut.loses = summary->loses != NULL;
    if (asks_the_kernel(&path))
        summary->flags |= CALLEE_SUBMITS;
    if (path.returns && !c->keeps_errno)
        summary->flags |= CALLEE_PARKS;
    summary->uses = path.used_params;
    summary->capped = path.capped;
    summary->worth_checking |= summary->cut.is || path.loss_count || summary->blocks ||
                               summary->spawns || summary->awaits || summary->mutates;
    if (!path.capped && !c->overflow) {
        collect_write(c, &path, summary);
        memcpy(summary->after, c->params, sizeof summary->after);
        summary->flags |= CALLEE_KNOWN;
        if (!path.returns)
            summary->flags |= CALLEE_NORETURN;
        summary->flags |= memory_flags(&path);
    }
    if (last)
        prog_note_touches(program, summary, &path);
    summary->done = true;
    bool changed = adopt(&program->functions[self].summary, summary);
    path_end(&path);
    free(c);
    return changed;
}
