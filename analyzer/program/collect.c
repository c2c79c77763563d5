#include "program/collect.h"

#include <stdlib.h>
#include <string.h>

#include "flow/outs.h"

bool collect_same_place(const struct effect_place *x, const struct effect_place *y) {
    return x == y || (x && y && effect_same_place(x, y));
}

/* What is given back unless it is null: then that was all there is to do. */
static uint32_t idle_paths(const struct collector *c, const struct effect *effect, unsigned class) {
    bool gives = effect->kind == EFFECT_RELEASE ||
                 (effect->kind == EFFECT_UNLOCK && effect->target == TARGET_OUT);
    if (!gives || effect->arg >= MOST_NULLS)
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
        bool all = candidate->holds[k] + idle_paths(c, &candidate->effect, k) >= c->paths[k];
        if (!all && candidate->effect.kind == EFFECT_ACQUIRE &&
            candidate->effect.target != TARGET_RETURN)
            continue; /* in the other outcomes it is there for sure */
        clear &= all;
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
    return effect->kind == EFFECT_RELEASE && effect_is_behind(effect);
}

static bool is_about_lock(const struct effect *effect) {
    return effect->kind == EFFECT_LOCK || effect->kind == EFFECT_UNLOCK;
}

/* Goes together with any other effect on the same argument. */
static bool stands_aside(const struct effect *effect) {
    return is_emptying(effect) || effect->kind == EFFECT_LEND || effect->kind == EFFECT_COMPLETE ||
           is_about_lock(effect) || effect->tells;
}

static bool has_rival(const struct collector *c, size_t index) {
    const struct effect *effect = &c->candidates[index].effect;
    if (stands_aside(effect))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (i != index && !stands_aside(&c->candidates[i].effect) &&
            c->candidates[i].effect.target == effect->target &&
            (effect->target == TARGET_RETURN || c->candidates[i].effect.arg == effect->arg) &&
            collect_same_place(c->candidates[i].effect.place, effect->place))
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

/* The parameter that the result tells of: some of its classes give zero, and the others do not; or
   else one of which some classes always give zero. */
static size_t write_answer(const struct collector *c, const struct path *path,
                           struct effect *effects, size_t count) {
    const struct ir_unit *unit = path->unit;
    const struct ir_type *type = &unit->types.data[path->function->type];
    bool number = type->elem != IR_NONE && (unit->types.data[type->elem].kind == IR_TYPE_INT ||
                                            unit->types.data[type->elem].kind == IR_TYPE_BOOL);
    for (int maybe = 0; number && maybe < 2; maybe++)
        for (uint32_t i = 0; i < path->function->param_count && i < MOST_PARAMS; i++) {
            bool told = maybe ? c->no[i] & ~c->yes[i] : c->no[i] && !(c->yes[i] & c->no[i]);
            if (!c->yes[i] || !told)
                continue;
            effects[count++] = (struct effect){.kind = EFFECT_ANSWER,
                                               .target = TARGET_ARG,
                                               .when = c->yes[i],
                                               .arg = (uint8_t)i,
                                               .maybe = maybe};
            return count;
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

/* All that it does to locks, or nothing: half of it would mislead. */
static size_t write_locks(struct collector *c, struct effect *effects, size_t count) {
    size_t first = count;
    for (size_t i = 0; i < c->count && !c->hides_locks; i++) {
        struct candidate *candidate = &c->candidates[i];
        if (!is_about_lock(&candidate->effect))
            continue;
        if (!settle(c, candidate))
            return first;
        effects[count++] = candidate->effect;
    }
    return c->hides_locks ? first : count;
}

void collect_write(struct collector *c, const struct path *path, struct summary *summary) {
    struct effect *effects = arena_alloc(
        &c->program->arena, (3 * c->count + 3 * path->function->param_count + 2) * sizeof *effects);
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
            is_about_lock(&effect) || (!clear && effect.kind == EFFECT_ACQUIRE))
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
    count = write_locks(c, effects, count);
    summary->effects = effects;
    count = write_answer(c, path, effects, count);
    summary->effect_count = write_outs(c, path, effects, count);
}

bool collect_same_effects(const struct summary *x, const struct summary *y) {
    if (x->effect_count != y->effect_count)
        return false;
    for (size_t i = 0; i < x->effect_count; i++) {
        const struct effect *e = &x->effects[i], *f = &y->effects[i];
        if (e->kind != f->kind || e->target != f->target || e->when != f->when ||
            e->arg != f->arg || e->if_arg != f->if_arg || e->if_classes != f->if_classes ||
            e->subject != f->subject || e->role != f->role || e->ends != f->ends ||
            e->until != f->until || e->maybe != f->maybe || e->shows != f->shows ||
            !collect_same_place(e->place, f->place) || e->leaves != f->leaves ||
            e->detaches != f->detaches || e->number != f->number)
            return false;
    }
    return true;
}
