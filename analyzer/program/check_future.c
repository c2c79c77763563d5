#include "program/check_future.h"

#include <stdlib.h>

#include "flow/memory.h"
#include "program/named.h"

enum { DEEPEST_HELPER = 3 };

static struct callee target_of(const struct program *program, const struct ir_unit *unit,
                               const struct ir_instr *call) {
    struct callee callee = {.function = UINT32_MAX};
    prog_resolve((void *)(uintptr_t)program, unit, call,
                 call->sub == IR_CALL_DIRECT ? call->a : IR_NONE, &callee);
    return callee;
}

/* Does the call do this to the event of that name? */
static bool is_on(const struct program *program, const struct ir_unit *unit,
                  const struct ir_function *fn, const struct ir_instr *call, enum role_kind kind,
                  const struct named *event) {
    struct callee callee = target_of(program, unit, call);
    const struct role *role = prog_role(callee.roles, callee.role_count, kind);
    struct named name;
    ir_id place =
        role && role->arg >= 0 ? named_argument(unit, fn, call, (uint32_t)role->arg) : IR_NONE;
    return place != IR_NONE && named_place(unit, place, &name) && named_same(&name, event);
}

static bool is_own(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = &unit->places.data[place_id];
    while (place->kind == IR_PLACE_INDEX || place->kind == IR_PLACE_FIELD)
        place = &unit->places.data[place->a];
    return place->kind == IR_PLACE_LOCAL;
}

/* Is anything done in the rest of the block? */
static bool is_busy(const struct ir_unit *unit, const struct ir_block *block, uint32_t from) {
    for (uint32_t i = from; i < block->instr_count; i++) {
        const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
        if (instr->op == IR_CALL || instr->op == IR_ASM ||
            (instr->op == IR_STORE && !is_own(unit, instr->a)))
            return true;
    }
    return false;
}

/* Is the instruction, the number `at` of the block, the last thing that the function does? */
static bool is_last(const struct ir_unit *unit, const struct ir_function *fn, ir_id number,
                    uint32_t at) {
    bool *seen = mem_zero(fn->block_count, sizeof *seen);
    ir_id *waiting = mem_resize(NULL, fn->block_count, sizeof *waiting);
    size_t count = 0;
    bool busy = is_busy(unit, ir_block_at(unit, fn, number), at + 1);
    waiting[count++] = number;
    while (count && !busy) {
        const struct ir_block *block = ir_block_at(unit, fn, waiting[--count]);
        for (uint32_t i = 0; i < block->succ_count && !busy; i++) {
            ir_id next = ir_succ(unit, block, i);
            if (seen[next])
                continue;
            seen[next] = true;
            busy = is_busy(unit, ir_block_at(unit, fn, next), 0);
            waiting[count++] = next;
        }
    }
    free(waiting);
    free(seen);
    return !busy;
}

/* Does the function signal the event as the last thing that it does, itself or by a helper? */
static bool signals_last(const struct program *program, prog_fn function, const struct named *event,
                         int depth) {
    const struct function *f = &program->functions[function];
    if (!f->defined || depth > DEEPEST_HELPER)
        return false;
    const struct ir_unit *unit = f->unit;
    const struct ir_function *fn = &unit->functions.data[f->id];
    for (ir_id b = 0; b < fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, fn, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            if (instr->op != IR_CALL)
                continue;
            prog_fn target = target_of(program, unit, instr).function;
            bool signals =
                is_on(program, unit, fn, instr, ROLE_SIGNALS, event) ||
                (target != UINT32_MAX && signals_last(program, target, event, depth + 1));
            if (signals && is_last(unit, fn, b, i))
                return true;
        }
    }
    return false;
}

static bool waits(const struct program *program, const struct function *f,
                  const struct named *event) {
    const struct ir_unit *unit = f->unit;
    const struct ir_function *fn = &unit->functions.data[f->id];
    for (ir_id b = 0; b < fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, fn, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            if (instr->op == IR_CALL && is_on(program, unit, fn, instr, ROLE_AWAITS_SIGNAL, event))
                return true;
        }
    }
    return false;
}

static bool is_awaited_elsewhere(const struct program *program, prog_fn self,
                                 const struct named *event) {
    for (prog_fn f = 0; f < program->function_count; f++)
        if (f != self && program->functions[f].defined &&
            waits(program, &program->functions[f], event))
            return true;
    return false;
}

static prog_fn self_of(const struct path *path) {
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    return prog_function(path->client->data, path->unit, id);
}

const char *check_future_of(const struct path *path, const struct path_call *call) {
    const struct program *program = path->client->data;
    const struct role *role =
        prog_role(call->callee->roles, call->callee->role_count, ROLE_AWAITS_SIGNAL);
    ir_id place = role && role->arg >= 0
                      ? named_argument(path->unit, path->function, call->instr, (uint32_t)role->arg)
                      : IR_NONE;
    prog_fn self = self_of(path);
    struct named event;
    if (place == IR_NONE || !named_place(path->unit, place, &event) ||
        is_awaited_elsewhere(program, self, &event))
        return NULL;
    for (size_t i = 0; i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        if (edge->from == self && edge->starts && !edge->owned &&
            !program->functions[edge->to].started_often &&
            signals_last(program, edge->to, &event, 0))
            return program->functions[edge->to].name;
    }
    return NULL;
}

bool check_is_of_others(const struct path *path, const struct path_call *call) {
    const struct program *program = path->client->data;
    prog_fn called = call->callee->function;
    return called != UINT32_MAX &&
           !prog_in_same_folder(&program->functions[called], &program->functions[self_of(path)]);
}
