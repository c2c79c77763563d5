/*
 * Initialisers: stores for locals, tables of functions for static data. Both walk an initialiser
 * as C reads it: in order, by designators, and with inner braces left out.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/text.h"

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

static bool is_record(CXType type) {
    return clang_getCanonicalType(type).kind == CXType_Record;
}

static bool is_union(CXType type) {
    CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(type));
    return clang_getCursorKind(decl) == CXCursor_UnionDecl;
}

static bool is_array(CXType type) {
    enum CXTypeKind kind = clang_getCanonicalType(type).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
           kind == CXType_VariableArray;
}

/* int : 3; takes no part in an initialiser. */
static bool is_padding(CXCursor field) {
    if (!clang_Cursor_isBitField(field))
        return false;
    CXString name = clang_getCursorSpelling(field);
    bool unnamed = clang_getCString(name)[0] == 0;
    clang_disposeString(name);
    return unnamed;
}

/* The field that is `member`, or the anonymous one that holds it. */
static int64_t index_of(const struct fields *fields, CXCursor member) {
    for (uint32_t i = 0; i < fields->list.count; i++) {
        CXCursor field = fields->list.data[i];
        if (clang_equalCursors(field, member))
            return i;
        if (!lower_is_anonymous(field))
            continue;
        struct fields inner = fields_of(clang_getCursorType(field));
        int64_t found = index_of(&inner, member);
        free(inner.list.data);
        if (found >= 0)
            return i;
    }
    return -1;
}

/* ---- walking --------------------------------------------------------------------------- */

struct walk {
    struct lowering *l;
    ir_id global; /* IR_NONE: a local is initialised */
};

/* The object that an initialiser is for. */
struct where {
    ir_id place;         /* of a local */
    ir_id record, field; /* strings: the innermost field */
};

/* The initialisers in a pair of braces, as children of the list. */
struct stream {
    uint32_t first, count, next;
};

static void walk(struct walk *w, struct where where, CXType type, CXCursor init);

static CXCursor peek(const struct walk *w, const struct stream *stream) {
    return lower_kid(w->l, stream->first + stream->next);
}

static struct where at_field(const struct walk *w, struct where where, CXCursor field) {
    if (lower_is_anonymous(field))
        return where;
    struct lowering *l = w->l;
    where.record = lower_record_of(l, field);
    where.field = lower_string(l, clang_getCursorSpelling(field));
    if (w->global == IR_NONE)
        where.place = place_field(l, where.place, where.field, where.record,
                                  lower_type(l, clang_getCursorType(field)));
    lower_field_annotations(l, field);
    return where;
}

static struct where at_index(const struct walk *w, struct where where, CXType element,
                             const int64_t *index, ir_id loc) {
    struct lowering *l = w->l;
    if (w->global != IR_NONE)
        return where;
    ir_id type = lower_type(l, element);
    ir_id reg = index ? emit_const(l, *index, IR_NONE, loc) : emit_unknown(l, IR_NONE, loc);
    where.place = place_index(l, where.place, reg, type);
    return where;
}

/* .field = value, [index] = value, [low ... high].field = value */
static bool is_designated(struct lowering *l, CXCursor init) {
    if (clang_getCursorKind(init) != CXCursor_UnexposedExpr)
        return false;
    uint32_t first, count = lower_children(l, init, &first);
    bool has_parts = count >= 2;
    bool member = has_parts && clang_getCursorKind(lower_kid(l, first)) == CXCursor_MemberRef;
    lower_pop(l, first);
    struct text text = text_spelled(l, init);
    struct word word;
    return member || (has_parts && text_next(&text, &word) && word_is(word, "["));
}

/* Reads on to the next designator in brackets and past it; true if it is a range. */
static bool read_range(struct text *text) {
    struct word word;
    bool range = false;
    int depth = 0;
    while (text_next(text, &word)) {
        int nesting = word_nesting(word);
        if (depth == 0 && !word_is(word, "["))
            continue;
        depth += nesting;
        range |= depth == 1 && word_is(word, "...");
        if (depth == 0)
            break;
    }
    return range;
}

/* Follows the designators to what they name, and initialises that. Gives the index of the member
   of `type` that it is, or lies in; -1 if unknown. */
static int64_t designate(struct walk *w, struct where where, CXType type, CXCursor init) {
    struct lowering *l = w->l;
    struct text text = text_spelled(l, init);
    ir_id loc = lower_loc(l, init);
    uint32_t first, count = lower_children(l, init, &first);
    int64_t member = -1;
    for (uint32_t i = 0; i + 1 < count; i++) {
        CXCursor part = lower_kid(l, first + i);
        int64_t index = -1;
        if (clang_getCursorKind(part) == CXCursor_MemberRef) {
            CXCursor field = clang_getCursorReferenced(part);
            struct fields fields = fields_of(type);
            index = index_of(&fields, field);
            free(fields.list.data);
            where = at_field(w, where, field);
            type = clang_getCursorType(field);
        } else {
            bool range = read_range(&text);
            bool known = lower_constant(lower_kid(l, first + i + range), &index);
            type = clang_getArrayElementType(clang_getCanonicalType(type));
            where = at_index(w, where, type, known && !range ? &index : NULL, loc);
            i += range;
        }
        if (i == 0 || member == -1)
            member = index;
    }
    CXCursor value = lower_kid(l, first + count - 1);
    walk(w, where, type, value);
    lower_pop(l, first);
    return member;
}

/* Whether `init` is a value for all of an aggregate, rather than for its first member. */
static bool is_whole(struct lowering *l, CXType type, CXCursor init) {
    CXCursor inner = lower_strip(l, init);
    enum CXCursorKind kind = clang_getCursorKind(inner);
    if (kind == CXCursor_InitListExpr)
        return true;
    CXType given = clang_getCursorType(inner);
    if (is_record(type))
        return is_record(given) &&
               clang_equalTypes(clang_getUnqualifiedType(clang_getCanonicalType(type)),
                                clang_getUnqualifiedType(clang_getCanonicalType(given)));
    if (!is_array(type))
        return true;
    CXType element = clang_getArrayElementType(clang_getCanonicalType(type));
    return kind == CXCursor_CompoundLiteralExpr ||
           (kind == CXCursor_StringLiteral && !is_array(element) && !is_record(element) &&
            element.kind != CXType_Pointer);
}

static void fill(struct walk *w, struct where where, CXType type, struct stream *stream,
                 bool braced, ir_id loc);

/* The next initialiser, or as many as the object needs where inner braces are left out. */
static void element(struct walk *w, struct where where, CXType type, struct stream *stream) {
    uint32_t before = stream->next;
    CXCursor init = peek(w, stream);
    if (!is_whole(w->l, type, init))
        fill(w, where, type, stream, false, IR_NONE);
    if (stream->next == before) {
        stream->next++;
        walk(w, where, type, init);
    }
}

static void zero_the_rest(struct walk *w, struct where where, CXType type, const bool *done,
                          ir_id loc);

/* Zero, as far down as records go. */
static void store_zero(struct lowering *l, ir_id place, CXType type, ir_id loc) {
    if (is_record(type) && !is_union(type)) {
        struct walk w = {l, IR_NONE};
        zero_the_rest(&w, (struct where){place, IR_NONE, IR_NONE}, type, NULL, loc);
        return;
    }
    if (is_record(type) || is_array(type)) {
        emit_store(l, place, emit_unknown(l, IR_NONE, loc), IR_STORE_INIT | IR_STORE_AGGREGATE,
                   loc);
        return;
    }
    emit_store(l, place, emit_const(l, 0, lower_type(l, type), loc), IR_STORE_INIT, loc);
}

/* Fields that no initialiser names are zero. `done` may be NULL: none is named. */
static void zero_the_rest(struct walk *w, struct where where, CXType type, const bool *done,
                          ir_id loc) {
    struct fields fields = fields_of(type);
    for (uint32_t i = 0; i < fields.list.count; i++) {
        CXCursor field = fields.list.data[i];
        CXType field_type = clang_getCursorType(field);
        bool shared = lower_is_anonymous(field) && is_union(field_type); /* has no place */
        if ((!done || !done[i]) && !is_padding(field) && !shared)
            store_zero(w->l, at_field(w, where, field).place, field_type, loc);
    }
    free(fields.list.data);
}

/* Takes what belongs to a record or array from the stream. Designators and what is too much belong
   to the object that has the braces. */
static void fill(struct walk *w, struct where where, CXType type, struct stream *stream,
                 bool braced, ir_id loc) {
    struct lowering *l = w->l;
    bool record = is_record(type);
    CXType element_type = clang_getArrayElementType(clang_getCanonicalType(type));
    long long length = record ? 0 : clang_getArraySize(clang_getCanonicalType(type));
    struct fields fields = record ? fields_of(type) : (struct fields){{0}};
    bool *done = lower_resize(NULL, fields.list.count + 1, sizeof *done);
    memset(done, 0, fields.list.count + 1);
    int64_t at = 0, end = !record                               ? length > 0 ? length : INT64_MAX
                          : is_union(type) && fields.list.count ? 1
                                                                : fields.list.count;
    while (stream->next < stream->count) {
        CXCursor init = peek(w, stream);
        bool named = is_designated(l, init);
        while (record && at < end && is_padding(fields.list.data[at]))
            at++;
        if (!braced && (named || at >= end))
            break;
        if (named) {
            stream->next++;
            at = designate(w, where, type, init);
        } else if (at >= end) {
            stream->next++;
            if (w->global == IR_NONE)
                lower_effects(l, init);
            continue;
        } else if (record) {
            CXCursor field = fields.list.data[at];
            element(w, at_field(w, where, field), clang_getCursorType(field), stream);
        } else {
            element(w, at_index(w, where, element_type, &at, lower_loc(l, init)), element_type,
                    stream);
        }
        if (record && at >= 0)
            done[at] = true;
        at = at < 0 ? end : at + 1;
    }
    if (braced && !is_union(type) && w->global == IR_NONE)
        zero_the_rest(w, where, type, done, loc);
    free(done);
    free(fields.list.data);
}

/* ---- values ---------------------------------------------------------------------------- */

static void store_value(struct walk *w, struct where where, CXCursor init) {
    struct lowering *l = w->l;
    ir_id value = lower_expr(l, init);
    if (value == IR_NONE)
        value = emit_unknown(l, IR_NONE, lower_loc(l, init));
    emit_store(l, where.place, value, IR_STORE_INIT, lower_loc(l, init));
}

/* A function, or what holds functions: &(struct ops){…}, condition ? one : other. */
static void find_functions(struct walk *w, struct where where, CXCursor init) {
    struct lowering *l = w->l;
    CXCursor inner = lower_strip(l, init);
    switch (clang_getCursorKind(inner)) {
    case CXCursor_CStyleCastExpr:
    case CXCursor_UnaryOperator:
    case CXCursor_ConditionalOperator: {
        bool choice = clang_getCursorKind(inner) == CXCursor_ConditionalOperator;
        uint32_t first, count = lower_children(l, inner, &first);
        for (uint32_t i = choice || !count ? 1 : count - 1; i < count; i++)
            find_functions(w, where, lower_kid(l, first + i));
        lower_pop(l, first);
        break;
    }
    case CXCursor_CompoundLiteralExpr: {
        uint32_t first, count = lower_children(l, inner, &first);
        if (count)
            walk(w, where, clang_getCursorType(inner), lower_kid(l, first + count - 1));
        lower_pop(l, first);
        break;
    }
    case CXCursor_DeclRefExpr: {
        CXCursor decl = clang_getCursorReferenced(inner);
        if (clang_getCursorKind(decl) == CXCursor_FunctionDecl)
            ir_push_slots(l->unit, (struct ir_slot){.global = w->global,
                                                    .record = where.record,
                                                    .field = where.field,
                                                    .function = lower_function_ref(l, decl),
                                                    .loc = lower_loc(l, init)});
        break;
    }
    default:
        break;
    }
}

/* int x = {1}; and the parts of vectors and complex numbers */
static void walk_scalar(struct walk *w, struct where where, CXType type, uint32_t first,
                        uint32_t count, ir_id loc) {
    struct lowering *l = w->l;
    if (count == 1) {
        walk(w, where, type, lower_kid(l, first));
        return;
    }
    if (w->global != IR_NONE)
        return;
    if (count == 0) {
        store_zero(l, where.place, type, loc);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        lower_effects(l, lower_kid(l, first + i));
    emit_store(l, where.place, emit_unknown(l, lower_type(l, type), loc), IR_STORE_INIT, loc);
}

static void walk(struct walk *w, struct where where, CXType type, CXCursor init) {
    struct lowering *l = w->l;
    CXCursor inner = lower_strip(l, init);
    if (clang_getCursorKind(inner) != CXCursor_InitListExpr) {
        if (w->global == IR_NONE)
            store_value(w, where, init);
        else
            find_functions(w, where, init);
        return;
    }
    struct stream stream = {0};
    stream.count = lower_children(l, inner, &stream.first);
    if (is_record(type) || is_array(type))
        fill(w, where, type, &stream, true, lower_loc(l, init));
    else
        walk_scalar(w, where, type, stream.first, stream.count, lower_loc(l, init));
    lower_pop(l, stream.first);
}

void lower_initialise(struct lowering *l, ir_id place, CXType type, CXCursor init) {
    struct walk w = {l, IR_NONE};
    walk(&w, (struct where){place, IR_NONE, IR_NONE}, type, init);
}

void lower_slots(struct lowering *l, CXCursor decl, ir_id global) {
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    struct walk w = {l, global};
    if (!clang_Cursor_isNull(init))
        walk(&w, (struct where){IR_NONE, IR_NONE, IR_NONE}, clang_getCursorType(decl), init);
}
