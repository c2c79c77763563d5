/*
 * Operators.
 */
#include "frontend/expr.h"

static int operator_of(enum CXBinaryOperatorKind kind) {
    switch (kind) {
    case CXBinaryOperator_Mul:
    case CXBinaryOperator_MulAssign:
        return IR_MUL;
    case CXBinaryOperator_Div:
    case CXBinaryOperator_DivAssign:
        return IR_DIV;
    case CXBinaryOperator_Rem:
    case CXBinaryOperator_RemAssign:
        return IR_REM;
    case CXBinaryOperator_Add:
    case CXBinaryOperator_AddAssign:
        return IR_ADD;
    case CXBinaryOperator_Sub:
    case CXBinaryOperator_SubAssign:
        return IR_SUB;
    case CXBinaryOperator_Shl:
    case CXBinaryOperator_ShlAssign:
        return IR_SHL;
    case CXBinaryOperator_Shr:
    case CXBinaryOperator_ShrAssign:
        return IR_SHR;
    case CXBinaryOperator_And:
    case CXBinaryOperator_AndAssign:
        return IR_AND;
    case CXBinaryOperator_Or:
    case CXBinaryOperator_OrAssign:
        return IR_OR;
    case CXBinaryOperator_Xor:
    case CXBinaryOperator_XorAssign:
        return IR_XOR;
    case CXBinaryOperator_EQ:
        return IR_EQ;
    case CXBinaryOperator_NE:
        return IR_NE;
    case CXBinaryOperator_LT:
        return IR_LT;
    case CXBinaryOperator_LE:
        return IR_LE;
    case CXBinaryOperator_GT:
        return IR_GT;
    case CXBinaryOperator_GE:
        return IR_GE;
    default:
        return -1;
    }
}

/* && || ! ?: as a value: two ways to write one register. */
static ir_id truth_value(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor), type = expr_type(l, cursor), result = emit_register(l);
    ir_id yes = new_block(l), no = new_block(l), join = new_block(l);
    lower_condition(l, cursor, yes, no);
    start_block(l, yes);
    emit(l, (struct ir_instr){.op = IR_CONST,
                              .type = type,
                              .dst = result,
                              .a = IR_NONE,
                              .b = IR_NONE,
                              .imm = 1,
                              .loc = loc});
    end_jump(l, join);
    start_block(l, no);
    emit(l, (struct ir_instr){.op = IR_CONST,
                              .type = type,
                              .dst = result,
                              .a = IR_NONE,
                              .b = IR_NONE,
                              .imm = 0,
                              .loc = loc});
    end_jump(l, join);
    start_block(l, join);
    return result;
}

static void move(struct lowering *l, ir_id to, ir_id from, ir_id type, ir_id loc) {
    emit(l, (struct ir_instr){
                .op = IR_MOVE, .type = type, .dst = to, .a = from, .b = IR_NONE, .loc = loc});
}

void expr_arm(struct lowering *l, ir_id block, CXCursor cursor, ir_id result, ir_id join) {
    start_block(l, block);
    if (result == IR_NONE)
        lower_effects(l, cursor);
    else
        move(l, result, expr_value(l, cursor), expr_type(l, cursor), lower_loc(l, cursor));
    end_jump(l, join);
}

ir_id expr_conditional(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor kids[3];
    for (uint32_t i = 0; i < 3 && i < count; i++)
        kids[i] = lower_kid(l, first + i);
    lower_pop(l, first);
    if (count != 3)
        return emit_unknown(l, expr_type(l, cursor), lower_loc(l, cursor));
    ir_id result = expr_is_void(cursor) ? IR_NONE : emit_register(l);
    ir_id yes = new_block(l), no = new_block(l), join = new_block(l);
    lower_condition(l, kids[0], yes, no);
    expr_arm(l, yes, kids[1], result, join);
    expr_arm(l, no, kids[2], result, join);
    start_block(l, join);
    return result;
}

ir_id expr_gnu_conditional(struct lowering *l, CXCursor common, CXCursor otherwise,
                           CXCursor whole) {
    ir_id loc = lower_loc(l, whole), type = expr_type(l, whole), result = emit_register(l);
    ir_id yes = new_block(l), no = new_block(l), join = new_block(l);
    ir_id test = expr_value(l, common);
    end_branch(l, test, yes, no, loc);
    start_block(l, yes);
    move(l, result, test, type, loc);
    end_jump(l, join);
    expr_arm(l, no, otherwise, result, join);
    start_block(l, join);
    return result;
}

static ir_id assign(struct lowering *l, CXCursor left, CXCursor right, CXCursor whole) {
    ir_id stored = expr_value(l, right);
    ir_id place = lower_place(l, left);
    emit_store(l, place, stored, 0, lower_loc(l, whole));
    return stored;
}

ir_id expr_binary(struct lowering *l, CXCursor cursor) {
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor left = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor right = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor);
    if (count != 2)
        return emit_unknown(l, expr_type(l, cursor), loc);
    if (kind == CXBinaryOperator_Assign)
        return assign(l, left, right, cursor);
    if (kind == CXBinaryOperator_Comma) {
        lower_effects(l, left);
        return lower_expr(l, right);
    }
    if (kind == CXBinaryOperator_LAnd || kind == CXBinaryOperator_LOr)
        return truth_value(l, cursor);
    int op = operator_of(kind);
    ir_id a = expr_value(l, left), b = expr_value(l, right);
    if (op < 0)
        return emit_unknown(l, expr_type(l, cursor), loc);
    return expr_simple(l, IR_BINARY, (unsigned)op, a, b, expr_type(l, cursor), loc);
}

ir_id expr_compound_assign(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor left = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor right = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor), type = expr_type(l, cursor);
    if (count != 2)
        return emit_unknown(l, type, loc);
    ir_id operand = expr_value(l, right);
    ir_id place = lower_place(l, left);
    ir_id old = emit_load(l, place, loc);
    int op = operator_of(clang_getCursorBinaryOperatorKind(cursor));
    ir_id result = op < 0 ? emit_unknown(l, type, loc)
                          : expr_simple(l, IR_BINARY, (unsigned)op, old, operand, type, loc);
    emit_store(l, place, result, 0, loc);
    return result;
}

static ir_id step(struct lowering *l, CXCursor operand, int delta, bool prefix) {
    ir_id loc = lower_loc(l, operand), type = expr_type(l, operand);
    ir_id place = lower_place(l, operand);
    ir_id old = emit_load(l, place, loc);
    ir_id one = emit_const(l, 1, type, loc);
    ir_id result = expr_simple(l, IR_BINARY, delta > 0 ? IR_ADD : IR_SUB, old, one, type, loc);
    emit_store(l, place, result, 0, loc);
    return prefix ? result : old;
}

static ir_id address_of(struct lowering *l, CXCursor operand) {
    CXCursor target = lower_strip(l, operand);
    if (expr_is_function(target))
        return lower_expr(l, target);
    if (clang_getCursorKind(target) == CXCursor_UnaryOperator &&
        clang_getCursorUnaryOperatorKind(target) == CXUnaryOperator_Deref)
        return expr_value(l, expr_last_child(l, target)); /* &*p is p */
    return emit_address(l, lower_place(l, target), lower_loc(l, operand));
}

ir_id expr_unary(struct lowering *l, CXCursor cursor) {
    CXCursor operand = expr_last_child(l, cursor);
    ir_id loc = lower_loc(l, cursor);
    switch (clang_getCursorUnaryOperatorKind(cursor)) {
    case CXUnaryOperator_PostInc:
        return step(l, operand, 1, false);
    case CXUnaryOperator_PostDec:
        return step(l, operand, -1, false);
    case CXUnaryOperator_PreInc:
        return step(l, operand, 1, true);
    case CXUnaryOperator_PreDec:
        return step(l, operand, -1, true);
    case CXUnaryOperator_AddrOf:
        return address_of(l, operand);
    case CXUnaryOperator_Deref:
        if (expr_is_function(cursor))
            return lower_expr(l, operand);
        return expr_load(l, cursor);
    case CXUnaryOperator_Plus:
    case CXUnaryOperator_Extension:
        return lower_expr(l, operand);
    case CXUnaryOperator_Minus:
        return expr_simple(l, IR_UNARY, IR_NEG, expr_value(l, operand), IR_NONE,
                           expr_type(l, cursor), loc);
    case CXUnaryOperator_Not:
        return expr_simple(l, IR_UNARY, IR_BITNOT, expr_value(l, operand), IR_NONE,
                           expr_type(l, cursor), loc);
    case CXUnaryOperator_LNot:
        return expr_simple(l, IR_UNARY, IR_NOT, expr_value(l, operand), IR_NONE,
                           expr_type(l, cursor), loc);
    default: /* __real, __imag, co_await */
        lower_effects(l, operand);
        return emit_unknown(l, expr_type(l, cursor), loc);
    }
}
