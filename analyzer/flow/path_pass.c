/*
 * What a callee may write behind its arguments and elsewhere, and what it may keep of them.
 */
#include "flow/outs.h"
#include "flow/path_step.h"

#include <string.h>

region_id path_arg_region(struct path *path, const struct path_call *call, unsigned arg) {
    return arg < call->arg_count ? region_pointee(&path->context.values, call->args[arg])
                                 : REGION_UNKNOWN;
}

bool path_root_is_local(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    return region_at(t, region_root(t, region))->kind == REGION_LOCAL;
}

/* May others read and write it? */
bool path_is_exposed(const struct path *path, region_id region) {
    const struct region *root =
        region_at(&path->context.values, region_root(&path->context.values, region));
    if (root->kind == REGION_LOCAL)
        return (path->state->exposed[root->a / 64] >> (root->a % 64)) & 1;
    return !path_is_member(path, region);
}

/* Facts that a guard stands in, and that are about to be forgotten, take its evidence along. */
static void doubt_guards(struct path *path, const struct binding *gone) {
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        if (path->state->duties[i].guard != VALUE_UNKNOWN &&
            path->state->duties[i].guard == gone->value)
            path->state->duties[i].joined = true;
}

/* What was stored for the caller may have been replaced: it cannot be said what he finds. */
static void doubt_outs(struct path *path, region_id whole) {
    for (uint32_t i = 0; i < path->state->duty_count; i++) {
        struct duty *duty = &path->state->duties[i];
        if (duty->status == DUTY_OUT && region_within(&path->context.values, duty->out, whole))
            duty->joined = true;
    }
}

/* … by anybody. */
static void doubt_exposed_outs(struct path *path) {
    for (uint32_t i = 0; i < path->state->duty_count; i++) {
        struct duty *duty = &path->state->duties[i];
        if (duty->status == DUTY_OUT && path_is_exposed(path, duty->out) &&
            !outs_is_own(path, duty->out))
            duty->joined = true;
    }
}

/* Objects that others can reach may have been made anew. */
static void rearm_exposed(struct path *path) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct value *v = value_at(&path->context.values, path->state->claims[i].entity);
        if (v->kind == VALUE_ADDRESS && path_is_exposed(path, v->a) &&
            path->state->claims[i].kind == CLAIM_ENDED)
            state_remove_claim(&path->context, path->state, i);
    }
}

/* Anything that is not private to this function may have changed. */
static void invalidate(struct path *path) {
    struct state *state = path->state;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        if (path_is_exposed(path, state->bindings[i].region) &&
            !outs_is_own(path, state->bindings[i].region)) {
            doubt_guards(path, &state->bindings[i]);
        } else
            state->bindings[kept++] = state->bindings[i];
    }
    state->binding_count = kept;
    doubt_exposed_outs(path);
    rearm_exposed(path);
}

static const struct effect *effect_on(const struct callee *callee, unsigned arg) {
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].target != TARGET_RETURN &&
            callee->effects[i].target != TARGET_PLACE && callee->effects[i].arg == arg)
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
        }
    doubt_outs(path, whole);
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
void path_pass_arguments(struct path *path, const struct path_call *call) {
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
        region_id region = path_arg_region(path, call, i);
        if (region == REGION_UNKNOWN)
            continue;
        overwrite(path, region);
    }
    if (!known || (callee->flags & CALLEE_WRITES))
        invalidate(path);
}
