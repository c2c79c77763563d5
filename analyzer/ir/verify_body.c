/*
 * The verifier's part for what is inside of a function: places, instructions, blocks, registers.
 */
#include <stdlib.h>

#include "ir/alloc.h"
#include "ir/loops.h"
#include "ir/verify.h"

static void check_register(struct verifier *v, ir_id id) {
    verify_index(v, id, v->fn->register_count, "register");
}

/* ---- places ---------------------------------------------------------------------------- */

/* One link of a chain of places; gives the parent, or IR_NONE at the chain's root. */
static ir_id check_link(struct verifier *v, const struct ir_place *place) {
    verify_type(v, place->type);
    verify_string(v, place->record, "place's record");
    switch (place->kind) {
    case IR_PLACE_LOCAL:
        verify_index(v, place->a, v->fn->local_count, "local");
        return IR_NONE;
    case IR_PLACE_GLOBAL:
        verify_index(v, place->a, v->u->globals.count, "global");
        return IR_NONE;
    case IR_PLACE_DEREF:
        check_register(v, place->a);
        return IR_NONE;
    case IR_PLACE_FIELD:
        verify_index(v, place->b, v->u->string_at.count, "field");
        return place->a;
    case IR_PLACE_INDEX:
        check_register(v, place->b);
        return place->a;
    default:
        verify_defect(v, "place of kind %u", place->kind);
        return IR_NONE;
    }
}

static void check_place(struct verifier *v, ir_id id) {
    for (unsigned depth = 0;; depth++) {
        verify_index(v, id, v->u->places.count, "place");
        if (v->defect)
            return;
        const struct ir_place *place = &v->u->places.data[id];
        ir_id parent = check_link(v, place);
        if (place->kind != IR_PLACE_FIELD && place->kind != IR_PLACE_INDEX)
            return;
        if (parent >= id || depth == IR_PLACE_DEPTH) {
            verify_defect(v, "place %u has parent %u%s", id, parent,
                          parent < id ? ", too deep" : "");
            return;
        }
        id = parent;
    }
}

/* ---- instructions ---------------------------------------------------------------------- */

static bool writes_register(unsigned op) {
    return op == IR_CONST || op == IR_STRING || op == IR_FUNCTION || op == IR_ADDR ||
           op == IR_LOAD || op == IR_MOVE || op == IR_CAST || op == IR_BINARY || op == IR_UNARY ||
           op == IR_UNKNOWN;
}

static void check_call(struct verifier *v, const struct ir_instr *instr) {
    if (instr->sub == IR_CALL_DIRECT) {
        verify_index(v, instr->a, v->u->functions.count, "callee");
    } else if (instr->sub == IR_CALL_INDIRECT) {
        check_register(v, instr->a);
        if (instr->b != IR_NONE)
            check_place(v, instr->b);
    } else {
        verify_defect(v, "call of kind %u", instr->sub);
    }
}

static void check_operands(struct verifier *v, const struct ir_instr *instr) {
    switch (instr->op) {
    case IR_STRING:
        verify_index(v, instr->a, v->u->string_at.count, "string");
        break;
    case IR_FUNCTION:
        verify_index(v, instr->a, v->u->functions.count, "function");
        break;
    case IR_STORE:
        check_register(v, instr->b);
        check_place(v, instr->a);
        break;
    case IR_ADDR:
    case IR_LOAD:
        check_place(v, instr->a);
        break;
    case IR_BINARY:
        check_register(v, instr->b);
        check_register(v, instr->a);
        break;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        check_register(v, instr->a);
        break;
    case IR_CALL:
        check_call(v, instr);
        break;
    case IR_DEAD:
        verify_index(v, instr->a, v->fn->local_count, "local");
        break;
    case IR_CONST:
    case IR_UNKNOWN:
    case IR_ASM:
        break;
    default:
        verify_defect(v, "instruction %u", instr->op);
    }
    if (instr->op == IR_BINARY && instr->sub > IR_GE)
        verify_defect(v, "operator %u of two values", instr->sub);
    if (instr->op == IR_UNARY && (instr->sub < IR_NEG || instr->sub > IR_BITNOT))
        verify_defect(v, "operator %u of one value", instr->sub);
}

static void check_instr(struct verifier *v, const struct ir_instr *instr) {
    verify_type(v, instr->type);
    verify_loc(v, instr->loc);
    verify_optional(v, instr->dst, v->fn->register_count, "register");
    if (writes_register(instr->op) != (instr->dst != IR_NONE) && instr->op != IR_CALL)
        verify_defect(v, "instruction %u %s", instr->op,
                      instr->dst == IR_NONE ? "writes no register" : "writes a register");
    verify_range(v, instr->first_arg, instr->arg_count, v->u->args.count, &v->left.args,
                 "arguments");
    if (v->defect)
        return;
    for (uint32_t i = 0; i < instr->arg_count; i++)
        check_register(v, ir_arg(v->u, instr, i));
    check_operands(v, instr);
}

/* ---- blocks ---------------------------------------------------------------------------- */

static void check_successors(struct verifier *v, const struct ir_block *block, uint32_t wanted) {
    if (block->succ_count != wanted)
        verify_defect(v, "terminator %u has %u successors", block->term, block->succ_count);
    verify_range(v, block->first_succ, block->succ_count, v->u->succs.count, &v->left.succs,
                 "successors");
    for (uint32_t i = 0; i < block->succ_count && !v->defect; i++)
        verify_index(v, ir_succ(v->u, block, i), v->fn->block_count, "successor");
}

static void check_terminator(struct verifier *v, const struct ir_block *block) {
    verify_optional(v, block->value, v->fn->register_count, "register");
    switch (block->term) {
    case IR_TERM_JUMP:
        check_successors(v, block, 1);
        break;
    case IR_TERM_BRANCH:
        check_register(v, block->value);
        check_successors(v, block, 2);
        break;
    case IR_TERM_SWITCH: {
        uint32_t wanted = block->succ_count ? block->succ_count : 1;
        check_register(v, block->value);
        check_successors(v, block, wanted);
        verify_range(v, block->first_case, wanted - 1, v->u->cases.count, &v->left.cases, "cases");
        break;
    }
    case IR_TERM_RETURN:
    case IR_TERM_UNREACHABLE:
        check_successors(v, block, 0);
        break;
    case IR_TERM_GOTO:
        check_successors(v, block, block->succ_count);
        break;
    default:
        verify_defect(v, "terminator %u", block->term);
    }
}

static void check_block(struct verifier *v, const struct ir_block *block) {
    verify_range(v, block->first_instr, block->instr_count, v->u->instrs.count, &v->left.instrs,
                 "instructions");
    verify_loc(v, block->loc);
    for (uint32_t i = 0; i < block->instr_count && !v->defect; i++)
        check_instr(v, &v->u->instrs.data[block->first_instr + i]);
    if (!v->defect)
        check_terminator(v, block);
}

/* ---- registers and loops --------------------------------------------------------------- */

static void mark(bool *flags, ir_id reg) {
    if (reg != IR_NONE)
        flags[reg] = true;
}

static void mark_place(const struct ir_unit *u, bool *used, ir_id id) {
    for (const struct ir_place *p = &u->places.data[id];; p = &u->places.data[p->a]) {
        if (p->kind == IR_PLACE_DEREF)
            mark(used, p->a);
        if (p->kind == IR_PLACE_INDEX)
            mark(used, p->b);
        if (p->kind != IR_PLACE_FIELD && p->kind != IR_PLACE_INDEX)
            return;
    }
}

static void mark_used(const struct ir_unit *u, bool *used, const struct ir_instr *instr) {
    for (uint32_t i = 0; i < instr->arg_count; i++)
        mark(used, ir_arg(u, instr, i));
    switch (instr->op) {
    case IR_STORE:
        mark(used, instr->b);
        mark_place(u, used, instr->a);
        break;
    case IR_ADDR:
    case IR_LOAD:
        mark_place(u, used, instr->a);
        break;
    case IR_BINARY:
        mark(used, instr->b);
        mark(used, instr->a);
        break;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        mark(used, instr->a);
        break;
    case IR_CALL:
        if (instr->sub == IR_CALL_INDIRECT)
            mark(used, instr->a);
        break;
    default:
        break;
    }
}

/* Every register that is used is written somewhere in the function. */
static void check_written(struct verifier *v) {
    uint32_t count = v->fn->register_count;
    bool *written = ir_zeroed(count, sizeof *written), *used = ir_zeroed(count, sizeof *used);
    for (ir_id b = 0; b < v->fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(v->u, v->fn, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &v->u->instrs.data[block->first_instr + i];
            mark(written, instr->dst);
            mark_used(v->u, used, instr);
        }
        mark(used, block->value);
    }
    for (uint32_t r = 0; r < count; r++)
        if (used[r] && !written[r])
            verify_defect(v, "register %u is used and never written", r);
    free(written);
    free(used);
}

/* The engine widens at loop heads: with one missing it might not end. */
static void check_loop_heads(struct verifier *v) {
    bool *heads = ir_loop_heads(v->u, v->fn);
    for (ir_id b = 0; b < v->fn->block_count; b++)
        if (ir_block_at(v->u, v->fn, b)->loop_head != heads[b])
            verify_defect(v, "block %u %s a loop head", b, heads[b] ? "is" : "is not");
    free(heads);
}

void verify_body(struct verifier *v) {
    uint32_t instrs = v->left.instrs;
    for (ir_id b = 0; b < v->fn->block_count && !v->defect; b++)
        check_block(v, ir_block_at(v->u, v->fn, b));
    if (v->fn->register_count > instrs - v->left.instrs)
        verify_defect(v, "%u registers and %u instructions to write them", v->fn->register_count,
                      instrs - v->left.instrs);
    if (!v->defect)
        check_written(v);
    if (!v->defect)
        check_loop_heads(v);
}
