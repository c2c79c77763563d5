/*
 * A function's body: lowering it and writing it to the unit.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

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

/* An expression with an error may be missing as a whole, and with it what it calls. */
static bool has_fault(const struct lowering *l, CXCursor definition) {
    CXSourceRange range = clang_getCursorExtent(definition);
    CXFile file = NULL;
    unsigned begin = 0, end = 0;
    clang_getExpansionLocation(clang_getRangeStart(range), &file, NULL, NULL, &begin);
    clang_getExpansionLocation(clang_getRangeEnd(range), NULL, NULL, NULL, &end);
    for (uint32_t i = 0; i < l->faults.count; i++) {
        const struct fault *fault = &l->faults.data[i];
        if (file && fault->file && clang_File_isEqual(file, fault->file) &&
            fault->offset >= begin && fault->offset <= end)
            return true;
    }
    return false;
}

void lower_body(struct lowering *l, CXCursor definition, ir_id id) {
    reset(l);
    l->unit->functions.data[id].body_loc = lower_loc(l, definition);
    start_block(l, new_block(l));
    CXCursor body = add_parameters(l, definition);
    if (clang_Cursor_isNull(body))
        l->failure = "its body could not be read";
    else if (has_fault(l, definition))
        l->failure = "its body has errors";
    else
        lower_compound(l, body, false);
    end_return(l, IR_NONE, lower_end_loc(l, definition));
    lower_resolve_jumps(l);
    write_function(l, id);
    reset(l);
}
