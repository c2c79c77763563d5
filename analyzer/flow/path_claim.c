/*
 * What was released, and is used all the same.
 */
#include <string.h>

#include "flow/path_step.h"

static bool same_subject(const char *x, const char *y) {
    return !x || !y || strcmp(x, y) == 0;
}

static void tell_of(struct path *path, const struct claim *ended, struct path_reuse reuse) {
    reuse.ended = ended;
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_reuse)
            path->listeners[path->current]->on_reuse(path, &reuse);
}

static void tell(struct path *path, uint32_t index, struct path_reuse reuse) {
    struct claim claim = path->state->claims[index];
    tell_of(path, &claim, reuse);
}

/* ---- what may not be there ------------------------------------------------------------- */

/* Has nothing been asked of the result, nor of what was handed out? */
static bool is_unasked(const struct path *path, const struct duty *duty) {
    return duty && duty->status == DUTY_OPEN && !duty->joined && duty->guard != VALUE_UNKNOWN &&
           duty->guard != duty->entity &&
           state_classes(&path->context, path->state, duty->guard) == RETURNS_ANY &&
           state_classes(&path->context, path->state, duty->entity) & RETURNS_ZERO;
}

static void meet_unasked(struct path *path, const struct ir_instr *instr, value_id value) {
    const struct duty *duty = state_duty(path->state, value_base(&path->context.values, value));
    if (!is_unasked(path, duty))
        return;
    const struct path_unasked unasked = {duty, instr};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_unasked)
            path->listeners[path->current]->on_unasked(path, &unasked);
}

/* ---- uses ------------------------------------------------------------------------------ */

/* Whoever calls this function has the parameter used, whatever happens then. */
static void note_use(struct path *path, value_id value) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind == VALUE_PARAM && v->a < 64 && path->straight)
        path->used_params |= UINT64_C(1) << v->a;
}

static const struct effect *effect_of(const struct path_call *call, uint32_t arg,
                                      enum effect_kind kind) {
    const struct callee *callee = call->callee;
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == kind && callee->effects[i].target == TARGET_ARG &&
            callee->effects[i].arg == arg)
            return &callee->effects[i];
    return NULL;
}

static bool is_off(const struct path *path, const struct path_call *call,
                   const struct effect *effect) {
    return effect->role && path_excused(path, call, effect->role);
}

static uint32_t named_params(const struct path *path, const struct path_call *call) {
    if (call->instr->sub != IR_CALL_DIRECT)
        return call->arg_count;
    return path->unit->functions.data[call->instr->a].param_count;
}

/* Does the callee use what is given to it as that argument? */
static bool uses(const struct path *path, const struct path_call *call, uint32_t arg) {
    if (call->callee->flags & CALLEE_CONTRACT)
        return arg < named_params(path, call);
    return arg < 64 && ((call->callee->uses >> arg) & 1);
}

/* What the argument points to is to be released. */
static void meet_out(struct path *path, const struct path_call *call, const struct effect *effect) {
    bool found;
    if (effect->arg >= call->arg_count || !effect->ends || is_off(path, call, effect))
        return;
    region_id region = path_effect_region(path, call, effect);
    value_id value = state_lookup(path->state, region, &found);
    uint32_t index = found ? state_find_ended(&path->context, path->state, value) : UINT32_MAX;
    if (index == UINT32_MAX || state_classes(&path->context, path->state, value) == RETURNS_ZERO ||
        !same_subject(path->state->claims[index].subject, effect->subject))
        return;
    struct path_reuse reuse = {.instr = call->instr,
                               .kind = REUSE_RELEASE,
                               .callee = call->callee->name,
                               .subject = effect->subject,
                               .again = path->state->claims[index].origin == call->id};
    tell(path, index, reuse);
}

/* Does it work on what is there, and not only on what may be made anew in that place? */
static bool works_on(const struct path_call *call, uint32_t arg) {
    for (size_t i = 0; i < call->callee->role_count; i++)
        if (call->callee->roles[i].kind == ROLE_USES && call->callee->roles[i].arg == (int)arg)
            return true;
    return false;
}

/* A pointer into memory that was freed: it is no name of anything, but to be followed. */
static void meet_part(struct path *path, const struct path_call *call, uint32_t arg) {
    value_id value = call->args[arg], whole = value_base(&path->context.values, value);
    uint32_t index = state_find_ended(&path->context, path->state, whole);
    bool follows = uses(path, call, arg) || !(call->callee->flags & CALLEE_KNOWN);
    if (value == whole || index == UINT32_MAX || !path->state->claims[index].raw || !follows)
        return;
    tell(path, index,
         (struct path_reuse){
             .instr = call->instr, .kind = REUSE_PART, .callee = call->callee->name});
}

static void meet_argument(struct path *path, const struct path_call *call, uint32_t arg) {
    value_id value = call->args[arg];
    uint32_t index = state_find_ended(&path->context, path->state, value);
    if (uses(path, call, arg)) {
        note_use(path, value);
        if (!effect_of(call, arg, EFFECT_RELEASE))
            meet_unasked(path, call->instr, value);
    }
    if (index == UINT32_MAX)
        meet_part(path, call, arg);
    if (index == UINT32_MAX || state_classes(&path->context, path->state, value) == RETURNS_ZERO)
        return;
    const struct claim *claim = &path->state->claims[index];
    const struct effect *release = effect_of(call, arg, EFFECT_RELEASE);
    struct path_reuse reuse = {.instr = call->instr,
                               .kind = REUSE_CALL,
                               .callee = call->callee->name,
                               .declared =
                                   (call->callee->flags & CALLEE_CONTRACT) && !works_on(call, arg),
                               .again = claim->origin == call->id};
    if (effect_of(call, arg, EFFECT_ACQUIRE)) {
        state_remove_claim(&path->context, path->state, index);
        return;
    }
    if (release && (!release->ends || is_off(path, call, release)))
        return;
    if (release && same_subject(release->subject, claim->subject)) {
        reuse.kind = REUSE_RELEASE;
        reuse.subject = release->subject;
        tell(path, index, reuse);
    } else if (claim->in_place && works_on(call, arg)) {
        tell(path, index, reuse);
    } else if (claim->in_place) {
        state_remove_claim(&path->context, path->state, index);
    } else if (uses(path, call, arg)) {
        tell(path, index, reuse);
    }
}

/* What is released has a callback called when it is gone, and that releases it once more. */
static void meet_callback(struct path *path, const struct path_call *call,
                          const struct effect *release) {
    struct callee last;
    if (!release->ends || release->target != TARGET_ARG || release->arg >= call->arg_count ||
        is_off(path, call, release) || !path_last_callback(path, call, &last))
        return;
    for (size_t i = 0; i < last.effect_count; i++) {
        const struct effect *again = &last.effects[i];
        if (again->kind != EFFECT_RELEASE || !again->ends || again->target != TARGET_ARG ||
            again->arg != 0 || again->when != RETURNS_ANY || !again->subject || !release->subject ||
            strcmp(again->subject, release->subject) != 0)
            continue;
        struct claim ended = {.entity = call->args[release->arg],
                              .kind = CLAIM_ENDED,
                              .when = RETURNS_ANY,
                              .subject = release->subject,
                              .by = call->callee->name,
                              .origin = call->id};
        tell_of(
            path, &ended,
            (struct path_reuse){.instr = call->instr, .kind = REUSE_CALLBACK, .callee = last.name});
        return;
    }
}

void path_meet_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    for (uint32_t i = 0; i < call->arg_count; i++)
        meet_argument(path, call, i);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_RELEASE)
            meet_callback(path, call, &callee->effects[i]);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].kind == EFFECT_RELEASE && effect_is_behind(&callee->effects[i]))
            meet_out(path, call, &callee->effects[i]);
}

/* The register that the place leads through, or IR_NONE. */
static ir_id pointer_of(const struct path *path, const struct ir_instr *instr) {
    const struct ir_place *place = ir_place_root(path->unit, instr->a);
    return place->kind == IR_PLACE_DEREF ? place->a : IR_NONE;
}

void path_meet_access(struct path *path, const struct ir_instr *instr) {
    ir_id pointer = pointer_of(path, instr);
    if (pointer == IR_NONE)
        return;
    value_id value = path->state->registers[pointer];
    note_use(path, value);
    if (!path->state->claim_count)
        return;
    value_id base = value_base(&path->context.values, value);
    uint32_t index = state_find_ended(&path->context, path->state, value);
    if (index == UINT32_MAX)
        index = state_find_ended(&path->context, path->state, base);
    if (index == UINT32_MAX || path->state->claims[index].in_place)
        return;
    tell(path, index, (struct path_reuse){.instr = instr, .kind = REUSE_ACCESS});
}

void path_meet_unasked(struct path *path, const struct ir_instr *instr) {
    ir_id pointer = path->state->duty_count ? pointer_of(path, instr) : IR_NONE;
    if (pointer != IR_NONE)
        meet_unasked(path, instr, path->state->registers[pointer]);
}

/* ---- the end of things ----------------------------------------------------------------- */

/* Is it in one variable? Then whatever that leads to is the same, until an address is taken again.
 */
static bool is_kept(const struct path *path, value_id address) {
    const struct value_table *t = &path->context.values;
    unsigned count = 0;
    for (uint32_t i = 0; i < path->state->binding_count; i++)
        count += path->state->bindings[i].value == address;
    for (uint32_t i = 0; i < path->state->binding_count && count == 1; i++)
        if (path->state->bindings[i].value == address)
            return region_at(t, path->state->bindings[i].region)->kind == REGION_LOCAL;
    return false;
}

value_id path_ended_by(struct path *path, const struct path_call *call,
                       const struct effect *effect) {
    struct value_table *t = &path->context.values;
    if (!effect->ends || effect->arg >= call->arg_count)
        return VALUE_UNKNOWN;
    value_id entity =
        effect_is_behind(effect) ? path_held_at(path, call, effect) : call->args[effect->arg];
    const struct value *v = value_at(t, entity);
    if ((v->kind != VALUE_SYMBOL && v->kind != VALUE_PARAM && v->kind != VALUE_ADDRESS) ||
        state_classes(&path->context, path->state, entity) == RETURNS_ZERO)
        return VALUE_UNKNOWN;
    if (v->kind == VALUE_ADDRESS &&
        (!effect->in_place || (path_is_vague(path, v->a) && !is_kept(path, entity))))
        return VALUE_UNKNOWN; /* a handle by its address; any of an array */
    const struct duty *duty = state_duty(path->state, entity);
    if (effect->counted && (!duty || duty->status != DUTY_OPEN || duty->shared))
        return VALUE_UNKNOWN;
    return entity;
}

/* Whoever filed it, in a list or in a field, need not find it there any more. */
static void unlink_everywhere(struct path *path, value_id entity) {
    struct state *state = path->state;
    const struct value_table *t = &path->context.values;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct region *root = region_at(t, region_root(t, state->bindings[i].region));
        if (root->kind == REGION_LOCAL || state->bindings[i].value != entity)
            state->bindings[kept++] = state->bindings[i];
    }
    state->binding_count = kept;
}

void path_claim_end(struct path *path, const struct path_call *call, const struct effect *effect,
                    value_id entity, value_id result) {
    const uint16_t dropped = IR_RESULT_UNUSED | IR_RESULT_VOID_CAST;
    bool asked = effect->when != RETURNS_ANY && !(call->instr->flags & dropped);
    const struct duty *duty = state_duty(path->state, entity);
    if (call->callee->flags & CALLEE_UNLINKS)
        unlink_everywhere(path, entity);
    struct claim claim = {.entity = entity,
                          .guard = asked ? result : VALUE_UNKNOWN,
                          .kind = CLAIM_ENDED,
                          .when = effect->when,
                          .in_place = effect->in_place,
                          .raw = effect->raw,
                          .subject = effect->subject || !duty ? effect->subject : duty->subject,
                          .by = call->callee->name,
                          .origin = call->id};
    state_add_claim(&path->context, path->state, claim);
    struct path_trace step = {.before = path->state->trace,
                              .loc = call->instr->loc,
                              .kind = TRACE_CALL,
                              .text = call->callee->name};
    path->state->trace = arena_copy(&path->context.arena, &step, sizeof step);
}

void path_rearm(struct path *path, value_id entity) {
    for (uint32_t i = path->state->claim_count; i-- > 0;)
        if (path->state->claims[i].entity == entity && path->state->claims[i].kind == CLAIM_ENDED)
            state_remove_claim(&path->context, path->state, i);
}

void path_rearm_within(struct path *path, region_id whole) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct value *v = value_at(&path->context.values, path->state->claims[i].entity);
        if (v->kind == VALUE_ADDRESS && region_within(&path->context.values, v->a, whole) &&
            path->state->claims[i].kind == CLAIM_ENDED)
            state_remove_claim(&path->context, path->state, i);
    }
}
