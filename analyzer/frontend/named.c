/*
 * Declarations found by their name, where libclang gives no cursor for what names them.
 */
#include <string.h>

#include "frontend/lower.h"

struct by_name {
    const char *name;
    enum CXCursorKind kind;
    CXCursor found;
};

static enum CXChildVisitResult visit_named(CXCursor cursor, CXCursor parent, CXClientData data) {
    struct by_name *search = data;
    (void)parent;
    if (clang_getCursorKind(cursor) != search->kind)
        return CXChildVisit_Continue;
    CXString name = clang_getCursorSpelling(cursor);
    bool same = strcmp(clang_getCString(name), search->name) == 0;
    clang_disposeString(name);
    if (!same)
        return CXChildVisit_Continue;
    search->found = cursor;
    return CXChildVisit_Break;
}

static CXCursor find(struct lowering *l, ir_id name, enum CXCursorKind kind) {
    struct by_name search = {ir_text(l->unit, name), kind, clang_getNullCursor()};
    clang_visitChildren(clang_getTranslationUnitCursor(l->tu), visit_named, &search);
    return search.found;
}

ir_id lower_function_named(struct lowering *l, ir_id name) {
    for (uint32_t i = 0; i < l->named.count; i++)
        if (l->named.data[i].name == name)
            return l->named.data[i].function;
    CXCursor found = find(l, name, CXCursor_FunctionDecl);
    struct named_function entry = {name, clang_Cursor_isNull(found) ? IR_NONE
                                                                    : lower_function_ref(l, found)};
    VEC_PUSH(l->named, entry);
    return entry.function;
}

CXType lower_type_named(struct lowering *l, ir_id name) {
    for (uint32_t i = 0; i < l->named_types.count; i++)
        if (l->named_types.data[i].name == name)
            return l->named_types.data[i].type;
    CXCursor found = find(l, name, CXCursor_TypedefDecl);
    struct named_type entry = {name, clang_getCanonicalType(clang_getCursorType(found))};
    VEC_PUSH(l->named_types, entry);
    return entry.type;
}
