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

/* What the compiler calls to have room on the stack. */
static ir_id room_function(struct lowering *l) {
    ir_id name = ir_string(l->unit, "__builtin_alloca");
    for (uint32_t i = 0; i < l->unit->functions.count; i++)
        if (l->unit->functions.data[i].name == name)
            return i;
    struct ir_type bytes = {
        .kind = IR_TYPE_VOID, .name = ir_string(l->unit, "void"), .elem = IR_NONE};
    struct ir_type address = {.kind = IR_TYPE_POINTER,
                              .name = ir_string(l->unit, "void *"),
                              .elem = ir_add_type(l->unit, bytes),
                              .size = sizeof(void *)};
    struct ir_type type = {.kind = IR_TYPE_FUNCTION,
                           .name = ir_string(l->unit, "void *(unsigned long)"),
                           .elem = ir_add_type(l->unit, address)};
    struct ir_function fn = {.name = name,
                             .usr = ir_string(l->unit, "c:@F@__builtin_alloca"),
                             .type = ir_add_type(l->unit, type),
                             .loc = IR_NONE,
                             .body_loc = IR_NONE,
                             .linkage = IR_LINK_EXTERNAL,
                             .flags = IR_FN_SYSTEM_HEADER,
                             .param_count = 1,
                             .note = IR_NONE,
                             .first_annotation = l->unit->annotations.count};
    return ir_push_functions(l->unit, fn);
}

static ir_id size_type(struct lowering *l) {
    struct ir_type size = {.kind = IR_TYPE_INT,
                           .is_unsigned = true,
                           .name = ir_string(l->unit, "unsigned long"),
                           .elem = IR_NONE,
                           .size = sizeof(size_t)};
    return ir_add_type(l->unit, size);
}

static ir_id multiply(struct lowering *l, ir_id x, ir_id y, ir_id loc) {
    struct ir_instr product = {.op = IR_BINARY,
                               .sub = IR_MUL,
                               .type = size_type(l),
                               .dst = emit_register(l),
                               .a = x,
                               .b = y,
                               .first_arg = IR_NONE,
                               .loc = loc};
    return emit(l, product);
}

/* The room is taken where the variable is declared, so many bytes as `size` says. */
static void take_room(struct lowering *l, ir_id size, ir_id loc) {
    ir_id function = room_function(l);
    ir_id type = l->unit->types.data[l->unit->functions.data[function].type].elem;
    ir_id first = ir_push_args(l->unit, size);
    struct ir_instr call = {.op = IR_CALL,
                            .sub = IR_CALL_DIRECT,
                            .type = type,
                            .dst = emit_register(l),
                            .a = function,
                            .b = IR_NONE,
                            .first_arg = first,
                            .arg_count = 1,
                            .loc = loc};
    emit(l, call);
}

/* What is in the innermost array, in bytes; 0 if that is not known. */
static int64_t element_size(CXType type) {
    for (;;) {
        CXType inner = clang_getArrayElementType(clang_getCanonicalType(type));
        if (inner.kind == CXType_Invalid)
            break;
        type = inner;
    }
    long long size = clang_Type_getSizeOf(type);
    return size > 0 ? size : 0;
}

void lower_lengths(struct lowering *l, CXCursor decl, CXType type) {
    bool variable = false;
    uint32_t lengths = count_lengths(type, &variable);
    if (!variable)
        return;
    bool has_init = clang_getCursorKind(decl) == CXCursor_VarDecl;
    CXCursor init = has_init ? clang_Cursor_getVarDeclInitializer(decl) : clang_getNullCursor();
    bool has_room = has_init && clang_getCanonicalType(type).kind == CXType_VariableArray;
    ir_id loc = lower_loc(l, decl), room = IR_NONE;
    uint32_t first, count = lower_children(l, decl, &first);
    /* the children are the operands of typeof, the lengths from the innermost on, the initialiser
     */
    for (uint32_t i = count; i-- > 0 && lengths > 0;) {
        CXCursor kid = lower_kid(l, first + i);
        int64_t constant;
        if (!clang_isExpression(clang_getCursorKind(kid)) || clang_equalCursors(kid, init))
            continue;
        lengths--;
        bool is_constant = lower_constant(kid, &constant);
        if (!has_room && !is_constant)
            lower_effects(l, kid);
        if (!has_room)
            continue;
        ir_id length =
            is_constant ? emit_const(l, constant, size_type(l), loc) : lower_expr(l, kid);
        room = room == IR_NONE ? length : multiply(l, room, length, loc);
    }
    lower_pop(l, first);
    int64_t element = element_size(type);
    if (has_room && room != IR_NONE && element)
        take_room(l, multiply(l, room, emit_const(l, element, size_type(l), loc), loc), loc);
}
