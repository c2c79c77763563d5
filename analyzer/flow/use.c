#include "flow/use.h"

#include <stdlib.h>

#include "flow/memory.h"

/* ---- results --------------------------------------------------------------------------- */

static bool place_reads(const struct ir_unit *unit, ir_id place_id, ir_id reg) {
    for (const struct ir_place *place = &unit->places.data[place_id];;
         place = &unit->places.data[place->a]) {
        if (place->kind == IR_PLACE_DEREF)
            return place->a == reg;
        if (place->kind == IR_PLACE_INDEX && place->b == reg)
            return true;
        if (place->kind != IR_PLACE_INDEX && place->kind != IR_PLACE_FIELD)
            return false;
    }
}

/* Does the instruction read the register, other than to put it into a local? */
static bool reads(const struct ir_unit *unit, const struct ir_instr *instr, ir_id reg) {
    for (uint32_t i = 0; i < instr->arg_count; i++)
        if (ir_arg(unit, instr, i) == reg)
            return true;
    switch (instr->op) {
    case IR_ADDR:
    case IR_LOAD:
        return place_reads(unit, instr->a, reg);
    case IR_STORE:
        return place_reads(unit, instr->a, reg) ||
               (instr->b == reg && unit->places.data[instr->a].kind != IR_PLACE_LOCAL);
    case IR_BINARY:
        return instr->a == reg || instr->b == reg;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        return instr->a == reg;
    case IR_CALL:
        return instr->sub == IR_CALL_INDIRECT && instr->a == reg;
    default:
        return false;
    }
}

static bool is_read(const struct ir_unit *unit, const struct ir_function *function, ir_id reg) {
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        bool asked = block->term == IR_TERM_BRANCH || block->term == IR_TERM_SWITCH ||
                     block->term == IR_TERM_RETURN || block->term == IR_TERM_GOTO;
        if (asked && block->value == reg)
            return true;
        for (uint32_t i = 0; i < block->instr_count; i++)
            if (reads(unit, &unit->instrs.data[block->first_instr + i], reg))
                return true;
    }
    return false;
}

static bool is_local(const struct ir_unit *unit, ir_id place, ir_id local) {
    return unit->places.data[place].kind == IR_PLACE_LOCAL && unit->places.data[place].a == local;
}

/* Is the local asked for its value somewhere, or may others ask? */
static bool local_is_read(const struct ir_unit *unit, const struct ir_function *function,
                          ir_id local) {
    if (ir_local_at(unit, function, local)->flags & IR_LOCAL_ADDRESS_TAKEN)
        return true;
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            if (instr->op == IR_LOAD && is_local(unit, instr->a, local) &&
                is_read(unit, function, instr->dst))
                return true;
        }
    }
    return false;
}

bool flow_is_dropped(const struct ir_unit *unit, const struct ir_function *function, ir_id call) {
    ir_id result = unit->instrs.data[call].dst;
    if (result == IR_NONE)
        return true;
    if (is_read(unit, function, result))
        return false;
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            if (instr->op == IR_STORE && instr->b == result &&
                local_is_read(unit, function, unit->places.data[instr->a].a))
                return false;
        }
    }
    return true;
}

/* ---- ways ------------------------------------------------------------------------------ */

static ir_id block_of(const struct ir_unit *unit, const struct ir_function *function, ir_id instr) {
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        if (instr >= block->first_instr && instr - block->first_instr < block->instr_count)
            return b;
    }
    return IR_NONE;
}

/* All blocks that control can get to from the end of `start`, which is not one of them unless it is
   got to again. Barred blocks are not passed. To be freed. */
static bool *blocks_behind(const struct ir_unit *unit, const struct ir_function *function,
                           ir_id start, ir_id barred) {
    bool *seen = mem_zero(function->block_count, sizeof *seen);
    ir_id *waiting = mem_resize(NULL, function->block_count + 1, sizeof *waiting);
    size_t count = 0;
    waiting[count++] = start;
    while (count) {
        const struct ir_block *block = ir_block_at(unit, function, waiting[--count]);
        for (uint32_t i = 0; i < block->succ_count; i++) {
            ir_id next = ir_succ(unit, block, i);
            if (!seen[next] && next != barred)
                waiting[count++] = next;
            seen[next] |= next != barred;
        }
    }
    free(waiting);
    return seen;
}

bool flow_reaches(const struct ir_unit *unit, const struct ir_function *function, ir_id from,
                  ir_id to, ir_id without) {
    ir_id start = block_of(unit, function, from), goal = block_of(unit, function, to);
    ir_id barred = without == IR_NONE ? IR_NONE : block_of(unit, function, without);
    if (start == IR_NONE || goal == IR_NONE)
        return false;
    if (start == goal && from < to)
        return true;
    bool *seen = blocks_behind(unit, function, start, barred);
    bool reached = seen[goal];
    free(seen);
    return reached;
}

/* Does the instruction do what others can see? */
static bool is_deed(const struct ir_unit *unit, const struct ir_instr *instr) {
    return instr->op == IR_CALL || instr->op == IR_ASM ||
           (instr->op == IR_STORE && ir_place_root(unit, instr->a)->kind != IR_PLACE_LOCAL);
}

bool flow_is_last(const struct ir_unit *unit, const struct ir_function *function, ir_id instr) {
    ir_id start = block_of(unit, function, instr);
    bool *seen = blocks_behind(unit, function, start, IR_NONE), last = true;
    for (ir_id b = 0; b < function->block_count && last; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        ir_id from = seen[b] ? block->first_instr : b == start ? instr + 1 : IR_NONE;
        for (ir_id i = from; i < block->first_instr + block->instr_count && last; i++)
            last = !is_deed(unit, &unit->instrs.data[i]);
    }
    free(seen);
    return last;
}
