/*
 * What declarations and places in the text become, each once.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontend/lower.h"
#include "frontend/mark.h"

/* ---- maps ------------------------------------------------------------------------------ */

static size_t hash_pointer(const void *key) {
    uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h ^ (h >> 32));
}

uint32_t map_find(const struct pointer_map *map, const void *key) {
    if (!map->size)
        return IR_NONE;
    for (size_t h = hash_pointer(key);; h++) {
        const struct pointer_entry *entry = &map->entries[h & (map->size - 1)];
        if (entry->key == key)
            return entry->value;
        if (!entry->key)
            return IR_NONE;
    }
}

static void place_entry(struct pointer_map *map, const void *key, uint32_t value) {
    size_t h = hash_pointer(key);
    while (map->entries[h & (map->size - 1)].key && map->entries[h & (map->size - 1)].key != key)
        h++;
    map->used += !map->entries[h & (map->size - 1)].key;
    map->entries[h & (map->size - 1)] = (struct pointer_entry){key, value};
}

void map_put(struct pointer_map *map, const void *key, uint32_t value) {
    if (map->used * 2 >= map->size) {
        struct pointer_map old = *map;
        map->size = old.size ? old.size * 2 : 64;
        map->used = 0;
        map->entries = lower_resize(NULL, map->size, sizeof *map->entries);
        memset(map->entries, 0, map->size * sizeof *map->entries);
        for (size_t i = 0; i < old.size; i++)
            if (old.entries[i].key)
                place_entry(map, old.entries[i].key, old.entries[i].value);
        free(old.entries);
    }
    place_entry(map, key, value);
}

void map_clear(struct pointer_map *map) {
    if (map->size)
        memset(map->entries, 0, map->size * sizeof *map->entries);
    map->used = 0;
}

void map_free(struct pointer_map *map) {
    free(map->entries);
}

/* ---- strings, files, locations --------------------------------------------------------- */

ir_id lower_string(struct lowering *l, CXString string) {
    const char *text = clang_getCString(string);
    ir_id id = ir_string(l->unit, text ? text : "");
    clang_disposeString(string);
    return id;
}

ir_id lower_type_name(struct lowering *l, CXType type) {
    CXString spelling = clang_getTypeSpelling(type);
    const char *from = clang_getCString(spelling);
    char *name = lower_resize(NULL, strlen(from) + 1, 1);
    size_t used = 0;
    for (; *from; from++) {
        name[used++] = *from;
        if (*from != '(' || !strstr(from, " at "))
            continue;
        const char *path = strstr(from, " at ") + strlen(" at "); /* (unnamed at PATH:3:1) */
        const char *last = path + strcspn(path, ")");
        while (last > path && last[-1] != '/')
            last--;
        if (last == path || memchr(from + 1, '(', (size_t)(path - from - 1)))
            continue;
        memcpy(name + used, from + 1, (size_t)(path - from - 1));
        used += (size_t)(path - from - 1);
        from = last - 1;
    }
    name[used] = 0;
    ir_id id = ir_string(l->unit, name);
    free(name);
    clang_disposeString(spelling);
    return id;
}

/* The path made absolute and free of "." and "..", without asking the file system: the same text
   for the same file wherever it is included from. */
static void normalise(char *out, size_t size, const char *path) {
    char whole[PATH_MAX * 2];
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here))
            here[0] = 0;
        snprintf(whole, sizeof whole, "%s/%s", here, path);
    }
    size_t length = 0;
    for (char *save = NULL, *part = strtok_r(whole, "/", &save); part;
         part = strtok_r(NULL, "/", &save)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            while (length && out[--length] != '/') {
            }
            continue;
        }
        size_t more = strlen(part);
        if (length + more + 2 > size)
            break;
        out[length++] = '/';
        memcpy(out + length, part, more);
        length += more;
    }
    out[length] = 0;
}

static ir_id file_id(struct lowering *l, CXFile file, CXSourceLocation at) {
    ir_id known = map_find(&l->files, file);
    if (known != IR_NONE)
        return known;
    char path[PATH_MAX * 2];
    CXString name = clang_getFileName(file);
    const char *text = clang_getCString(name);
    normalise(path, sizeof path, text ? text : "?");
    clang_disposeString(name);
    struct ir_file entry = {.path = ir_string(l->unit, path),
                            .is_system = clang_Location_isInSystemHeader(at) != 0};
    CXString main_name = clang_getTranslationUnitSpelling(l->tu);
    CXFile main_file = clang_getFile(l->tu, clang_getCString(main_name));
    entry.is_main = main_file && clang_File_isEqual(main_file, file);
    clang_disposeString(main_name);
    ir_id id = ir_push_files(l->unit, entry);
    map_put(&l->files, file, id);
    return id;
}

static ir_id range_loc(struct lowering *l, CXSourceRange range, bool only_end) {
    CXSourceLocation start = clang_getRangeStart(range), end = clang_getRangeEnd(range);
    CXFile file = NULL, end_file = NULL, spell_file = NULL;
    unsigned spell_line;
    struct ir_loc loc = {0};
    /* a macro's argument stands where it is written, the macro's own text where it is used */
    clang_getFileLocation(start, &file, &loc.line, &loc.col, NULL);
    clang_getFileLocation(end, &end_file, &loc.end_line, &loc.end_col, NULL);
    if (!file)
        return IR_NONE;
    if (end_file != file || loc.end_line < loc.line ||
        (loc.end_line == loc.line && loc.end_col <= loc.col)) {
        loc.end_line = loc.line;
        loc.end_col = loc.col + 1;
    }
    if (only_end && loc.end_col > 1) {
        loc.line = loc.end_line;
        loc.col = loc.end_col - 1;
    }
    loc.file = file_id(l, file, start);
    clang_getSpellingLocation(start, &spell_file, &spell_line, NULL, NULL);
    loc.spell_file = spell_file ? file_id(l, spell_file, start) : loc.file;
    loc.spell_line = spell_file && !only_end ? spell_line : loc.line;
    return ir_add_loc(l->unit, loc);
}

ir_id lower_loc(struct lowering *l, CXCursor cursor) {
    return range_loc(l, clang_getCursorExtent(cursor), false);
}

ir_id lower_end_loc(struct lowering *l, CXCursor cursor) {
    return range_loc(l, clang_getCursorExtent(cursor), true);
}

ir_id lower_point(struct lowering *l, CXSourceLocation location) {
    return range_loc(l, clang_getRange(location, location), false);
}

/* The name of a declaration rather than all of it. */
static ir_id name_loc(struct lowering *l, CXCursor decl, ir_id name) {
    CXFile file = NULL;
    struct ir_loc loc = {0};
    CXSourceLocation at = clang_getCursorLocation(decl);
    clang_getFileLocation(at, &file, &loc.line, &loc.col, NULL);
    if (!file)
        return IR_NONE;
    loc.file = loc.spell_file = file_id(l, file, at);
    loc.end_line = loc.spell_line = loc.line;
    loc.end_col = loc.col + (uint32_t)strlen(ir_text(l->unit, name));
    return ir_add_loc(l->unit, loc);
}

/* ---- annotations ----------------------------------------------------------------------- */

struct attributes {
    struct lowering *l;
    ir_id first;
    uint32_t count, flags;
    uint32_t param;
};

static void add_annotation(struct attributes *a, const char *text, ir_id loc) {
    ir_id id =
        ir_push_annotations(a->l->unit, (struct ir_annotation){ir_string(a->l->unit, text), loc});
    if (a->count == 0)
        a->first = id;
    a->count++;
}

static enum CXChildVisitResult visit_param_attribute(CXCursor cursor, CXCursor parent,
                                                     CXClientData data) {
    struct attributes *a = data;
    (void)parent;
    if (clang_getCursorKind(cursor) == CXCursor_AnnotateAttr) {
        char text[512];
        CXString spelling = clang_getCursorSpelling(cursor);
        snprintf(text, sizeof text, "param:%u:%s", a->param, clang_getCString(spelling));
        clang_disposeString(spelling);
        add_annotation(a, text, lower_loc(a->l, cursor));
    }
    return CXChildVisit_Continue;
}

/* [[noreturn]] and _Noreturn have no cursor of their own and do not show in the type; a macro may
   have written them, so the declaration is asked as the compiler has understood it. */
static bool is_declared_noreturn(CXCursor decl) {
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(decl);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_TerseOutput, 1);
    CXString printed = clang_getCursorPrettyPrinted(decl, policy);
    const char *text = clang_getCString(printed);
    bool noreturn =
        strstr(text, "_Noreturn ") || strstr(text, "[[noreturn]]") || strstr(text, "[[_Noreturn]]");
    clang_disposeString(printed);
    clang_PrintingPolicy_dispose(policy);
    return noreturn;
}

static enum CXChildVisitResult visit_attribute(CXCursor cursor, CXCursor parent,
                                               CXClientData data) {
    struct attributes *a = data;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_AnnotateAttr: {
        CXString text = clang_getCursorSpelling(cursor);
        add_annotation(a, clang_getCString(text), lower_loc(a->l, cursor));
        clang_disposeString(text);
        break;
    }
    case CXCursor_WarnUnusedResultAttr:
        a->flags |= IR_FN_WARN_UNUSED;
        break;
    case CXCursor_PureAttr:
    case CXCursor_ConstAttr:
        a->flags |= IR_FN_PURE;
        break;
    case CXCursor_UnexposedAttr:
        a->flags |= is_declared_noreturn(parent) ? IR_FN_NORETURN : 0;
        break;
    case CXCursor_ParmDecl:
        a->param++;
        clang_visitChildren(cursor, visit_param_attribute, a);
        break;
    default:
        break;
    }
    return CXChildVisit_Continue;
}

/* clang's function effects are part of the type, and have no cursor of their own. */
static void read_effects(struct attributes *a, CXCursor decl) {
    CXString spelling = clang_getTypeSpelling(clang_getCursorType(decl));
    const char *text = clang_getCString(spelling);
    if (strstr(text, "__attribute__((blocking))"))
        add_annotation(a, "blocking", lower_loc(a->l, decl));
    else if (strstr(text, "__attribute__((nonblocking))"))
        add_annotation(a, "nonblocking", lower_loc(a->l, decl));
    clang_disposeString(spelling);
}

struct marked {
    struct attributes *attributes;
    CXCursor decl;
};

static void note_mark(const char *mark, void *data) {
    const struct marked *marked = data;
    add_annotation(marked->attributes, mark, lower_loc(marked->attributes->l, marked->decl));
}

/* Of a static function the declaration before it may be the one that is marked. */
static void read_marks(struct attributes *a, CXCursor decl) {
    CXCursor first = clang_getCanonicalCursor(decl);
    mark_each(a->l, decl, note_mark, &(struct marked){a, decl});
    if (!clang_equalCursors(first, decl))
        mark_each(a->l, first, note_mark, &(struct marked){a, first});
}

struct type_notes {
    struct lowering *l;
    CXCursor decl;
    ir_id record, field;
};

static void note_type(const struct type_notes *notes, ir_id text, CXCursor at) {
    ir_push_type_annotations(notes->l->unit,
                             (struct ir_type_annotation){.record = notes->record,
                                                         .field = notes->field,
                                                         .text = text,
                                                         .loc = lower_loc(notes->l, at)});
}

static void note_type_mark(const char *mark, void *data) {
    const struct type_notes *notes = data;
    note_type(notes, ir_string(notes->l->unit, mark), notes->decl);
}

static enum CXChildVisitResult visit_type_attribute(CXCursor cursor, CXCursor parent,
                                                    CXClientData data) {
    const struct type_notes *notes = data;
    (void)parent;
    if (clang_getCursorKind(cursor) == CXCursor_AnnotateAttr)
        note_type(notes, lower_string(notes->l, clang_getCursorSpelling(cursor)), cursor);
    return CXChildVisit_Continue;
}

void lower_typedef_annotations(struct lowering *l, CXCursor decl) {
    struct type_notes notes = {
        .l = l, .record = lower_string(l, clang_getCursorSpelling(decl)), .field = IR_NONE};
    clang_visitChildren(decl, visit_type_attribute, &notes);
}

void lower_field_annotations(struct lowering *l, CXCursor field) {
    if (map_find(&l->field_notes, field.data[0]) != IR_NONE)
        return;
    map_put(&l->field_notes, field.data[0], 1);
    CXType type = clang_getCursorType(field);
    CXType pointee = clang_getPointeeType(type);
    CXCursor named = clang_getTypeDeclaration(pointee.kind == CXType_Invalid ? type : pointee);
    bool noted = clang_getCursorKind(named) == CXCursor_TypedefDecl && clang_Cursor_hasAttrs(named);
    bool marked = clang_getCanonicalType(pointee).kind == CXType_FunctionProto;
    if (!noted && !marked && !clang_Cursor_hasAttrs(field))
        return;
    struct type_notes notes = {.l = l,
                               .decl = field,
                               .record = lower_record_of(l, field),
                               .field = lower_string(l, clang_getCursorSpelling(field))};
    mark_each(l, field, note_type_mark, &notes);
    clang_visitChildren(field, visit_type_attribute, &notes);
    if (noted) /* what the typedef says is said of the field */
        clang_visitChildren(named, visit_type_attribute, &notes);
}

/* ---- functions and globals ------------------------------------------------------------- */

static uint32_t function_flags(CXCursor decl, CXType type) {
    uint32_t flags = 0;
    if (clang_isFunctionTypeVariadic(type))
        flags |= IR_FN_VARIADIC;
    if (clang_Cursor_isFunctionInlined(decl))
        flags |= IR_FN_INLINE;
    if (lower_is_noreturn(type))
        flags |= IR_FN_NORETURN;
    return flags;
}

static ir_id make_function(struct lowering *l, CXCursor decl, bool *has_body) {
    CXCursor definition = clang_getCursorDefinition(decl);
    *has_body = !clang_Cursor_isNull(definition);
    CXCursor best = *has_body ? definition : decl;
    CXType type = clang_getCursorType(best);
    struct attributes a = {.l = l, .first = l->unit->annotations.count};
    clang_visitChildren(best, visit_attribute, &a);
    read_effects(&a, best);
    read_marks(&a, best);
    ir_id name = lower_string(l, clang_getCursorSpelling(best));
    int params = clang_Cursor_getNumArguments(best);
    struct ir_function fn = {.name = name,
                             .usr = lower_string(l, clang_getCursorUSR(best)),
                             .type = lower_type(l, type),
                             .loc = name_loc(l, best, name),
                             .body_loc = IR_NONE,
                             .linkage = clang_getCursorLinkage(best) == CXLinkage_Internal
                                            ? IR_LINK_INTERNAL
                                            : IR_LINK_EXTERNAL,
                             .flags = function_flags(best, type) | a.flags,
                             .param_count = params > 0 ? (uint32_t)params : 0,
                             .note = IR_NONE,
                             .first_annotation = a.first,
                             .annotation_count = a.count};
    if (clang_Location_isInSystemHeader(clang_getCursorLocation(best)))
        fn.flags |= IR_FN_SYSTEM_HEADER;
    if (fn.loc != IR_NONE && !l->unit->files.data[l->unit->locs.data[fn.loc].file].is_main)
        fn.flags |= IR_FN_IN_HEADER;
    return ir_push_functions(l->unit, fn);
}

ir_id lower_function_ref(struct lowering *l, CXCursor decl) {
    const void *key = clang_getCanonicalCursor(decl).data[0];
    ir_id known = map_find(&l->functions, key);
    if (known != IR_NONE)
        return known;
    bool has_body;
    ir_id id = make_function(l, decl, &has_body);
    map_put(&l->functions, key, id);
    if (has_body)
        VEC_PUSH(l->pending, clang_getCursorDefinition(decl));
    return id;
}

/* int x; without extern is a definition too, unless a better one follows. */
static bool is_definition(CXCursor decl) {
    return clang_isCursorDefinition(decl) || clang_Cursor_getStorageClass(decl) != CX_SC_Extern;
}

ir_id lower_global_ref(struct lowering *l, CXCursor decl) {
    const void *key = clang_getCanonicalCursor(decl).data[0];
    ir_id known = map_find(&l->globals, key);
    if (known != IR_NONE)
        return known;
    CXCursor definition = clang_getCursorDefinition(decl);
    if (!clang_Cursor_isNull(definition))
        decl = definition;
    enum CXLinkageKind linkage = clang_getCursorLinkage(decl);
    CXType type = clang_getCursorType(decl);
    ir_id name = lower_string(l, clang_getCursorSpelling(decl));
    struct ir_global global = {.name = name,
                               .usr = lower_string(l, clang_getCursorUSR(decl)),
                               .type = lower_type(l, type),
                               .loc = name_loc(l, decl, name),
                               .linkage = linkage == CXLinkage_External ? IR_LINK_EXTERNAL
                                                                        : IR_LINK_INTERNAL,
                               .is_const = clang_isConstQualifiedType(type) != 0,
                               .is_thread_local = clang_getCursorTLSKind(decl) != CXTLS_None,
                               .is_definition = is_definition(decl),
                               .is_local_static = linkage == CXLinkage_NoLinkage};
    ir_id id = ir_push_globals(l->unit, global);
    map_put(&l->globals, key, id);
    lower_slots(l, decl, id);
    return id;
}
