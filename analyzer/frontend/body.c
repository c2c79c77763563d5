/*
 * A function's body: lowering it, resolving its jumps, and writing it to the unit.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

static const struct jump *find_label(const struct lowering *l, const void *key) {
    for (uint32_t i = 0; i < l->labels.count; i++)
        if (l->labels.data[i].label == key)
            return &l->labels.data[i];
    return NULL;
}

/* The innermost scope around both. */
static const struct scope *common_scope(const struct scope *x, const struct scope *y) {
    while (x != y) {
        uint32_t dx = x ? x->depth : 0, dy = y ? y->depth : 0;
        if (dx >= dy)
            x = x ? x->outer : NULL;
        if (dy >= dx && dy)
            y = y->outer;
    }
    return x;
}

/* The block had been kept open for this: it ends the scopes that the jump leaves. */
static void finish_goto(struct lowering *l, const struct jump *jump, const struct jump *label) {
    struct block *block = &l->blocks.data[jump->block];
    block->ended = false;
    start_block(l, jump->block);
    emit_unwind(l, jump->scope, common_scope(jump->scope, label->scope), IR_NONE);
    end_jump(l, label->block);
}

static void finish_computed(struct lowering *l, const struct jump *jump) {
    ir_id value = IR_NONE;
    struct block *block = &l->blocks.data[jump->block];
    block->term = IR_TERM_GOTO;
    block->value = value;
    for (uint32_t i = 0; i < l->addressed.count; i++) {
        const struct jump *label = find_label(l, l->addressed.data[i].label);
        ir_id away = new_block(l);
        VEC_PUSH(l->blocks.data[jump->block].succs, away);
        start_block(l, away);
        if (!label) {
            l->failure = "a jump to a label that is not there";
            return;
        }
        emit_unwind(l, jump->scope, common_scope(jump->scope, label->scope), IR_NONE);
        end_jump(l, label->block);
    }
}

static void resolve_gotos(struct lowering *l) {
    for (uint32_t i = 0; i < l->gotos.count; i++) {
        struct jump jump = l->gotos.data[i];
        const struct jump *label = jump.computed ? NULL : find_label(l, jump.label);
        if (jump.computed)
            finish_computed(l, &jump);
        else if (label)
            finish_goto(l, &jump, label);
        else
            l->failure = "a jump to a label that is not there";
    }
}

static void write_block(struct lowering *l, const struct block *block) {
    struct ir_unit *unit = l->unit;
    struct ir_block out = {.first_instr = unit->instrs.count,
                           .instr_count = block->instrs.count,
                           .term = block->ended ? block->term : (uint8_t)IR_TERM_UNREACHABLE,
                           .value = block->value,
                           .first_succ = unit->succs.count,
                           .succ_count = block->succs.count,
                           .first_case = unit->cases.count,
                           .loc = block->loc};
    for (uint32_t i = 0; i < block->instrs.count; i++)
        ir_push_instrs(unit, block->instrs.data[i]);
    for (uint32_t i = 0; i < block->succs.count; i++)
        ir_push_succs(unit, block->succs.data[i]);
    for (uint32_t i = 0; i < block->cases.count; i++)
        ir_push_cases(unit, block->cases.data[i]);
    ir_push_blocks(unit, out);
}

static void write_function(struct lowering *l, ir_id id) {
    struct ir_function *fn = &l->unit->functions.data[id];
    fn->flags |= IR_FN_DEFINED;
    if (l->failure) {
        fn->flags |= IR_FN_INCOMPLETE;
        fn->note = ir_string(l->unit, l->failure);
        return;
    }
    fn->first_local = l->unit->locals.count;
    fn->local_count = l->function_locals.count;
    fn->first_block = l->unit->blocks.count;
    fn->block_count = l->blocks.count;
    fn->register_count = l->registers;
    for (uint32_t i = 0; i < l->function_locals.count; i++)
        ir_push_locals(l->unit, l->function_locals.data[i]);
    for (uint32_t i = 0; i < l->blocks.count; i++)
        write_block(l, &l->blocks.data[i]);
}

static void reset(struct lowering *l) {
    for (uint32_t i = 0; i < l->blocks.count; i++) {
        free(l->blocks.data[i].instrs.data);
        free(l->blocks.data[i].succs.data);
        free(l->blocks.data[i].cases.data);
    }
    for (uint32_t i = 0; i < l->scopes.count; i++)
        free(l->scopes.data[i]);
    l->blocks.count = l->scopes.count = l->labels.count = l->gotos.count = 0;
    l->addressed.count = l->function_locals.count = l->registers = 0;
    l->scope = NULL;
    l->target = NULL;
    l->failure = NULL;
    map_clear(&l->locals);
}

static CXCursor add_parameters(struct lowering *l, CXCursor definition) {
    CXCursor body = clang_getNullCursor();
    uint32_t first, count = lower_children(l, definition, &first);
    int params = clang_Cursor_getNumArguments(definition);
    for (int i = 0; i < params; i++) {
        CXCursor param = clang_Cursor_getArgument(definition, (unsigned)i);
        ir_id local = new_local(l, lower_string(l, clang_getCursorSpelling(param)),
                                lower_param_type(l, clang_getCursorType(param)),
                                lower_loc(l, param), IR_LOCAL_PARAM);
        map_put(&l->locals, clang_getCanonicalCursor(param).data[0], local);
    }
    for (uint32_t i = 0; i < count; i++)
        if (clang_getCursorKind(lower_kid(l, first + i)) == CXCursor_CompoundStmt)
            body = lower_kid(l, first + i);
    lower_pop(l, first);
    return body;
}

void lower_body(struct lowering *l, CXCursor definition, ir_id id) {
    reset(l);
    l->unit->functions.data[id].body_loc = lower_loc(l, definition);
    start_block(l, new_block(l));
    CXCursor body = add_parameters(l, definition);
    if (clang_Cursor_isNull(body))
        l->failure = "its body could not be read";
    else
        lower_compound(l, body, false);
    end_return(l, IR_NONE, lower_end_loc(l, definition));
    resolve_gotos(l);
    write_function(l, id);
    reset(l);
}
