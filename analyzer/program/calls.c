/*
 * Where calls lead: the edges of the call graph, and the functions that are given to a call, which
 * runs them somewhere, directly or through a helper that hands its parameter on.
 */
#include <string.h>

#include "flow/ending.h"
#include "program/internal.h"

struct caller {
    struct program *program;
    prog_fn self;
    const struct path *path;
    const struct path_call *call;
};

static struct edge *find_edge(const struct program *program, prog_fn from, prog_fn to, ir_id loc,
                              bool starts) {
    for (size_t i = program->edge_count; i-- > 0 && program->edges[i].from == from;)
        if (program->edges[i].to == to && program->edges[i].loc == loc &&
            program->edges[i].starts == starts)
            return &program->edges[i];
    return NULL;
}

/* The argument `arg` of the call, as the callee's parameter. */
static struct passed pass(const struct caller *at, uint32_t arg) {
    struct path *path = (struct path *)at->path;
    struct passed passed = {RETURNS_ANY, -1};
    if (arg >= at->call->arg_count)
        return passed;
    value_id value = at->call->args[arg];
    if (value != VALUE_UNKNOWN)
        passed.classes = (uint8_t)state_classes(&path->context, path->state, value);
    for (uint32_t i = 0; i < path->function->param_count && i < EDGE_PARAMS; i++)
        if (value == path_param(path, i))
            passed.param = (int8_t)i;
    return passed;
}

/* Another time the same call is made: what holds of both. */
static void note_params(const struct caller *at, struct edge *edge, bool again, bool direct) {
    struct path *path = (struct path *)at->path;
    for (uint32_t i = 0; i < EDGE_PARAMS; i++) {
        uint8_t needs = RETURNS_ANY;
        struct passed passed = direct ? pass(at, i) : (struct passed){RETURNS_ANY, -1};
        if (i < path->function->param_count)
            needs = (uint8_t)state_classes(&path->context, path->state, path_param(path, i));
        edge->needs[i] = again ? edge->needs[i] | needs : needs;
        if (again && passed.param != edge->passes[i].param)
            passed.param = -1;
        if (again)
            passed.classes |= edge->passes[i].classes;
        edge->passes[i] = passed;
    }
}

/* `how`: what whoever calls it for us does with it, and the scopes that are put around it. */
static void add_edge(const struct caller *at, prog_fn to, const char *by, bool starts,
                     const struct relay *how) {
    struct program *program = at->program;
    const struct path *path = at->path;
    uint8_t under = how->under | (uint8_t)state_scopes(path->state);
    ir_id loc = at->call->instr->loc;
    struct edge *known = find_edge(program, at->self, to, loc, starts);
    bool ending =
        (!known || known->ending) && flow_is_ending(path->unit, path->function, at->call->id);
    const struct state *state = path->state;
    bool inside = state->inside > 0, outside = state->inside < 0;
    const struct callee *callee = at->call->callee;
    bool once = state->once || prog_role(callee->roles, callee->role_count, ROLE_ONCE);
    if (known) {
        known->under &= under;
        known->inside &= inside;
        known->outside &= outside;
        known->once &= once;
        known->ending &= ending;
        note_params(at, known, true, !by);
        return;
    }
    if (program->edge_count == program->edge_capacity) {
        program->edge_capacity = program->edge_capacity ? program->edge_capacity * 2 : 256;
        program->edges = mem_resize(program->edges, program->edge_capacity, sizeof *program->edges);
    }
    program->edges[program->edge_count++] = (struct edge){.from = at->self,
                                                          .to = to,
                                                          .loc = loc,
                                                          .by = by,
                                                          .starts = starts,
                                                          .owned = starts && how->owned,
                                                          .under = under,
                                                          .ending = ending,
                                                          .inside = inside,
                                                          .outside = outside,
                                                          .once = once};
    note_params(at, &program->edges[program->edge_count - 1], false, !by);
}

/* ---- functions given to a call ---------------------------------------------------------- */

/* The parameter that the call is given as this argument, or ROLE_ARG_NONE. */
static int given_parameter(const struct caller *at, int arg) {
    if (arg < 0 || (uint32_t)arg >= at->call->arg_count)
        return ROLE_ARG_NONE;
    const struct value *v = value_at(&at->path->context.values, at->call->args[arg]);
    return v->kind == VALUE_PARAM ? (int)v->a : ROLE_ARG_NONE;
}

static void add_relay(const struct caller *at, uint32_t arg, const struct relay *how) {
    struct summary *summary = &at->program->functions[at->self].summary;
    uint8_t under = how->under | (uint8_t)state_scopes(at->path->state);
    if (arg > UINT8_MAX)
        return;
    for (size_t i = 0; i < summary->relay_count; i++)
        if (summary->relays[i].arg == arg && summary->relays[i].place == how->place) {
            summary->relays[i].under &= under;
            summary->relays[i].owned &= how->owned;
            summary->relays[i].many |= how->many;
            if (summary->relays[i].data == ROLE_ARG_NONE)
                summary->relays[i].data = given_parameter(at, how->data);
            return;
        }
    struct relay *relays =
        arena_alloc(&at->program->arena, (summary->relay_count + 1) * sizeof *relays);
    if (summary->relay_count)
        memcpy(relays, summary->relays, summary->relay_count * sizeof *relays);
    relays[summary->relay_count++] = (struct relay){.arg = (uint8_t)arg,
                                                    .place = how->place,
                                                    .under = under,
                                                    .owned = how->owned,
                                                    .many = how->many,
                                                    .data = given_parameter(at, how->data)};
    summary->relays = relays;
}

/* The first place that hands it over is the proof. */
static void add_root(const struct caller *at, prog_fn entry, enum context_kind kind) {
    struct context *context = &at->program->functions[entry].contexts[kind];
    if (context->reason == CONTEXT_NEVER)
        *context = (struct context){.reason = CONTEXT_HANDED,
                                    .unit = at->path->unit,
                                    .loc = at->call->instr->loc,
                                    .by = at->call->callee->name};
}

static const enum context_kind contexts[] = {
    [RELAY_COROUTINE] = CONTEXT_COROUTINE, [RELAY_SHIELDED] = CONTEXT_COROUTINE,
    [RELAY_LOOP] = CONTEXT_LOOP,           [RELAY_WORKER] = CONTEXT_WORKER,
    [RELAY_THREAD] = CONTEXT_THREAD,       [RELAY_SIGNAL] = CONTEXT_SIGNAL,
};

static void note_entry(const struct caller *at, prog_fn entry, const struct relay *how) {
    struct function *function = &at->program->functions[entry];
    enum relay_place place = how->place;
    if (place == RELAY_COALESCED) {
        function->coalesced =
            (struct handed){at->path->unit, at->call->instr->loc, at->call->callee->name};
        return;
    }
    if (place == RELAY_HERE) {
        if (entry != at->self)
            add_edge(at, entry, at->call->callee->name, false, how);
        return;
    }
    function->shield_entry |= place == RELAY_SHIELDED;
    function->spawned |= place == RELAY_COROUTINE;
    if (contexts[place] == CONTEXT_COROUTINE && entry != at->self)
        add_edge(at, entry, at->call->callee->name, true, how);
    if (place == RELAY_COROUTINE)
        prog_note_start(at->program, entry, at->path, at->call, how);
    add_root(at, entry, contexts[place]);
}

/* The call has the function in `arg` run as told. */
static void note_argument(const struct caller *at, int arg, const struct relay *how) {
    if (arg < 0 || (uint32_t)arg >= at->call->arg_count)
        return;
    const struct value *v = value_at(&at->path->context.values, at->call->args[arg]);
    if (v->kind == VALUE_FUNCTION)
        note_entry(at, prog_function(at->program, at->path->unit, v->a), how);
    else if (v->kind == VALUE_PARAM)
        add_relay(at, v->a, how);
}

/* The parameter that the role has run, and where; ROLE_ARG_NONE (and here) if it is no such role.
 */
static int relayed_arg(const struct role *role, enum relay_place *place) {
    static const struct {
        const char *context;
        enum relay_place place;
    } places[] = {{"coroutine", RELAY_COROUTINE}, {"loop", RELAY_LOOP},
                  {"worker", RELAY_WORKER},       {"thread", RELAY_THREAD},
                  {"signal", RELAY_SIGNAL},       {"sync", RELAY_HERE}};
    *place = RELAY_HERE;
    switch (role->kind) {
    case ROLE_SHIELDS:
        *place = RELAY_SHIELDED;
        return role->arg;
    case ROLE_SPAWNS:
        *place =
            role->subject && strcmp(role->subject, "thread") == 0 ? RELAY_THREAD : RELAY_COROUTINE;
        return role->entry;
    case ROLE_CALLS_BACK:
        for (size_t i = 0; role->context && i < sizeof places / sizeof *places; i++)
            if (strcmp(role->context, places[i].context) == 0) {
                *place = places[i].place;
                return role->arg;
            }
        return ROLE_ARG_NONE;
    default:
        return ROLE_ARG_NONE;
    }
}

/* The function that is given as this argument, or PROG_NONE. */
static prog_fn function_in(const struct caller *at, int arg) {
    if (arg < 0 || (uint32_t)arg >= at->call->arg_count)
        return PROG_NONE;
    const struct value *v = value_at(&at->path->context.values, at->call->args[arg]);
    return v->kind == VALUE_FUNCTION ? prog_function(at->program, at->path->unit, v->a) : PROG_NONE;
}

/* The function that is given has to complete what it will be called with. */
static void note_promise(const struct caller *at, const struct role *role) {
    prog_fn given = role->kind == ROLE_PROMISES ? function_in(at, role->arg) : PROG_NONE;
    if (given != PROG_NONE && role->data >= 0 && role->data <= 63)
        at->program->functions[given].promised |= UINT64_C(1) << role->data;
}

static void note_role(const struct caller *at, const struct role *role) {
    note_promise(at, role);
    if (role->kind == ROLE_COALESCES && !path_excused(at->path, at->call, role))
        note_argument(at, role->arg,
                      &(struct relay){.place = RELAY_COALESCED, .data = ROLE_ARG_NONE});
    const struct callee *callee = at->call->callee;
    enum relay_place place;
    int arg = relayed_arg(role, &place);
    bool shielded = role->kind == ROLE_CALLS_BACK && place == RELAY_COROUTINE &&
                    prog_role(callee->roles, callee->role_count, ROLE_SHIELDS);
    if (arg == ROLE_ARG_NONE || shielded)
        return;
    const struct role *spawns = prog_role(callee->roles, callee->role_count, ROLE_SPAWNS);
    bool owned = spawns && spawns->owner != ROLE_ARG_NONE;
    note_argument(at, arg,
                  &(struct relay){.place = (uint8_t)place,
                                  .owned = owned,
                                  .many = role->times == ROLE_TIMES_MANY,
                                  .data = role->data});
}

/* What the function does with locks of that name. */
static struct lock_user *user_of(struct program *program, const char *name, prog_fn function) {
    for (size_t i = program->lock_user_count; i-- > 0;)
        if (program->lock_users[i].function == function &&
            strcmp(program->lock_users[i].lock, name) == 0)
            return &program->lock_users[i];
    program->lock_users =
        mem_resize(program->lock_users, program->lock_user_count + 1, sizeof *program->lock_users);
    program->lock_users[program->lock_user_count] =
        (struct lock_user){.lock = name, .function = function};
    return &program->lock_users[program->lock_user_count++];
}

/* Itself: what a helper does is the helper's. */
static void note_lock(const struct caller *at, const struct effect *effect) {
    struct program *program = at->program;
    bool unlocks = effect->kind == EFFECT_UNLOCK;
    if ((!unlocks && effect->kind != EFFECT_LOCK) || !effect->role ||
        effect->arg >= at->call->arg_count)
        return;
    const char *name = path_lock_name(at->path, at->call->args[effect->arg]);
    program->gives_back_unnamed |= unlocks && !name;
    if (!name)
        return;
    struct lock_user *user = user_of(program, name, at->self);
    user->takes |= !unlocks;
    user->gives_back |= unlocks;
}

bool prog_gives_back(const struct program *program, const char *lock, bool for_others) {
    for (size_t i = 0; i < program->lock_user_count; i++) {
        const struct lock_user *user = &program->lock_users[i];
        if (user->gives_back && !(for_others && user->takes) && strcmp(user->lock, lock) == 0)
            return true;
    }
    return program->gives_back_unnamed;
}

/* ---- each call ------------------------------------------------------------------------- */

/* A role that speaks of the argument says it all: what is run as a coroutine may be started by a
   call like any other. */
static bool is_told(const struct callee *callee, int arg) {
    enum relay_place place;
    for (size_t i = 0; i < callee->role_count; i++)
        if (relayed_arg(&callee->roles[i], &place) == arg)
            return true;
    return false;
}

static void note_relays(const struct caller *at, const struct function *callee) {
    for (size_t i = 0; !callee->contract && i < callee->summary.relay_count; i++)
        if (!is_told(at->call->callee, callee->summary.relays[i].arg))
            note_argument(at, callee->summary.relays[i].arg, &callee->summary.relays[i]);
}

/* parameter(...): whoever passes a function there has it called here. */
static void note_called_parameter(const struct caller *at) {
    const struct ir_instr *instr = at->call->instr;
    if (instr->sub != IR_CALL_INDIRECT)
        return;
    const struct value *v =
        value_at(&at->path->context.values, at->path->state->registers[instr->a]);
    if (v->kind == VALUE_PARAM)
        add_relay(at, v->a, &(struct relay){.place = RELAY_HERE, .data = ROLE_ARG_NONE});
}

/* The place that an indirect call takes its function from, also by way of a local; or NULL. */
static const struct ir_place *called_place(const struct caller *at) {
    const struct path *path = at->path;
    const struct ir_instr *call = at->call->instr;
    if (call->sub != IR_CALL_INDIRECT)
        return NULL;
    if (call->b != IR_NONE && path->unit->places.data[call->b].kind != IR_PLACE_LOCAL)
        return &path->unit->places.data[call->b];
    const struct ir_instr *made = path_maker(path, path->state->registers[call->a]);
    return made && made->op == IR_LOAD ? &path->unit->places.data[made->a] : NULL;
}

static void note_target(const struct caller *at, prog_fn target) {
    if (target == at->self)
        return;
    at->program->functions[target].called = true;
    add_edge(at, target, NULL, false, &(struct relay){.place = RELAY_HERE, .data = ROLE_ARG_NONE});
    note_relays(at, &at->program->functions[target]);
}

/* The function that is given is called when what the call releases is gone. */
static void note_last(const struct caller *at, const struct role *role) {
    const struct callee *callee = at->call->callee;
    if (role->kind != ROLE_CALLS_BACK || !role->until ||
        strcmp(role->until, "close-callback") != 0 || role->arg < 0 ||
        (uint32_t)role->arg >= at->call->arg_count || !callee_has_role(callee, ROLE_RELEASES))
        return;
    const struct value *v = value_at(&at->path->context.values, at->call->args[role->arg]);
    if (v->kind == VALUE_FUNCTION)
        at->program->functions[prog_function(at->program, at->path->unit, v->a)].last = true;
}

void prog_note_call(struct program *program, prog_fn self, const struct path *path,
                    const struct path_call *call) {
    const struct caller at = {program, self, path, call};
    const struct callee *callee = call->callee;
    for (size_t i = 0; i < callee->role_count; i++) {
        note_role(&at, &callee->roles[i]);
        note_last(&at, &callee->roles[i]);
    }
    for (size_t i = 0; i < callee->effect_count; i++)
        note_lock(&at, &callee->effects[i]);
    note_called_parameter(&at);
    if (callee->function != UINT32_MAX) {
        note_target(&at, callee->function);
        return;
    }
    size_t count = 0;
    const struct ir_place *place = called_place(&at);
    const struct slot *targets = place ? prog_targets(program, path->unit, place, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        note_target(&at, targets[i].function);
}

/* ---- for the rules --------------------------------------------------------------------- */

static bool runs_elsewhere(enum relay_place place, enum context_kind *kind) {
    if (place == RELAY_HERE || place == RELAY_COALESCED)
        return false;
    *kind = contexts[place];
    return true;
}

bool prog_hands_over(const struct program *program, const struct callee *callee, int arg,
                     enum context_kind *kind) {
    enum relay_place place;
    for (size_t i = 0; i < callee->role_count; i++)
        if (relayed_arg(&callee->roles[i], &place) == arg && runs_elsewhere(place, kind))
            return true;
    if (callee->function == UINT32_MAX)
        return false;
    const struct function *function = &program->functions[callee->function];
    for (size_t i = 0; !function->contract && i < function->summary.relay_count; i++)
        if (function->summary.relays[i].arg == arg &&
            runs_elsewhere(function->summary.relays[i].place, kind))
            return true;
    return false;
}
