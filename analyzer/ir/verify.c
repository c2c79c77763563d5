#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/io.h"

/* The first defect found; later ones are not looked for. */
struct verifier {
    const struct ir_unit *u;
    const struct ir_function *fn;
    char *defect;
};

static void defect(struct verifier *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void defect(struct verifier *v, const char *format, ...) {
    if (v->defect)
        return;
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    const char *name = v->fn ? ir_text(v->u, v->fn->name) : "the unit";
    if (asprintf(&v->defect, "the facts are not sound: %s: %s", name, what) < 0)
        abort();
}

static void check_index(struct verifier *v, ir_id id, uint32_t count, const char *what) {
    if (id >= count)
        defect(v, "%s %u of %u", what, id, count);
}

static void check_optional(struct verifier *v, ir_id id, uint32_t count, const char *what) {
    if (id != IR_NONE)
        check_index(v, id, count, what);
}

static void check_range(struct verifier *v, ir_id first, uint32_t length, uint32_t count,
                        const char *what) {
    if (length && (first > count || length > count - first))
        defect(v, "%s %u..+%u of %u", what, first, length, count);
}

static void check_string(struct verifier *v, ir_id id, const char *what) {
    check_optional(v, id, v->u->string_at.count, what);
}

static void check_loc(struct verifier *v, ir_id id) {
    check_optional(v, id, v->u->locs.count, "location");
}

static void check_type(struct verifier *v, ir_id id) {
    check_optional(v, id, v->u->types.count, "type");
}

static void check_register(struct verifier *v, ir_id id) {
    check_index(v, id, v->fn->register_count, "register");
}

/* ---- the unit's tables ----------------------------------------------------------------- */

static void check_tables(struct verifier *v) {
    const struct ir_unit *u = v->u;
    for (uint32_t i = 0; i < u->files.count; i++)
        check_index(v, u->files.data[i].path, u->string_at.count, "file's path");
    for (uint32_t i = 0; i < u->locs.count; i++) {
        check_index(v, u->locs.data[i].file, u->files.count, "location's file");
        check_index(v, u->locs.data[i].spell_file, u->files.count, "location's file");
    }
    for (uint32_t i = 0; i < u->types.count; i++) {
        check_string(v, u->types.data[i].name, "type's name");
        check_type(v, u->types.data[i].elem);
    }
    for (uint32_t i = 0; i < u->globals.count; i++) {
        check_string(v, u->globals.data[i].name, "global's name");
        check_string(v, u->globals.data[i].usr, "global's identity");
        check_type(v, u->globals.data[i].type);
        check_loc(v, u->globals.data[i].loc);
    }
    for (uint32_t i = 0; i < u->slots.count; i++) {
        const struct ir_slot *slot = &u->slots.data[i];
        check_index(v, slot->global, u->globals.count, "slot's global");
        check_string(v, slot->record, "slot's record");
        check_string(v, slot->field, "slot's field");
        check_index(v, slot->function, u->functions.count, "slot's function");
        check_loc(v, slot->loc);
    }
    for (uint32_t i = 0; i < u->annotations.count; i++) {
        check_string(v, u->annotations.data[i].text, "annotation");
        check_loc(v, u->annotations.data[i].loc);
    }
    for (uint32_t i = 0; i < u->type_annotations.count; i++) {
        check_string(v, u->type_annotations.data[i].record, "annotated record");
        check_string(v, u->type_annotations.data[i].field, "annotated field");
        check_string(v, u->type_annotations.data[i].text, "annotation");
        check_loc(v, u->type_annotations.data[i].loc);
    }
    for (uint32_t i = 0; i < u->suppressions.count; i++) {
        check_index(v, u->suppressions.data[i].file, u->files.count, "suppression's file");
        check_string(v, u->suppressions.data[i].rules, "suppression's rules");
        check_string(v, u->suppressions.data[i].reason, "suppression's reason");
    }
    for (uint32_t i = 0; i < u->problems.count; i++) {
        check_string(v, u->problems.data[i].text, "problem");
        check_loc(v, u->problems.data[i].loc);
    }
}

/* ---- functions ------------------------------------------------------------------------- */

static void check_place(struct verifier *v, ir_id id) {
    for (;;) {
        check_index(v, id, v->u->places.count, "place");
        if (v->defect)
            return;
        const struct ir_place *place = &v->u->places.data[id];
        check_type(v, place->type);
        check_string(v, place->record, "place's record");
        switch (place->kind) {
        case IR_PLACE_LOCAL:
            check_index(v, place->a, v->fn->local_count, "local");
            return;
        case IR_PLACE_GLOBAL:
            check_index(v, place->a, v->u->globals.count, "global");
            return;
        case IR_PLACE_DEREF:
            check_register(v, place->a);
            return;
        case IR_PLACE_FIELD:
            check_index(v, place->b, v->u->string_at.count, "field");
            break;
        case IR_PLACE_INDEX:
            check_register(v, place->b);
            break;
        default:
            defect(v, "place of kind %u", place->kind);
            return;
        }
        if (place->a >= id) { /* parents come first, so a chain ends */
            defect(v, "place %u has parent %u", id, place->a);
            return;
        }
        id = place->a;
    }
}

static bool writes_register(unsigned op) {
    return op == IR_CONST || op == IR_STRING || op == IR_FUNCTION || op == IR_ADDR ||
           op == IR_LOAD || op == IR_MOVE || op == IR_CAST || op == IR_BINARY || op == IR_UNARY ||
           op == IR_UNKNOWN;
}

static void check_call(struct verifier *v, const struct ir_instr *instr) {
    if (instr->sub == IR_CALL_DIRECT) {
        check_index(v, instr->a, v->u->functions.count, "callee");
    } else if (instr->sub == IR_CALL_INDIRECT) {
        check_register(v, instr->a);
        if (instr->b != IR_NONE)
            check_place(v, instr->b);
    } else {
        defect(v, "call of kind %u", instr->sub);
    }
}

static void check_operands(struct verifier *v, const struct ir_instr *instr) {
    switch (instr->op) {
    case IR_STRING:
        check_index(v, instr->a, v->u->string_at.count, "string");
        break;
    case IR_FUNCTION:
        check_index(v, instr->a, v->u->functions.count, "function");
        break;
    case IR_STORE:
        check_register(v, instr->b);
        check_place(v, instr->a);
        break;
    case IR_ADDR:
    case IR_LOAD:
        check_place(v, instr->a);
        break;
    case IR_BINARY:
        check_register(v, instr->b);
        check_register(v, instr->a);
        break;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        check_register(v, instr->a);
        break;
    case IR_CALL:
        check_call(v, instr);
        break;
    case IR_DEAD:
        check_index(v, instr->a, v->fn->local_count, "local");
        break;
    case IR_CONST:
    case IR_UNKNOWN:
    case IR_ASM:
        break;
    default:
        defect(v, "instruction %u", instr->op);
    }
    if ((instr->op == IR_BINARY || instr->op == IR_UNARY) && instr->sub > IR_BITNOT)
        defect(v, "operator %u", instr->sub);
}

static void check_instr(struct verifier *v, const struct ir_instr *instr) {
    check_type(v, instr->type);
    check_loc(v, instr->loc);
    check_optional(v, instr->dst, v->fn->register_count, "register");
    if (writes_register(instr->op) != (instr->dst != IR_NONE) && instr->op != IR_CALL)
        defect(v, "instruction %u writes %u", instr->op, instr->dst);
    check_range(v, instr->first_arg, instr->arg_count, v->u->args.count, "arguments");
    if (v->defect)
        return;
    for (uint32_t i = 0; i < instr->arg_count; i++)
        check_register(v, ir_arg(v->u, instr, i));
    check_operands(v, instr);
}

static void check_terminator(struct verifier *v, const struct ir_block *block) {
    uint32_t wanted;
    switch (block->term) {
    case IR_TERM_JUMP:
        wanted = 1;
        break;
    case IR_TERM_BRANCH:
        wanted = 2;
        check_register(v, block->value);
        break;
    case IR_TERM_SWITCH:
        check_register(v, block->value);
        wanted = block->succ_count ? block->succ_count : 1;
        check_range(v, block->first_case, wanted - 1, v->u->cases.count, "cases");
        break;
    case IR_TERM_RETURN:
        check_optional(v, block->value, v->fn->register_count, "register");
        wanted = 0;
        break;
    case IR_TERM_GOTO:
        wanted = block->succ_count;
        break;
    case IR_TERM_UNREACHABLE:
        wanted = 0;
        break;
    default:
        defect(v, "terminator %u", block->term);
        return;
    }
    if (block->succ_count != wanted)
        defect(v, "terminator %u has %u successors", block->term, block->succ_count);
    check_range(v, block->first_succ, block->succ_count, v->u->succs.count, "successors");
    if (v->defect)
        return;
    for (uint32_t i = 0; i < block->succ_count; i++)
        check_index(v, ir_succ(v->u, block, i), v->fn->block_count, "successor");
}

static void check_block(struct verifier *v, const struct ir_block *block) {
    check_range(v, block->first_instr, block->instr_count, v->u->instrs.count, "instructions");
    check_loc(v, block->loc);
    for (uint32_t i = 0; i < block->instr_count && !v->defect; i++)
        check_instr(v, &v->u->instrs.data[block->first_instr + i]);
    if (!v->defect)
        check_terminator(v, block);
}

static void mark(bool *flags, ir_id reg) {
    if (reg != IR_NONE)
        flags[reg] = true;
}

static void mark_place(const struct ir_unit *u, bool *used, ir_id id) {
    for (const struct ir_place *p = &u->places.data[id];; p = &u->places.data[p->a]) {
        if (p->kind == IR_PLACE_DEREF)
            mark(used, p->a);
        if (p->kind == IR_PLACE_INDEX)
            mark(used, p->b);
        if (p->kind != IR_PLACE_FIELD && p->kind != IR_PLACE_INDEX)
            return;
    }
}

static void mark_used(const struct ir_unit *u, bool *used, const struct ir_instr *instr) {
    for (uint32_t i = 0; i < instr->arg_count; i++)
        mark(used, ir_arg(u, instr, i));
    switch (instr->op) {
    case IR_STORE:
        mark(used, instr->b);
        mark_place(u, used, instr->a);
        break;
    case IR_ADDR:
    case IR_LOAD:
        mark_place(u, used, instr->a);
        break;
    case IR_BINARY:
        mark(used, instr->b);
        mark(used, instr->a);
        break;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        mark(used, instr->a);
        break;
    case IR_CALL:
        if (instr->sub == IR_CALL_INDIRECT)
            mark(used, instr->a);
        break;
    default:
        break;
    }
}

/* Every register that is used is written somewhere in the function. */
static void check_written(struct verifier *v) {
    uint32_t count = v->fn->register_count;
    bool *written = calloc(count + 1, 1), *used = calloc(count + 1, 1);
    if (!written || !used)
        abort();
    for (ir_id b = 0; b < v->fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(v->u, v->fn, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &v->u->instrs.data[block->first_instr + i];
            mark(written, instr->dst);
            mark_used(v->u, used, instr);
        }
        mark(used, block->value);
    }
    for (uint32_t r = 0; r < count; r++)
        if (used[r] && !written[r])
            defect(v, "register %u is used and never written", r);
    free(written);
    free(used);
}

static void check_function(struct verifier *v) {
    const struct ir_function *fn = v->fn;
    check_index(v, fn->name, v->u->string_at.count, "name");
    check_index(v, fn->usr, v->u->string_at.count, "identity");
    check_index(v, fn->type, v->u->types.count, "type");
    check_string(v, fn->note, "note");
    check_loc(v, fn->loc);
    check_loc(v, fn->body_loc);
    check_range(v, fn->first_local, fn->local_count, v->u->locals.count, "locals");
    check_range(v, fn->first_block, fn->block_count, v->u->blocks.count, "blocks");
    check_range(v, fn->first_annotation, fn->annotation_count, v->u->annotations.count,
                "annotations");
    if (fn->block_count && fn->param_count > fn->local_count)
        defect(v, "%u parameters among %u locals", fn->param_count, fn->local_count);
    if (fn->register_count > v->u->instrs.count)
        defect(v, "%u registers", fn->register_count);
    for (uint32_t i = 0; i < fn->local_count && !v->defect; i++) {
        const struct ir_local *local = ir_local_at(v->u, fn, i);
        check_string(v, local->name, "local's name");
        check_index(v, local->type, v->u->types.count, "local's type");
        check_loc(v, local->loc);
    }
    for (ir_id b = 0; b < fn->block_count && !v->defect; b++)
        check_block(v, ir_block_at(v->u, fn, b));
    if (!v->defect && fn->block_count)
        check_written(v);
}

char *ir_verify(const struct ir_unit *unit) {
    struct verifier v = {.u = unit};
    check_tables(&v);
    for (ir_id f = 0; f < unit->functions.count && !v.defect; f++) {
        v.fn = &unit->functions.data[f];
        check_function(&v);
    }
    return v.defect;
}
