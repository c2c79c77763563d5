/*
 * Initialisers: stores for locals, tables of functions for static data.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

/* ---- a record's fields ----------------------------------------------------------------- */

struct fields {
    IR_VEC(CXCursor) list;
};

static enum CXVisitorResult visit_field(CXCursor field, CXClientData data) {
    struct fields *fields = data;
    VEC_PUSH(fields->list, field);
    return CXVisit_Continue;
}

static struct fields fields_of(CXType type) {
    struct fields fields = {{0}};
    clang_Type_visitFields(clang_getCanonicalType(type), visit_field, &fields);
    return fields;
}

static ir_id record_name(struct lowering *l, CXType type) {
    CXType canonical = clang_getUnqualifiedType(clang_getCanonicalType(type));
    return lower_string(l, clang_getTypeSpelling(canonical));
}

static ir_id field_place(struct lowering *l, ir_id parent, CXType record, CXCursor field) {
    return place_field(l, parent, lower_string(l, clang_getCursorSpelling(field)),
                       record_name(l, record), lower_type(l, clang_getCursorType(field)));
}

static bool is_record(CXType type) {
    return clang_getCanonicalType(type).kind == CXType_Record;
}

static bool is_array(CXType type) {
    enum CXTypeKind kind = clang_getCanonicalType(type).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
           kind == CXType_VariableArray;
}

/* A designated initialiser is an unexposed expression with member references before its value. */
static bool designated(struct lowering *l, CXCursor init, CXCursor *member, CXCursor *value) {
    if (clang_getCursorKind(init) != CXCursor_UnexposedExpr)
        return false;
    uint32_t first, count = lower_children(l, init, &first);
    bool found = count == 2 && clang_getCursorKind(lower_kid(l, first)) == CXCursor_MemberRef;
    if (found) {
        *member = clang_getCursorReferenced(lower_kid(l, first));
        *value = lower_kid(l, first + 1);
    }
    lower_pop(l, first);
    return found;
}

static uint32_t index_of(const struct fields *fields, CXCursor member) {
    for (uint32_t i = 0; i < fields->list.count; i++)
        if (clang_equalCursors(fields->list.data[i], member))
            return i;
    return IR_NONE;
}

/* ---- locals ---------------------------------------------------------------------------- */

static void store_zero(struct lowering *l, ir_id place, CXType type, ir_id loc) {
    if (is_record(type) || is_array(type)) {
        emit_store(l, place, emit_unknown(l, IR_NONE, loc), IR_STORE_INIT | IR_STORE_AGGREGATE,
                   loc);
        return;
    }
    emit_store(l, place, emit_const(l, 0, lower_type(l, type), loc), IR_STORE_INIT, loc);
}

/* Fields that are not named are zero. */
static void initialise_record(struct lowering *l, ir_id place, CXType type, CXCursor init) {
    struct fields fields = fields_of(type);
    ir_id loc = lower_loc(l, init);
    bool *done = lower_resize(NULL, fields.list.count + 1, sizeof *done);
    memset(done, 0, fields.list.count + 1);
    uint32_t first, count = lower_children(l, init, &first), next = 0;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i), member, value = kid;
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        if (designated(l, kid, &member, &value)) {
            uint32_t at = index_of(&fields, member);
            if (at == IR_NONE) { /* a field of an anonymous member */
                lower_effects(l, value);
                continue;
            }
            next = at;
        }
        if (next >= fields.list.count) {
            lower_effects(l, value);
            continue;
        }
        CXCursor field = fields.list.data[next];
        done[next++] = true;
        lower_initialise(l, field_place(l, place, type, field), clang_getCursorType(field), value);
    }
    lower_pop(l, first);
    bool is_union = clang_getCursorKind(clang_getTypeDeclaration(clang_getCanonicalType(type))) ==
                    CXCursor_UnionDecl;
    for (uint32_t i = 0; i < fields.list.count && !is_union; i++)
        if (!done[i])
            store_zero(l, field_place(l, place, type, fields.list.data[i]),
                       clang_getCursorType(fields.list.data[i]), loc);
    free(done);
    free(fields.list.data);
}

static void initialise_array(struct lowering *l, ir_id place, CXType type, CXCursor init) {
    CXType element = clang_getArrayElementType(clang_getCanonicalType(type));
    ir_id element_type = lower_type(l, element), loc = lower_loc(l, init);
    uint32_t first, count = lower_children(l, init, &first);
    int64_t next = 0;
    bool known = true;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        if (clang_getCursorKind(kid) == CXCursor_UnexposedExpr) {
            uint32_t inner, parts = lower_children(l, kid, &inner);
            if (parts == 2) { /* [index] = value */
                known = lower_constant(lower_kid(l, inner), &next);
                kid = lower_kid(l, inner + 1);
            }
            lower_pop(l, inner);
        }
        ir_id index = known ? emit_const(l, next++, IR_NONE, loc) : emit_unknown(l, IR_NONE, loc);
        lower_initialise(l, place_index(l, place, index, element_type), element, kid);
    }
    lower_pop(l, first);
}

void lower_initialise(struct lowering *l, ir_id place, CXType type, CXCursor init) {
    ir_id loc = lower_loc(l, init);
    CXCursor inner = lower_strip(l, init);
    if (clang_getCursorKind(inner) == CXCursor_InitListExpr) {
        if (is_record(type)) {
            initialise_record(l, place, type, inner);
            return;
        }
        if (is_array(type)) {
            initialise_array(l, place, type, inner);
            return;
        }
        uint32_t first, count = lower_children(l, inner, &first);
        CXCursor only = count ? lower_kid(l, first) : clang_getNullCursor();
        lower_pop(l, first);
        if (count)
            lower_initialise(l, place, type, only); /* int x = {1}; */
        else
            store_zero(l, place, type, loc);
        return;
    }
    ir_id value = lower_expr(l, init);
    if (value == IR_NONE)
        value = emit_unknown(l, IR_NONE, loc);
    emit_store(l, place, value, IR_STORE_INIT, loc);
}

/* ---- static data ----------------------------------------------------------------------- */

struct slot_walk {
    struct lowering *l;
    ir_id global;
};

static void walk_slots(struct slot_walk *w, CXType type, CXCursor init, ir_id record, ir_id field);

static void walk_record(struct slot_walk *w, CXType type, CXCursor init) {
    struct lowering *l = w->l;
    struct fields fields = fields_of(type);
    ir_id record = record_name(l, type);
    uint32_t first, count = lower_children(l, init, &first), next = 0;
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i), member, value = kid;
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        if (designated(l, kid, &member, &value)) {
            uint32_t at = index_of(&fields, member);
            next = at == IR_NONE ? fields.list.count : at;
        }
        if (next >= fields.list.count)
            continue;
        CXCursor target = fields.list.data[next++];
        walk_slots(w, clang_getCursorType(target), value, record,
                   lower_string(l, clang_getCursorSpelling(target)));
    }
    lower_pop(l, first);
    free(fields.list.data);
}

static void walk_array(struct slot_walk *w, CXType type, CXCursor init, ir_id record, ir_id field) {
    struct lowering *l = w->l;
    CXType element = clang_getArrayElementType(clang_getCanonicalType(type));
    uint32_t first, count = lower_children(l, init, &first);
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        uint32_t inner, parts = lower_children(l, kid, &inner);
        if (clang_getCursorKind(kid) == CXCursor_UnexposedExpr && parts == 2)
            kid = lower_kid(l, inner + 1);
        lower_pop(l, inner);
        walk_slots(w, element, kid, record, field);
    }
    lower_pop(l, first);
}

static void walk_slots(struct slot_walk *w, CXType type, CXCursor init, ir_id record, ir_id field) {
    struct lowering *l = w->l;
    CXCursor inner = lower_strip(l, init);
    while (clang_getCursorKind(inner) == CXCursor_CStyleCastExpr ||
           (clang_getCursorKind(inner) == CXCursor_UnaryOperator &&
            clang_getCursorUnaryOperatorKind(inner) == CXUnaryOperator_AddrOf)) {
        uint32_t first, count = lower_children(l, inner, &first);
        CXCursor operand = count ? lower_kid(l, first + count - 1) : clang_getNullCursor();
        lower_pop(l, first);
        if (!count)
            return;
        inner = lower_strip(l, operand);
    }
    if (clang_getCursorKind(inner) == CXCursor_InitListExpr) {
        if (is_record(type))
            walk_record(w, type, inner);
        else if (is_array(type))
            walk_array(w, type, inner, record, field);
        return;
    }
    if (clang_getCursorKind(inner) != CXCursor_DeclRefExpr)
        return;
    CXCursor decl = clang_getCursorReferenced(inner);
    if (clang_getCursorKind(decl) != CXCursor_FunctionDecl)
        return;
    ir_push_slots(l->unit, (struct ir_slot){.global = w->global,
                                            .record = record,
                                            .field = field,
                                            .function = lower_function_ref(l, decl),
                                            .loc = lower_loc(l, init)});
}

void lower_slots(struct lowering *l, CXCursor decl) {
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (clang_Cursor_isNull(init))
        return;
    struct slot_walk walk = {l, lower_global_ref(l, decl)};
    walk_slots(&walk, clang_getCursorType(decl), init, IR_NONE, IR_NONE);
}
