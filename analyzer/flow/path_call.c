/*
 * What a call does to a state: the effects of its target, one after the other.
 */
#include "flow/outs.h"
#include "flow/path_cut.h"
#include "flow/path_step.h"

enum { MOST_ARGS = 32, MOST_ENDED = 32, DEEPEST_SCOPE = 16 };
enum { LEAST_NEWS = 128 }; /* numbers of duties that stand for what an argument points to */

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
    region_id region = path_arg_region(path, call, arg);
    static const struct ir_type pointer = {.kind = IR_TYPE_POINTER};
    bool kept = !path_is_exposed(path, region) || outs_is_own(path, region);
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

bool path_leads_to_argument(const struct path_call *call) {
    int arg = call->callee->returned_arg;
    return arg >= 0 && (uint32_t)arg < call->arg_count;
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
            path_release(path, call, &callee->effects[i]);
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].arg < call->arg_count &&
            ((callee->effects[i].kind == EFFECT_TAKE &&
              !path_hands_over(call, &callee->effects[i])) ||
             (callee->effects[i].kind == EFFECT_RELEASE && is_excused(path, call, i))))
            give_away(path, call, &callee->effects[i]);
    path_unlock(path, call);
    path_pass_arguments(path, call);
    path_leave_places(path, call, ended,
                      callee->effect_count < MOST_ENDED ? callee->effect_count : MOST_ENDED);
    value_id result = path_recall(path, call);
    if (result == VALUE_UNKNOWN) {
        result =
            path_leads_to_argument(call) ? part_of_argument(path, call) : result_of(path, call);
        path_remember(path, call, result);
    }
    for (size_t i = 0; i < callee->effect_count; i++)
        if (path_hands_over(call, &callee->effects[i]))
            path_hand_over(path, call, &callee->effects[i], result);
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
            path_acquire(path, call, &callee->effects[i], result);
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
    path_follow_chains(path, &call, &callee);
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
    return path_heed_return(path, &call);
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
