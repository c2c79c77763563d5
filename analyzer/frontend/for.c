/*
 * The parts of a `for`. libclang gives those that are there without saying which they are:
 * for(f();;), for(;f();) and for(;;f()) look the same.
 */
#include <string.h>

#include "frontend/text.h"

/* Reads `for (a; b; c)` or `for (…)` of a macro's use, and says which parts have any text. False if
   there are no two semicolons, as where the head is a macro's argument. */
static bool read_parts(struct text text, const char *keyword, bool there[3]) {
    struct word word;
    int depth = 0;
    unsigned part = 0;
    if (!text_next(&text, &word) || (keyword && !word_is(word, keyword)))
        return false;
    if (!text_next(&text, &word) || !word_is(word, "("))
        return false;
    while (text_next(&text, &word)) {
        int nesting = word_nesting(word);
        if (depth == 0 && nesting < 0)
            return part == 2;
        if (depth == 0 && word_is(word, ";")) {
            if (++part == 3)
                return false;
            continue;
        }
        depth += nesting;
        there[part] = true;
    }
    return false;
}

static unsigned count_parts(const bool there[3]) {
    return (unsigned)there[0] + there[1] + there[2];
}

static bool is_assignment(struct lowering *l, CXCursor cursor) {
    cursor = lower_strip(l, cursor);
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclStmt:
    case CXCursor_CompoundAssignOperator:
        return true;
    case CXCursor_BinaryOperator: {
        enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(cursor);
        return op == CXBinaryOperator_Assign || op == CXBinaryOperator_Comma;
    }
    case CXCursor_UnaryOperator: {
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(cursor);
        return op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PostDec ||
               op == CXUnaryOperator_PreInc || op == CXUnaryOperator_PreDec;
    }
    default:
        return false;
    }
}

/* Where no text tells, as behind several macros, the form of the expressions does. */
static void guess(struct lowering *l, const CXCursor *kids, uint32_t count, bool there[3]) {
    there[FOR_INIT] = is_assignment(l, kids[0]);
    there[FOR_TEST] = !there[FOR_INIT] || (count == 2 && !is_assignment(l, kids[1]));
    there[FOR_STEP] = count == 2 && !(there[FOR_INIT] && there[FOR_TEST]);
}

void lower_for_parts(struct lowering *l, CXCursor loop, const CXCursor *kids, uint32_t count,
                     const CXCursor *parts[3]) {
    bool there[3] = {count == 3, count == 3, count == 3};
    if (count == 1 || count == 2) {
        bool spelled[3] = {false}, used[3] = {false};
        if (read_parts(text_spelled(l, loop), "for", spelled) && count_parts(spelled) == count)
            memcpy(there, spelled, sizeof there);
        else if (read_parts(text_expanded(l, loop), NULL, used) && count_parts(used) == count)
            memcpy(there, used, sizeof there);
        else
            guess(l, kids, count, there);
    }
    uint32_t next = 0;
    for (unsigned i = 0; i < 3; i++)
        parts[i] = there[i] && next < count ? &kids[next++] : NULL;
}
