/*
 * Callees before callers. Functions that call each other are one component (R. Tarjan, Depth-first
 * search and linear graph algorithms, 1972): they are summarised together, round by round, until
 * nothing changes or it has been enough. In the first round what is not known yet may do anything,
 * so each round's summaries hold; a further one only makes them sharper.
 */
#include <stdlib.h>

#include "program/internal.h"

enum { MOST_ROUNDS = 4 };

struct frame {
    prog_fn function;
    ir_id block, instr; /* where to look for more callees */
};

struct order {
    struct program *program;
    uint32_t *index, *low; /* 0: not visited yet */
    bool *waiting;         /* on `component` */
    bool *recursive;       /* calls itself */
    prog_fn *component;
    struct frame *stack;
    size_t waiting_count, depth;
    uint32_t visited;
};

static prog_fn next_callee(const struct program *program, struct frame *frame) {
    const struct function *function = &program->functions[frame->function];
    const struct ir_unit *unit = function->unit;
    const struct ir_function *fn = &unit->functions.data[function->id];
    for (; frame->block < fn->block_count; frame->block++, frame->instr = 0) {
        const struct ir_block *block = ir_block_at(unit, fn, frame->block);
        while (frame->instr < block->instr_count) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + frame->instr++];
            struct callee callee = {.function = UINT32_MAX};
            if (instr->op != IR_CALL)
                continue;
            prog_resolve((void *)program, unit, instr,
                         instr->sub == IR_CALL_DIRECT ? instr->a : IR_NONE, &callee);
            if (callee.function != UINT32_MAX && program->functions[callee.function].defined)
                return callee.function;
        }
    }
    return PROG_NONE;
}

static void summarise_component(struct order *order, size_t from) {
    struct program *program = order->program;
    size_t count = order->waiting_count - from;
    const prog_fn *members = order->component + from;
    bool rounds = count > 1 || order->recursive[members[0]];
    for (unsigned round = 1; rounds && round < MOST_ROUNDS; round++) {
        rounds = false;
        for (size_t i = 0; i < count; i++)
            rounds |= prog_summarise_one(program, members[i], false);
    }
    for (size_t i = 0; i < count; i++) {
        prog_summarise_one(program, members[i], true);
        order->waiting[members[i]] = false;
    }
    order->waiting_count = from;
}

static void enter(struct order *order, prog_fn function) {
    order->index[function] = order->low[function] = ++order->visited;
    order->waiting[function] = true;
    order->component[order->waiting_count++] = function;
    order->stack[order->depth++] = (struct frame){function, 0, 0};
}

static uint32_t smaller(uint32_t x, uint32_t y) {
    return x < y ? x : y;
}

/* The function's callees are done: so is its component, if nothing in it calls further up. */
static void leave(struct order *order) {
    prog_fn function = order->stack[--order->depth].function;
    if (order->depth) {
        prog_fn caller = order->stack[order->depth - 1].function;
        order->low[caller] = smaller(order->low[caller], order->low[function]);
    }
    if (order->low[function] != order->index[function])
        return;
    size_t from = order->waiting_count;
    while (order->component[--from] != function) {
    }
    summarise_component(order, from);
}

static void visit(struct order *order, prog_fn root) {
    enter(order, root);
    while (order->depth) {
        struct frame *top = &order->stack[order->depth - 1];
        prog_fn callee = next_callee(order->program, top);
        if (callee == PROG_NONE)
            leave(order);
        else if (!order->index[callee])
            enter(order, callee);
        else if (order->waiting[callee])
            order->low[top->function] = smaller(order->low[top->function], order->index[callee]);
        if (callee == top->function)
            order->recursive[callee] = true;
    }
}

void prog_summarise(struct program *program) {
    size_t count = program->function_count + 1;
    struct order order = {.program = program,
                          .index = mem_zero(count, sizeof *order.index),
                          .low = mem_zero(count, sizeof *order.low),
                          .waiting = mem_zero(count, sizeof *order.waiting),
                          .recursive = mem_zero(count, sizeof *order.recursive),
                          .component = mem_resize(NULL, count, sizeof *order.component),
                          .stack = mem_resize(NULL, count, sizeof *order.stack)};
    for (prog_fn root = 0; root < program->function_count; root++)
        if (!order.index[root] && program->functions[root].defined)
            visit(&order, root);
    free(order.index);
    free(order.low);
    free(order.waiting);
    free(order.recursive);
    free(order.component);
    free(order.stack);
}
