/*
 * The atomic builtins as what they do to memory: loads, stores, and steps in between. What has two
 * outcomes is left to the caller.
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

/* __atomic_load (pointer, order, to) and __atomic_store (pointer, order, from): both copy. */
static void copy(struct lowering *l, CXCursor to, CXCursor from, ir_id loc) {
    ir_id value = emit_load(l, target(l, from), loc);
    emit_store(l, target(l, to), value, 0, loc);
}

/* load, store, exchange, fetch_OP, OP_fetch of a value. */
static ir_id step(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count,
                  struct word name) {
    bool gives_old = false;
    int op = step_operator(name, &gives_old);
    bool store = word_is(name, "store") || word_is(name, "store_n") || word_is(name, "init");
    ir_id loc = lower_loc(l, cursor), place = target(l, lower_kid(l, first));
    ir_id operand = IR_NONE;
    for (uint32_t i = 1; i < count; i++)
        operand = expr_value(l, lower_kid(l, first + i));
    ir_id old = store ? IR_NONE : emit_load(l, place, loc);
    if (op >= 0) {
        operand = expr_simple(l, IR_BINARY, (unsigned)op, old, operand, expr_type(l, cursor), loc);
        old = gives_old ? old : operand;
    }
    if (count == 3 || store)
        emit_store(l, place, operand, 0, loc);
    return old;
}

/* libclang's order of the operands is the pointer, the memory order, the value. */
bool expr_atomic(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count,
                 ir_id *result) {
    bool c11 = false, gives_old;
    struct word name = operation(l, cursor, &c11);
    bool is_load = word_is(name, "load"), is_store = word_is(name, "store");
    if (!c11 && count == 3 && (is_load || is_store)) {
        CXCursor object = lower_kid(l, first), value = lower_kid(l, first + 2);
        copy(l, is_load ? value : object, is_load ? object : value, lower_loc(l, cursor));
        *result = IR_NONE;
        return true;
    }
    bool two = count == 2 && (is_load || word_is(name, "load_n") || word_is(name, "init"));
    bool three =
        count == 3 && (is_store || word_is(name, "store_n") || word_is(name, "exchange") ||
                       word_is(name, "exchange_n") || step_operator(name, &gives_old) >= 0);
    if (two || three)
        *result = step(l, cursor, first, count, name);
    return two || three;
}
