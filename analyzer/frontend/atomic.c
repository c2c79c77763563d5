/*
 * The atomic builtins as what they do to memory: loads, stores, and steps in between. What has two
 * outcomes, and the forms that work through pointers to values, are left to the caller.
 */
#include <string.h>

#include "frontend/expr.h"
#include "frontend/text.h"

/* The name without the family it belongs to; an empty word for what is no atomic builtin. */
static struct word operation(struct lowering *l, CXCursor cursor, bool *c11) {
    static const char *const families[] = {"__c11_atomic_", "__atomic_", "__scoped_atomic_"};
    struct text text = text_spelled(l, cursor);
    struct word word = {"", 0};
    bool found = text_next(&text, &word);
    for (size_t i = 0; found && i < sizeof families / sizeof *families; i++) {
        size_t length = strlen(families[i]);
        *c11 = i == 0;
        if (word.length > length && memcmp(word.start, families[i], length) == 0)
            return (struct word){word.start + length, word.length - length};
    }
    return (struct word){"", 0};
}

/* The operator of fetch_OP and OP_fetch; -1 for other names. */
static int step_operator(struct word name, bool *gives_old) {
    static const struct {
        const char *before, *after;
        int op;
    } steps[] = {{"fetch_add", "add_fetch", IR_ADD},
                 {"fetch_sub", "sub_fetch", IR_SUB},
                 {"fetch_and", "and_fetch", IR_AND},
                 {"fetch_or", "or_fetch", IR_OR},
                 {"fetch_xor", "xor_fetch", IR_XOR}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        *gives_old = word_is(name, steps[i].before);
        if (*gives_old || word_is(name, steps[i].after))
            return steps[i].op;
    }
    return -1;
}

/* What the pointer points to; &x is x. */
static ir_id target(struct lowering *l, CXCursor pointer) {
    CXCursor inner = lower_strip(l, pointer);
    if (clang_getCursorKind(inner) == CXCursor_UnaryOperator &&
        clang_getCursorUnaryOperatorKind(inner) == CXUnaryOperator_AddrOf)
        return lower_place(l, expr_last_child(l, inner));
    CXType pointee = clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(pointer)));
    return place_deref(l, expr_value(l, pointer), lower_type(l, pointee));
}

/* libclang's order of the operands: the pointer, the memory order, the value. */
bool expr_atomic(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count,
                 ir_id *result) {
    bool c11 = false, gives_old = false, is_void = expr_is_void(cursor);
    struct word name = operation(l, cursor, &c11);
    bool init = word_is(name, "init") && count == 2;
    bool load = (word_is(name, "load") || word_is(name, "load_n")) && count == 2 && !is_void;
    /* __atomic_store takes a pointer to the value, __c11_atomic_store the value */
    bool by_value = word_is(name, "store_n") || (word_is(name, "store") && c11);
    bool store = init || (by_value && count == 3);
    bool exchange = (word_is(name, "exchange") || word_is(name, "exchange_n")) && count == 3;
    int op = count == 3 ? step_operator(name, &gives_old) : -1;
    if (!load && !store && !exchange && op < 0)
        return false;
    ir_id loc = lower_loc(l, cursor), place = target(l, lower_kid(l, first));
    ir_id operand = IR_NONE, old = IR_NONE;
    for (uint32_t i = 1; i < count; i++)
        operand = expr_value(l, lower_kid(l, first + i));
    if (!store)
        *result = old = emit_load(l, place, loc);
    if (store || exchange)
        emit_store(l, place, operand, 0, loc);
    if (store)
        *result = IR_NONE;
    if (op >= 0) {
        ir_id stepped =
            expr_simple(l, IR_BINARY, (unsigned)op, old, operand, expr_type(l, cursor), loc);
        emit_store(l, place, stepped, 0, loc);
        *result = gives_old ? old : stepped;
    }
    return true;
}
