/*
 * Children of cursors, and what can be said of an expression without lowering it.
 */
#include "frontend/expr.h"

/* ---- children -------------------------------------------------------------------------- */

static enum CXChildVisitResult visit_child(CXCursor cursor, CXCursor parent, CXClientData data) {
    struct lowering *l = data;
    (void)parent;
    VEC_PUSH(l->kids, cursor);
    return CXChildVisit_Continue;
}

uint32_t lower_children(struct lowering *l, CXCursor cursor, uint32_t *first) {
    *first = l->kids.count;
    clang_visitChildren(cursor, visit_child, l);
    return l->kids.count - *first;
}

void lower_pop(struct lowering *l, uint32_t first) {
    l->kids.count = first;
}

CXCursor lower_kid(const struct lowering *l, uint32_t index) {
    return l->kids.data[index];
}

/* Children that are no operands: types named in casts and compound literals. */
CXCursor expr_last_child(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor last = count ? lower_kid(l, first + count - 1) : clang_getNullCursor();
    lower_pop(l, first);
    return last;
}

bool expr_is_transparent(CXCursor cursor, CXCursor only_child) {
    /* an implicit conversion has no text of its own, unlike __builtin_va_arg and its like */
    return clang_isExpression(clang_getCursorKind(only_child)) &&
           clang_equalRanges(clang_getCursorExtent(cursor), clang_getCursorExtent(only_child));
}

/* What an unexposed expression stands for; null if it stands for itself. */
static CXCursor uncover(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor kid = count == 1 ? lower_kid(l, first) : clang_getNullCursor();
    lower_pop(l, first);
    if (count == 1)
        return expr_is_transparent(cursor, kid) ? kid : clang_getNullCursor();
    return count == 3 ? expr_choice(l, cursor) : clang_getNullCursor();
}

CXCursor lower_strip(struct lowering *l, CXCursor cursor) {
    for (;;) {
        CXCursor inner = clang_getNullCursor();
        switch (clang_getCursorKind(cursor)) {
        case CXCursor_ParenExpr:
            inner = expr_last_child(l, cursor);
            break;
        case CXCursor_UnexposedExpr:
            inner = uncover(l, cursor);
            break;
        case CXCursor_GenericSelectionExpr:
            inner = expr_generic_arm(l, cursor);
            break;
        case CXCursor_UnaryOperator:
            if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Extension)
                inner = expr_last_child(l, cursor);
            break;
        default:
            break;
        }
        if (clang_Cursor_isNull(inner))
            return cursor;
        cursor = inner;
    }
}

bool lower_constant(CXCursor cursor, int64_t *value) {
    CXEvalResult result = clang_Cursor_Evaluate(cursor);
    if (!result)
        return false;
    bool is_int = clang_EvalResult_getKind(result) == CXEval_Int;
    if (is_int)
        *value = clang_EvalResult_isUnsignedInt(result)
                     ? (int64_t)clang_EvalResult_getAsUnsigned(result)
                     : (int64_t)clang_EvalResult_getAsLongLong(result);
    clang_EvalResult_dispose(result);
    return is_int;
}

/* ---- helpers --------------------------------------------------------------------------- */

static bool is_array_type(CXCursor cursor) {
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(cursor)).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
           kind == CXType_VariableArray;
}

/* libclang gives a parameter declared as an array, and each value made of it, the type it was
   written with; it is a pointer all the same. */
bool expr_is_array(struct lowering *l, CXCursor cursor) {
    if (!is_array_type(cursor))
        return false;
    CXCursor inner = lower_strip(l, cursor);
    switch (clang_getCursorKind(inner)) {
    case CXCursor_DeclRefExpr:
        return clang_getCursorKind(clang_getCursorReferenced(inner)) != CXCursor_ParmDecl;
    case CXCursor_UnaryOperator:
        return clang_getCursorUnaryOperatorKind(inner) == CXUnaryOperator_Deref;
    case CXCursor_BinaryOperator:
    case CXCursor_CompoundAssignOperator:
    case CXCursor_ConditionalOperator:
    case CXCursor_CStyleCastExpr:
    case CXCursor_CallExpr:
        return false;
    default:
        return true;
    }
}

ir_id expr_type(struct lowering *l, CXCursor cursor) {
    CXType type = clang_getCursorType(cursor);
    return is_array_type(cursor) && !expr_is_array(l, cursor) ? lower_param_type(l, type)
                                                              : lower_type(l, type);
}

ir_id expr_simple(struct lowering *l, unsigned op, unsigned sub, ir_id a, ir_id b, ir_id type,
                  ir_id loc) {
    return emit(l, (struct ir_instr){.op = (uint8_t)op,
                                     .sub = (uint8_t)sub,
                                     .type = type,
                                     .dst = emit_register(l),
                                     .a = a,
                                     .b = b,
                                     .loc = loc});
}

ir_id expr_value(struct lowering *l, CXCursor cursor) {
    ir_id reg = lower_expr(l, cursor);
    return reg != IR_NONE ? reg : emit_unknown(l, expr_type(l, cursor), lower_loc(l, cursor));
}

bool expr_is_function(CXCursor cursor) {
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(cursor)).kind;
    return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

bool expr_is_pointer(struct lowering *l, CXCursor cursor) {
    return clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_Pointer ||
           (is_array_type(cursor) && !expr_is_array(l, cursor));
}

bool expr_is_void(CXCursor cursor) {
    return clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_Void;
}

ir_id expr_constant(struct lowering *l, CXCursor cursor) {
    int64_t constant;
    ir_id loc = lower_loc(l, cursor), type = expr_type(l, cursor);
    return lower_constant(cursor, &constant) ? emit_const(l, constant, type, loc)
                                             : emit_unknown(l, type, loc);
}
