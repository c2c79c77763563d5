/*
 * Appending instructions, blocks and places.
 */
#include <stdio.h>
#include <stdlib.h>

#include "frontend/lower.h"

void *lower_resize(void *old, size_t count, size_t size) {
    void *memory = realloc(old, count * size);
    if (!memory) {
        fputs("aglet-facts: out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

ir_id emit_register(struct lowering *l) {
    return l->registers++;
}

static struct ir_instr blank(unsigned op, ir_id loc) {
    return (struct ir_instr){.op = (uint8_t)op,
                             .type = IR_NONE,
                             .dst = IR_NONE,
                             .a = IR_NONE,
                             .b = IR_NONE,
                             .first_arg = 0,
                             .loc = loc};
}

ir_id emit(struct lowering *l, struct ir_instr instr) {
    if (instr.op == IR_CALL && instr.loc != IR_NONE)
        l->last_loc = instr.loc;
    if (l->blocks.data[l->current].ended) /* behind a return: code that nothing leads to */
        start_block(l, new_block(l));
    struct block *block = &l->blocks.data[l->current];
    VEC_PUSH(block->instrs, instr);
    return instr.dst;
}

static ir_id emit_simple(struct lowering *l, unsigned op, ir_id a, ir_id type, ir_id loc) {
    struct ir_instr instr = blank(op, loc);
    instr.a = a;
    instr.type = type;
    instr.dst = emit_register(l);
    return emit(l, instr);
}

ir_id emit_const(struct lowering *l, int64_t imm, ir_id type, ir_id loc) {
    struct ir_instr instr = blank(IR_CONST, loc);
    instr.imm = imm;
    instr.type = type;
    instr.dst = emit_register(l);
    return emit(l, instr);
}

ir_id emit_unknown(struct lowering *l, ir_id type, ir_id loc) {
    return emit_simple(l, IR_UNKNOWN, IR_NONE, type, loc);
}

ir_id emit_load(struct lowering *l, ir_id place, ir_id loc) {
    return emit_simple(l, IR_LOAD, place, l->unit->places.data[place].type, loc);
}

/* An address that leaves the expression may be kept: the local is no longer private. */
ir_id emit_address(struct lowering *l, ir_id place, ir_id loc) {
    const struct ir_place *root = ir_place_root(l->unit, place);
    if (root->kind == IR_PLACE_LOCAL)
        l->function_locals.data[root->a].flags |= IR_LOCAL_ADDRESS_TAKEN;
    struct ir_type pointer = {.kind = IR_TYPE_POINTER,
                              .is_unsigned = true,
                              .name = IR_NONE,
                              .elem = l->unit->places.data[place].type,
                              .size = 8};
    return emit_simple(l, IR_ADDR, place, ir_add_type(l->unit, pointer), loc);
}

void emit_store(struct lowering *l, ir_id place, ir_id value, unsigned flags, ir_id loc) {
    struct ir_instr instr = blank(IR_STORE, loc);
    ir_id type = l->unit->places.data[place].type;
    instr.a = place;
    instr.b = value;
    instr.type = type;
    instr.flags = (uint16_t)flags;
    if (type != IR_NONE && (l->unit->types.data[type].kind == IR_TYPE_RECORD ||
                            l->unit->types.data[type].kind == IR_TYPE_ARRAY))
        instr.flags |= IR_STORE_AGGREGATE;
    emit(l, instr);
}

void emit_opaque(struct lowering *l, const ir_id *args, uint32_t count, ir_id loc) {
    struct ir_instr instr = blank(IR_ASM, loc);
    instr.first_arg = l->unit->args.count;
    instr.arg_count = count;
    for (uint32_t i = 0; i < count; i++)
        ir_push_args(l->unit, args[i]);
    emit(l, instr);
}

/* ---- places ---------------------------------------------------------------------------- */

ir_id place_local(struct lowering *l, ir_id local) {
    return ir_push_places(l->unit, (struct ir_place){.kind = IR_PLACE_LOCAL,
                                                     .a = local,
                                                     .b = IR_NONE,
                                                     .type = l->function_locals.data[local].type,
                                                     .record = IR_NONE});
}

ir_id place_deref(struct lowering *l, ir_id address, ir_id type) {
    return ir_push_places(
        l->unit,
        (struct ir_place){
            .kind = IR_PLACE_DEREF, .a = address, .b = IR_NONE, .type = type, .record = IR_NONE});
}

ir_id place_field(struct lowering *l, ir_id parent, ir_id name, ir_id record, ir_id type) {
    return ir_push_places(
        l->unit,
        (struct ir_place){
            .kind = IR_PLACE_FIELD, .a = parent, .b = name, .type = type, .record = record});
}

ir_id place_index(struct lowering *l, ir_id parent, ir_id index, ir_id type) {
    return ir_push_places(
        l->unit,
        (struct ir_place){
            .kind = IR_PLACE_INDEX, .a = parent, .b = index, .type = type, .record = IR_NONE});
}

ir_id new_local(struct lowering *l, ir_id name, ir_id type, ir_id loc, unsigned flags) {
    struct ir_local local = {.name = name, .type = type, .loc = loc, .flags = flags};
    VEC_PUSH(l->function_locals, local);
    return l->function_locals.count - 1;
}

/* ---- blocks ---------------------------------------------------------------------------- */

ir_id new_block(struct lowering *l) {
    struct block block = {.value = IR_NONE, .loc = IR_NONE};
    VEC_PUSH(l->blocks, block);
    return l->blocks.count - 1;
}

void start_block(struct lowering *l, ir_id block) {
    l->current = block;
}

/* A block ends once; what would end it again is unreachable. */
static struct block *end(struct lowering *l, unsigned term, ir_id value, ir_id loc) {
    struct block *block = &l->blocks.data[l->current];
    if (block->ended)
        return NULL;
    block->ended = true;
    block->term = (uint8_t)term;
    block->value = value;
    block->loc = loc;
    return block;
}

void end_jump(struct lowering *l, ir_id to) {
    struct block *block = end(l, IR_TERM_JUMP, IR_NONE, IR_NONE);
    if (block)
        VEC_PUSH(block->succs, to);
}

void end_branch(struct lowering *l, ir_id value, ir_id yes, ir_id no, ir_id loc) {
    struct block *block = end(l, IR_TERM_BRANCH, value, loc);
    if (block) {
        VEC_PUSH(block->succs, yes);
        VEC_PUSH(block->succs, no);
    }
}

void end_return(struct lowering *l, ir_id value, ir_id loc) {
    end(l, IR_TERM_RETURN, value, loc);
}

void end_unreachable(struct lowering *l) {
    end(l, IR_TERM_UNREACHABLE, IR_NONE, IR_NONE);
}

/* ---- scopes ---------------------------------------------------------------------------- */

static void emit_cleanup(struct lowering *l, const struct scope *scope, ir_id loc) {
    ir_id address = emit_address(l, place_local(l, scope->local), loc);
    struct ir_instr call = blank(IR_CALL, loc);
    call.sub = IR_CALL_DIRECT;
    call.a = scope->cleanup;
    call.flags = IR_CALL_CLEANUP;
    call.first_arg = ir_push_args(l->unit, address);
    call.arg_count = 1;
    emit(l, call);
}

void emit_unwind(struct lowering *l, const struct scope *from, const struct scope *outer,
                 ir_id loc) {
    for (; from && from != outer; from = from->outer) {
        if (from->cleanup != IR_NONE)
            emit_cleanup(l, from, loc);
        struct ir_instr dead = blank(IR_DEAD, loc);
        dead.a = from->local;
        emit(l, dead);
    }
}
