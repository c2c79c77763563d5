/*
 * Summaries: what each function does to its arguments and what it returns, by the class of the
 * returned value.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/ending.h"
#include "flow/outs.h"
#include "program/blocking.h"
#include "program/named.h"

enum { MOST_CANDIDATES = 32, MOST_NULLS = 16, MOST_PARAMS = 8, CLASSES = 3 };

/* An effect that some returning path had, and how many of the paths of each class had it. */
struct candidate {
    struct effect effect;
    uint32_t holds[CLASSES];
    bool doubtful;
    uint8_t params[MOST_PARAMS]; /* the classes that each parameter was in where it holds */
    bool survives;               /* released, but on some path not for sure */
};

/* The paths of each class on which a parameter is null: there is nothing to release there. */
struct nulls {
    uint32_t paths[CLASSES];
    uint32_t behind[CLASSES]; /* … or what it points to is */
};

struct collector {
    struct program *program;
    prog_fn self;
    struct summary summary; /* the one being made */
    bool last;              /* no further round: calls are recorded */
    struct candidate candidates[MOST_CANDIDATES];
    size_t count;
    uint32_t paths[CLASSES];
    struct nulls nulls[MOST_NULLS];
    uint8_t params[MOST_PARAMS];  /* the classes that each parameter was in on some path */
    uint8_t touched[MOST_PARAMS]; /* the classes of results with which it may have been set */
    int64_t low, high;            /* of what was returned so far; none yet if low > high */
    int8_t scopes[SCOPE_KINDS]; /* at a successful return: the deepest, or the shallowest if none is
                       deeper than the entry (a cleanup that ends a shield if there is one) */
    bool succeeds;
    struct told_time told;
    bool keeps_errno; /* on some returning path, it holds what this task set */
    bool overflow;
};

/* ---- at each return -------------------------------------------------------------------- */

static struct candidate *candidate_for(struct collector *c, struct effect effect) {
    for (size_t i = 0; i < c->count; i++) {
        const struct effect *known = &c->candidates[i].effect;
        bool same_subject =
            known->subject == effect.subject ||
            (known->subject && effect.subject && strcmp(known->subject, effect.subject) == 0);
        if (known->kind == effect.kind && known->target == effect.target &&
            known->arg == effect.arg && same_subject)
            return &c->candidates[i];
    }
    if (c->count == MOST_CANDIDATES) {
        c->overflow = true;
        return NULL;
    }
    c->candidates[c->count] = (struct candidate){.effect = effect};
    return &c->candidates[c->count++];
}

static void note_params(struct path *path, uint8_t *params) {
    for (uint32_t i = 0; i < path->function->param_count && i < MOST_PARAMS; i++)
        params[i] |= (uint8_t)state_classes(&path->context, path->state, path_param(path, i));
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
        if (value_at(&path->context.values, r->a)->a == arg)
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

static void collect_duty(struct path *path, struct collector *c, const struct duty *duty,
                         value_id value, unsigned classes) {
    struct effect effect = {.subject = duty->subject, .tells = duty->tells};
    bool doubtful = duty->joined;
    if (duty->status == DUTY_DONE && names_param(path, duty->entity, &effect.arg)) {
        effect.kind = EFFECT_RELEASE;
        effect.target = TARGET_ARG;
        effect.ends = is_ended(path, duty->entity);
        effect.detaches = duty->detached;
    } else if (duty->status == DUTY_DONE && duty->out != REGION_UNKNOWN) {
        names_param(path, region_at(&path->context.values, duty->out)->a, &effect.arg);
        effect.kind = EFFECT_RELEASE;
        effect.target = TARGET_OUT;
        effect.ends = true;
        effect.leaves = (uint8_t)left_at(path, duty->out, duty->entity);
    } else if (duty->status == DUTY_OUT) {
        const struct region *out = region_at(&path->context.values, duty->out);
        if (out->kind != REGION_POINTEE || !names_param(path, out->a, &effect.arg))
            return;
        effect.kind = EFFECT_ACQUIRE;
        effect.target = duty->entity == out->a ? TARGET_ARG : TARGET_OUT;
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

/* What this function was given, and lends on or completes. */
static void collect_claim(struct path *path, struct collector *c, const struct claim *claim,
                          value_id value, unsigned classes) {
    bool completed = claim->kind == CLAIM_COMPLETED;
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
    c->keeps_errno |= path->state->parked == IR_NONE;
    note_params(path, c->params);
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
                                     const struct chain *next) {
    struct chain chain = {.callee = call->callee->name,
                          .subject = subject,
                          .unit = path->unit,
                          .loc = call->instr->loc,
                          .next = next};
    return arena_copy(&c->program->arena, &chain, sizeof chain);
}

/* What is done right before the process ends, as a failed assertion is written down, nobody waits
   for. */
static void note_chain(struct collector *c, const struct path *path, const struct path_call *call,
                       const struct chain **slot, const char *subject, const struct chain *next) {
    if (!*slot && !flow_is_ending(path->unit, path->function, call->id))
        *slot = new_chain(c, path, call, subject, next);
}

static void note_roles(struct collector *c, const struct path *path, const struct path_call *call,
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
        else if (!(callee.flags & (CALLEE_PURE | CALLEE_NORETURN)))
            return CALLEE_WRITES;
    }
    return flags;
}

/* A release that asks for null first does all there is to do. */
static uint32_t idle_paths(const struct collector *c, const struct effect *effect, unsigned class) {
    if (effect->kind != EFFECT_RELEASE || effect->arg >= MOST_NULLS)
        return 0;
    const struct nulls *nulls = &c->nulls[effect->arg];
    return effect->target == TARGET_OUT ? nulls->behind[class] : nulls->paths[class];
}

/* How an effect's classes read: all of some classes have it, none of the others; else unclear. */
static bool settle(const struct collector *c, struct candidate *candidate) {
    uint8_t when = 0, possible = 0;
    bool clear = !candidate->doubtful;
    if (candidate->effect.tells) { /* some path's news is news */
        candidate->effect.when = RETURNS_ANY;
        return clear;
    }
    for (unsigned k = 0; k < CLASSES; k++) {
        if (c->paths[k] == 0)
            continue;
        possible |= (uint8_t)(1u << k);
        if (candidate->holds[k] == 0)
            continue;
        clear &= candidate->holds[k] + idle_paths(c, &candidate->effect, k) >= c->paths[k];
        when |= (uint8_t)(1u << k);
    }
    candidate->effect.when = when == possible ? RETURNS_ANY : when;
    return when != 0 && clear;
}

/* A parameter that decides whether there is anything to acquire, such as a flag. */
static void note_condition(const struct collector *c, const struct candidate *candidate,
                           struct effect *effect) {
    for (uint32_t i = 0; i < MOST_PARAMS; i++) {
        uint8_t classes = candidate->params[i];
        bool is_out = effect->target == TARGET_OUT && effect->arg == i;
        if (is_out || !(c->params[i] & ~classes))
            continue;
        effect->if_arg = (uint8_t)i;
        effect->if_classes = classes;
        return;
    }
}

/* It is released before anything is put in its place. */
static bool is_emptying(const struct effect *effect) {
    return effect->kind == EFFECT_RELEASE && effect->target == TARGET_OUT;
}

/* Goes together with any other effect on the same argument. */
static bool stands_aside(const struct effect *effect) {
    return is_emptying(effect) || effect->kind == EFFECT_LEND || effect->kind == EFFECT_COMPLETE ||
           effect->tells;
}

static bool has_rival(const struct collector *c, size_t index) {
    const struct effect *effect = &c->candidates[index].effect;
    if (stands_aside(effect))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (i != index && !stands_aside(&c->candidates[i].effect) &&
            c->candidates[i].effect.target == effect->target &&
            (effect->target == TARGET_RETURN || c->candidates[i].effect.arg == effect->arg))
            return true;
    return false;
}

/* Out-parameters that are set in some outcomes only: an error that was set tells that the call
   failed. */
static size_t write_outs(const struct collector *c, const struct path *path, struct effect *effects,
                         size_t count) {
    uint8_t possible = 0;
    for (unsigned k = 0; k < CLASSES; k++)
        possible |= (uint8_t)((c->paths[k] != 0) << k);
    for (uint32_t i = 0; i < path->function->param_count && i < MOST_PARAMS; i++) {
        bool told = !outs_has(path, i) || c->touched[i] == possible;
        for (size_t k = 0; k < count && !told; k++)
            told = effects[k].target == TARGET_OUT && effects[k].arg == i;
        if (!told)
            effects[count++] = (struct effect){
                .kind = EFFECT_SET, .target = TARGET_OUT, .when = c->touched[i], .arg = (uint8_t)i};
    }
    return count;
}

/* What a parameter suffers: the effect as callers shall see it, and how many were written. */
static size_t write_effect(const struct collector *c, const struct path *path,
                           const struct candidate *candidate, bool clear, struct effect effect,
                           struct effect *out) {
    uint8_t when = candidate->effect.when;
    size_t count = 0;
    if ((!clear || when != RETURNS_ANY) && effect.kind == EFFECT_RELEASE)
        effect.kind = EFFECT_TAKE;
    effect.when = clear ? when : RETURNS_ANY;
    if (effect.kind == EFFECT_ACQUIRE)
        note_condition(c, candidate, &effect);
    prog_describe_kind(c->program, &effect);
    effect.shows = effect.kind == EFFECT_RELEASE && effect.arg < 64 &&
                   ((path->shown_params >> effect.arg) & 1);
    if (effect.target == TARGET_ARG && effect.kind == EFFECT_TAKE &&
        path->kept_params[effect.arg]) {
        if (effect.ends) /* in one outcome it is gone; in another somebody keeps it */
            out[count++] = effect;
        effect.when = RETURNS_ANY;
        effect.ends = false;
    }
    out[count++] = effect;
    return count;
}

/* Claims of what only some paths do are given up where the paths meet: completed perhaps. */
static size_t write_claims(struct collector *c, const struct path *path, struct effect *effects,
                           size_t count) {
    uint64_t told = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct candidate *candidate = &c->candidates[i];
        bool completes = candidate->effect.kind == EFFECT_COMPLETE;
        if (candidate->effect.kind != EFFECT_LEND && !completes)
            continue;
        bool clear = settle(c, candidate);
        if (!clear && !completes)
            continue;
        if (completes)
            told |= candidate->effect.arg < 64 ? UINT64_C(1) << candidate->effect.arg : 0;
        effects[count] = candidate->effect;
        effects[count++].maybe = !clear;
    }
    for (unsigned i = 0; i < path->function->param_count && i < 64; i++)
        if (((path->completed_params & ~told) >> i) & 1)
            effects[count++] = (struct effect){.kind = EFFECT_COMPLETE,
                                               .target = TARGET_ARG,
                                               .when = RETURNS_ANY,
                                               .arg = (uint8_t)i,
                                               .maybe = true};
    return count;
}

static void write_effects(struct collector *c, const struct path *path, struct summary *summary) {
    struct effect *effects = arena_alloc(
        &c->program->arena, (3 * c->count + 3 * path->function->param_count + 1) * sizeof *effects);
    size_t count = 0;
    bool *told = mem_zero(path->function->param_count, sizeof *told);
    for (size_t i = 0; i < c->count; i++) {
        struct candidate *candidate = &c->candidates[i];
        struct effect effect = candidate->effect;
        bool clear = settle(c, candidate) && !has_rival(c, i);
        uint8_t when = candidate->effect.when;
        if (is_emptying(&effect) && (!clear || when != RETURNS_ANY))
            continue;
        if (effect.kind == EFFECT_LEND || effect.kind == EFFECT_COMPLETE ||
            (!clear && effect.kind == EFFECT_ACQUIRE))
            continue;
        effect.ends = effect.kind == EFFECT_RELEASE && clear && !candidate->survives;
        if (effect.target == TARGET_ARG)
            told[effect.arg] = true;
        count += write_effect(c, path, candidate, clear, effect, &effects[count]);
    }
    for (uint32_t i = 0; i < path->function->param_count && i <= UINT8_MAX; i++)
        if (path->kept_params[i] && !told[i])
            effects[count++] = (struct effect){
                .kind = EFFECT_TAKE, .target = TARGET_ARG, .when = RETURNS_ANY, .arg = (uint8_t)i};
    free(told);
    count = write_claims(c, path, effects, count);
    summary->effects = effects;
    summary->effect_count = write_outs(c, path, effects, count);
}

static bool same_effects(const struct summary *x, const struct summary *y) {
    if (x->effect_count != y->effect_count)
        return false;
    for (size_t i = 0; i < x->effect_count; i++) {
        const struct effect *e = &x->effects[i], *f = &y->effects[i];
        if (e->kind != f->kind || e->target != f->target || e->when != f->when ||
            e->arg != f->arg || e->if_arg != f->if_arg || e->if_classes != f->if_classes ||
            e->subject != f->subject || e->role != f->role || e->ends != f->ends ||
            e->until != f->until || e->maybe != f->maybe || e->shows != f->shows ||
            e->leaves != f->leaves || e->detaches != f->detaches)
            return false;
    }
    return true;
}

static bool same_cut(const struct cut *x, const struct cut *y) {
    return x->is == y->is && x->endless == y->endless && x->loses == y->loses && x->arg == y->arg &&
           x->low == y->low && x->high == y->high;
}

/* Puts the new one in place of the old; true if a caller could tell the difference. */
static bool adopt(struct summary *old, const struct summary *new) {
    struct summary next = *new;
    bool same = old->done && old->flags == next.flags && old->returns == next.returns &&
                old->uses == next.uses && same_cut(&old->cut, &next.cut) && old->low == next.low &&
                memcmp(old->scopes, next.scopes, sizeof old->scopes) == 0 &&
                old->high == next.high && !old->blocks == !next.blocks &&
                !old->spawns == !next.spawns && !old->awaits == !next.awaits &&
                !old->loses == !next.loses && !old->takes == !next.takes &&
                !old->mutates == !next.mutates && same_effects(old, &next);
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
    if (memchr(path.cuttable, true, path.instr_count))
        summary->cut = path_run_cut(function->unit, fn, &client);
    summary->cut.loses = summary->loses != NULL;
    if (path.returns && !c->keeps_errno)
        summary->flags |= CALLEE_PARKS;
    summary->uses = path.used_params;
    summary->capped = path.capped;
    summary->worth_checking |= summary->cut.is || path.loss_count || summary->blocks ||
                               summary->spawns || summary->awaits || summary->mutates;
    if (!path.capped && !c->overflow) {
        write_effects(c, &path, summary);
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
