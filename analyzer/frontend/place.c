/*
 * Places: what lvalues name.
 */
#include "frontend/expr.h"

/* A place for a value that has none, such as a call's record. */
static ir_id temporary(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor);
    ir_id reg = expr_value(l, cursor);
    ir_id local = new_local(l, IR_NONE, expr_type(l, cursor), loc, IR_LOCAL_TEMP);
    emit_store(l, place_local(l, local), reg, IR_STORE_INIT, loc);
    return place_local(l, local);
}

static ir_id variable_place(struct lowering *l, CXCursor decl, CXCursor use) {
    ir_id local = map_find(&l->locals, clang_getCanonicalCursor(decl).data[0]);
    if (local != IR_NONE)
        return place_local(l, local);
    ir_id global = lower_global_ref(l, decl);
    return ir_push_places(l->unit, (struct ir_place){.kind = IR_PLACE_GLOBAL,
                                                     .a = global,
                                                     .b = IR_NONE,
                                                     .type = expr_type(l, use),
                                                     .record = IR_NONE});
}

static ir_id member_place(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor base = count ? lower_kid(l, first) : clang_getNullCursor();
    lower_pop(l, first);
    CXCursor field = clang_getCursorReferenced(cursor);
    if (count == 0)
        return place_deref(l, emit_unknown(l, IR_NONE, lower_loc(l, cursor)), expr_type(l, cursor));
    ir_id parent;
    if (expr_is_pointer(l, base)) {
        ir_id pointer = expr_type(l, base);
        parent = place_deref(l, expr_value(l, base), l->unit->types.data[pointer].elem);
    } else {
        parent = lower_place(l, base);
    }
    if (lower_is_anonymous(field)) /* what is in it is named as if it stood in what holds it */
        return parent;
    lower_field_annotations(l, field);
    return place_field(l, parent, lower_string(l, clang_getCursorSpelling(field)),
                       lower_record_of(l, field), expr_type(l, cursor));
}

/* An array's element, or *(p + i). */
static ir_id element_place(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    CXCursor base = count > 0 ? lower_kid(l, first) : clang_getNullCursor();
    CXCursor index = count > 1 ? lower_kid(l, first + 1) : clang_getNullCursor();
    lower_pop(l, first);
    ir_id loc = lower_loc(l, cursor), type = expr_type(l, cursor);
    if (count != 2)
        return place_deref(l, emit_unknown(l, IR_NONE, loc), type);
    CXCursor array = lower_strip(l, base);
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(array)).kind;
    if (expr_is_array(l, array) || kind == CXType_Vector || kind == CXType_ExtVector) {
        ir_id parent = lower_place(l, array);
        return place_index(l, parent, expr_value(l, index), type);
    }
    if (!expr_is_pointer(l, base)) { /* i[p] */
        CXCursor swapped = base;
        base = index;
        index = swapped;
    }
    ir_id pointer = expr_value(l, base), offset = expr_value(l, index);
    int64_t constant;
    if (lower_constant(index, &constant) && constant == 0)
        return place_deref(l, pointer, type);
    ir_id address = expr_simple(l, IR_BINARY, IR_ADD, pointer, offset, expr_type(l, base), loc);
    return place_deref(l, address, type);
}

static ir_id literal_place(struct lowering *l, CXCursor cursor) {
    CXCursor init = expr_last_child(l, cursor);
    ir_id loc = lower_loc(l, cursor);
    ir_id local = new_local(l, IR_NONE, expr_type(l, cursor), loc, IR_LOCAL_TEMP);
    ir_id place = place_local(l, local);
    if (!clang_Cursor_isNull(init))
        lower_initialise(l, place, clang_getCursorType(cursor), init);
    return place;
}

ir_id lower_place(struct lowering *l, CXCursor cursor) {
    cursor = lower_strip(l, cursor);
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr: {
        CXCursor decl = clang_getCursorReferenced(cursor);
        enum CXCursorKind kind = clang_getCursorKind(decl);
        if (kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl)
            return variable_place(l, decl, cursor);
        return temporary(l, cursor);
    }
    case CXCursor_MemberRefExpr:
        return member_place(l, cursor);
    case CXCursor_ArraySubscriptExpr:
        return element_place(l, cursor);
    case CXCursor_CompoundLiteralExpr:
        return literal_place(l, cursor);
    case CXCursor_UnaryOperator:
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Deref) {
            CXCursor operand = expr_last_child(l, cursor);
            return place_deref(l, expr_value(l, operand), expr_type(l, cursor));
        }
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Extension)
            return lower_place(l, expr_last_child(l, cursor));
        return temporary(l, cursor);
    default:
        return temporary(l, cursor);
    }
}

ir_id expr_load(struct lowering *l, CXCursor cursor) {
    ir_id loc = lower_loc(l, cursor);
    ir_id place = lower_place(l, cursor);
    return expr_is_array(l, cursor) ? emit_address(l, place, loc) : emit_load(l, place, loc);
}
