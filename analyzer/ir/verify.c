#include "ir/verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "ir/alloc.h"
#include "ir/io.h"

void verify_defect(struct verifier *v, const char *format, ...) {
    if (v->defect)
        return;
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    v->defect = v->fn ? ir_format("the facts are not sound: in %.200s: %s",
                                  ir_text(v->u, v->fn->name), what)
                      : ir_format("the facts are not sound: %s", what);
}

void verify_index(struct verifier *v, ir_id id, uint32_t count, const char *what) {
    if (id == IR_NONE)
        verify_defect(v, "a %s is missing", what);
    else if (id >= count)
        verify_defect(v, "%s %u of %u", what, id, count);
}

void verify_optional(struct verifier *v, ir_id id, uint32_t count, const char *what) {
    if (id != IR_NONE)
        verify_index(v, id, count, what);
}

void verify_range(struct verifier *v, ir_id first, uint32_t length, uint32_t count,
                  uint32_t *unclaimed, const char *what) {
    if (length && (first > count || length > count - first))
        verify_defect(v, "%u %s from %u on, of %u", length, what, first, count);
    else if (length > *unclaimed)
        verify_defect(v, "%s that belong to two", what);
    else
        *unclaimed -= length;
}

void verify_string(struct verifier *v, ir_id id, const char *what) {
    verify_optional(v, id, v->u->string_at.count, what);
}

void verify_loc(struct verifier *v, ir_id id) {
    verify_optional(v, id, v->u->locs.count, "location");
}

void verify_type(struct verifier *v, ir_id id) {
    verify_optional(v, id, v->u->types.count, "type");
}

/* ---- the unit's tables ----------------------------------------------------------------- */

static void check_strings(struct verifier *v) {
    const struct ir_unit *u = v->u;
    if (u->chars.count && u->chars.data[u->chars.count - 1] != 0)
        verify_defect(v, "the last string has no end");
    for (uint32_t i = 0; i < u->string_at.count; i++)
        verify_index(v, u->string_at.data[i], u->chars.count, "text of a string");
}

static void check_files(struct verifier *v) {
    const struct ir_unit *u = v->u;
    for (uint32_t i = 0; i < u->files.count; i++)
        verify_index(v, u->files.data[i].path, u->string_at.count, "file's path");
    for (uint32_t i = 0; i < u->locs.count; i++) {
        verify_index(v, u->locs.data[i].file, u->files.count, "location's file");
        verify_index(v, u->locs.data[i].spell_file, u->files.count, "location's file");
    }
}

static void check_types(struct verifier *v) {
    const struct ir_unit *u = v->u;
    for (uint32_t i = 0; i < u->types.count; i++) {
        const struct ir_type *type = &u->types.data[i];
        verify_string(v, type->name, "type's name");
        if (type->kind > IR_TYPE_OTHER)
            verify_defect(v, "type of kind %u", type->kind);
        if (type->elem != IR_NONE && type->elem >= i) /* parts come first, so a chain ends */
            verify_defect(v, "type %u is made of type %u", i, type->elem);
    }
}

static void check_globals(struct verifier *v) {
    const struct ir_unit *u = v->u;
    for (uint32_t i = 0; i < u->globals.count; i++) {
        const struct ir_global *global = &u->globals.data[i];
        verify_string(v, global->name, "global's name");
        verify_string(v, global->usr, "global's identity");
        verify_type(v, global->type);
        verify_loc(v, global->loc);
        if (global->linkage > IR_LINK_EXTERNAL)
            verify_defect(v, "global of linkage %u", global->linkage);
    }
    for (uint32_t i = 0; i < u->slots.count; i++) {
        const struct ir_slot *slot = &u->slots.data[i];
        verify_index(v, slot->global, u->globals.count, "slot's global");
        verify_string(v, slot->record, "slot's record");
        verify_string(v, slot->field, "slot's field");
        verify_index(v, slot->function, u->functions.count, "slot's function");
        verify_loc(v, slot->loc);
    }
}

static void check_notes(struct verifier *v) {
    const struct ir_unit *u = v->u;
    for (uint32_t i = 0; i < u->annotations.count; i++) {
        verify_string(v, u->annotations.data[i].text, "annotation");
        verify_loc(v, u->annotations.data[i].loc);
    }
    for (uint32_t i = 0; i < u->type_annotations.count; i++) {
        verify_string(v, u->type_annotations.data[i].record, "annotated record");
        verify_string(v, u->type_annotations.data[i].field, "annotated field");
        verify_string(v, u->type_annotations.data[i].text, "annotation");
        verify_loc(v, u->type_annotations.data[i].loc);
    }
    for (uint32_t i = 0; i < u->suppressions.count; i++) {
        const struct ir_suppression *suppression = &u->suppressions.data[i];
        verify_index(v, suppression->file, u->files.count, "suppression's file");
        verify_string(v, suppression->rules, "suppression's rules");
        verify_string(v, suppression->reason, "suppression's reason");
        if (suppression->scope > IR_SUPPRESS_FILE)
            verify_defect(v, "suppression of scope %u", suppression->scope);
    }
    for (uint32_t i = 0; i < u->problems.count; i++) {
        verify_string(v, u->problems.data[i].text, "problem");
        verify_loc(v, u->problems.data[i].loc);
    }
}

/* ---- functions ------------------------------------------------------------------------- */

static void check_ranges(struct verifier *v) {
    const struct ir_function *fn = v->fn;
    verify_range(v, fn->first_local, fn->local_count, v->u->locals.count, &v->left.locals,
                 "locals");
    verify_range(v, fn->first_block, fn->block_count, v->u->blocks.count, &v->left.blocks,
                 "blocks");
    verify_range(v, fn->first_annotation, fn->annotation_count, v->u->annotations.count,
                 &v->left.annotations, "annotations");
}

/* Defined functions have blocks, unless something in them could not be lowered. */
static void check_flags(struct verifier *v) {
    const struct ir_function *fn = v->fn;
    bool defined = fn->flags & IR_FN_DEFINED, incomplete = fn->flags & IR_FN_INCOMPLETE;
    if (fn->linkage > IR_LINK_EXTERNAL)
        verify_defect(v, "linkage %u", fn->linkage);
    if (incomplete && !defined)
        verify_defect(v, "it is incomplete and not defined");
    if (fn->block_count && (!defined || incomplete))
        verify_defect(v, "it has blocks and is %s", defined ? "incomplete" : "not defined");
    if (!fn->block_count && defined && !incomplete)
        verify_defect(v, "it is defined and has no block");
    if (fn->block_count && fn->param_count > fn->local_count)
        verify_defect(v, "%u parameters among %u locals", fn->param_count, fn->local_count);
}

static void check_function(struct verifier *v) {
    const struct ir_function *fn = v->fn;
    verify_index(v, fn->name, v->u->string_at.count, "name");
    verify_index(v, fn->usr, v->u->string_at.count, "identity");
    verify_index(v, fn->type, v->u->types.count, "type");
    verify_string(v, fn->note, "note");
    verify_loc(v, fn->loc);
    verify_loc(v, fn->body_loc);
    check_ranges(v);
    check_flags(v);
    for (uint32_t i = 0; i < fn->local_count && !v->defect; i++) {
        const struct ir_local *local = ir_local_at(v->u, fn, i);
        verify_string(v, local->name, "local's name");
        verify_index(v, local->type, v->u->types.count, "local's type");
        verify_loc(v, local->loc);
    }
    if (!v->defect && fn->block_count)
        verify_body(v);
}

char *ir_verify(const struct ir_unit *unit) {
    struct verifier v = {.u = unit,
                         .left = {.annotations = unit->annotations.count,
                                  .locals = unit->locals.count,
                                  .blocks = unit->blocks.count,
                                  .instrs = unit->instrs.count,
                                  .args = unit->args.count,
                                  .succs = unit->succs.count,
                                  .cases = unit->cases.count}};
    check_strings(&v);
    check_files(&v);
    check_types(&v);
    check_globals(&v);
    check_notes(&v);
    for (ir_id f = 0; f < unit->functions.count && !v.defect; f++) {
        v.fn = &unit->functions.data[f];
        check_function(&v);
    }
    return v.defect;
}
