/*
 * Types, each once.
 */
#include <string.h>

#include "frontend/lower.h"

static unsigned kind_of(enum CXTypeKind kind) {
    switch (kind) {
    case CXType_Void:
        return IR_TYPE_VOID;
    case CXType_Bool:
        return IR_TYPE_BOOL;
    case CXType_Float:
    case CXType_Double:
    case CXType_LongDouble:
    case CXType_Float128:
    case CXType_Half:
    case CXType_Float16:
        return IR_TYPE_FLOAT;
    case CXType_Pointer:
    case CXType_BlockPointer:
    case CXType_NullPtr:
        return IR_TYPE_POINTER;
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
    case CXType_VariableArray:
        return IR_TYPE_ARRAY;
    case CXType_Record:
        return IR_TYPE_RECORD;
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        return IR_TYPE_FUNCTION;
    case CXType_Enum:
        return IR_TYPE_INT;
    default:
        return kind >= CXType_Char_U && kind <= CXType_Int128 ? IR_TYPE_INT : IR_TYPE_OTHER;
    }
}

static bool is_unsigned(enum CXTypeKind kind) {
    return (kind >= CXType_Char_U && kind <= CXType_UInt128) || kind == CXType_Bool ||
           kind == CXType_Pointer;
}

/* In bytes; 0 if unknown. Builtin functions that are not called have a type that must not be asked:
   it has no size, and libclang crashes. */
static uint64_t size_of(CXType canonical) {
    if (canonical.kind <= CXType_Unexposed || canonical.kind == CXType_Overload ||
        canonical.kind == CXType_Dependent)
        return 0;
    long long size = clang_Type_getSizeOf(canonical);
    return size > 0 ? (uint64_t)size : 0;
}

static ir_id make_type(struct lowering *l, CXType type) {
    CXType canonical = clang_getCanonicalType(type);
    if (canonical.kind == CXType_Atomic)
        canonical = clang_getCanonicalType(clang_Type_getValueType(canonical));
    struct ir_type t = {.kind = (uint8_t)kind_of(canonical.kind),
                        .is_unsigned = is_unsigned(canonical.kind),
                        .is_const = clang_isConstQualifiedType(canonical) != 0,
                        .name = IR_NONE,
                        .elem = IR_NONE};
    if (t.kind != IR_TYPE_FUNCTION && t.kind != IR_TYPE_VOID)
        t.size = size_of(canonical);
    if (t.kind == IR_TYPE_POINTER && canonical.kind != CXType_NullPtr) {
        t.elem = lower_type(l, clang_getPointeeType(canonical));
    } else if (t.kind == IR_TYPE_ARRAY) {
        long long count = clang_getArraySize(canonical);
        t.count = count > 0 ? (uint64_t)count : 0;
        t.elem = lower_type(l, clang_getArrayElementType(canonical));
    } else if (t.kind == IR_TYPE_FUNCTION) {
        t.elem = lower_type(l, clang_getResultType(canonical));
    } else if (canonical.kind == CXType_Enum) {
        CXType base = clang_getEnumDeclIntegerType(clang_getTypeDeclaration(canonical));
        t.is_unsigned = is_unsigned(clang_getCanonicalType(base).kind);
    } else if (t.kind == IR_TYPE_RECORD) {
        CXCursor decl = clang_getTypeDeclaration(canonical);
        t.is_union = clang_getCursorKind(decl) == CXCursor_UnionDecl;
    }
    if (t.kind != IR_TYPE_POINTER && t.kind != IR_TYPE_ARRAY && t.kind != IR_TYPE_FUNCTION)
        t.name = lower_type_name(l, clang_getUnqualifiedType(canonical));
    return ir_add_type(l->unit, t);
}

ir_id lower_type(struct lowering *l, CXType type) {
    /* the low bits of the pointer hold the qualifiers, so it is a key of its own */
    const void *key = type.data[0];
    ir_id known = key ? map_find(&l->types, key) : IR_NONE;
    if (known != IR_NONE)
        return known;
    ir_id id = make_type(l, type);
    if (key)
        map_put(&l->types, key, id);
    return id;
}

ir_id lower_param_type(struct lowering *l, CXType type) {
    ir_id id = lower_type(l, type);
    struct ir_type t = l->unit->types.data[id];
    if (t.kind != IR_TYPE_ARRAY && t.kind != IR_TYPE_FUNCTION)
        return id;
    CXTargetInfo target = clang_getTranslationUnitTargetInfo(l->tu);
    struct ir_type pointer = {.kind = IR_TYPE_POINTER,
                              .is_unsigned = true,
                              .name = IR_NONE,
                              .elem = t.kind == IR_TYPE_ARRAY ? t.elem : id,
                              .size = (uint64_t)clang_TargetInfo_getPointerWidth(target) / 8};
    clang_TargetInfo_dispose(target);
    return ir_add_type(l->unit, pointer);
}

bool lower_is_anonymous(CXCursor field) {
    CXType type = clang_getCanonicalType(clang_getCursorType(field));
    return type.kind == CXType_Record &&
           clang_Cursor_isAnonymousRecordDecl(clang_getTypeDeclaration(type));
}

ir_id lower_record_of(struct lowering *l, CXCursor field) {
    CXCursor record = clang_getCursorSemanticParent(field);
    while (clang_Cursor_isAnonymousRecordDecl(record))
        record = clang_getCursorSemanticParent(record);
    return lower_type_name(l, clang_getCanonicalType(clang_getCursorType(record)));
}

bool lower_is_noreturn(CXType type) {
    static const char attribute[] = "__attribute__((noreturn))";
    type = clang_getCanonicalType(type);
    if (type.kind == CXType_Pointer)
        type = clang_getCanonicalType(clang_getPointeeType(type));
    /* behind the type of a returned function the attribute would be that one's */
    if (clang_getCanonicalType(clang_getResultType(type)).kind == CXType_Pointer)
        return false;
    CXString spelling = clang_getTypeSpelling(type);
    const char *text = clang_getCString(spelling);
    size_t length = strlen(text), tail = strlen(attribute);
    bool noreturn = length > tail && strcmp(text + length - tail, attribute) == 0;
    clang_disposeString(spelling);
    return noreturn;
}
