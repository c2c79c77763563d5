/*
 * Expressions that libclang has no kind of cursor for: implicit conversions, a ?: b, and builtins
 * that are syntax. The text tells which one it is.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/expr.h"
#include "frontend/text.h"

static bool is_named(struct lowering *l, CXCursor cursor, const char *name) {
    struct text text = text_spelled(l, cursor);
    struct word word;
    return text_next(&text, &word) && word_is(word, name);
}

CXCursor expr_choice(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor chosen = clang_getNullCursor();
    int64_t condition;
    if (count == 3 && is_named(l, cursor, "__builtin_choose_expr") &&
        lower_constant(lower_kid(l, first), &condition))
        chosen = lower_kid(l, first + (condition ? 1 : 2));
    lower_pop(l, first);
    return chosen;
}

/* Operations such as __atomic_store: their operands are evaluated, what becomes of them is not
   known. */
static ir_id opaque(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count) {
    IR_VEC(ir_id) args = {0};
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        ir_id reg = expr_value(l, kid);
        VEC_PUSH(args, reg);
    }
    ir_id loc = lower_loc(l, cursor);
    if (args.count)
        emit_opaque(l, args.data, args.count, loc);
    free(args.data);
    return expr_is_void(cursor) ? IR_NONE : emit_unknown(l, expr_type(l, cursor), loc);
}

/* An implicit conversion: of an array to its address, else of no consequence. */
static ir_id converted(struct lowering *l, CXCursor cursor, CXCursor operand) {
    if (expr_is_array(l, operand) && !expr_is_array(l, cursor) &&
        clang_getCursorKind(lower_strip(l, operand)) != CXCursor_StringLiteral)
        return emit_address(l, lower_place(l, operand), lower_loc(l, cursor));
    return lower_expr(l, operand);
}

static bool starts_alike(CXCursor a, CXCursor b) {
    return clang_equalLocations(clang_getRangeStart(clang_getCursorExtent(a)),
                                clang_getRangeStart(clang_getCursorExtent(b)));
}

ir_id expr_unexposed(struct lowering *l, CXCursor cursor) {
    CXCursor chosen = expr_choice(l, cursor);
    if (!clang_Cursor_isNull(chosen))
        return lower_expr(l, chosen);
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor kid = count ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor last = count ? lower_kid(l, first + count - 1) : clang_getNullCursor();
    ir_id result;
    int64_t constant;
    if (count == 1 && expr_is_transparent(cursor, kid))
        result = converted(l, cursor, kid);
    else if (count == 4 && starts_alike(cursor, kid))
        result = expr_gnu_conditional(l, kid, last, cursor);
    else if (count == 0 || is_named(l, cursor, "__builtin_types_compatible_p") ||
             is_named(l, cursor, "__builtin_va_arg") || lower_constant(cursor, &constant))
        result = expr_constant(l, cursor);
    else if (!expr_atomic(l, cursor, first, count, &result))
        result = opaque(l, cursor, first, count);
    lower_pop(l, first);
    return result;
}

/* ---- strings --------------------------------------------------------------------------- */

/* One character of a literal as libclang writes it, from behind the backslash. */
static char unescape(const char **at) {
    static const char names[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
    const char *name = strchr(names, **at);
    if (name)
        return values[name - names];
    if (**at < '0' || **at > '7')
        return **at;
    unsigned octal = 0;
    for (int i = 0; i < 3 && (*at)[0] >= '0' && (*at)[0] <= '7'; i++, (*at)++)
        octal = octal * 8 + (unsigned)((*at)[0] - '0');
    (*at)--;
    return (char)octal;
}

/* The text between the quotes, up to the first NUL. */
ir_id expr_string(struct lowering *l, CXCursor cursor) {
    CXString quoted = clang_getCursorSpelling(cursor);
    const char *spelling = clang_getCString(quoted);
    const char *at = spelling ? strchr(spelling, '"') : NULL;
    char *text = lower_resize(NULL, at ? strlen(at) + 1 : 1, 1);
    size_t used = 0;
    for (at = at ? at + 1 : ""; *at && *at != '"'; at++) {
        bool escaped = at[0] == '\\' && at[1];
        at += escaped;
        char c = escaped ? unescape(&at) : *at;
        if (!c)
            break;
        text[used++] = c;
    }
    ir_id id = ir_string_n(l->unit, text, used);
    free(text);
    clang_disposeString(quoted);
    return expr_simple(l, IR_STRING, 0, id, IR_NONE, expr_type(l, cursor), lower_loc(l, cursor));
}
