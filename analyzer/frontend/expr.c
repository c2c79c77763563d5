/*
 * Expressions.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/expr.h"

static ir_id reference(struct lowering *l, CXCursor cursor) {
    CXCursor decl = clang_getCursorReferenced(cursor);
    ir_id loc = lower_loc(l, cursor);
    switch (clang_getCursorKind(decl)) {
    case CXCursor_FunctionDecl:
        return expr_simple(l, IR_FUNCTION, 0, lower_function_ref(l, decl), IR_NONE,
                           expr_type(l, cursor), loc);
    case CXCursor_EnumConstantDecl:
        return emit_const(l, clang_getEnumConstantDeclValue(decl), expr_type(l, cursor), loc);
    case CXCursor_VarDecl:
    case CXCursor_ParmDecl:
        return expr_load(l, cursor);
    default:
        return emit_unknown(l, expr_type(l, cursor), loc);
    }
}

static ir_id cast(struct lowering *l, CXCursor cursor) {
    CXCursor operand = expr_last_child(l, cursor);
    if (expr_is_void(cursor)) {
        CXCursor inner = lower_strip(l, operand);
        if (clang_getCursorKind(inner) == CXCursor_CallExpr)
            lower_call(l, inner, IR_RESULT_VOID_CAST);
        else
            lower_effects(l, operand);
        return IR_NONE;
    }
    ir_id from = expr_value(l, operand);
    return expr_simple(l, IR_CAST, 0, from, IR_NONE, expr_type(l, cursor), lower_loc(l, cursor));
}

/* An expression whose value nobody looks at. */
void lower_effects(struct lowering *l, CXCursor cursor) {
    CXCursor inner = lower_strip(l, cursor);
    if (clang_getCursorKind(inner) == CXCursor_CallExpr)
        lower_call(l, inner, IR_RESULT_UNUSED);
    else
        lower_expr(l, inner);
}

/* The size of what has a variable length is evaluated; otherwise it is a constant. */
static ir_id size(struct lowering *l, CXCursor cursor) {
    int64_t constant;
    if (!lower_constant(cursor, &constant)) {
        uint32_t first, count = lower_children(l, cursor, &first);
        /* libclang gives the lengths in a type twice: by the expression, and by its type */
        uint32_t half = count / 2;
        bool twice = half && count % 2 == 0 &&
                     clang_equalCursors(lower_kid(l, first + half - 1), lower_kid(l, first + half));
        for (uint32_t i = twice ? half : 0; i < count; i++)
            if (clang_isExpression(clang_getCursorKind(lower_kid(l, first + i))))
                lower_effects(l, lower_kid(l, first + i));
        lower_pop(l, first);
    }
    return expr_constant(l, cursor);
}

static ir_id list(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor);
    ir_id place = place_local(l, new_local(l, IR_NONE, expr_type(l, cursor), loc, IR_LOCAL_TEMP));
    lower_initialise(l, place, clang_getCursorType(cursor), cursor);
    return emit_load(l, place, loc);
}

ir_id lower_expr(struct lowering *l, CXCursor cursor) {
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_ParenExpr:
        return lower_expr(l, expr_last_child(l, cursor));
    case CXCursor_UnexposedExpr:
        return expr_unexposed(l, cursor);
    case CXCursor_DeclRefExpr:
        return reference(l, cursor);
    case CXCursor_MemberRefExpr:
    case CXCursor_ArraySubscriptExpr:
    case CXCursor_CompoundLiteralExpr:
        return expr_load(l, cursor);
    case CXCursor_CallExpr:
        return lower_call(l, cursor, 0);
    case CXCursor_UnaryOperator:
        return expr_unary(l, cursor);
    case CXCursor_BinaryOperator:
        return expr_binary(l, cursor);
    case CXCursor_CompoundAssignOperator:
        return expr_compound_assign(l, cursor);
    case CXCursor_ConditionalOperator:
        return expr_conditional(l, cursor);
    case CXCursor_CStyleCastExpr:
        return cast(l, cursor);
    case CXCursor_StringLiteral:
        return expr_string(l, cursor);
    case CXCursor_GenericSelectionExpr:
        return expr_generic(l, cursor);
    case CXCursor_StmtExpr:
        return lower_compound(l, expr_last_child(l, cursor), true);
    case CXCursor_InitListExpr:
        return list(l, cursor);
    case CXCursor_UnaryExpr: /* sizeof, _Alignof */
        return size(l, cursor);
    case CXCursor_CXXNullPtrLiteralExpr:
        return emit_const(l, 0, expr_type(l, cursor), lower_loc(l, cursor));
    case CXCursor_AddrLabelExpr:
        lower_label_addresses(l, cursor);
        return emit_unknown(l, expr_type(l, cursor), lower_loc(l, cursor));
    default: /* literals, and what has no value that we follow */
        return expr_is_void(cursor) ? IR_NONE : expr_constant(l, cursor);
    }
}

/* ---- conditions ------------------------------------------------------------------------ */

static bool is_expect(struct lowering *l, CXCursor call, CXCursor *inner) {
    CXString name = clang_getCursorSpelling(call);
    bool expect = strcmp(clang_getCString(name), "__builtin_expect") == 0;
    clang_disposeString(name);
    if (!expect)
        return false;
    uint32_t first, count = lower_children(l, call, &first);
    if (count > 1)
        *inner = lower_kid(l, first + 1);
    lower_pop(l, first);
    return count > 1;
}

static bool is_negation(CXCursor cursor) {
    return clang_getCursorKind(cursor) == CXCursor_UnaryOperator &&
           clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_LNot;
}

/* A plain `!value` is tested as it stands, so that a note can say that it is true or false. */
static bool is_plain_value(struct lowering *l, CXCursor cursor) {
    CXCursor inner = lower_strip(l, cursor);
    if (clang_getCursorKind(inner) == CXCursor_CallExpr)
        return !is_expect(l, inner, &inner);
    return clang_getCursorKind(inner) != CXCursor_BinaryOperator && !is_negation(inner);
}

void lower_condition(struct lowering *l, CXCursor cursor, ir_id yes, ir_id no) {
    CXCursor inner = lower_strip(l, cursor);
    enum CXCursorKind kind = clang_getCursorKind(inner);
    if (is_negation(inner) && !is_plain_value(l, expr_last_child(l, inner))) {
        lower_condition(l, expr_last_child(l, inner), no, yes);
        return;
    }
    if (kind == CXCursor_CallExpr && is_expect(l, inner, &inner)) {
        lower_condition(l, inner, yes, no);
        return;
    }
    enum CXBinaryOperatorKind op = kind == CXCursor_BinaryOperator
                                       ? clang_getCursorBinaryOperatorKind(inner)
                                       : CXBinaryOperator_Invalid;
    if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
        uint32_t first, count = lower_children(l, inner, &first);
        CXCursor left = lower_kid(l, first), right = lower_kid(l, first + count - 1);
        lower_pop(l, first);
        ir_id middle = new_block(l);
        lower_condition(l, left, op == CXBinaryOperator_LAnd ? middle : yes,
                        op == CXBinaryOperator_LAnd ? no : middle);
        start_block(l, middle);
        lower_condition(l, right, yes, no);
        return;
    }
    if (op == CXBinaryOperator_Comma) {
        uint32_t first, count = lower_children(l, inner, &first);
        CXCursor left = lower_kid(l, first), right = lower_kid(l, first + count - 1);
        lower_pop(l, first);
        lower_effects(l, left);
        lower_condition(l, right, yes, no);
        return;
    }
    ir_id loc = lower_loc(l, cursor);
    end_branch(l, expr_value(l, cursor), yes, no, loc);
}
