/*
 * Calls.
 */
#include <string.h>

#include "frontend/lower.h"

enum { MOST_ARGS = 128 };

struct operands {
    CXCursor callee;
    CXCursor args[MOST_ARGS];
    uint32_t count;
};

static void read_operands(struct lowering *l, CXCursor cursor, struct operands *o) {
    uint32_t first, count = lower_children(l, cursor, &first);
    o->callee = count ? lower_kid(l, first) : clang_getNullCursor();
    o->count = 0;
    for (uint32_t i = 1; i < count && o->count < MOST_ARGS; i++)
        o->args[o->count++] = lower_kid(l, first + i);
    lower_pop(l, first);
}

static ir_id result_type(struct lowering *l, CXCursor cursor) {
    return lower_type(l, clang_getCursorType(cursor));
}

static bool has_no_value(CXCursor cursor) {
    return clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_Void;
}

/* (*f)(), (&f)(), f(): all the same. */
static CXCursor callee_of(struct lowering *l, CXCursor callee) {
    for (;;) {
        callee = lower_strip(l, callee);
        if (clang_getCursorKind(callee) != CXCursor_UnaryOperator)
            return callee;
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(callee);
        enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(callee)).kind;
        bool names_function = op == CXUnaryOperator_Deref &&
                              (kind == CXType_FunctionProto || kind == CXType_FunctionNoProto);
        if (!names_function && op != CXUnaryOperator_AddrOf)
            return callee;
        uint32_t first, count = lower_children(l, callee, &first);
        CXCursor operand = count ? lower_kid(l, first) : clang_getNullCursor();
        lower_pop(l, first);
        if (count != 1)
            return callee;
        callee = operand;
    }
}

/* Builtins that are syntax rather than calls. True when handled. */
static bool is_builtin(struct lowering *l, CXCursor cursor, const char *name,
                       const struct operands *o, ir_id *result) {
    static const char *const constants[] = {"__builtin_constant_p", "__builtin_object_size",
                                            "__builtin_dynamic_object_size",
                                            "__builtin_types_compatible_p"};
    if (strncmp(name, "__builtin_", 10) != 0)
        return false;
    if (strcmp(name, "__builtin_expect") == 0 ||
        strcmp(name, "__builtin_expect_with_probability") == 0 ||
        strcmp(name, "__builtin_assume_aligned") == 0) {
        *result = o->count ? lower_expr(l, o->args[0]) : IR_NONE;
        return o->count > 0;
    }
    if (strcmp(name, "__builtin_unreachable") == 0 || strcmp(name, "__builtin_trap") == 0) {
        end_unreachable(l);
        *result = IR_NONE;
        return true;
    }
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (strcmp(name, constants[i]) == 0) {
            int64_t constant;
            ir_id loc = lower_loc(l, cursor), type = result_type(l, cursor);
            *result = lower_constant(cursor, &constant) ? emit_const(l, constant, type, loc)
                                                        : emit_unknown(l, type, loc);
            return true;
        }
    return false;
}

static bool is_callable_place(CXCursor callee) {
    enum CXCursorKind kind = clang_getCursorKind(callee);
    return kind == CXCursor_MemberRefExpr || kind == CXCursor_ArraySubscriptExpr ||
           kind == CXCursor_DeclRefExpr;
}

static void set_target(struct lowering *l, struct ir_instr *call, CXCursor callee) {
    CXCursor decl = clang_getCursorReferenced(callee);
    if (clang_getCursorKind(callee) == CXCursor_DeclRefExpr &&
        clang_getCursorKind(decl) == CXCursor_FunctionDecl) {
        call->sub = IR_CALL_DIRECT;
        call->a = lower_function_ref(l, decl);
        return;
    }
    call->sub = IR_CALL_INDIRECT;
    if (is_callable_place(callee)) {
        call->b = lower_place(l, callee);
        call->a = emit_load(l, call->b, call->loc);
        if (clang_getCursorKind(decl) == CXCursor_FieldDecl)
            lower_field_annotations(l, decl);
    } else {
        call->a = lower_expr(l, callee);
        if (call->a == IR_NONE)
            call->a = emit_unknown(l, IR_NONE, call->loc);
    }
}

ir_id lower_call(struct lowering *l, CXCursor cursor, unsigned flags) {
    struct operands o;
    read_operands(l, cursor, &o);
    CXCursor callee = callee_of(l, o.callee);
    ir_id result;
    CXString name = clang_getCursorSpelling(callee);
    bool builtin = is_builtin(l, cursor, clang_getCString(name), &o, &result);
    clang_disposeString(name);
    if (builtin)
        return result;
    struct ir_instr call = {.op = IR_CALL,
                            .flags = (uint16_t)flags,
                            .type = result_type(l, cursor),
                            .dst = IR_NONE,
                            .a = IR_NONE,
                            .b = IR_NONE,
                            .loc = lower_loc(l, cursor)};
    set_target(l, &call, callee);
    ir_id registers[MOST_ARGS];
    for (uint32_t i = 0; i < o.count; i++) {
        registers[i] = lower_expr(l, o.args[i]);
        if (registers[i] == IR_NONE)
            registers[i] = emit_unknown(l, IR_NONE, call.loc);
    }
    call.first_arg = l->unit->args.count;
    call.arg_count = o.count;
    for (uint32_t i = 0; i < o.count; i++)
        ir_push_args(l->unit, registers[i]);
    if (!has_no_value(cursor))
        call.dst = emit_register(l);
    emit(l, call);
    if (call.sub == IR_CALL_DIRECT && (l->unit->functions.data[call.a].flags & IR_FN_NORETURN))
        end_unreachable(l);
    return call.dst;
}
