/*
 * What a call does to a state: the effects of its target, and what an unknown target might do.
 */
#include "flow/outs.h"
#include "flow/path_cut.h"
#include "flow/path_step.h"

#include <string.h>

enum { MOST_ARGS = 32, MOST_ENDED = 32, DEEPEST_SCOPE = 16 };
enum { LEAST_NEWS = 128 }; /* numbers of duties that stand for what an argument points to */

static region_id arg_region(struct path *path, const struct path_call *call, unsigned arg) {
    return arg < call->arg_count ? region_pointee(&path->context.values, call->args[arg])
                                 : REGION_UNKNOWN;
}

static bool root_is_local(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    return region_at(t, region_root(t, region))->kind == REGION_LOCAL;
}

/* May others read and write it? */
static bool is_exposed(const struct path *path, region_id region) {
    const struct region *root =
        region_at(&path->context.values, region_root(&path->context.values, region));
    if (root->kind == REGION_LOCAL)
        return (path->state->exposed[root->a / 64] >> (root->a % 64)) & 1;
    return !path_is_member(path, region);
}

static void trace_acquire(struct path *path, const struct path_call *call) {
    struct path_trace step = {.before = path->state->trace,
                              .loc = call->instr->loc,
                              .kind = TRACE_ACQUIRE,
                              .text = call->callee->name};
    path->state->trace = arena_copy(&path->context.arena, &step, sizeof step);
}

/* The same call on an earlier round of a loop lost its resource, and now makes another: that is
   the last moment to say so. With the counters generalised the call may be thought to come twice
   where it comes once: no evidence. */
static void settle_earlier(struct path *path, const struct duty *again) {
    struct state *state = path->state;
    for (uint32_t i = state->duty_count; i-- > 0;) {
        struct duty *duty = &state->duties[i];
        if (duty->origin != again->origin || duty->which != again->which)
            continue;
        duty->joined |= duty->widened;
        duty->again = true;
        if (duty->status == DUTY_LOST && !duty->tells) {
            path_note_loss(path, duty, duty->end, true);
            state_remove_duty(state, i);
        }
    }
}

/* An object of the caller's is made. False if it is none, or was released here before: then it is
   what it was. */
static bool acquire_for_caller(struct path *path, struct duty *duty, region_id region) {
    const struct value_table *t = &path->context.values;
    if (value_at(t, duty->entity)->kind != VALUE_PARAM)
        return false;
    for (uint32_t i = path->state->duty_count; i-- > 0;)
        if (path->state->duties[i].entity == duty->entity &&
            path->state->duties[i].status == DUTY_DONE) {
            state_remove_duty(path->state, i);
            return false;
        }
    duty->status = DUTY_OUT;
    duty->out = region;
    return true;
}

/* Nobody has to look at what is no news, or said not to be wanted. */
static bool is_no_news(const struct path *path, const struct path_call *call,
                       const struct effect *effect) {
    return effect->tells && (path->state->told || (call->instr->flags & IR_RESULT_VOID_CAST));
}

static bool leads_to_argument(const struct callee *callee, const struct path_call *call) {
    return callee->returned_arg >= 0 && (uint32_t)callee->returned_arg < call->arg_count;
}

/* One more reference to what the caller has already: any of its names may be what releases it. */
static bool is_another_reference(const struct path_call *call, const struct effect *effect) {
    return effect->target == TARGET_RETURN && leads_to_argument(call->callee, call);
}

static void acquire(struct path *path, const struct path_call *call, const struct effect *effect,
                    value_id result) {
    struct value_table *t = &path->context.values;
    struct state *state = path->state;
    struct duty duty = {.subject = effect->subject,
                        .status = DUTY_OPEN,
                        .when = effect->when,
                        .guard = effect->when == RETURNS_ANY ? VALUE_UNKNOWN : result,
                        .which = (uint8_t)(effect - call->callee->effects),
                        .counted = effect->counted,
                        .raw = effect->raw,
                        .tells = effect->tells,
                        .entry = effect->entry,
                        .origin = call->id,
                        .high = INT64_MAX,
                        .end = IR_NONE};
    settle_earlier(path, &duty);
    if (is_no_news(path, call, effect))
        return;
    if (path_callback_releases(path, call, effect->subject) || is_another_reference(call, effect))
        return;
    if (effect->target == TARGET_RETURN) {
        duty.entity = result;
        path_belong(path, call, effect, result);
    } else if (effect->target == TARGET_ARG) {
        region_id region = arg_region(path, call, effect->arg);
        if (effect->arg < call->arg_count)
            path_rearm(path, call->args[effect->arg]);
        if (region == REGION_UNKNOWN)
            return;
        duty.entity = value_address(t, region);
        bool own = !is_exposed(path, region) && !path_is_member(path, region);
        if (!own && !acquire_for_caller(path, &duty, region))
            return;
    } else {
        region_id region = arg_region(path, call, effect->arg);
        if (region == REGION_UNKNOWN) /* a null pointer asks for nothing */
            return;
        static const struct ir_type pointer = {.kind = IR_TYPE_POINTER};
        duty.entity = state_fresh(&path->context, state, call->id, &pointer);
        state_bind(&path->context, state, region, duty.entity);
        const struct region *r = region_at(t, region);
        if (r->kind != REGION_POINTEE && is_exposed(path, region))
            return;
        if (!root_is_local(path, region) && !path_put_member(path, &duty, region)) {
            if (r->kind != REGION_POINTEE || value_at(t, r->a)->kind != VALUE_PARAM)
                return;
            duty.status = DUTY_OUT;
            duty.out = region;
        }
    }
    if (duty.status == DUTY_OUT)
        path_discharge(path, &duty);
    if (!state_duty(state, duty.entity)) {
        path->fates[call->id - path->first_instr] |= FATE_MADE;
        trace_acquire(path, call);
        state_add_duty(&path->context, state, duty);
    }
}

/* Is it the last argument, and the address of a local that points to a record? So errors are given
   back. */
static bool is_for_error(const struct path *path, const struct path_call *call, uint32_t arg) {
    const struct ir_unit *unit = path->unit;
    const struct value *v = value_at(&path->context.values, call->args[arg]);
    if (arg + 1 != call->arg_count || v->kind != VALUE_ADDRESS)
        return false;
    const struct region *region = region_at(&path->context.values, v->a);
    if (region->kind != REGION_LOCAL)
        return false;
    const struct ir_local *local = ir_local_at(unit, path->function, region->a);
    const struct ir_type *type = &unit->types.data[local->type];
    return type->kind == IR_TYPE_POINTER && unit->types.data[type->elem].kind == IR_TYPE_RECORD;
}

/* The callee may have set what argument `arg` points to, which was null; then what it returned is
   in the classes of `when`. */
static void set(struct path *path, const struct path_call *call, uint8_t arg, uint8_t when,
                value_id result) {
    region_id region = arg_region(path, call, arg);
    static const struct ir_type pointer = {.kind = IR_TYPE_POINTER};
    bool kept = !is_exposed(path, region) || outs_is_own(path, region);
    if (region == REGION_UNKNOWN || (!kept && !is_for_error(path, call, arg)))
        return;
    struct duty fact = {.entity = state_fresh(&path->context, path->state, call->id, &pointer),
                        .status = DUTY_NONE,
                        .when = when,
                        .guard = result,
                        .which = (uint8_t)(LEAST_NEWS + arg),
                        .origin = call->id,
                        .end = IR_NONE};
    state_bind(&path->context, path->state, region, fact.entity);
    state_add_duty(&path->context, path->state, fact);
}

/* The memory of the caller, behind a parameter, in which the value was found. */
static region_id found_behind_param(const struct path *path, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct ir_instr *made = path_maker(path, value);
    if (!(made && made->op == IR_LOAD) && !outs_is_initial(value_at(t, value)))
        return REGION_UNKNOWN;
    for (uint32_t i = 0; i < path->state->binding_count; i++) {
        const struct binding *b = &path->state->bindings[i];
        const struct region *r = region_at(t, b->region);
        if (b->value == value && r->kind == REGION_POINTEE &&
            value_at(t, r->a)->kind == VALUE_PARAM)
            return b->region;
    }
    return REGION_UNKNOWN;
}

static void leave(struct path *path, region_id out, enum effect_leaves leaves) {
    if (leaves == LEAVES_NULL)
        state_bind(&path->context, path->state, out, value_int(&path->context.values, 0));
    else if (leaves == LEAVES_ANYTHING)
        state_unbind(&path->context, path->state, out);
}

/* A function that frees memory, and knows nothing of what is in it, nor moves it. */
static bool is_plain_free(const struct path_call *call, const struct effect *effect) {
    const struct callee *callee = call->callee;
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_ACQUIRE)
            return false;
    return callee->flags & CALLEE_CONTRACT && effect->raw && effect->ends &&
           effect->when == RETURNS_ANY && effect->target == TARGET_ARG;
}

static void release(struct path *path, const struct path_call *call, const struct effect *effect) {
    struct value_table *t = &path->context.values;
    struct state *state = path->state;
    if (effect->arg >= call->arg_count)
        return;
    value_id value = call->args[effect->arg];
    region_id out = REGION_UNKNOWN;
    if (effect->target == TARGET_OUT) {
        bool found;
        out = region_pointee(t, value);
        value = state_lookup(state, out, &found);
    }
    region_id held = found_behind_param(path, value);
    path_belong_no_more(path, value);
    path_release_members(path, value, is_plain_free(call, effect));
    struct duty *duty = state_duty(state, value);
    if (!duty && value != value_base(t, value))
        duty = state_duty(state, value_base(t, value));
    if (!duty) { /* a handle that is named by its address, as in join(&thread) */
        bool found;
        duty = state_duty(state, state_lookup(state, region_pointee(t, value), &found));
    }
    if (effect->target == TARGET_OUT && out != REGION_UNKNOWN)
        leave(path, out, effect->leaves);
    if (duty && !effect->detaches)
        path_return_loans(path, duty->origin, duty->entity);
    if (duty) {
        if (duty->status == DUTY_OPEN || duty->status == DUTY_OUT)
            path_discharge_here(path, duty);
        if (duty->status == DUTY_OUT && duty->entity == value) { /* made here for the caller */
            state_remove_duty(state, (uint32_t)(duty - state->duties));
            return;
        }
        duty->status = DUTY_DONE;
        duty->guard = VALUE_UNKNOWN;
        duty->when = RETURNS_ANY;
        duty->lapses = false;
        duty->detached = effect->detaches;
    } else if (value_at(t, value)->kind == VALUE_PARAM || held != REGION_UNKNOWN) {
        struct duty done = {.entity = value,
                            .subject = effect->subject,
                            .status = DUTY_DONE,
                            .when = RETURNS_ANY,
                            .origin = call->id,
                            .end = IR_NONE,
                            .out = held,
                            .detached = effect->detaches};
        state_add_duty(&path->context, state, done);
    }
}

/* Whoever takes it only on success leaves it with the caller on failure. With a part of it, as a
   request that lies in a larger one, all of it is taken. */
static void hand_over(struct path *path, const struct path_call *call, const struct effect *effect,
                      value_id result) {
    struct state *state = path->state;
    value_id value = call->args[effect->arg];
    if (path_callback_leaves(path, call, effect)) {
        path_escape_contents(path, region_pointee(&path->context.values, value));
        return;
    }
    struct duty *duty = state_duty(state, value);
    if (!duty)
        duty = state_duty(state, value_base(&path->context.values, value));
    bool follows = effect->role && effect->role->kind == ROLE_BORROWS;
    if (duty && follows && duty->guard == duty->entity) /* it is no null pointer, then */
        state_assume(&path->context, state, duty->entity, true);
    unsigned returns = state_classes(&path->context, state, result);
    if (!duty || duty->status != DUTY_OPEN ||
        !state_guard_is_decided(&path->context, state, duty) ||
        !(returns & ~(unsigned)effect->when)) {
        path_escape(path, value);
        return;
    }
    path_hand_promise(path, value);
    path_discharge(path, duty);
    path_release_members(path, duty->entity, false);
    duty->guard = result;
    duty->when = (uint8_t)(RETURNS_ANY & ~effect->when);
    /* who shields hands back what it was given when it is cut, asked or not */
    duty->lapses = !effect->role || effect->role->kind != ROLE_SHIELDS;
}

static bool hands_over(const struct path_call *call, const struct effect *effect) {
    return effect->kind == EFFECT_TAKE && effect->when != RETURNS_ANY &&
           effect->arg < call->arg_count;
}

/* Facts that a guard stands in, and that are about to be forgotten, take its evidence along. */
static void doubt_guards(struct path *path, const struct binding *gone) {
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        if (path->state->duties[i].guard != VALUE_UNKNOWN &&
            path->state->duties[i].guard == gone->value)
            path->state->duties[i].joined = true;
}

/* What was stored for the caller may have been replaced: it cannot be said what he finds. */
static void doubt_outs(struct path *path, region_id gone) {
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        if (path->state->duties[i].status == DUTY_OUT && path->state->duties[i].out == gone)
            path->state->duties[i].joined = true;
}

/* Objects that others can reach may have been made anew. */
static void rearm_exposed(struct path *path) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct value *v = value_at(&path->context.values, path->state->claims[i].entity);
        if (v->kind == VALUE_ADDRESS && is_exposed(path, v->a) &&
            path->state->claims[i].kind == CLAIM_ENDED)
            state_remove_claim(&path->context, path->state, i);
    }
}

/* Anything that is not private to this function may have changed. */
static void invalidate(struct path *path) {
    struct state *state = path->state;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        if (is_exposed(path, state->bindings[i].region) &&
            !outs_is_own(path, state->bindings[i].region)) {
            doubt_guards(path, &state->bindings[i]);
            doubt_outs(path, state->bindings[i].region);
        } else
            state->bindings[kept++] = state->bindings[i];
    }
    state->binding_count = kept;
    rearm_exposed(path);
}

static const struct effect *effect_on(const struct callee *callee, unsigned arg) {
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].target != TARGET_RETURN && callee->effects[i].arg == arg)
            return &callee->effects[i];
    return NULL;
}

/* The callee may write here: what was stored is not ours to follow any more. The object itself,
   such as a handle embedded in a struct, stays what it is. */
static void overwrite(struct path *path, region_id whole) {
    struct state *state = path->state;
    for (uint32_t i = 0; i < state->binding_count; i++)
        if (region_within(&path->context.values, state->bindings[i].region, whole)) {
            if (!path_is_self(path, state->bindings[i].region, state->bindings[i].value))
                path_escape(path, state->bindings[i].value);
            doubt_outs(path, state->bindings[i].region);
        }
    state_unbind(&path->context, state, whole);
    path_rearm_within(path, whole);
}

/* Who was shown a counted object may have taken a reference to it. */
static void show(struct path *path, value_id value) {
    value_id base = value_base(&path->context.values, value);
    const struct value *v = value_at(&path->context.values, base);
    struct duty *duty = state_duty(path->state, base);
    if (v->kind == VALUE_PARAM && v->a < 64)
        path->shown_params |= UINT64_C(1) << v->a;
    if (duty)
        duty->shared |= duty->counted;
}

/* Arguments without a parameter may be kept, unless they are to be printed: what comes before them
   is a text that says how, and asks for no pointer as such. */
static bool is_spare(const struct path *path, const struct path_call *call, uint32_t arg) {
    uint32_t first = call->callee->spare_args;
    if (!first || arg + 1 < first || arg >= call->arg_count)
        return false;
    value_id before = first < 2 ? VALUE_UNKNOWN : call->args[first - 2];
    const struct value *last = value_at(&path->context.values, before);
    if (last->kind != VALUE_LITERAL)
        return true;
    const char *text = ir_text(path->unit, last->a);
    return !strchr(text, '%') || strstr(text, "%p");
}

/* What the callee may write behind its arguments, and what it may keep of them. */
static void pass_arguments(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    bool known = callee->flags & CALLEE_KNOWN;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        path_look_at(path, call->args[i]);
        const struct effect *effect = effect_on(callee, i);
        if ((!known && !effect) || is_spare(path, call, i)) {
            show(path, call->args[i]);
            path_escape(path, call->args[i]);
            continue;
        }
        if ((callee->flags & CALLEE_PURE) || (effect && effect->kind == EFFECT_RELEASE))
            continue;
        show(path, call->args[i]);
        region_id region = arg_region(path, call, i);
        if (region == REGION_UNKNOWN)
            continue;
        overwrite(path, region);
    }
    if (!known || (callee->flags & CALLEE_WRITES))
        invalidate(path);
}

static value_id result_of(struct path *path, const struct path_call *call) {
    const struct ir_instr *instr = call->instr;
    const struct ir_type *type =
        instr->type == IR_NONE ? NULL : &path->unit->types.data[instr->type];
    value_id result = state_fresh(&path->context, path->state, call->id, type);
    struct constraint fact = {
        .value = result, .low = call->callee->low, .high = call->callee->high};
    uint8_t returns = call->callee->returns;
    fact.nonzero = !(returns & RETURNS_ZERO);
    if (!(returns & RETURNS_NEGATIVE) && fact.low < 0)
        fact.low = 0;
    if (!(returns & RETURNS_POSITIVE) && fact.high > 0)
        fact.high = 0;
    if (path->state->inside && callee_has_role(call->callee, ROLE_TELLS_COROUTINE)) {
        /* asked before on this path: the answer is the same */
        fact.nonzero |= path->state->inside > 0;
        fact.low = path->state->inside < 0 ? 0 : fact.low;
        fact.high = path->state->inside < 0 ? 0 : fact.high;
    }
    state_narrow(&path->context, path->state, fact);
    return result;
}

/* A role that may be called off is not acted upon. */
static bool is_excused(const struct path *path, const struct path_call *call, size_t effect) {
    const struct role *role = call->callee->effects[effect].role;
    return role && path_excused(path, call, role);
}

/* False when the argument that decides says that there is nothing to acquire. */
static bool is_asked_for(const struct path *path, const struct path_call *call,
                         const struct effect *effect) {
    return !effect->if_classes || effect->if_arg >= call->arg_count ||
           (state_classes(&path->context, path->state, call->args[effect->if_arg]) &
            effect->if_classes);
}

/* A pointer into the argument, or null: to let it go is to let the argument go. */
static value_id part_of_argument(struct path *path, const struct path_call *call) {
    struct value part = {.kind = VALUE_PART,
                         .is_pointer = true,
                         .a = call->args[call->callee->returned_arg],
                         .b = call->id};
    value_id id = value_intern(&path->context.values, part);
    state_forget(&path->context, path->state, id);
    return id;
}

/* Is what the argument points to known to be null before the call, or as it was at the entry? An
   error that others got before is thought to be null, as it has to be. */
static bool was_null(const struct path *path, const struct path_call *call, uint32_t arg) {
    bool found = false;
    if (arg >= call->arg_count)
        return false;
    if (outs_untouched(path, call->args[arg]))
        return true;
    const struct value *v = value_at(&path->context.values, call->args[arg]);
    if (v->kind != VALUE_ADDRESS)
        return false;
    value_id value = state_lookup(path->state, v->a, &found);
    unsigned classes = found ? state_classes(&path->context, path->state, value) : RETURNS_ANY;
    return classes == RETURNS_ZERO || (classes & RETURNS_ZERO && is_for_error(path, call, arg));
}

/* The outcomes in which what the argument points to is set, of which there may be none; false if
   that is not known. Where nothing tells, an error that is given back beside a resource is set when
   there is none. */
static bool is_set_when(const struct path *path, const struct path_call *call, uint32_t arg,
                        uint8_t *when) {
    const struct callee *callee = call->callee;
    *when = 0;
    for (size_t i = 0; i < callee->effect_count; i++) {
        const struct effect *effect = &callee->effects[i];
        if (effect->kind == EFFECT_SET && effect->arg == arg) {
            *when = effect->when;
            return true;
        }
        if (effect->target == TARGET_OUT && effect->arg == arg)
            return false;
        if (effect->kind == EFFECT_ACQUIRE && effect->target == TARGET_RETURN && !effect->tells)
            *when = (uint8_t)(RETURNS_ANY & ~effect->when);
    }
    return *when && is_for_error(path, call, arg);
}

static void deepen(struct state *state, const struct callee *callee) {
    for (unsigned k = 0; k < SCOPE_KINDS; k++) {
        int depth = state->scopes[k] + callee->scopes[k];
        state->scopes[k] = (int8_t)(depth > DEEPEST_SCOPE    ? DEEPEST_SCOPE
                                    : depth < -DEEPEST_SCOPE ? -DEEPEST_SCOPE
                                                             : depth);
    }
}

/* What a callback gets and leaves alone is still for this function to release. */
static void give_away(struct path *path, const struct path_call *call,
                      const struct effect *effect) {
    value_id value = call->args[effect->arg];
    if (path_callback_completes(path, call, effect))
        path_hand_promise(path, value);
    if (path_callback_leaves(path, call, effect))
        path_escape_contents(path, region_pointee(&path->context.values, value));
    else
        path_escape(path, value);
}

static void apply(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    path_start(path, call);
    const struct duty told = path_answer_of(path, call);
    uint32_t null_before = 0;
    value_id ended[MOST_ENDED] = {VALUE_UNKNOWN};
    uint8_t set_when[MOST_ARGS];
    for (uint32_t i = 0; i < call->arg_count && i < MOST_ARGS; i++)
        if (is_set_when(path, call, i, &set_when[i]) && was_null(path, call, i))
            null_before |= UINT32_C(1) << i;
    for (size_t i = 0; i < callee->effect_count && i < MOST_ENDED; i++)
        if (!is_excused(path, call, i))
            ended[i] = path_ended_by(path, call, &callee->effects[i]);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_RELEASE && !is_excused(path, call, i))
            release(path, call, &callee->effects[i]);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].arg < call->arg_count &&
            ((callee->effects[i].kind == EFFECT_TAKE && !hands_over(call, &callee->effects[i])) ||
             (callee->effects[i].kind == EFFECT_RELEASE && is_excused(path, call, i))))
            give_away(path, call, &callee->effects[i]);
    pass_arguments(path, call);
    value_id result = path_recall(path, call);
    if (result == VALUE_UNKNOWN) {
        result =
            leads_to_argument(callee, call) ? part_of_argument(path, call) : result_of(path, call);
        path_remember(path, call, result);
    }
    for (size_t i = 0; i < callee->effect_count; i++)
        if (hands_over(call, &callee->effects[i]))
            hand_over(path, call, &callee->effects[i], result);
    for (size_t i = 0; i < callee->effect_count && i < MOST_ENDED; i++)
        if (ended[i] != VALUE_UNKNOWN)
            path_claim_end(path, call, &callee->effects[i], ended[i], result);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_COMPLETE && !is_excused(path, call, i))
            path_complete(path, call, &callee->effects[i], result);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_LEND && !is_excused(path, call, i))
            path_lend(path, call, &callee->effects[i], result);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_ACQUIRE && !is_excused(path, call, i) &&
            is_asked_for(path, call, &callee->effects[i]))
            acquire(path, call, &callee->effects[i], result);
    for (uint32_t i = 0; i < call->arg_count; i++)
        if ((null_before >> i) & 1)
            set(path, call, (uint8_t)i, set_when[i], result);
    path_answer(path, told, result);
    if (call->instr->dst != IR_NONE)
        path->state->registers[call->instr->dst] = result;
    path_learn_open(path, call, result);
    path_learn_number(path, call, result);
    path_lock(path, call, result);
    path_queue(path, call, result);
    deepen(path->state, callee);
    path->state->told |= (callee->flags & CALLEE_TELLS) != 0;
    path_errno_call(path, call);
}

/* The unit's function that a call goes to in this state, or IR_NONE. */
static ir_id target_of(const struct path *path, const struct ir_instr *instr) {
    if (instr->sub == IR_CALL_DIRECT)
        return instr->a;
    const struct value *v = value_at(&path->context.values, path->state->registers[instr->a]);
    return v->kind == VALUE_FUNCTION ? v->a : IR_NONE;
}

unsigned path_call_flags(const struct path *path, const struct ir_instr *instr) {
    struct callee callee;
    path_ask_target(path, instr, instr->sub == IR_CALL_DIRECT ? instr->a : IR_NONE, &callee);
    return callee.flags;
}

bool path_call_has_role(const struct path *path, const struct ir_instr *instr,
                        enum role_kind kind) {
    struct callee callee;
    path_ask_target(path, instr, target_of(path, instr), &callee);
    return callee_has_role(&callee, kind);
}

bool path_suspends(const struct path *path, const struct path_call *call) {
    if (path->state->inside < 0)
        return false;
    for (size_t i = 0; i < call->callee->role_count; i++)
        if (call->callee->roles[i].kind == ROLE_SUSPENDS)
            return !path_excused(path, call, &call->callee->roles[i]);
    return call->callee->awaits != NULL;
}

bool path_step_call(struct path *path, ir_id id) {
    const struct ir_instr *instr = &path->unit->instrs.data[id];
    value_id args[MOST_ARGS];
    uint32_t count = instr->arg_count < MOST_ARGS ? instr->arg_count : MOST_ARGS;
    for (uint32_t i = 0; i < count; i++)
        args[i] = path->state->registers[ir_arg(path->unit, instr, i)];
    struct callee callee;
    path_ask_target(path, instr, target_of(path, instr), &callee);
    struct path_call call = {
        .instr = instr, .id = id, .callee = &callee, .args = args, .arg_count = count};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_call)
            path->listeners[path->current]->on_call(path, &call);
    path_errno_asked(path, &call);
    path_meet_queue(path, &call);
    if (!path_cut_call(path, &call, &callee))
        return false;
    path_meet_call(path, &call);
    path_meet_open(path, &call);
    path_meet_owned(path, &call);
    path_meet_numbers(path, &call);
    path_meet_promises(path, &call);
    path_meet_callbacks(path, &call);
    path_meet_free(path, &call);
    path_settle_loans(path, &call);
    path_meet_suspension(path, &call);
    path_take_by_call(path, &call);
    for (uint32_t i = count; i < instr->arg_count; i++)
        path_escape(path, path->state->registers[ir_arg(path->unit, instr, i)]);
    if (callee.flags & CALLEE_NORETURN)
        return false;
    apply(path, &call);
    return true;
}

/* What is not known may hold: silence beats noise. */
static bool excuse_may_hold(const struct path *path, value_id value, const struct role_unless *u) {
    int64_t constant;
    bool known = path_constant(path, value, &constant);
    switch (u->test) {
    case ROLE_TEST_EQUALS:
        return !known || constant == u->value;
    case ROLE_TEST_DIFFERS:
        return !known || constant != u->value;
    case ROLE_TEST_HAS_FLAG:
        return !known || (constant & u->value) == u->value;
    case ROLE_TEST_LACKS_FLAG:
        return !known || (constant & u->value) == 0;
    case ROLE_TEST_NULL:
        return state_classes(&path->context, path->state, value) & RETURNS_ZERO;
    case ROLE_TEST_NONNULL:
        return state_classes(&path->context, path->state, value) != RETURNS_ZERO;
    default:
        return true; /* the mode of a file descriptor is set elsewhere */
    }
}

bool path_excused(const struct path *path, const struct path_call *call, const struct role *role) {
    for (unsigned i = 0; i < role->unless_count; i++) {
        const struct role_unless *u = &role->unless[i];
        if (u->arg >= 0 && (uint32_t)u->arg < call->arg_count &&
            excuse_may_hold(path, call->args[u->arg], u))
            return true;
    }
    return false;
}
