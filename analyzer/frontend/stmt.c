/*
 * Statements: implicit control flow made explicit.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

static uint32_t kids_of(struct lowering *l, CXCursor cursor, CXCursor *kids, uint32_t most) {
    uint32_t first, count = lower_children(l, cursor, &first);
    if (count > most)
        count = most;
    for (uint32_t i = 0; i < count; i++)
        kids[i] = lower_kid(l, first + i);
    lower_pop(l, first);
    return count;
}

static void leave_scope(struct lowering *l, const struct scope *outer, ir_id loc) {
    if (!l->blocks.data[l->current].ended)
        emit_unwind(l, l->scope, outer, loc);
    l->scope = outer;
}

/* ---- variables ------------------------------------------------------------------------- */

/* The function named by a cleanup attribute, which libclang does not expose: it is in the
   declaration as the compiler has understood it. */
static ir_id cleanup_of(struct lowering *l, CXCursor decl) {
    uint32_t first, count = lower_children(l, decl, &first);
    bool candidate = false;
    for (uint32_t i = 0; i < count; i++)
        candidate |= clang_getCursorKind(lower_kid(l, first + i)) == CXCursor_UnexposedAttr;
    lower_pop(l, first);
    if (!candidate)
        return IR_NONE;
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(decl);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_SuppressInitializers, 1);
    CXString printed = clang_getCursorPrettyPrinted(decl, policy);
    const char *text = strstr(clang_getCString(printed), "cleanup(");
    ir_id function = IR_NONE;
    if (text) {
        text += strlen("cleanup(");
        function = lower_function_named(l, ir_string_n(l->unit, text, strcspn(text, ") ")));
    }
    clang_disposeString(printed);
    clang_PrintingPolicy_dispose(policy);
    return function;
}

static void open_scope(struct lowering *l, ir_id local, ir_id cleanup, ir_id loc) {
    struct scope *scope = lower_resize(NULL, 1, sizeof *scope);
    *scope = (struct scope){.outer = l->scope,
                            .depth = l->scope ? l->scope->depth + 1 : 1,
                            .local = local,
                            .cleanup = cleanup,
                            .loc = loc};
    VEC_PUSH(l->scopes, scope);
    l->scope = scope;
}

void lower_variable(struct lowering *l, CXCursor decl) {
    if (clang_Cursor_getStorageClass(decl) == CX_SC_Static ||
        clang_Cursor_getStorageClass(decl) == CX_SC_Extern) {
        lower_global_ref(l, decl);
        lower_label_addresses(l, decl);
        return;
    }
    CXType type = clang_getCursorType(decl);
    ir_id cleanup = cleanup_of(l, decl);
    ir_id loc = lower_loc(l, decl);
    lower_lengths(l, decl, type);
    ir_id local = new_local(l, lower_string(l, clang_getCursorSpelling(decl)), lower_type(l, type),
                            loc, cleanup == IR_NONE ? 0 : IR_LOCAL_CLEANUP);
    map_put(&l->locals, clang_getCanonicalCursor(decl).data[0], local);
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (!clang_Cursor_isNull(init))
        lower_initialise(l, place_local(l, local), type, init);
    open_scope(l, local, cleanup, loc);
}

static void declaration(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    for (uint32_t i = 0; i < count; i++) {
        CXCursor decl = lower_kid(l, first + i);
        if (clang_getCursorKind(decl) == CXCursor_VarDecl)
            lower_variable(l, decl);
        else if (clang_getCursorKind(decl) == CXCursor_TypedefDecl)
            lower_lengths(l, decl, clang_getTypedefDeclUnderlyingType(decl));
    }
    lower_pop(l, first);
}

/* ---- blocks and choices ---------------------------------------------------------------- */

static void label(struct lowering *l, CXCursor cursor) {
    ir_id here = new_block(l);
    end_jump(l, here);
    start_block(l, here);
    struct jump made = {.kind = JUMP_LABEL,
                        .label = lower_label_key(cursor),
                        .name = lower_string(l, clang_getCursorSpelling(cursor)),
                        .block = here,
                        .scope = l->scope};
    VEC_PUSH(l->labels, made);
}

/* The last statement of ({ }): its value, also under labels. */
static ir_id last_value(struct lowering *l, CXCursor cursor) {
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (clang_isExpression(kind))
        return lower_expr(l, cursor);
    if (kind == CXCursor_LabelStmt) {
        CXCursor kids[1];
        label(l, cursor);
        return kids_of(l, cursor, kids, 1) ? last_value(l, kids[0]) : IR_NONE;
    }
    lower_statement(l, cursor);
    return IR_NONE;
}

ir_id lower_compound(struct lowering *l, CXCursor cursor, bool value) {
    const struct scope *outer = l->scope;
    uint32_t first, count = lower_children(l, cursor, &first);
    uint32_t last = count;
    while (value && last > 0 &&
           clang_getCursorKind(lower_kid(l, first + last - 1)) == CXCursor_NullStmt)
        last--;
    ir_id result = IR_NONE;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (value && i + 1 == last)
            result = last_value(l, kid);
        else
            lower_statement(l, kid);
    }
    lower_pop(l, first);
    leave_scope(l, outer, lower_end_loc(l, cursor));
    return result;
}

/* A statement in a scope of its own, then a jump. */
static void arm(struct lowering *l, ir_id block, CXCursor cursor, ir_id then) {
    const struct scope *outer = l->scope;
    start_block(l, block);
    lower_statement(l, cursor);
    leave_scope(l, outer, IR_NONE);
    end_jump(l, then);
}

/* A chain of else if is one statement deep for each, in code made by programs thousands. */
static void if_statement(struct lowering *l, CXCursor cursor) {
    ir_id join = new_block(l);
    for (;;) {
        CXCursor kids[3];
        uint32_t count = kids_of(l, cursor, kids, 3);
        if (count < 2)
            break;
        ir_id yes = new_block(l), no = count > 2 ? new_block(l) : join;
        lower_condition(l, kids[0], yes, no);
        arm(l, yes, kids[1], join);
        if (count == 2)
            break;
        if (clang_getCursorKind(kids[2]) != CXCursor_IfStmt) {
            arm(l, no, kids[2], join);
            break;
        }
        start_block(l, no);
        cursor = kids[2];
    }
    end_jump(l, join);
    start_block(l, join);
}

static void switch_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[2];
    if (kids_of(l, cursor, kids, 2) < 2)
        return;
    ir_id value = lower_expr(l, kids[0]), loc = lower_loc(l, kids[0]);
    if (value == IR_NONE)
        value = emit_unknown(l, IR_NONE, loc);
    struct switch_cases cases = {.default_block = IR_NONE};
    ir_id after = new_block(l), head = l->current;
    bool reachable = !l->blocks.data[head].ended;
    l->blocks.data[head].ended = true;
    struct target target = {after, IR_NONE, l->scope, &cases, l->target};
    l->target = &target;
    arm(l, new_block(l), kids[1], after);
    l->target = target.outer;
    if (reachable) {
        struct block *block = &l->blocks.data[head];
        block->term = IR_TERM_SWITCH;
        block->value = value;
        block->loc = loc;
        for (uint32_t i = 0; i < cases.labels.count; i++) {
            VEC_PUSH(block->cases, cases.labels.data[i]);
            VEC_PUSH(block->succs, cases.blocks.data[i]);
        }
        VEC_PUSH(block->succs, cases.default_block == IR_NONE ? after : cases.default_block);
    }
    free(cases.labels.data);
    free(cases.blocks.data);
    start_block(l, after);
}

static struct switch_cases *innermost_switch(const struct lowering *l) {
    for (const struct target *t = l->target; t; t = t->outer)
        if (t->cases)
            return t->cases;
    return NULL;
}

static void case_statement(struct lowering *l, CXCursor cursor, bool is_default) {
    CXCursor kids[3];
    uint32_t count = kids_of(l, cursor, kids, 3);
    struct switch_cases *cases = innermost_switch(l);
    if (!cases || count == 0)
        return;
    ir_id here = new_block(l);
    end_jump(l, here); /* the case before falls through */
    start_block(l, here);
    if (is_default) {
        cases->default_block = here;
    } else {
        struct ir_case label = {0, 0};
        if (!lower_constant(kids[0], &label.low))
            l->failure = "a case label that is no constant";
        label.high = label.low;
        if (count == 3 && !lower_constant(kids[1], &label.high))
            l->failure = "a case label that is no constant";
        VEC_PUSH(cases->labels, label);
        VEC_PUSH(cases->blocks, here);
    }
    if (count > 1 || is_default)
        lower_statement(l, kids[count - 1]);
}

/* ---- loops ----------------------------------------------------------------------------- */

static void loop_body(struct lowering *l, ir_id block, CXCursor body, ir_id again, ir_id after) {
    struct target target = {after, again, l->scope, NULL, l->target};
    l->target = &target;
    arm(l, block, body, again);
    l->target = target.outer;
}

static void while_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[2];
    if (kids_of(l, cursor, kids, 2) < 2)
        return;
    ir_id head = new_block(l), body = new_block(l), after = new_block(l);
    end_jump(l, head);
    start_block(l, head);
    lower_condition(l, kids[0], body, after);
    loop_body(l, body, kids[1], head, after);
    start_block(l, after);
}

static void do_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[2];
    if (kids_of(l, cursor, kids, 2) < 2)
        return;
    ir_id body = new_block(l), test = new_block(l), after = new_block(l);
    end_jump(l, body);
    loop_body(l, body, kids[0], test, after);
    start_block(l, test);
    lower_condition(l, kids[1], body, after);
    start_block(l, after);
}

static void for_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[4];
    uint32_t count = kids_of(l, cursor, kids, 4);
    if (count == 0)
        return;
    const CXCursor *parts[3];
    lower_for_parts(l, cursor, kids, count - 1, parts);
    const struct scope *outer = l->scope;
    if (parts[FOR_INIT])
        lower_statement(l, *parts[FOR_INIT]);
    ir_id head = new_block(l), body = new_block(l), step = new_block(l), after = new_block(l);
    end_jump(l, head);
    start_block(l, head);
    if (parts[FOR_TEST])
        lower_condition(l, *parts[FOR_TEST], body, after);
    else
        end_jump(l, body);
    loop_body(l, body, kids[count - 1], step, after);
    start_block(l, step);
    if (parts[FOR_STEP])
        lower_effects(l, *parts[FOR_STEP]);
    end_jump(l, head);
    start_block(l, after);
    leave_scope(l, outer, IR_NONE);
}

/* ---- jumps ----------------------------------------------------------------------------- */

static void leave_to(struct lowering *l, const struct target *target, ir_id block, ir_id loc) {
    if (!l->blocks.data[l->current].ended)
        emit_unwind(l, l->scope, target->scope, loc);
    end_jump(l, block);
}

static void break_statement(struct lowering *l, CXCursor cursor) {
    if (l->target)
        leave_to(l, l->target, l->target->break_block, lower_loc(l, cursor));
}

static void continue_statement(struct lowering *l, CXCursor cursor) {
    for (const struct target *t = l->target; t; t = t->outer)
        if (t->continue_block != IR_NONE) {
            leave_to(l, t, t->continue_block, lower_loc(l, cursor));
            return;
        }
}

static void return_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[1];
    ir_id value = IR_NONE, loc = lower_loc(l, cursor);
    if (kids_of(l, cursor, kids, 1))
        value = lower_expr(l, kids[0]);
    if (l->blocks.data[l->current].ended)
        return;
    emit_unwind(l, l->scope, NULL, loc);
    end_return(l, value, loc);
}

static void goto_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[1];
    if (kids_of(l, cursor, kids, 1))
        lower_jump(l, (struct jump){.kind = JUMP_LABEL,
                                    .label = lower_label_key(clang_getCursorReferenced(kids[0])),
                                    .loc = lower_loc(l, cursor)});
}

static void computed_goto(struct lowering *l, CXCursor cursor) {
    CXCursor kids[1];
    if (kids_of(l, cursor, kids, 1))
        lower_effects(l, kids[0]);
    lower_jump(l, (struct jump){.kind = JUMP_COMPUTED, .loc = lower_loc(l, cursor)});
}

static void label_statement(struct lowering *l, CXCursor cursor) {
    CXCursor kids[1];
    label(l, cursor);
    if (kids_of(l, cursor, kids, 1))
        lower_statement(l, kids[0]);
}

/* An attribute before a statement: [[fallthrough]]; __attribute__((...)) label; */
static void attributed(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        enum CXCursorKind kind = clang_getCursorKind(kid);
        if (clang_isStatement(kind) || clang_isExpression(kind))
            lower_statement(l, kid);
    }
    lower_pop(l, first);
}

void lower_statement(struct lowering *l, CXCursor cursor) {
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    switch (kind) {
    case CXCursor_CompoundStmt:
        lower_compound(l, cursor, false);
        break;
    case CXCursor_DeclStmt:
        declaration(l, cursor);
        break;
    case CXCursor_IfStmt:
        if_statement(l, cursor);
        break;
    case CXCursor_SwitchStmt:
        switch_statement(l, cursor);
        break;
    case CXCursor_CaseStmt:
        case_statement(l, cursor, false);
        break;
    case CXCursor_DefaultStmt:
        case_statement(l, cursor, true);
        break;
    case CXCursor_WhileStmt:
        while_statement(l, cursor);
        break;
    case CXCursor_DoStmt:
        do_statement(l, cursor);
        break;
    case CXCursor_ForStmt:
        for_statement(l, cursor);
        break;
    case CXCursor_BreakStmt:
        break_statement(l, cursor);
        break;
    case CXCursor_ContinueStmt:
        continue_statement(l, cursor);
        break;
    case CXCursor_ReturnStmt:
        return_statement(l, cursor);
        break;
    case CXCursor_GotoStmt:
        goto_statement(l, cursor);
        break;
    case CXCursor_IndirectGotoStmt:
        computed_goto(l, cursor);
        break;
    case CXCursor_LabelStmt:
        label_statement(l, cursor);
        break;
    case CXCursor_GCCAsmStmt:
    case CXCursor_MSAsmStmt:
        lower_asm(l, cursor);
        break;
    case CXCursor_NullStmt:
        break;
    case CXCursor_UnexposedStmt:
        attributed(l, cursor);
        break;
    default:
        if (clang_isExpression(kind))
            lower_effects(l, cursor);
        else
            l->failure = "a kind of statement that is not known";
        break;
    }
}
