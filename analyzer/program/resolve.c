/*
 * From roles and summaries to what a call does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

static uint8_t classes_of(enum role_when when) {
    switch (when) {
    case ROLE_WHEN_ZERO:
    case ROLE_WHEN_NULL:
        return RETURNS_ZERO;
    case ROLE_WHEN_NONZERO:
    case ROLE_WHEN_NONNULL:
        return RETURNS_NEGATIVE | RETURNS_POSITIVE;
    case ROLE_WHEN_NEGATIVE:
        return RETURNS_NEGATIVE;
    case ROLE_WHEN_NONNEGATIVE:
        return RETURNS_ZERO | RETURNS_POSITIVE;
    case ROLE_WHEN_POSITIVE:
        return RETURNS_POSITIVE;
    default:
        return RETURNS_ANY;
    }
}

struct effect_list {
    const struct program *program;
    bool numbers_errors; /* the function returns a signed number: an error, or 0 */
    struct effect items[24];
    size_t count;
};

static void add(struct effect_list *list, const struct role *role, enum effect_kind kind,
                enum effect_target target, int arg, const char *subject, uint8_t when) {
    if (list->count == sizeof list->items / sizeof *list->items)
        return;
    if (target != TARGET_RETURN && (arg < 0 || arg > UINT8_MAX))
        return;
    struct effect effect = {.kind = (uint8_t)kind,
                            .target = (uint8_t)target,
                            .when = when,
                            .arg = (uint8_t)(target == TARGET_RETURN ? 0 : arg),
                            .subject = subject,
                            .detaches = role->kind == ROLE_DETACHES,
                            .ends = kind == EFFECT_RELEASE && role->kind != ROLE_DETACHES &&
                                    !prog_is_idempotent(list->program, subject),
                            .role = role};
    prog_describe_kind(list->program, &effect);
    list->items[list->count++] = effect;
}

/* The outcomes in which a task was started. A status is no negative number then. */
static uint8_t success_of(const struct effect_list *list, const struct role *spawns) {
    if (spawns->when != ROLE_WHEN_ALWAYS)
        return classes_of(spawns->when);
    if (spawns->handle == ROLE_ARG_RETURN)
        return RETURNS_NEGATIVE | RETURNS_POSITIVE;
    if (spawns->handle >= 0)
        return RETURNS_ZERO;
    return list->numbers_errors ? RETURNS_ZERO | RETURNS_POSITIVE : RETURNS_ANY;
}

static void add_spawn(struct effect_list *list, const struct role *role) {
    static const char task[] = "task", thread[] = "thread";
    uint8_t success = success_of(list, role);
    add(list, role, EFFECT_TAKE, TARGET_ARG, role->data, NULL, success);
    if (role->owner != ROLE_ARG_NONE)
        return;
    const char *subject = role->subject && strcmp(role->subject, thread) == 0 ? thread : task;
    if (role->handle == ROLE_ARG_RETURN)
        add(list, role, EFFECT_ACQUIRE, TARGET_RETURN, 0, subject, success);
    else if (role->handle >= 0)
        add(list, role, EFFECT_ACQUIRE, TARGET_OUT, role->handle, subject, success);
}

static enum effect_until until_of(const char *until) {
    static const struct {
        const char *word;
        enum effect_until until;
    } words[] = {
        {"join", UNTIL_JOIN}, {"completion", UNTIL_DONE}, {"close-callback", UNTIL_CLOSED}};
    for (size_t i = 0; until && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, until) == 0)
            return words[i].until;
    return UNTIL_CALLBACK;
}

static void add_loan(struct effect_list *list, const struct role *role, int arg, uint8_t when,
                     enum effect_until until) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == EFFECT_LEND && list->items[i].arg == arg)
            return; /* who starts a task says best until when */
    size_t before = list->count;
    if (when == RETURNS_ANY && list->numbers_errors) /* anything else: nothing was started */
        when = RETURNS_ZERO;
    add(list, role, EFFECT_LEND, TARGET_ARG, arg, NULL, when);
    if (list->count == before)
        return;
    list->items[before].until = (uint8_t)until;
    if (role->kind == ROLE_SPAWNS && role->owner >= 0 && role->owner < UINT8_MAX)
        list->items[before].owner = (uint8_t)(role->owner + 1);
}

/* On which outcome the call that sets a callback has done so: when it made what it should make, or
   told its number. */
static uint8_t made_when(const struct function *function) {
    const struct role *made = prog_role(function->roles, function->role_count, ROLE_ACQUIRES);
    if (prog_role(function->roles, function->role_count, ROLE_YIELDS))
        return RETURNS_ANY & ~RETURNS_ZERO;
    return made && made->via == ROLE_VIA_RETURN ? classes_of(made->when) : RETURNS_ANY;
}

/* Who closes a handle and calls back when that is done uses its memory until then. */
static void add_closing(struct effect_list *list, const struct function *function) {
    const struct role *closes = prog_role(function->roles, function->role_count, ROLE_RELEASES);
    for (size_t i = 0; closes && i < function->role_count; i++) {
        const struct role *role = &function->roles[i];
        if (role->kind == ROLE_CALLS_BACK && role->until && until_of(role->until) == UNTIL_CLOSED)
            add_loan(list, closes, closes->arg, classes_of(closes->when), UNTIL_CLOSED);
    }
}

/* What a call lends to others that go on when it has returned. Shielded work does so only if the
   waiter was cut short. */
static void add_loans(struct effect_list *list, const struct function *function) {
    add_closing(list, function);
    for (size_t i = 0; i < function->role_count; i++) {
        const struct role *role = &function->roles[i];
        if (role->kind == ROLE_SPAWNS)
            add_loan(list, role, role->data, success_of(list, role), UNTIL_JOIN);
    }
    for (size_t i = 0; i < function->role_count; i++) {
        const struct role *role = &function->roles[i];
        bool shields = prog_role(function->roles, function->role_count, ROLE_SHIELDS) != NULL;
        uint8_t when = shields ? RETURNS_NEGATIVE : classes_of(role->when);
        if (role->kind == ROLE_BORROWS && role->until && strcmp(role->until, "return") != 0)
            add_loan(list, role, role->arg, when, until_of(role->until));
    }
    /* what is called many times is mostly set up here, and started elsewhere */
    if (prog_role(function->roles, function->role_count, ROLE_SUSPENDS) ||
        prog_role(function->roles, function->role_count, ROLE_BLOCKS))
        return; /* it waits for its callbacks itself */
    if (prog_role(function->roles, function->role_count, ROLE_DEFERS))
        return; /* they come when somebody starts it, who may wait */
    for (size_t i = 0; i < function->role_count; i++) {
        const struct role *role = &function->roles[i];
        bool starts =
            role->until || role->times == ROLE_TIMES_ONCE || role->times == ROLE_TIMES_AT_MOST_ONCE;
        if (role->kind == ROLE_CALLS_BACK && starts && role->context &&
            strcmp(role->context, "sync") != 0)
            add_loan(list, role, role->data, made_when(function), UNTIL_CALLBACK);
    }
}

/* Who starts a task says in which outcomes its data is taken. */
static bool is_data_of_task(const struct function *function, int arg) {
    const struct role *spawns = prog_role(function->roles, function->role_count, ROLE_SPAWNS);
    return spawns && spawns->data == arg;
}

static void add_role(struct effect_list *list, const struct function *function,
                     const struct role *role) {
    switch (role->kind) {
    case ROLE_ACQUIRES: {
        enum effect_target target = role->via == ROLE_VIA_RETURN ? TARGET_RETURN
                                    : role->via == ROLE_VIA_OUT  ? TARGET_OUT
                                                                 : TARGET_ARG;
        add(list, role, EFFECT_ACQUIRE, target, role->arg, role->subject, classes_of(role->when));
        break;
    }
    case ROLE_SETS_CONTEXT:
        add(list, role, EFFECT_ACQUIRE, TARGET_ARG, role->arg, "context", classes_of(role->when));
        break;
    case ROLE_RESETS_CONTEXT:
        add(list, role, EFFECT_RELEASE, TARGET_ARG, role->arg, "context", RETURNS_ANY);
        break;
    case ROLE_RELEASES:
        add(list, role, EFFECT_RELEASE, role->via == ROLE_VIA_OUT ? TARGET_OUT : TARGET_ARG,
            role->arg, role->subject, classes_of(role->when));
        break;
    case ROLE_JOINS:
    case ROLE_DETACHES:
        add(list, role, EFFECT_RELEASE, TARGET_ARG, role->arg, NULL, RETURNS_ANY);
        break;
    case ROLE_TELLS_OUTCOME: {
        size_t before = list->count;
        add(list, role, EFFECT_ACQUIRE, TARGET_RETURN, 0, "outcome", RETURNS_ANY);
        if (list->count > before)
            list->items[before].tells = true;
        break;
    }
    case ROLE_TELLS_SET: {
        size_t before = list->count;
        add(list, role, EFFECT_ANSWER, TARGET_ARG, role->arg, NULL, RETURNS_ANY & ~RETURNS_ZERO);
        if (list->count > before)
            list->items[before].maybe = true;
        break;
    }
    case ROLE_SHIELDS: /* of a task's handle: it is waited for, unless the waiter is cut */
        if (!prog_role(function->roles, function->role_count, ROLE_CALLS_BACK))
            add(list, role, EFFECT_TAKE, TARGET_ARG, role->arg, NULL,
                RETURNS_ZERO | RETURNS_POSITIVE);
        break;
    case ROLE_LOCKS:
        add(list, role, EFFECT_LOCK, TARGET_ARG, role->arg, role->subject, classes_of(role->when));
        break;
    case ROLE_UNLOCKS:
        add(list, role, EFFECT_UNLOCK, TARGET_ARG, role->arg, role->subject, RETURNS_ANY);
        break;
    case ROLE_COMPLETES:
        add(list, role, EFFECT_COMPLETE, TARGET_ARG, role->arg, NULL, classes_of(role->when));
        break;
    case ROLE_TAKES:
        add(list, role, EFFECT_TAKE, TARGET_ARG, role->arg, NULL, classes_of(role->when));
        break;
    case ROLE_SPAWNS:
        add_spawn(list, role);
        break;
    case ROLE_CALLS_BACK:
        add(list, role, EFFECT_TAKE, TARGET_ARG, role->data, NULL, RETURNS_ANY);
        break;
    case ROLE_BORROWS:
        if (role->until && strcmp(role->until, "return") != 0 &&
            !is_data_of_task(function, role->arg))
            add(list, role, EFFECT_TAKE, TARGET_ARG, role->arg, NULL, classes_of(role->when));
        break;
    default:
        break;
    }
}

static bool numbers_errors(const struct function *function) {
    if (!function->unit)
        return false; /* a field's contract */
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    ir_id result = function->unit->types.data[fn->type].elem;
    const struct ir_type *type = result == IR_NONE ? NULL : &function->unit->types.data[result];
    return type && type->kind == IR_TYPE_INT && !type->is_unsigned;
}

void prog_roles_to_effects(struct program *program, struct function *function) {
    struct effect_list list = {.program = program, .numbers_errors = numbers_errors(function)};
    for (size_t i = 0; i < function->role_count; i++)
        add_role(&list, function, &function->roles[i]);
    add_loans(&list, function);
    function->effects = arena_copy(&program->arena, list.items, list.count * sizeof *list.items);
    function->effect_count = list.count;
}

/* What is waited for, by the role's word for it. */
static unsigned wait_flags(const struct role *role) {
    static const struct {
        const char *word;
        unsigned flags;
    } words[] = {{"net", CALLEE_HEARS},    {"arrival", CALLEE_HEARS}, {"time", CALLEE_PAUSES},
                 {"sleep", CALLEE_PAUSES}, {"lock", CALLEE_QUEUES},   {"wait", CALLEE_QUEUES}};
    for (size_t i = 0; role->subject && i < sizeof words / sizeof *words; i++)
        if (strcmp(role->subject, words[i].word) == 0)
            return words[i].flags;
    return role->subject ? 0 : CALLEE_QUEUES;
}

/* To end something may take time, but it is nobody's turn that is waited for. */
static unsigned suspension_flags(const struct role *roles, size_t count, const struct role *role) {
    bool ends = prog_role(roles, count, ROLE_RELEASES) && !role->subject;
    return CALLEE_SUSPENDS | (ends ? 0 : wait_flags(role));
}

static unsigned role_flags(const struct role *roles, size_t count) {
    unsigned flags = 0;
    for (size_t i = 0; i < count; i++)
        switch (roles[i].kind) {
        case ROLE_PURE:
            flags |= CALLEE_PURE | CALLEE_KNOWN;
            break;
        case ROLE_NORETURN:
            flags |= CALLEE_NORETURN;
            break;
        case ROLE_COROUTINE:
            flags |= CALLEE_COROUTINE;
            break;
        case ROLE_SUSPENDS:
            flags |= suspension_flags(roles, count, &roles[i]);
            break;
        case ROLE_BLOCKS:
            flags |= wait_flags(&roles[i]);
            break;
        case ROLE_JOINS:
            flags |= CALLEE_QUEUES;
            break;
        case ROLE_SPAWNS:
            flags |= roles[i].owner == ROLE_ARG_NONE ? CALLEE_LETS_GO : 0;
            break;
        case ROLE_UNLOCKS:
            flags |= CALLEE_UNLOCKS;
            break;
        case ROLE_SIGNALS:
            flags |= CALLEE_SIGNALS;
            break;
        case ROLE_SUBMITS:
            flags |= CALLEE_SUBMITS;
            break;
        case ROLE_CANCELS:
        case ROLE_SHOWS_OUTCOME:
            flags |= CALLEE_TELLS;
            break;
        case ROLE_RUNS_LOOP: /* the program's callbacks run meanwhile */
            flags |= CALLEE_WRITES | CALLEE_WAITS;
            break;
        default:
            break;
        }
    return flags;
}

static void add_scopes(const struct function *function, int8_t *scopes) {
    static const enum role_kind begins[SCOPE_KINDS] = {ROLE_SHIELD_BEGIN, ROLE_DEADLINE_BEGIN};
    static const enum role_kind ends[SCOPE_KINDS] = {ROLE_SHIELD_END, ROLE_DEADLINE_END};
    for (size_t i = 0; i < function->role_count; i++)
        for (unsigned k = 0; k < SCOPE_KINDS; k++)
            scopes[k] = (int8_t)(scopes[k] + (function->roles[i].kind == begins[k]) -
                                 (function->roles[i].kind == ends[k]));
}

static prog_fn indirect_target(const struct program *program, const struct ir_unit *unit,
                               const struct ir_instr *call) {
    return call->sub == IR_CALL_INDIRECT && call->b != IR_NONE
               ? prog_only_target(program, unit, &unit->places.data[call->b])
               : PROG_NONE;
}

/* What the usual error of a coroutine's type is: -ECANCELED, or NULL. */
static void bound_usually(const struct function *function, struct cut *cut) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    ir_id result = function->unit->types.data[fn->type].elem;
    const struct ir_type *type = result == IR_NONE ? NULL : &function->unit->types.data[result];
    if (type && type->kind == IR_TYPE_POINTER)
        cut->low = cut->high = 0;
    else if (type && type->kind == IR_TYPE_INT && !type->is_unsigned)
        cut->low = cut->high = -ECANCELED;
}

/* Who waits for a task returns what that one does. That, and what closes something, is done to its
   end even then. */
static struct cut role_cut(const struct function *function) {
    const struct role *role = prog_role(function->roles, function->role_count, ROLE_CANCELLABLE);
    struct cut cut = {.is = role != NULL,
                      .arg = role ? role->arg : ROLE_ARG_NONE,
                      .low = INT64_MIN,
                      .high = INT64_MAX};
    bool joins = prog_role(function->roles, function->role_count, ROLE_JOINS) != NULL;
    bool closes = prog_role(function->roles, function->role_count, ROLE_RELEASES) != NULL;
    cut.loses = role && !joins && !closes;
    if (role && role->value != ROLE_VALUE_USUAL)
        cut.low = cut.high = role->value;
    else if (role && function->unit && !joins)
        bound_usually(function, &cut);
    return cut;
}

/* A suspension whose failure is not told by errno: it returns the error, or nothing at all. */
static bool parks(const struct function *function, const struct callee *callee) {
    if (!(callee->flags & CALLEE_SUSPENDS) || !function->unit)
        return false;
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    ir_id result = function->unit->types.data[fn->type].elem;
    bool is_void = result != IR_NONE && function->unit->types.data[result].kind == IR_TYPE_VOID;
    return is_void ||
           (callee->cut.is && callee->cut.low == callee->cut.high && callee->cut.high < -1);
}

static void apply_summary(const struct function *function, struct callee *callee) {
    const struct summary *summary = &function->summary;
    if (function->contract) {
        if (summary->flags & CALLEE_WRITES)
            callee->flags |= CALLEE_UNLINKS;
        return;
    }
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    callee->spare_args = fn->flags & IR_FN_VARIADIC ? fn->param_count + 1 : 0;
    callee->flags &= ~(unsigned)CALLEE_PARKS;
    for (unsigned k = 0; k < SCOPE_KINDS; k++)
        if (!callee->scopes[k])
            callee->scopes[k] = summary->scopes[k];
    callee->uses = summary->uses;
    memcpy(callee->after, summary->after, sizeof callee->after);
    callee->cut = summary->cut;
    callee->loses = summary->loses;
    callee->blocks = summary->blocks;
    callee->spawns = summary->spawns;
    callee->awaits = summary->awaits;
    callee->mutates = summary->mutates;
    callee->takes = summary->takes;
    callee->flags |=
        summary->flags & (CALLEE_SUSPENDS | CALLEE_NORETURN | CALLEE_WAITS | CALLEE_UNLOCKS |
                          CALLEE_TELLS | CALLEE_PARKS | CALLEE_SUBMITS | CALLEE_SIGNALS);
    if (callee->effect_count == 0) {
        callee->flags |= summary->flags;
        callee->effects = summary->effects;
        callee->effect_count = summary->effect_count;
        callee->returns = summary->returns;
        callee->low = summary->low;
        callee->high = summary->high;
    }
}

static const struct function *indirect_contract(const struct program *program,
                                                const struct ir_unit *unit,
                                                const struct ir_instr *call) {
    if (call->sub != IR_CALL_INDIRECT || call->b == IR_NONE)
        return NULL;
    const struct ir_place *place = &unit->places.data[call->b];
    return place->kind == IR_PLACE_FIELD
               ? prog_field(program, ir_text(unit, place->record), ir_text(unit, place->b))
               : NULL;
}

static void apply_roles(const struct function *function, struct callee *callee) {
    callee->name = function->name;
    callee->roles = function->roles;
    callee->role_count = function->role_count;
    callee->effects = function->effects;
    callee->effect_count = function->effect_count;
    callee->flags = role_flags(function->roles, function->role_count);
    add_scopes(function, callee->scopes);
    const struct role *same = prog_role(function->roles, function->role_count, ROLE_RETURNS);
    callee->cut = role_cut(function);
    callee->returned_arg = same ? same->arg : ROLE_ARG_NONE;
    if (parks(function, callee))
        callee->flags |= CALLEE_PARKS;
    if (function->contract)
        callee->flags |= CALLEE_KNOWN | CALLEE_CONTRACT;
}

void prog_resolve(void *data, const struct ir_unit *unit, const struct ir_instr *call,
                  ir_id function_id, struct callee *callee) {
    const struct program *program = data;
    prog_fn target = function_id != IR_NONE ? prog_function(program, unit, function_id)
                                            : indirect_target(program, unit, call);
    if (target == PROG_NONE) {
        const struct function *contract = indirect_contract(program, unit, call);
        if (contract)
            apply_roles(contract, callee);
        return;
    }
    const struct function *function = &program->functions[target];
    apply_roles(function, callee);
    callee->function = target;
    uint32_t flags = function->unit->functions.data[function->id].flags;
    if (function->last)
        callee->flags |= CALLEE_LAST;
    if (flags & IR_FN_NORETURN)
        callee->flags |= CALLEE_NORETURN;
    if (flags & IR_FN_PURE)
        callee->flags |= CALLEE_PURE | CALLEE_KNOWN | CALLEE_REPEATS;
    if (function->defined && function->summary.done)
        apply_summary(function, callee);
    if (callee->flags & CALLEE_PURE) /* what it writes all the same, such as a cache, is its own */
        callee->flags &= ~(unsigned)CALLEE_WRITES;
}
