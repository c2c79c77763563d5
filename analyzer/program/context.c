/*
 * Contexts, top-down: from where a function becomes a coroutine, a callback, a thread's, along the
 * calls. Breadth first, so that each proof is as short as can be; in the order of functions and of
 * their calls, so that it is the same in every run.
 */
#include "program/context.h"

#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

enum { MOST_VARIANTS = 4 };

struct graph {
    struct program *program;
    size_t *first; /* by function: its first edge; the edges of one caller stand together */
    const struct context **queue;
    size_t head, tail;
    prog_fn *functions; /* a queue, too */
};

const char *context_name(enum context_kind kind) {
    static const char *const names[CONTEXT_KINDS] = {
        [CONTEXT_COROUTINE] = "coroutine",      [CONTEXT_LOOP] = "loop callback",
        [CONTEXT_WORKER] = "worker's function", [CONTEXT_THREAD] = "thread's function",
        [CONTEXT_SIGNAL] = "signal handler",    [CONTEXT_PLAIN] = "function outside of any loop",
    };
    return names[kind];
}

static struct graph new_graph(struct program *program) {
    size_t count = program->function_count + 1;
    struct graph graph = {.program = program,
                          .first = mem_resize(NULL, count, sizeof *graph.first),
                          .queue =
                              mem_resize(NULL, count * (MOST_VARIANTS + 1), sizeof *graph.queue),
                          .functions = mem_resize(NULL, count, sizeof *graph.functions)};
    for (size_t i = 0; i < count; i++)
        graph.first[i] = program->edge_count;
    for (size_t i = program->edge_count; i-- > 0;)
        graph.first[program->edges[i].from] = i;
    return graph;
}

static void free_graph(struct graph *graph) {
    free(graph->first);
    free(graph->queue);
    free(graph->functions);
}

/* The edges of `from`, one after the other; NULL after the last. */
static const struct edge *edge_at(const struct graph *graph, prog_fn from, size_t i) {
    size_t at = graph->first[from] + i;
    bool is_one = at < graph->program->edge_count && graph->program->edges[at].from == from;
    return is_one ? &graph->program->edges[at] : NULL;
}

static bool has_role(const struct function *function, enum role_kind kind) {
    return prog_role(function->roles, function->role_count, kind) != NULL;
}

/* ---- what is said of a function itself --------------------------------------------------- */

/* Where a function with this role runs; CONTEXT_KINDS if the role does not tell. */
static enum context_kind context_of(const struct role *role) {
    static const struct {
        const char *name;
        enum context_kind kind;
    } table[] = {{"coroutine", CONTEXT_COROUTINE},
                 {"loop", CONTEXT_LOOP},
                 {"worker", CONTEXT_WORKER},
                 {"thread", CONTEXT_THREAD},
                 {"signal", CONTEXT_SIGNAL}};
    if (role->kind == ROLE_COROUTINE)
        return CONTEXT_COROUTINE;
    for (size_t i = 0; role->kind == ROLE_CALLED_BACK && i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, role->context) == 0)
            return table[i].kind;
    return CONTEXT_KINDS;
}

/* The field whose contract has what is stored there run in the context, or NULL. */
static const char *field_of(const struct program *program, prog_fn function,
                            enum context_kind kind) {
    for (size_t i = 0; i < program->slot_count; i++) {
        const struct slot *slot = &program->slots[i];
        if (slot->function != function)
            continue;
        const struct function *promise = prog_field(program, slot->record, slot->field);
        for (size_t r = 0; promise && r < promise->role_count; r++)
            if (context_of(&promise->roles[r]) == kind)
                return promise->name;
    }
    return NULL;
}

static void mark(struct program *program, prog_fn f, enum context_kind kind) {
    struct function *function = &program->functions[f];
    const char *field = field_of(program, f, kind);
    function->contexts[kind] =
        (struct context){.reason = field ? CONTEXT_STORED : CONTEXT_MARKED,
                         .unit = function->unit,
                         .loc = function->unit->functions.data[function->id].loc,
                         .by = field};
}

static void mark_by_roles(struct program *program, prog_fn f) {
    const struct function *function = &program->functions[f];
    for (size_t i = 0; i < function->role_count; i++) {
        enum context_kind kind = context_of(&function->roles[i]);
        if (kind != CONTEXT_KINDS)
            mark(program, f, kind);
    }
}

static bool is_main(const struct function *function) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    return fn->linkage == IR_LINK_EXTERNAL && strcmp(function->name, "main") == 0;
}

static void mark_functions(struct program *program) {
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct function *function = &program->functions[f];
        if (!function->defined)
            continue;
        mark_by_roles(program, f);
        if (!has_role(function, ROLE_COROUTINE) &&
            (is_main(function) || has_role(function, ROLE_SYNC_ONLY)))
            mark(program, f, CONTEXT_PLAIN);
    }
}

/* ---- along the calls --------------------------------------------------------------------- */

/* What a function does inside is its own affair when its contract tells it all, and when it finds
   out by itself where it runs. In a loop also when its roles say that it blocks (which its callers
   hear of) or never does; elsewhere that says nothing. */
static bool is_open(const struct function *function, enum context_kind kind) {
    bool turns = CONTEXTS_OF_LOOP & (1 << kind);
    if (turns && (has_role(function, ROLE_BLOCKS) || has_role(function, ROLE_NONBLOCKING)))
        return false;
    return function->defined && !function->contract && !has_role(function, ROLE_MIXED);
}

/* What the callee's parameters are when the call is made in the caller's context; false when it is
   not made there. */
static bool pass_on(const struct edge *edge, const struct context *from, uint8_t *params) {
    for (unsigned i = 0; i < EDGE_PARAMS; i++)
        if (!(edge->needs[i] & from->params[i]))
            return false;
    for (unsigned i = 0; i < EDGE_PARAMS; i++) {
        const struct passed *passed = &edge->passes[i];
        params[i] = passed->classes;
        if (passed->param >= 0)
            params[i] &= from->params[passed->param];
    }
    return true;
}

static bool covers(const struct context *context, const uint8_t *params) {
    for (unsigned i = 0; i < EDGE_PARAMS; i++)
        if (params[i] & ~context->params[i])
            return false;
    return true;
}

/* A place for another variant; NULL when there is one already that covers it. With many variants
   the parameters are no longer told apart. */
static struct context *new_variant(struct program *program, struct context *first,
                                   uint8_t *params) {
    unsigned count = 1;
    if (first->reason == CONTEXT_NEVER)
        return first;
    struct context *last = first;
    for (struct context *at = first; at; last = at, at = at->other, count++)
        if (covers(at, params))
            return NULL;
    if (count > MOST_VARIANTS)
        memset(params, RETURNS_ANY, EDGE_PARAMS);
    last->other = arena_alloc(&program->arena, sizeof *last->other);
    return last->other;
}

static bool can_enter(const struct graph *graph, const struct edge *edge, enum context_kind kind,
                      bool constructing) {
    const struct function *to = &graph->program->functions[edge->to];
    bool turns = CONTEXTS_OF_LOOP & (1 << kind);
    if (!is_open(to, kind) || (!constructing && (to->constructor || edge->once)))
        return false;
    if (kind == CONTEXT_COROUTINE ? edge->outside : edge->inside)
        return false;
    /* to call one that runs a loop, or is not made for it, is told of, and not what it does */
    if (turns && (edge->ending || has_role(to, ROLE_RUNS_LOOP) || has_role(to, ROLE_SYNC_ONLY)))
        return false;
    if (kind == CONTEXT_COROUTINE && has_role(to, ROLE_NO_COROUTINE))
        return false;
    /* who calls a coroutine from elsewhere errs, and not the coroutine */
    return kind == CONTEXT_COROUTINE || !has_role(to, ROLE_COROUTINE);
}

static void enter(struct graph *graph, const struct edge *edge, const struct context *from,
                  enum context_kind kind, bool constructing) {
    struct function *functions = graph->program->functions, *to = &functions[edge->to];
    uint8_t params[EDGE_PARAMS];
    if (edge->starts || (from->reason == CONTEXT_TESTED && !edge->inside) ||
        !can_enter(graph, edge, kind, constructing) || !pass_on(edge, from, params))
        return;
    struct context *context = new_variant(graph->program, &to->contexts[kind], params);
    if (!context)
        return;
    *context = (struct context){.reason = CONTEXT_CALLED,
                                .function = edge->to,
                                .before = from,
                                .unit = functions[edge->from].unit,
                                .loc = edge->loc,
                                .by = edge->by,
                                .constructing = constructing};
    memcpy(context->params, params, sizeof params);
    graph->queue[graph->tail++] = context;
}

static void find_roots(struct graph *graph, enum context_kind kind, bool constructing) {
    for (prog_fn f = 0; f < graph->program->function_count; f++) {
        struct function *function = &graph->program->functions[f];
        struct context *context = &function->contexts[kind];
        if (context->reason == CONTEXT_NEVER || context->reason == CONTEXT_CALLED ||
            function->constructor != constructing)
            continue;
        context->constructing = constructing;
        context->function = f;
        memset(context->params, RETURNS_ANY, sizeof context->params);
        if (is_open(function, kind))
            graph->queue[graph->tail++] = context;
        else
            context->reason = CONTEXT_NEVER;
    }
}

static void spread_found(struct graph *graph, enum context_kind kind, bool constructing) {
    while (graph->head < graph->tail) {
        const struct context *from = graph->queue[graph->head++];
        const struct edge *edge;
        for (size_t i = 0; (edge = edge_at(graph, from->function, i)); i++)
            enter(graph, edge, from, kind, constructing);
    }
}

/* First without constructors, and without what is made once, so that a function is reached through
   one only if it has to be. */
static void spread(struct graph *graph, enum context_kind kind) {
    graph->tail = 0;
    for (int pass = 0; pass < 2; pass++) {
        bool constructing = pass == 1;
        graph->head = 0;
        find_roots(graph, kind, constructing);
        spread_found(graph, kind, constructing);
    }
}

/* Those of which it is not known that coroutines call them, but which find out that one does. */
static void spread_tested(struct graph *graph) {
    struct program *program = graph->program;
    graph->head = graph->tail = 0;
    for (size_t i = 0; i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        struct function *function = &program->functions[edge->from];
        struct context *context = &function->contexts[CONTEXT_COROUTINE];
        if (!has_role(&program->functions[edge->to], ROLE_TELLS_COROUTINE) ||
            context->reason != CONTEXT_NEVER)
            continue;
        *context = (struct context){.reason = CONTEXT_TESTED,
                                    .function = edge->from,
                                    .unit = function->unit,
                                    .loc = edge->loc};
        memset(context->params, RETURNS_ANY, sizeof context->params);
        graph->queue[graph->tail++] = context;
    }
    spread_found(graph, CONTEXT_COROUTINE, false);
}

/* ---- what a cancellation can cut --------------------------------------------------------- */

static bool can_be_cancelled(const struct function *function) {
    if (!function->defined)
        return false;
    if (function->spawned)
        return true;
    return has_role(function, ROLE_COROUTINE) && !function->called && !function->shield_entry;
}

static void spread_cancellation(struct graph *graph) {
    struct program *program = graph->program;
    graph->head = graph->tail = 0;
    for (prog_fn f = 0; f < program->function_count; f++) {
        program->functions[f].cancellable = can_be_cancelled(&program->functions[f]);
        if (program->functions[f].cancellable)
            graph->functions[graph->tail++] = f;
    }
    while (graph->head < graph->tail) {
        prog_fn from = graph->functions[graph->head++];
        const struct edge *edge;
        for (size_t i = 0; (edge = edge_at(graph, from, i)); i++) {
            struct function *to = &program->functions[edge->to];
            if (edge->starts || edge->under & 1u << SCOPE_SHIELD || to->cancellable || !to->defined)
                continue;
            to->cancellable = true;
            graph->functions[graph->tail++] = edge->to;
        }
    }
}

/* ---- what no deadline bounds ------------------------------------------------------------- */

/* A task inherits the deadlines that are in force where it is started: whoever started it waits for
   it there. From main on, as a library's deadlines may be its caller's. */
static void spread_freedom(struct graph *graph) {
    struct program *program = graph->program;
    graph->head = graph->tail = 0;
    for (prog_fn f = 0; f < program->function_count; f++)
        if (program->functions[f].defined && is_main(&program->functions[f])) {
            program->functions[f].unlimited = true;
            graph->functions[graph->tail++] = f;
        }
    while (graph->head < graph->tail) {
        prog_fn from = graph->functions[graph->head++];
        const struct edge *edge;
        for (size_t i = 0; (edge = edge_at(graph, from, i)); i++) {
            struct function *to = &program->functions[edge->to];
            if (edge->under & 1u << SCOPE_DEADLINE || to->unlimited || !to->defined)
                continue;
            to->unlimited = true;
            to->unlimited_by = edge;
            graph->functions[graph->tail++] = edge->to;
        }
    }
}

/* ---- who has a loop of his own ------------------------------------------------------------ */

static void find_loops(struct program *program) {
    for (prog_fn f = 0; f < program->function_count; f++)
        program->functions[f].makes_loop = has_role(&program->functions[f], ROLE_MAKES_LOOP) ||
                                           has_role(&program->functions[f], ROLE_RUNS_LOOP);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < program->edge_count; i++) {
            const struct edge *edge = &program->edges[i];
            struct function *from = &program->functions[edge->from];
            if (from->makes_loop || !program->functions[edge->to].makes_loop)
                continue;
            from->makes_loop = changed = true;
        }
    }
}

void prog_find_contexts(struct program *program) {
    struct graph graph = new_graph(program);
    mark_functions(program);
    for (enum context_kind kind = 0; kind < CONTEXT_KINDS; kind++)
        spread(&graph, kind);
    spread_tested(&graph);
    spread_cancellation(&graph);
    find_loops(program);
    spread_freedom(&graph);
    free_graph(&graph);
}
