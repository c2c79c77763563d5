/*
 * Arrays of variable length: their lengths are evaluated where they are declared.
 */
#include "frontend/lower.h"

/* The levels of a type as written that have a length in the text. */
static uint32_t count_lengths(CXType type, bool *variable) {
    uint32_t count = 0;
    for (;;) {
        switch (type.kind) {
        case CXType_Unexposed: { /* parentheses */
            CXType inner = clang_getCanonicalType(type);
            if (inner.kind == CXType_Unexposed)
                return count;
            type = inner;
            break;
        }
        case CXType_Pointer:
            type = clang_getPointeeType(type);
            break;
        case CXType_VariableArray:
            *variable = true;
            count++;
            type = clang_getArrayElementType(type);
            break;
        case CXType_ConstantArray:
            count++;
            type = clang_getArrayElementType(type);
            break;
        case CXType_IncompleteArray:
            type = clang_getArrayElementType(type);
            break;
        default:
            return count;
        }
    }
}

void lower_lengths(struct lowering *l, CXCursor decl, CXType type) {
    bool variable = false;
    uint32_t lengths = count_lengths(type, &variable);
    if (!variable)
        return;
    bool has_init = clang_getCursorKind(decl) == CXCursor_VarDecl;
    CXCursor init = has_init ? clang_Cursor_getVarDeclInitializer(decl) : clang_getNullCursor();
    uint32_t first, count = lower_children(l, decl, &first);
    /* the children are the operands of typeof, the lengths from the innermost on, the initialiser
     */
    for (uint32_t i = count; i-- > 0 && lengths > 0;) {
        CXCursor kid = lower_kid(l, first + i);
        int64_t constant;
        if (!clang_isExpression(clang_getCursorKind(kid)) || clang_equalCursors(kid, init))
            continue;
        lengths--;
        if (!lower_constant(kid, &constant))
            lower_effects(l, kid);
    }
    lower_pop(l, first);
}
