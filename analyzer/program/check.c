/*
 * Running the rules over each function, and turning what they say into diagnostics.
 */
#include "program/check.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/check_fix.h"
#include "program/internal.h"
#include "program/kept.h"
#include "rule.h"

struct check {
    const struct program *program;
    const struct function *function;
    const struct prog_options *options;
    struct diag_list *diags;
    struct told {
        size_t rule;
        ir_id loc;
        const void *cause;
    } * told;
    size_t told_count;
    ir_id *fixed; /* locations for which fixes were asked for */
    size_t fixed_count;
};

static const struct check *check_of(const struct path *path) {
    return path->user;
}

const char *check_function_name(const struct path *path) {
    return check_of(path)->function->name;
}

bool check_has_role(const struct path *path, enum role_kind kind) {
    const struct function *function = check_of(path)->function;
    return prog_role(function->roles, function->role_count, kind) != NULL;
}

bool check_is_constructor(const struct path *path) {
    return check_of(path)->function->constructor;
}

bool check_is_cancellable(const struct path *path) {
    return check_of(path)->function->cancellable;
}

/* The first of its contexts of that kind in which the function can be in the current state; NULL if
   there is none. */
static const struct context *context_here(const struct path *path, enum context_kind kind) {
    const struct context *context = &check_of(path)->function->contexts[kind];
    if (context->reason == CONTEXT_NEVER ||
        (context->reason == CONTEXT_TESTED && path->state->inside <= 0))
        return NULL;
    for (; context; context = context->other) {
        bool possible = true;
        for (uint32_t i = 0; i < path->function->param_count && i < EDGE_PARAMS; i++)
            possible &=
                (context->params[i] & state_classes(&path->context, path->state,
                                                    path_param((struct path *)path, i))) != 0;
        if (possible)
            return context;
    }
    return NULL;
}

bool check_is_unlimited(const struct path *path) {
    return check_of(path)->function->unlimited;
}

bool check_sets_timeouts(const struct path *path) {
    const struct program *program = check_of(path)->program;
    for (prog_fn f = 0; f < program->function_count; f++)
        if (program->functions[f].called &&
            prog_role(program->functions[f].roles, program->functions[f].role_count,
                      ROLE_SETS_TIMEOUT))
            return true;
    return false;
}

const char *check_context_root(const struct path *path, enum context_kind kind) {
    const struct context *context = context_here(path, kind);
    while (context && context->before)
        context = context->before;
    return context ? check_of(path)->program->functions[context->function].name : NULL;
}

bool check_is_given_back(const struct path *path, const char *lock, bool for_others) {
    return !lock || prog_gives_back(check_of(path)->program, lock, for_others);
}

bool check_context_has_loop(const struct path *path, enum context_kind kind) {
    const struct context *context = context_here(path, kind);
    while (context && context->before)
        context = context->before;
    return context && check_of(path)->program->functions[context->function].makes_loop;
}

unsigned check_context_depth(const struct path *path, enum context_kind kind) {
    const struct context *context = context_here(path, kind);
    unsigned depth = 0;
    for (; context && context->before; context = context->before)
        depth++;
    return depth;
}

bool check_is_constructing(const struct path *path, enum context_kind kind) {
    const struct context *context = context_here(path, kind);
    return context && context->constructing;
}

enum context_kind check_nearest_context(const struct path *path, unsigned set, bool constructing) {
    enum context_kind nearest = CONTEXT_KINDS;
    unsigned fewest = UINT_MAX;
    for (enum context_kind kind = 0; kind < CONTEXT_KINDS; kind++) {
        if (!(set & 1u << kind) || !check_context_root(path, kind) ||
            (kind == CONTEXT_COROUTINE ? path->state->inside < 0 : path->state->inside > 0) ||
            (!constructing && path->state->once) || check_context_depth(path, kind) >= fewest ||
            (!constructing && check_is_constructing(path, kind)))
            continue;
        nearest = kind;
        fewest = check_context_depth(path, kind);
    }
    return nearest;
}

const char *check_kind_noun(const struct path *path, const char *kind) {
    const struct model_kind *words = model_find_kind(check_of(path)->program->models, kind);
    return words && words->noun ? words->noun : kind;
}

const char *check_kind_release(const struct path *path, const char *kind) {
    const struct model_kind *words = model_find_kind(check_of(path)->program->models, kind);
    return words ? words->release : NULL;
}

const char *check_kind_queue(const struct path *path, const char *kind) {
    const struct model_kind *words =
        kind ? model_find_kind(check_of(path)->program->models, kind) : NULL;
    return words ? words->queue : NULL;
}

bool check_kind_is_scope(const struct path *path, const char *kind) {
    const struct model_kind *words =
        kind ? model_find_kind(check_of(path)->program->models, kind) : NULL;
    return words && words->scope;
}

const struct chain *check_chain_end(const struct chain *chain) {
    while (chain->next)
        chain = chain->next;
    return chain;
}

/* ---- findings -------------------------------------------------------------------------- */

static char *format_text(const char *format, va_list args) {
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        return mem_text(format);
    return text;
}

void finding_message(struct finding *finding, const char *format, ...) {
    va_list args;
    va_start(args, format);
    free(finding->message);
    finding->message = format_text(format, args);
    va_end(args);
}

void finding_help(struct finding *finding, const char *format, ...) {
    va_list args;
    va_start(args, format);
    free(finding->help);
    finding->help = format_text(format, args);
    va_end(args);
}

void finding_step(struct finding *finding, const struct ir_unit *unit, ir_id loc,
                  const char *format, ...) {
    if (loc == IR_NONE)
        return;
    va_list args;
    va_start(args, format);
    finding->steps = mem_resize(finding->steps, finding->step_count + 1, sizeof *finding->steps);
    finding->steps[finding->step_count++] =
        (struct finding_step){unit, loc, format_text(format, args)};
    va_end(args);
}

static const char *branch_words(enum trace_kind kind) {
    switch (kind) {
    case TRACE_TRUE:
        return "the condition is true here";
    case TRACE_FALSE:
        return "the condition is false here";
    default:
        return "this case is taken";
    }
}

static bool is_call(const struct path_trace *step) {
    return step->kind == TRACE_ACQUIRE || step->kind == TRACE_CALL;
}

void finding_trace(struct finding *finding, const struct path *path, const struct path_trace *trace,
                   ir_id from) {
    const struct path_trace *steps[16];
    size_t count = 0;
    for (; trace && !(is_call(trace) && trace->loc == from); trace = trace->before)
        if (!is_call(trace) && count < sizeof steps / sizeof *steps)
            steps[count++] = trace;
    while (count-- > 0)
        finding_step(finding, path->unit, steps[count]->loc, "%s",
                     branch_words(steps[count]->kind));
}

void finding_chain(struct finding *finding, const struct chain *chain) {
    for (; chain; chain = chain->next)
        finding_step(finding, chain->unit, chain->loc, chain->next ? "calls '%s'" : "'%s' does it",
                     chain->callee ? chain->callee : "a function");
}

/* Why the function runs there, said at the place that proves it. */
static void add_proof(struct finding *finding, const struct program *program,
                      const struct context *context, enum context_kind kind) {
    const char *by = context->by ? context->by : "a function";
    const char *name = program->functions[context->function].name;
    const char *caller =
        context->before ? program->functions[context->before->function].name : NULL;
    if (context->reason == CONTEXT_MARKED)
        finding_step(finding, context->unit, context->loc, "'%s' is a %s", name,
                     context_name(kind));
    else if (context->reason == CONTEXT_STORED)
        finding_step(finding, context->unit, context->loc,
                     "'%s' is stored in '%s', whose functions are %ss", name, by,
                     context_name(kind));
    else if (context->reason == CONTEXT_HANDED)
        finding_step(finding, context->unit, context->loc, "'%s' has '%s' run as a %s", by, name,
                     context_name(kind));
    else if (context->reason == CONTEXT_TESTED)
        finding_step(finding, context->unit, context->loc, "'%s' finds that it is in a %s", name,
                     context_name(kind));
    else if (caller && context->by)
        finding_step(finding, context->unit, context->loc, "'%s' has '%s' call '%s'", caller, by,
                     name);
    else if (caller)
        finding_step(finding, context->unit, context->loc, "'%s' calls '%s'", caller, name);
}

void finding_context(struct finding *finding, const struct path *path, enum context_kind kind) {
    const struct context *context = context_here(path, kind);
    unsigned count = check_context_depth(path, kind) + 1;
    const struct context **way = mem_zero(count, sizeof *way);
    for (unsigned i = count; context && i-- > 0; context = context->before)
        way[i] = context;
    for (unsigned i = 0; i < count && way[i]; i++)
        add_proof(finding, check_of(path)->program, way[i], kind);
    free(way);
}

void finding_unlimited(struct finding *finding, const struct path *path) {
    const struct function *functions = check_of(path)->program->functions;
    const struct edge *way[64];
    size_t count = 0;
    for (const struct edge *edge = check_of(path)->function->unlimited_by; edge && count < 64;
         edge = functions[edge->from].unlimited_by)
        way[count++] = edge;
    while (count-- > 0)
        finding_step(finding, functions[way[count]->from].unit, way[count]->loc,
                     way[count]->starts ? "'%s' starts '%s', with no deadline in force"
                                        : "'%s' calls '%s'",
                     functions[way[count]->from].name, functions[way[count]->to].name);
}

static void free_finding(struct finding *finding) {
    for (size_t i = 0; i < finding->step_count; i++)
        free(finding->steps[i].message);
    free(finding->steps);
    free(finding->message);
    free(finding->help);
    finding_no_fix(finding);
    *finding = (struct finding){0};
}

struct diag_range check_range(const struct ir_unit *unit, ir_id id) {
    const struct ir_loc *loc = &unit->locs.data[id];
    return (struct diag_range){.file = ir_text(unit, unit->files.data[loc->file].path),
                               .line = loc->line,
                               .col = loc->col,
                               .end_line = loc->end_line,
                               .end_col = loc->end_col};
}

size_t check_fix_number(const struct path *path, ir_id loc) {
    struct check *check = path->user;
    for (size_t i = 0; i < check->fixed_count; i++)
        if (check->fixed[i] == loc)
            return i;
    check->fixed = mem_resize(check->fixed, check->fixed_count + 1, sizeof *check->fixed);
    check->fixed[check->fixed_count] = loc;
    return check->fixed_count++;
}

/* The same place again is another path to it, which may be the shorter one. */
static bool was_told(const struct path *path, const struct finding *finding) {
    struct check *check = path->user;
    if (!finding->cause)
        return false;
    for (size_t i = 0; i < check->told_count; i++)
        if (check->told[i].rule == path->current && check->told[i].cause == finding->cause)
            return check->told[i].loc != finding->loc;
    check->told = mem_resize(check->told, check->told_count + 1, sizeof *check->told);
    check->told[check->told_count++] = (struct told){path->current, finding->loc, finding->cause};
    return false;
}

void check_report(const struct path *path, struct finding *finding) {
    const struct check *check = check_of(path);
    const struct rule *rule = check->options->rules[path->current];
    if (finding->loc == IR_NONE || was_told(path, finding)) {
        free_finding(finding);
        return;
    }
    struct diag_step *steps = mem_zero(finding->step_count, sizeof *steps);
    for (size_t i = 0; i < finding->step_count; i++)
        steps[i] =
            (struct diag_step){.range = check_range(finding->steps[i].unit, finding->steps[i].loc),
                               .message = finding->steps[i].message};
    struct diag diag = {.rule = rule->name,
                        .severity = rule_severity(rule),
                        .message = finding->message,
                        .help = finding->help,
                        .function = check->function->name,
                        .range = check_range(path->unit, finding->loc),
                        .steps = steps,
                        .step_count = finding->step_count,
                        .fix = finding->fix};
    diag_add(check->diags, &diag);
    free(steps);
    free_finding(finding);
}

/* ---- the run --------------------------------------------------------------------------- */

static bool is_wanted(const struct function *function, const struct prog_options *options) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    const struct ir_file *file =
        &function->unit->files.data[function->unit->locs.data[fn->loc].file];
    if (file->is_system)
        return false;
    return !options->wanted || options->wanted(ir_text(function->unit, file->path), options->data);
}

static void count_incomplete(const struct program *program, struct prog_stats *stats) {
    for (size_t u = 0; u < program->unit_count; u++)
        for (uint32_t f = 0; f < program->units[u]->functions.count; f++)
            stats->functions_incomplete +=
                (program->units[u]->functions.data[f].flags & IR_FN_INCOMPLETE) != 0;
}

/* Does it free the memory of what it is given? */
static bool frees(const struct function *function) {
    for (size_t i = 0; i < function->summary.effect_count; i++)
        if (function->summary.effects[i].kind == EFFECT_RELEASE && function->summary.effects[i].raw)
            return true;
    return false;
}

/* Does something happen there that a rule may care for? In a coroutine each loop does. */
static bool is_worth_checking(const struct function *function) {
    if (function->summary.worth_checking || function->promised || frees(function) ||
        function->depth.root != PROG_NONE || function->depth.level)
        return true;
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    bool loops = false;
    for (ir_id b = 0; b < fn->block_count && !loops; b++)
        loops = ir_block_at(function->unit, fn, b)->loop_head;
    return loops && function->contexts[CONTEXT_COROUTINE].reason != CONTEXT_NEVER;
}

void prog_check(struct program *program, const struct prog_options *options,
                struct diag_list *diags, struct prog_stats *stats) {
    *stats = (struct prog_stats){0};
    program->states_per_block = options->states_per_block;
    prog_summarise(program);
    prog_find_contexts(program);
    prog_find_shared(program);
    prog_find_depths(program);
    prog_find_habits(program);
    prog_find_kept(program);
    const struct path_listener **listeners =
        mem_zero(options->rule_count, sizeof(struct path_listener *));
    for (size_t i = 0; i < options->rule_count; i++)
        listeners[i] = &options->rules[i]->listener;
    struct path_client client = {.data = program,
                                 .resolve = prog_resolve,
                                 .kept_number = prog_kept_number,
                                 .states_per_block = options->states_per_block};
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct function *function = &program->functions[f];
        if (!function->defined)
            continue;
        stats->functions++;
        stats->functions_capped += function->summary.capped;
        if (!is_worth_checking(function) || !is_wanted(function, options))
            continue;
        client.promised = function->promised;
        struct check check = {
            .program = program, .function = function, .options = options, .diags = diags};
        struct path path;
        path_run(&path, function->unit, &function->unit->functions.data[function->id], &client,
                 listeners, options->rule_count, &check);
        path_end(&path);
        free(check.told);
        free(check.fixed);
    }
    count_incomplete(program, stats);
    free(listeners);
}
