#include "program/kept.h"

#include <stdlib.h>
#include <string.h>

#include "program/named.h"

/* What a register holds, as far as its function's text says. */
struct content {
    enum { CONTENT_OTHER, CONTENT_NULL, CONTENT_MADE, CONTENT_KEPT, CONTENT_ADDRESS } what;
    const char *resource, *number; /* MADE */
    struct named field;            /* KEPT: it was loaded from there; ADDRESS: it leads there */
    ir_id type;                    /* the last that says which record it leads to, if one does */
};

/* A walk over one function. */
struct walk {
    struct program *program;
    const struct ir_unit *unit;
    const struct ir_function *function;
    struct content *contents; /* by register */
    bool collects;            /* the fields are still being found */
};

static int compare(const void *a, const void *b) {
    const struct kept *x = a, *y = b;
    int order = strcmp(x->record, y->record);
    return order ? order : strcmp(x->field, y->field);
}

static struct kept *find(const struct program *program, const struct named *name) {
    struct kept key = {.record = name->record, .field = name->field};
    return program->kept_count
               ? bsearch(&key, program->kept, program->kept_count, sizeof key, compare)
               : NULL;
}

const struct kept *prog_kept(const struct program *program, const char *record, const char *field) {
    return find(program, &(struct named){record, field});
}

static bool is_field(const struct walk *w, ir_id place, struct named *name) {
    return named_place(w->unit, place, name) && name->field && *name->record && *name->field;
}

static bool is_element(const struct walk *w, ir_id place) {
    return w->unit->places.data[place].kind == IR_PLACE_INDEX;
}

const char *prog_pointed_record(const struct ir_unit *unit, ir_id type) {
    if (type == IR_NONE || unit->types.data[type].kind != IR_TYPE_POINTER)
        return NULL;
    const struct ir_type *object = &unit->types.data[unit->types.data[type].elem];
    return object->kind == IR_TYPE_RECORD ? ir_text(unit, object->name) : NULL;
}

/* ---- the first walk: which fields there are ---------------------------------------------- */

static void add_kept(struct walk *w, const struct named *name, const struct content *made,
                     ir_id loc) {
    struct program *program = w->program;
    program->kept = mem_resize(program->kept, program->kept_count + 1, sizeof *program->kept);
    program->kept[program->kept_count++] = (struct kept){.record = name->record,
                                                         .field = name->field,
                                                         .resource = made->resource,
                                                         .number = made->number,
                                                         .unit = w->unit,
                                                         .loc = loc};
}

static bool same_text(const char *x, const char *y) {
    return x == y || (x && y && strcmp(x, y) == 0);
}

/* One entry a field. Where the kinds differ, it is of none. */
static void merge(struct program *program) {
    size_t count = 0;
    if (program->kept_count)
        qsort(program->kept, program->kept_count, sizeof *program->kept, compare);
    for (size_t i = 0; i < program->kept_count; i++) {
        const struct kept *next = &program->kept[i];
        if (!count || compare(&program->kept[count - 1], next) != 0) {
            program->kept[count++] = *next;
            continue;
        }
        struct kept *known = &program->kept[count - 1];
        if (!same_text(known->resource, next->resource))
            known->resource = NULL;
        if (!same_text(known->number, next->number))
            known->number = NULL;
    }
    program->kept_count = count;
}

/* ---- the second walk: what becomes of what they hold ------------------------------------- */

static void let_go(struct walk *w, const struct content *content) {
    bool leads = content->what == CONTENT_KEPT || content->what == CONTENT_ADDRESS;
    struct kept *kept = leads && !w->collects ? find(w->program, &content->field) : NULL;
    if (kept)
        kept->let_go = true;
}

/* Does the callee leave what is in the argument where it is? */
static bool leaves(const struct callee *callee, uint32_t arg) {
    if (!(callee->flags & CALLEE_KNOWN) || callee->returned_arg == (int)arg)
        return false;
    for (size_t i = 0; i < callee->effect_count; i++)
        if (callee->effects[i].target != TARGET_RETURN &&
            callee->effects[i].target != TARGET_PLACE && callee->effects[i].arg == arg)
            return false;
    return true;
}

static struct content made_by(const struct callee *callee) {
    struct content made = {.what = CONTENT_OTHER};
    for (size_t i = 0; i < callee->effect_count && !made.resource; i++)
        if (callee->effects[i].kind == EFFECT_ACQUIRE && callee->effects[i].target == TARGET_RETURN)
            made.resource = callee->effects[i].subject;
    const struct role *yields = prog_role(callee->roles, callee->role_count, ROLE_YIELDS);
    if (yields && !yields->unless_count)
        made.number = yields->subject;
    if (made.resource || made.number)
        made.what = CONTENT_MADE;
    return made;
}

/* Does the callee get at what is in the record by the names of its fields only, if at all? */
static bool keeps_to_fields(const struct program *program, const struct callee *callee,
                            uint32_t arg) {
    if (callee->flags & CALLEE_CONTRACT)
        return true;
    if (!(callee->flags & CALLEE_KNOWN) || callee->function == UINT32_MAX)
        return false;
    const struct function *function = &program->functions[callee->function];
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    return function->defined && arg < fn->param_count &&
           prog_pointed_record(function->unit, ir_local_at(function->unit, fn, arg)->type);
}

/* Somebody who is not seen gets hold of such a record, and of all that is in it. */
static void show_record(struct walk *w, const struct content *content) {
    const char *record = prog_pointed_record(w->unit, content->type);
    for (size_t i = 0; record && !w->collects && i < w->program->kept_count; i++)
        if (strcmp(w->program->kept[i].record, record) == 0)
            w->program->kept[i].let_go = true;
}

static void walk_call(struct walk *w, const struct ir_instr *call) {
    struct callee callee = {.function = UINT32_MAX, .returned_arg = ROLE_ARG_NONE};
    prog_resolve(w->program, w->unit, call, call->sub == IR_CALL_DIRECT ? call->a : IR_NONE,
                 &callee);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const struct content *given = &w->contents[ir_arg(w->unit, call, i)];
        if (given->what == CONTENT_ADDRESS || !leaves(&callee, i))
            let_go(w, given);
        if (!keeps_to_fields(w->program, &callee, i))
            show_record(w, given);
    }
    if (call->dst != IR_NONE)
        w->contents[call->dst] = made_by(&callee);
}

static void walk_store(struct walk *w, const struct ir_instr *store) {
    const struct content *stored = &w->contents[store->b];
    struct named name;
    let_go(w, stored);
    if (!is_field(w, store->a, &name) || (store->flags & IR_STORE_AGGREGATE))
        return;
    bool made = stored->what == CONTENT_MADE && !is_element(w, store->a);
    if (w->collects && made)
        add_kept(w, &name, stored, store->loc);
    struct kept *kept = w->collects ? NULL : find(w->program, &name);
    if (kept && !made && stored->what != CONTENT_NULL)
        kept->foreign = true;
}

static void walk_load(struct walk *w, const struct ir_instr *load) {
    struct content *content = &w->contents[load->dst];
    struct named name;
    *content = (struct content){.what = CONTENT_OTHER};
    if (!is_field(w, load->a, &name))
        return;
    *content = (struct content){.what = load->op == IR_LOAD ? CONTENT_KEPT : CONTENT_ADDRESS,
                                .field = name};
    if (is_element(w, load->a))
        let_go(w, content);
}

static void follow(struct walk *w, const struct ir_instr *instr) {
    switch (instr->op) {
    case IR_CALL:
        walk_call(w, instr);
        return;
    case IR_STORE:
        walk_store(w, instr);
        return;
    case IR_LOAD:
    case IR_ADDR:
        walk_load(w, instr);
        return;
    case IR_CONST:
        w->contents[instr->dst] =
            (struct content){.what = instr->imm ? CONTENT_OTHER : CONTENT_NULL};
        return;
    case IR_CAST:
        w->contents[instr->dst] = w->contents[instr->a];
        return;
    case IR_MOVE:
        let_go(w, &w->contents[instr->a]);
        break;
    case IR_BINARY:
        if (instr->sub < IR_EQ || instr->sub > IR_GE) {
            let_go(w, &w->contents[instr->a]);
            let_go(w, &w->contents[instr->b]);
        }
        break;
    case IR_ASM:
        for (uint32_t i = 0; i < instr->arg_count; i++)
            let_go(w, &w->contents[ir_arg(w->unit, instr, i)]);
        break;
    default:
        break;
    }
    if (instr->dst != IR_NONE)
        w->contents[instr->dst] = (struct content){.what = CONTENT_OTHER};
}

static void walk_instr(struct walk *w, const struct ir_instr *instr) {
    follow(w, instr);
    if (instr->dst == IR_NONE)
        return;
    struct content *content = &w->contents[instr->dst];
    if (instr->op != IR_CAST || !prog_pointed_record(w->unit, content->type))
        content->type = instr->type;
}

static void walk_function(struct walk *w) {
    w->contents = mem_zero(w->function->register_count + 1, sizeof *w->contents);
    for (ir_id b = 0; b < w->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(w->unit, w->function, b);
        for (uint32_t i = 0; i < block->instr_count; i++)
            walk_instr(w, &w->unit->instrs.data[block->first_instr + i]);
        if (block->term == IR_TERM_RETURN && block->value != IR_NONE)
            let_go(w, &w->contents[block->value]);
    }
    free(w->contents);
}

void prog_find_kept(struct program *program) {
    for (int pass = 0; pass < 2; pass++) {
        for (prog_fn f = 0; f < program->function_count; f++) {
            const struct function *function = &program->functions[f];
            struct walk walk = {.program = program,
                                .unit = function->unit,
                                .function = &function->unit->functions.data[function->id],
                                .collects = pass == 0};
            if (function->defined)
                walk_function(&walk);
        }
        if (pass == 0)
            merge(program);
    }
}

struct path_number prog_kept_number(void *data, const struct ir_unit *unit, ir_id place) {
    struct named name;
    if (!named_place(unit, place, &name) || !name.field)
        return (struct path_number){0};
    const struct kept *kept = find(data, &name);
    if (!kept || kept->foreign)
        return (struct path_number){0};
    return (struct path_number){.kind = kept->number, .unit = kept->unit, .loc = kept->loc};
}
