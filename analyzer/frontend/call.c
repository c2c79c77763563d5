/*
 * Calls.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

/* A call's children: the callee, then the arguments. */
struct operands {
    CXCursor callee;
    uint32_t first, count; /* arguments, on the stack of children */
};

static struct operands push_operands(struct lowering *l, CXCursor cursor) {
    struct operands o = {.callee = clang_getNullCursor()};
    uint32_t count = lower_children(l, cursor, &o.first);
    if (count) {
        o.callee = lower_kid(l, o.first++);
        o.count = count - 1;
    }
    return o;
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
        *result = o->count ? lower_expr(l, lower_kid(l, o->first)) : IR_NONE;
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
    } else {
        call->a = lower_expr(l, callee);
        if (call->a == IR_NONE)
            call->a = emit_unknown(l, IR_NONE, call->loc);
    }
}

/* The arguments' values, in order; freed by the caller. */
static ir_id *lower_arguments(struct lowering *l, const struct operands *o, ir_id loc) {
    ir_id *registers = lower_resize(NULL, o->count + 1, sizeof *registers);
    for (uint32_t i = 0; i < o->count; i++) {
        registers[i] = lower_expr(l, lower_kid(l, o->first + i));
        if (registers[i] == IR_NONE)
            registers[i] = emit_unknown(l, IR_NONE, loc);
    }
    return registers;
}

static ir_id ordinary_call(struct lowering *l, CXCursor cursor, CXCursor callee,
                           const struct operands *o, unsigned flags) {
    struct ir_instr call = {.op = IR_CALL,
                            .flags = (uint16_t)flags,
                            .type = result_type(l, cursor),
                            .dst = IR_NONE,
                            .a = IR_NONE,
                            .b = IR_NONE,
                            .arg_count = o->count,
                            .loc = lower_loc(l, cursor)};
    set_target(l, &call, callee);
    ir_id *registers = lower_arguments(l, o, call.loc);
    call.first_arg = l->unit->args.count;
    for (uint32_t i = 0; i < o->count; i++)
        ir_push_args(l->unit, registers[i]);
    free(registers);
    if (!has_no_value(cursor))
        call.dst = emit_register(l);
    emit(l, call);
    if (call.sub == IR_CALL_DIRECT ? (l->unit->functions.data[call.a].flags & IR_FN_NORETURN) != 0
                                   : lower_is_noreturn(clang_getCursorType(callee)))
        end_unreachable(l);
    return call.dst;
}

ir_id lower_call(struct lowering *l, CXCursor cursor, unsigned flags) {
    struct operands o = push_operands(l, cursor);
    CXCursor callee = callee_of(l, o.callee);
    ir_id result;
    CXString name = clang_getCursorSpelling(callee);
    if (!is_builtin(l, cursor, clang_getCString(name), &o, &result))
        result = ordinary_call(l, cursor, callee, &o, flags);
    clang_disposeString(name);
    lower_pop(l, clang_Cursor_isNull(o.callee) ? o.first : o.first - 1);
    return result;
}
