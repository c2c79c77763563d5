/*
 * How deep coroutines go: the variables that are in use at each call, and what the callee takes, on
 * top of each other. A lower bound, against the stack that the runtime gives them.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/frame.h"
#include "program/internal.h"

/* ---- how large the stacks are ------------------------------------------------------------ */

static const struct role *stack_role(const struct function *function) {
    return prog_role(function->roles, function->role_count, ROLE_STACK);
}

/* The program uses a field in which it can say how large they shall be. */
static bool program_sets_size(const struct program *program) {
    for (size_t i = 0; i < program->field_count; i++)
        if (stack_role(&program->fields[i].contract))
            return true;
    return false;
}

/* With several runtimes, that of the largest. */
static uint64_t find_stack_size(const struct program *program) {
    int64_t size = 0;
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct role *role = stack_role(&program->functions[f]);
        if (role && role->value > size)
            size = role->value;
    }
    return program_sets_size(program) ? 0 : (uint64_t)size;
}

/* ---- how much is taken ------------------------------------------------------------------- */

struct measured_call {
    ir_id loc;
    bool itself; /* the function calls itself */
    struct frame frame;
};

struct calls {
    const struct program *program;
    prog_fn self;
    struct measured_call *items;
    size_t count, capacity;
};

static void note_call(void *data, const struct ir_instr *call, const struct frame *frame) {
    struct calls *calls = data;
    const struct ir_unit *unit = calls->program->functions[calls->self].unit;
    if (calls->count == calls->capacity) {
        calls->capacity = calls->capacity ? calls->capacity * 2 : 16;
        calls->items = mem_resize(calls->items, calls->capacity, sizeof *calls->items);
    }
    bool itself =
        call->sub == IR_CALL_DIRECT && prog_function(calls->program, unit, call->a) == calls->self;
    calls->items[calls->count++] = (struct measured_call){call->loc, itself, *frame};
}

static bool is_coroutine_code(const struct function *function) {
    enum context_reason reason = function->contexts[CONTEXT_COROUTINE].reason;
    return function->defined && reason != CONTEXT_NEVER && reason != CONTEXT_TESTED;
}

/* The call is made on the caller's stack, in a coroutine. */
static bool goes_deeper(const struct program *program, const struct edge *edge) {
    return !edge->starts && !edge->ending && !edge->outside &&
           is_coroutine_code(&program->functions[edge->to]);
}

static struct frame frame_at(const struct calls *calls, ir_id loc) {
    struct frame frame = {0, IR_NONE};
    for (size_t i = 0; i < calls->count; i++)
        if (calls->items[i].loc == loc && calls->items[i].frame.bytes > frame.bytes)
            frame = calls->items[i].frame;
    return frame;
}

static bool reaches(const struct program *program, const struct edge *edge, prog_fn target) {
    bool *seen = mem_zero(program->function_count, sizeof *seen);
    prog_fn *waiting = mem_resize(NULL, program->function_count + 1, sizeof *waiting);
    size_t count = 0;
    bool found = false;
    waiting[count++] = edge->to;
    seen[edge->to] = true;
    while (count && !found) {
        prog_fn from = waiting[--count];
        found = from == target;
        for (size_t i = 0; i < program->edge_count && !found; i++) {
            const struct edge *next = &program->edges[i];
            if (next->from != from || seen[next->to] || !goes_deeper(program, next))
                continue;
            seen[next->to] = true;
            waiting[count++] = next->to;
        }
    }
    free(seen);
    free(waiting);
    return found;
}

/* So few levels are no recursion worth its name. */
enum { FEWEST_LEVELS = 8 };

static void note_level(const struct program *program, struct depth *depth,
                       const struct frame *frame) {
    if (frame->bytes * FEWEST_LEVELS < program->stack_size || frame->bytes <= depth->level)
        return;
    depth->level = frame->bytes;
    depth->level_largest = frame->largest;
}

static void follow_edge(struct program *program, const struct edge *edge,
                        const struct calls *calls) {
    if (!goes_deeper(program, edge))
        return;
    struct depth *depth = &program->functions[edge->from].depth;
    struct frame frame = frame_at(calls, edge->loc);
    uint64_t bytes = frame.bytes + program->functions[edge->to].depth.bytes;
    if (frame.bytes * FEWEST_LEVELS >= program->stack_size && frame.bytes > depth->level &&
        reaches(program, edge, edge->from))
        note_level(program, depth, &frame);
    if (bytes <= depth->bytes)
        return;
    depth->bytes = bytes;
    depth->own = frame.bytes;
    depth->largest = frame.largest;
    depth->by = edge;
}

/* The calls of one function, which stand together from `first` on; returns where the next one's
   begin. */
static size_t follow_edges(struct program *program, size_t first) {
    prog_fn from = program->edges[first].from;
    const struct function *function = &program->functions[from];
    struct calls calls = {.program = program, .self = from};
    frame_measure(function->unit, &function->unit->functions.data[function->id], note_call, &calls);
    size_t i = first;
    for (; i < program->edge_count && program->edges[i].from == from; i++)
        follow_edge(program, &program->edges[i], &calls);
    free(calls.items);
    return i;
}

static void measure_function(struct program *program, prog_fn self) {
    struct function *function = &program->functions[self];
    struct calls calls = {.program = program, .self = self};
    struct frame own = frame_measure(function->unit, &function->unit->functions.data[function->id],
                                     note_call, &calls);
    function->depth.bytes = function->depth.own = own.bytes;
    function->depth.largest = own.largest;
    for (size_t i = 0; i < calls.count; i++)
        if (calls.items[i].itself)
            note_level(program, &function->depth, &calls.items[i].frame);
    free(calls.items);
}

/* ---- who takes too much ------------------------------------------------------------------ */

static uint64_t largest_size(const struct function *function) {
    if (function->depth.largest == IR_NONE)
        return 0;
    const struct ir_local *local = ir_local_at(
        function->unit, &function->unit->functions.data[function->id], function->depth.largest);
    return function->unit->types.data[local->type].size;
}

/* The function on the deepest way from `root` whose largest variable is the largest of all. */
static prog_fn find_guilty(const struct program *program, prog_fn root) {
    prog_fn guilty = root;
    const struct edge *by = program->functions[root].depth.by;
    for (size_t links = 0; by && links < program->function_count; links++) {
        if (largest_size(&program->functions[by->to]) > largest_size(&program->functions[guilty]))
            guilty = by->to;
        by = program->functions[by->to].depth.by;
    }
    return guilty;
}

static void blame(struct program *program, prog_fn root) {
    const struct function *function = &program->functions[root];
    enum context_reason reason = function->contexts[CONTEXT_COROUTINE].reason;
    if (reason == CONTEXT_CALLED || function->depth.bytes <= program->stack_size)
        return;
    struct depth *guilty = &program->functions[find_guilty(program, root)].depth;
    if (guilty->root == PROG_NONE ||
        program->functions[guilty->root].depth.bytes < function->depth.bytes)
        guilty->root = root;
}

/* The edges stand in the order in which functions were summarised: callees before callers. */
void prog_find_depths(struct program *program) {
    program->stack_size = find_stack_size(program);
    for (prog_fn f = 0; f < program->function_count; f++)
        program->functions[f].depth =
            (struct depth){.largest = IR_NONE, .level_largest = IR_NONE, .root = PROG_NONE};
    if (!program->stack_size)
        return;
    for (prog_fn f = 0; f < program->function_count; f++)
        if (is_coroutine_code(&program->functions[f]))
            measure_function(program, f);
    for (size_t i = 0; i < program->edge_count;) {
        size_t first = i;
        if (is_coroutine_code(&program->functions[program->edges[i].from])) {
            i = follow_edges(program, i);
            continue;
        }
        while (i < program->edge_count && program->edges[i].from == program->edges[first].from)
            i++;
    }
    for (prog_fn f = 0; f < program->function_count; f++)
        if (is_coroutine_code(&program->functions[f]))
            blame(program, f);
}
