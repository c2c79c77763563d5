/*
 * What the callbacks that a call is given do to what it makes, or to the data it passes on to them.
 */
#include <string.h>

#include "flow/path_step.h"

void path_ask_target(const struct path *path, const struct ir_instr *instr, ir_id function,
                     struct callee *callee) {
    *callee = (struct callee){.function = UINT32_MAX,
                              .returns = RETURNS_ANY,
                              .low = INT64_MIN,
                              .high = INT64_MAX,
                              .cut = {.arg = ROLE_ARG_NONE},
                              .returned_arg = ROLE_ARG_NONE};
    path->client->resolve(path->client->data, path->unit, instr, function, callee);
}

struct callee path_target(const struct path *path, const struct ir_instr *call) {
    struct callee callee;
    path_ask_target(path, call, call->sub == IR_CALL_DIRECT ? call->a : IR_NONE, &callee);
    return callee;
}

/* The function that is given with the role, as its summary tells it; false if it is not known. */
static bool ask_callback(const struct path *path, const struct path_call *call,
                         const struct role *role, const struct ir_function **function,
                         struct callee *callback) {
    if (role->kind != ROLE_CALLS_BACK || role->arg < 0 || (uint32_t)role->arg >= call->arg_count)
        return false;
    const struct value *v = value_at(&path->context.values, call->args[role->arg]);
    if (v->kind != VALUE_FUNCTION)
        return false;
    *function = &path->unit->functions.data[v->a];
    path_ask_target(path, call->instr, v->a, callback);
    return true;
}

bool path_callback_releases(const struct path *path, const struct path_call *call,
                            const char *subject) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct ir_function *function;
        struct callee callback;
        if (!ask_callback(path, call, &call->callee->roles[i], &function, &callback))
            continue;
        for (size_t k = 0; k < callback.effect_count; k++) {
            const struct effect *effect = &callback.effects[k];
            if (effect->kind != EFFECT_ACQUIRE && effect->subject &&
                strcmp(effect->subject, subject) == 0)
                return true;
        }
    }
    return false;
}

bool path_last_callback(const struct path *path, const struct path_call *call,
                        struct callee *callback) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind != ROLE_CALLS_BACK || !role->until ||
            strcmp(role->until, "close-callback") != 0 || role->arg < 0 ||
            (uint32_t)role->arg >= call->arg_count)
            continue;
        const struct value *v = value_at(&path->context.values, call->args[role->arg]);
        if (v->kind != VALUE_FUNCTION || path->unit->functions.data[v->a].param_count != 1)
            return false;
        path_ask_target(path, call->instr, v->a, callback);
        return true;
    }
    return false;
}

/* It is not called again: the loop is told to forget it, or never calls it twice. */
static bool comes_once(const struct role *role, const struct callee *callback) {
    return role->times == ROLE_TIMES_ONCE || role->times == ROLE_TIMES_AT_MOST_ONCE ||
           (role->times == ROLE_TIMES_MANY && callback->returns == RETURNS_ZERO);
}

/* Does it do one of these things (a bit each) to its data, which comes to it as the last argument?
 */
static bool does_to_data(const struct ir_function *function, const struct callee *callback,
                         unsigned kinds) {
    for (size_t k = 0; k < callback->effect_count; k++) {
        const struct effect *effect = &callback->effects[k];
        if (((kinds >> effect->kind) & 1) && effect->target != TARGET_RETURN &&
            effect->arg + 1u == function->param_count)
            return true;
    }
    return false;
}

static bool leaves_data(const struct ir_function *function, const struct callee *callback) {
    return (callback->flags & CALLEE_KNOWN) &&
           !(callback->flags & (CALLEE_CONTRACT | CALLEE_NORETURN)) && function->param_count != 0 &&
           !does_to_data(function, callback, 1u << EFFECT_RELEASE | 1u << EFFECT_TAKE);
}

static bool is_null(const struct path *path, const struct path_call *call, int arg) {
    return arg >= 0 && (uint32_t)arg < call->arg_count &&
           state_classes(&path->context, path->state, call->args[arg]) == RETURNS_ZERO;
}

/* What is given along with the callback may be meant to free its data. */
static bool gives_another_function(const struct path *path, const struct path_call *call,
                                   const struct role *role) {
    for (uint32_t i = 0; i < call->arg_count; i++)
        if ((int)i != role->arg &&
            value_at(&path->context.values, call->args[i])->kind == VALUE_FUNCTION)
            return true;
    return false;
}

static bool is_part(const struct path *path, value_id value) {
    return value_base(&path->context.values, value) != value;
}

/* Is it there for the callback, which gets to it by its only argument, if at all? */
static bool is_for_callback(const struct path *path, value_id value, const struct effect *effect,
                            const struct ir_function *callback) {
    const struct role *role = effect->role;
    if (!role || role->kind != ROLE_BORROWS || !role->until || callback->param_count != 1)
        return false;
    return strcmp(role->until, "callback") == 0 ||
           (strcmp(role->until, "join") == 0 && !is_part(path, value));
}

/* A task that ends, and that neither releases nor keeps its only argument; all of what was made,
   not one of many parts. */
static bool task_leaves(const struct path *path, const struct path_call *call,
                        const struct effect *effect) {
    const struct role *role = effect->role;
    if (role->entry < 0 || (uint32_t)role->entry >= call->arg_count)
        return false;
    const struct value *v = value_at(&path->context.values, call->args[role->entry]);
    if (v->kind != VALUE_FUNCTION || is_part(path, call->args[effect->arg]))
        return false;
    const struct ir_function *function = &path->unit->functions.data[v->a];
    struct callee entry;
    path_ask_target(path, call->instr, v->a, &entry);
    return function->param_count == 1 && leaves_data(function, &entry);
}

bool path_callback_leaves(const struct path *path, const struct path_call *call,
                          const struct effect *effect) {
    bool leaves = false;
    if (effect->role && effect->role->kind == ROLE_SPAWNS && effect->role->data == effect->arg)
        return task_leaves(path, call, effect);
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        const struct ir_function *function;
        struct callee callback;
        if (role->kind == ROLE_TAKES && role->arg == effect->arg)
            return false;
        bool lent = effect->role && effect->role->kind == ROLE_BORROWS;
        if (role->kind != ROLE_CALLS_BACK || (role->data != effect->arg && !lent) ||
            is_null(path, call, role->arg))
            continue;
        if (!ask_callback(path, call, role, &function, &callback) || !comes_once(role, &callback) ||
            (role->data != effect->arg &&
             !is_for_callback(path, call->args[effect->arg], effect, function)) ||
            !leaves_data(function, &callback) || gives_another_function(path, call, role))
            return false;
        leaves = true;
    }
    return leaves;
}

bool path_callback_completes(const struct path *path, const struct path_call *call,
                             const struct effect *effect) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        const struct ir_function *function;
        struct callee callback;
        if (role->data == effect->arg && ask_callback(path, call, role, &function, &callback) &&
            does_to_data(function, &callback, 1u << EFFECT_COMPLETE))
            return true;
    }
    return false;
}

/* Does the value come from a call that made another reference to what it was given? */
static const struct effect *new_reference(const struct path *path, value_id value,
                                          struct callee *maker) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind != VALUE_PART || v->b < path->first_instr ||
        v->b - path->first_instr >= path->instr_count)
        return NULL;
    const struct ir_instr *made = &path->unit->instrs.data[v->b];
    if (made->op != IR_CALL || made->sub != IR_CALL_DIRECT)
        return NULL;
    path_ask_target(path, made, made->a, maker);
    for (size_t i = 0; i < maker->effect_count; i++)
        if (maker->effects[i].kind == EFFECT_ACQUIRE && maker->effects[i].counted &&
            maker->effects[i].target == TARGET_RETURN)
            return &maker->effects[i];
    return NULL;
}

void path_meet_callbacks(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *given = &call->callee->effects[i];
        struct callee maker;
        if (given->kind != EFFECT_TAKE || given->target != TARGET_ARG ||
            given->arg >= call->arg_count)
            continue;
        const struct effect *made = new_reference(path, call->args[given->arg], &maker);
        if (!made || !path_callback_leaves(path, call, given))
            continue;
        const struct duty duty = {.entity = call->args[given->arg],
                                  .subject = made->subject,
                                  .status = DUTY_LOST,
                                  .when = RETURNS_ANY,
                                  .counted = true,
                                  .guard = VALUE_UNKNOWN,
                                  .which = (uint8_t)(made - maker.effects),
                                  .origin =
                                      value_at(&path->context.values, call->args[given->arg])->b,
                                  .trace = path->state->trace};
        path_note_loss(path, &duty, call->instr->loc, false);
    }
}
