/*
 * Expressions.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

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
static CXCursor last_child(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor last = count ? lower_kid(l, first + count - 1) : clang_getNullCursor();
    lower_pop(l, first);
    return last;
}

CXCursor lower_strip(struct lowering *l, CXCursor cursor) {
    for (;;) {
        enum CXCursorKind kind = clang_getCursorKind(cursor);
        if (kind != CXCursor_ParenExpr && kind != CXCursor_UnexposedExpr)
            return cursor;
        uint32_t first, count = lower_children(l, cursor, &first);
        CXCursor kid = count == 1 ? lower_kid(l, first) : clang_getNullCursor();
        lower_pop(l, first);
        if (count != 1 || !clang_isExpression(clang_getCursorKind(kid)))
            return cursor;
        cursor = kid;
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
static bool is_array(struct lowering *l, CXCursor cursor) {
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

static ir_id type_of(struct lowering *l, CXCursor cursor) {
    CXType type = clang_getCursorType(cursor);
    return is_array_type(cursor) && !is_array(l, cursor) ? lower_param_type(l, type)
                                                         : lower_type(l, type);
}

static ir_id simple(struct lowering *l, unsigned op, unsigned sub, ir_id a, ir_id b, ir_id type,
                    ir_id loc) {
    return emit(l, (struct ir_instr){.op = (uint8_t)op,
                                     .sub = (uint8_t)sub,
                                     .type = type,
                                     .dst = emit_register(l),
                                     .a = a,
                                     .b = b,
                                     .loc = loc});
}

/* A value where one is needed, even if the expression has none. */
static ir_id value(struct lowering *l, CXCursor cursor) {
    ir_id reg = lower_expr(l, cursor);
    return reg != IR_NONE ? reg : emit_unknown(l, type_of(l, cursor), lower_loc(l, cursor));
}

static bool is_function(CXCursor cursor) {
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(cursor)).kind;
    return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

static bool is_pointer(struct lowering *l, CXCursor cursor) {
    return clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_Pointer ||
           (is_array_type(cursor) && !is_array(l, cursor));
}

static bool is_void(CXCursor cursor) {
    return clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_Void;
}

/* Loads an lvalue; an array becomes its address, a function its address. */
static ir_id load(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor);
    ir_id place = lower_place(l, cursor);
    return is_array(l, cursor) ? emit_address(l, place, loc) : emit_load(l, place, loc);
}

/* ---- places ---------------------------------------------------------------------------- */

/* A place for a value that has none, such as a call's record. */
static ir_id temporary(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor);
    ir_id reg = value(l, cursor);
    ir_id local = new_local(l, IR_NONE, type_of(l, cursor), loc, IR_LOCAL_TEMP);
    emit_store(l, place_local(l, local), reg, IR_STORE_INIT, loc);
    return place_local(l, local);
}

static ir_id variable_place(struct lowering *l, CXCursor decl, CXCursor use) {
    ir_id local = map_find(&l->locals, clang_getCanonicalCursor(decl).data[0]);
    if (local != IR_NONE)
        return place_local(l, local);
    ir_id global = lower_global_ref(l, decl);
    return ir_push_places(l->unit, (struct ir_place){.kind = IR_PLACE_GLOBAL,
                                                     .a = global,
                                                     .b = IR_NONE,
                                                     .type = type_of(l, use),
                                                     .record = IR_NONE});
}

static ir_id member_place(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor base = count ? lower_kid(l, first) : clang_getNullCursor();
    lower_pop(l, first);
    CXCursor field = clang_getCursorReferenced(cursor);
    CXCursor record = clang_getCursorSemanticParent(field);
    ir_id name = lower_string(l, clang_getCursorSpelling(cursor));
    ir_id record_name = lower_string(l, clang_getTypeSpelling(clang_getCursorType(record)));
    if (count == 0)
        return place_deref(l, emit_unknown(l, IR_NONE, lower_loc(l, cursor)), type_of(l, cursor));
    ir_id parent;
    if (is_pointer(l, base)) {
        ir_id pointer = type_of(l, base);
        parent = place_deref(l, value(l, base), l->unit->types.data[pointer].elem);
    } else {
        parent = lower_place(l, base);
    }
    return place_field(l, parent, name, record_name, type_of(l, cursor));
}

/* An array's element, or *(p + i). */
static ir_id element_place(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor base = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor index = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor), type = type_of(l, cursor);
    if (count != 2)
        return place_deref(l, emit_unknown(l, IR_NONE, loc), type);
    CXCursor array = lower_strip(l, base);
    if (is_array(l, array)) {
        ir_id parent = lower_place(l, array);
        return place_index(l, parent, value(l, index), type);
    }
    if (!is_pointer(l, base)) { /* i[p] */
        CXCursor swapped = base;
        base = index;
        index = swapped;
    }
    ir_id pointer = value(l, base), offset = value(l, index);
    int64_t constant;
    if (lower_constant(index, &constant) && constant == 0)
        return place_deref(l, pointer, type);
    ir_id address = simple(l, IR_BINARY, IR_ADD, pointer, offset, type_of(l, base), loc);
    return place_deref(l, address, type);
}

static ir_id literal_place(struct lowering *l, CXCursor cursor) {
    CXCursor init = last_child(l, cursor);
    ir_id loc = lower_loc(l, cursor);
    ir_id local = new_local(l, IR_NONE, type_of(l, cursor), loc, IR_LOCAL_TEMP);
    ir_id place = place_local(l, local);
    if (!clang_Cursor_isNull(init))
        lower_initialise(l, place, clang_getCursorType(cursor), init);
    return place;
}

ir_id lower_place(struct lowering *l, CXCursor cursor) {
    cursor = lower_strip(l, cursor);
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr: {
        CXCursor decl = clang_getCursorReferenced(cursor);
        enum CXCursorKind kind = clang_getCursorKind(decl);
        if (kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl)
            return variable_place(l, decl, cursor);
        return temporary(l, cursor);
    }
    case CXCursor_MemberRefExpr:
        return member_place(l, cursor);
    case CXCursor_ArraySubscriptExpr:
        return element_place(l, cursor);
    case CXCursor_CompoundLiteralExpr:
        return literal_place(l, cursor);
    case CXCursor_UnaryOperator:
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Deref) {
            CXCursor operand = last_child(l, cursor);
            return place_deref(l, value(l, operand), type_of(l, cursor));
        }
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Extension)
            return lower_place(l, last_child(l, cursor));
        return temporary(l, cursor);
    default:
        return temporary(l, cursor);
    }
}

/* ---- operators ------------------------------------------------------------------------- */

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
    ir_id loc = lower_loc(l, cursor), type = type_of(l, cursor), result = emit_register(l);
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

/* One arm of a conditional expression. */
static void arm(struct lowering *l, ir_id block, CXCursor cursor, ir_id result, ir_id join) {
    start_block(l, block);
    if (result == IR_NONE)
        lower_effects(l, cursor);
    else
        move(l, result, value(l, cursor), type_of(l, cursor), lower_loc(l, cursor));
    end_jump(l, join);
}

static ir_id conditional(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor kids[3];
    for (uint32_t i = 0; i < 3 && i < count; i++)
        kids[i] = lower_kid(l, first + i);
    lower_pop(l, first);
    if (count != 3)
        return emit_unknown(l, type_of(l, cursor), lower_loc(l, cursor));
    ir_id result = is_void(cursor) ? IR_NONE : emit_register(l);
    ir_id yes = new_block(l), no = new_block(l), join = new_block(l);
    lower_condition(l, kids[0], yes, no);
    arm(l, yes, kids[1], result, join);
    arm(l, no, kids[2], result, join);
    start_block(l, join);
    return result;
}

/* a ?: b evaluates a once. */
static ir_id gnu_conditional(struct lowering *l, CXCursor common, CXCursor otherwise,
                             CXCursor whole) {
    ir_id loc = lower_loc(l, whole), type = type_of(l, whole), result = emit_register(l);
    ir_id yes = new_block(l), no = new_block(l), join = new_block(l);
    ir_id test = value(l, common);
    end_branch(l, test, yes, no, loc);
    start_block(l, yes);
    move(l, result, test, type, loc);
    end_jump(l, join);
    arm(l, no, otherwise, result, join);
    start_block(l, join);
    return result;
}

static ir_id assign(struct lowering *l, CXCursor left, CXCursor right, CXCursor whole) {
    ir_id stored = value(l, right);
    ir_id place = lower_place(l, left);
    emit_store(l, place, stored, 0, lower_loc(l, whole));
    return stored;
}

static ir_id binary(struct lowering *l, CXCursor cursor) {
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor left = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor right = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor);
    if (count != 2)
        return emit_unknown(l, type_of(l, cursor), loc);
    if (kind == CXBinaryOperator_Assign)
        return assign(l, left, right, cursor);
    if (kind == CXBinaryOperator_Comma) {
        lower_effects(l, left);
        return lower_expr(l, right);
    }
    if (kind == CXBinaryOperator_LAnd || kind == CXBinaryOperator_LOr)
        return truth_value(l, cursor);
    int op = operator_of(kind);
    ir_id a = value(l, left), b = value(l, right);
    if (op < 0)
        return emit_unknown(l, type_of(l, cursor), loc);
    return simple(l, IR_BINARY, (unsigned)op, a, b, type_of(l, cursor), loc);
}

static ir_id compound_assign(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor left = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor right = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor), type = type_of(l, cursor);
    if (count != 2)
        return emit_unknown(l, type, loc);
    ir_id operand = value(l, right);
    ir_id place = lower_place(l, left);
    ir_id old = emit_load(l, place, loc);
    int op = operator_of(clang_getCursorBinaryOperatorKind(cursor));
    ir_id result = op < 0 ? emit_unknown(l, type, loc)
                          : simple(l, IR_BINARY, (unsigned)op, old, operand, type, loc);
    emit_store(l, place, result, 0, loc);
    return result;
}

static ir_id step(struct lowering *l, CXCursor operand, int delta, bool prefix) {
    ir_id loc = lower_loc(l, operand), type = type_of(l, operand);
    ir_id place = lower_place(l, operand);
    ir_id old = emit_load(l, place, loc);
    ir_id one = emit_const(l, 1, type, loc);
    ir_id result = simple(l, IR_BINARY, delta > 0 ? IR_ADD : IR_SUB, old, one, type, loc);
    emit_store(l, place, result, 0, loc);
    return prefix ? result : old;
}

static ir_id address_of(struct lowering *l, CXCursor operand) {
    CXCursor target = lower_strip(l, operand);
    if (is_function(target))
        return lower_expr(l, target);
    if (clang_getCursorKind(target) == CXCursor_UnaryOperator &&
        clang_getCursorUnaryOperatorKind(target) == CXUnaryOperator_Deref)
        return value(l, last_child(l, target)); /* &*p is p */
    return emit_address(l, lower_place(l, target), lower_loc(l, operand));
}

static ir_id unary(struct lowering *l, CXCursor cursor) {
    CXCursor operand = last_child(l, cursor);
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
        if (is_function(cursor))
            return lower_expr(l, operand);
        return load(l, cursor);
    case CXUnaryOperator_Plus:
    case CXUnaryOperator_Extension:
        return lower_expr(l, operand);
    case CXUnaryOperator_Minus:
        return simple(l, IR_UNARY, IR_NEG, value(l, operand), IR_NONE, type_of(l, cursor), loc);
    case CXUnaryOperator_Not:
        return simple(l, IR_UNARY, IR_BITNOT, value(l, operand), IR_NONE, type_of(l, cursor), loc);
    case CXUnaryOperator_LNot:
        return simple(l, IR_UNARY, IR_NOT, value(l, operand), IR_NONE, type_of(l, cursor), loc);
    default: /* __real, __imag, co_await */
        lower_effects(l, operand);
        return emit_unknown(l, type_of(l, cursor), loc);
    }
}

/* ---- leaves and the rest --------------------------------------------------------------- */

static ir_id reference(struct lowering *l, CXCursor cursor) {
    CXCursor decl = clang_getCursorReferenced(cursor);
    ir_id loc = lower_loc(l, cursor);
    switch (clang_getCursorKind(decl)) {
    case CXCursor_FunctionDecl:
        return simple(l, IR_FUNCTION, 0, lower_function_ref(l, decl), IR_NONE, type_of(l, cursor),
                      loc);
    case CXCursor_EnumConstantDecl:
        return emit_const(l, clang_getEnumConstantDeclValue(decl), type_of(l, cursor), loc);
    case CXCursor_VarDecl:
    case CXCursor_ParmDecl:
        return load(l, cursor);
    default:
        return emit_unknown(l, type_of(l, cursor), loc);
    }
}

/* The text between the quotes; the escapes that matter for reading it are undone. */
static ir_id literal_text(struct lowering *l, const char *quoted) {
    char text[4096];
    size_t used = 0;
    const char *at = strchr(quoted, '"');
    for (at = at ? at + 1 : quoted; *at && *at != '"' && used + 1 < sizeof text; at++) {
        if (at[0] == '\\' && at[1]) {
            at++;
            text[used++] = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
        } else {
            text[used++] = *at;
        }
    }
    return ir_string_n(l->unit, text, used);
}

static ir_id string_literal(struct lowering *l, CXCursor cursor) {
    CXString quoted = clang_getCursorSpelling(cursor);
    const char *spelling = clang_getCString(quoted);
    ir_id text = literal_text(l, spelling ? spelling : "");
    clang_disposeString(quoted);
    return simple(l, IR_STRING, 0, text, IR_NONE, type_of(l, cursor), lower_loc(l, cursor));
}

static ir_id constant_or_unknown(struct lowering *l, CXCursor cursor) {
    int64_t constant;
    ir_id loc = lower_loc(l, cursor), type = type_of(l, cursor);
    return lower_constant(cursor, &constant) ? emit_const(l, constant, type, loc)
                                             : emit_unknown(l, type, loc);
}

static ir_id cast(struct lowering *l, CXCursor cursor) {
    CXCursor operand = last_child(l, cursor);
    if (is_void(cursor)) {
        CXCursor inner = lower_strip(l, operand);
        if (clang_getCursorKind(inner) == CXCursor_CallExpr)
            lower_call(l, inner, IR_RESULT_VOID_CAST);
        else
            lower_effects(l, operand);
        return IR_NONE;
    }
    ir_id from = value(l, operand);
    return simple(l, IR_CAST, 0, from, IR_NONE, type_of(l, cursor), lower_loc(l, cursor));
}

/* The arm of a _Generic whose type is the whole's; the controlling expression is not evaluated. */
static ir_id generic(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXType wanted = clang_getCanonicalType(clang_getCursorType(cursor));
    CXCursor chosen = clang_getNullCursor();
    bool first_expression = true;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        bool controlling = first_expression;
        first_expression = false;
        if (!controlling &&
            clang_equalTypes(clang_getCanonicalType(clang_getCursorType(kid)), wanted)) {
            chosen = kid;
            break;
        }
    }
    lower_pop(l, first);
    if (clang_Cursor_isNull(chosen))
        return constant_or_unknown(l, cursor);
    return lower_expr(l, chosen);
}

static bool is_va_list(CXCursor cursor) {
    CXString type = clang_getTypeSpelling(clang_getCursorType(cursor));
    bool result = strstr(clang_getCString(type), "va_list") != NULL;
    clang_disposeString(type);
    return result;
}

/* Operations that libclang has no name for: their operands are evaluated, what becomes of them is
   not known. */
static ir_id opaque(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count) {
    ir_id args[8];
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        ir_id reg = value(l, kid);
        if (used < 8)
            args[used++] = reg;
    }
    ir_id first_arg = l->unit->args.count;
    for (uint32_t i = 0; i < used; i++)
        ir_push_args(l->unit, args[i]);
    ir_id loc = lower_loc(l, cursor);
    if (used)
        emit(l, (struct ir_instr){.op = IR_ASM,
                                  .type = IR_NONE,
                                  .dst = IR_NONE,
                                  .a = IR_NONE,
                                  .b = IR_NONE,
                                  .first_arg = first_arg,
                                  .arg_count = used,
                                  .loc = loc});
    return is_void(cursor) ? IR_NONE : emit_unknown(l, type_of(l, cursor), loc);
}

static ir_id choose(struct lowering *l, CXCursor cursor, uint32_t first) {
    int64_t condition;
    CXCursor test = lower_kid(l, first), yes = lower_kid(l, first + 1),
             no = lower_kid(l, first + 2);
    if (!lower_constant(test, &condition))
        return emit_unknown(l, type_of(l, cursor), lower_loc(l, cursor));
    return lower_expr(l, condition ? yes : no);
}

/* Implicit casts, decays, and the few expressions that libclang does not expose. */
static ir_id unexposed(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor kid = count ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor fourth = count == 4 ? lower_kid(l, first + 3) : clang_getNullCursor();
    ir_id result;
    if (count == 1 && clang_isExpression(clang_getCursorKind(kid))) {
        bool va_arg = is_va_list(kid) && !is_va_list(cursor) && !is_pointer(l, cursor);
        lower_pop(l, first);
        if (va_arg)
            return emit_unknown(l, type_of(l, cursor), lower_loc(l, cursor));
        if (is_array(l, kid) && !is_array(l, cursor) &&
            clang_getCursorKind(lower_strip(l, kid)) != CXCursor_StringLiteral)
            return emit_address(l, lower_place(l, kid), lower_loc(l, cursor));
        return lower_expr(l, kid);
    }
    if (count == 4 && clang_isExpression(clang_getCursorKind(kid))) {
        lower_pop(l, first);
        return gnu_conditional(l, kid, fourth, cursor);
    }
    if (count == 3)
        result = choose(l, cursor, first);
    else if (count == 0)
        result = constant_or_unknown(l, cursor);
    else
        result = opaque(l, cursor, first, count);
    lower_pop(l, first);
    return result;
}

void lower_effects(struct lowering *l, CXCursor cursor) {
    CXCursor inner = lower_strip(l, cursor);
    if (clang_getCursorKind(inner) == CXCursor_CallExpr)
        lower_call(l, inner, IR_RESULT_UNUSED);
    else
        lower_expr(l, inner);
}

ir_id lower_expr(struct lowering *l, CXCursor cursor) {
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_ParenExpr:
        return lower_expr(l, last_child(l, cursor));
    case CXCursor_UnexposedExpr:
        return unexposed(l, cursor);
    case CXCursor_DeclRefExpr:
        return reference(l, cursor);
    case CXCursor_MemberRefExpr:
    case CXCursor_ArraySubscriptExpr:
    case CXCursor_CompoundLiteralExpr:
        return load(l, cursor);
    case CXCursor_CallExpr:
        return lower_call(l, cursor, 0);
    case CXCursor_UnaryOperator:
        return unary(l, cursor);
    case CXCursor_BinaryOperator:
        return binary(l, cursor);
    case CXCursor_CompoundAssignOperator:
        return compound_assign(l, cursor);
    case CXCursor_ConditionalOperator:
        return conditional(l, cursor);
    case CXCursor_CStyleCastExpr:
        return cast(l, cursor);
    case CXCursor_StringLiteral:
        return string_literal(l, cursor);
    case CXCursor_GenericSelectionExpr:
        return generic(l, cursor);
    case CXCursor_StmtExpr:
        return lower_compound(l, last_child(l, cursor), true);
    case CXCursor_InitListExpr: {
        ir_id local =
            new_local(l, IR_NONE, type_of(l, cursor), lower_loc(l, cursor), IR_LOCAL_TEMP);
        ir_id place = place_local(l, local);
        lower_initialise(l, place, clang_getCursorType(cursor), cursor);
        return emit_load(l, place, lower_loc(l, cursor));
    }
    case CXCursor_AddrLabelExpr:
        lower_label_addresses(l, cursor);
        return emit_unknown(l, type_of(l, cursor), lower_loc(l, cursor));
    default: /* literals, sizeof, offsetof and what has no value that we follow */
        return is_void(cursor) ? IR_NONE : constant_or_unknown(l, cursor);
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

void lower_condition(struct lowering *l, CXCursor cursor, ir_id yes, ir_id no) {
    CXCursor inner = lower_strip(l, cursor);
    enum CXCursorKind kind = clang_getCursorKind(inner);
    if (kind == CXCursor_UnaryOperator &&
        clang_getCursorUnaryOperatorKind(inner) == CXUnaryOperator_LNot) {
        lower_condition(l, last_child(l, inner), no, yes);
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
    end_branch(l, value(l, cursor), yes, no, loc);
}
