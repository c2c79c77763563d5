/*
 * Contracts: the roles of functions, and of fields that hold function pointers, from annotations
 * and from models.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

/* ---- roles of one function ------------------------------------------------------------- */

static void add_role(struct function *function, const struct role *role) {
    function->roles =
        mem_resize(function->roles, function->role_count + 1, sizeof *function->roles);
    function->roles[function->role_count++] = *role;
}

static bool same_text(const char *x, const char *y) {
    return x == y || (x && y && strcmp(x, y) == 0);
}

static bool same_role(const struct role *x, const struct role *y) {
    return x->kind == y->kind && x->arg == y->arg && x->via == y->via &&
           same_text(x->subject, y->subject) && same_text(x->context, y->context);
}

static bool has_role(const struct function *function, const struct role *role) {
    for (size_t i = 0; i < function->role_count; i++)
        if (same_role(&function->roles[i], role))
            return true;
    return false;
}

/* ---- annotations ----------------------------------------------------------------------- */

static void warn_annotation(const struct warner *warner, const struct ir_unit *unit, ir_id text,
                            ir_id at, const char *error) {
    char sentence[1024];
    const char *file = "?";
    uint32_t line = 0;
    if (at != IR_NONE) {
        const struct ir_loc *loc = &unit->locs.data[at];
        file = ir_text(unit, unit->files.data[loc->file].path);
        line = loc->line;
    }
    snprintf(sentence, sizeof sentence, "%s:%u: annotation \"%s\" is ignored: %s", file, line,
             ir_text(unit, text), error);
    if (warner->warn)
        warner->warn(sentence, warner->data);
}

/* Words of others that mean a role of ours: clang's, and marks. They tell that one thing of a
   function, and not all it does. */
static const char *translated(const char *words) {
    static const struct {
        const char *words, *role;
    } table[] = {
#define MARK(word, role) {word, role},
#include "ir/marks.def"
#undef MARK
        {"blocking", "blocks(kind=wait)"}, {"nonblocking", "nonblocking"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(words, table[i].words) == 0)
            return table[i].role;
    return NULL;
}

/* True when the text tells a role, which *role then is; *ours: in our words. */
static bool read_annotation(const struct warner *warner, const struct ir_unit *unit, ir_id text,
                            ir_id loc, struct role *role, bool *ours) {
    static const char prefix[] = "aglet:";
    const char *words = ir_text(unit, text);
    *ours = strncmp(words, prefix, sizeof prefix - 1) == 0;
    words = *ours ? words + sizeof prefix - 1 : translated(words);
    char *error = NULL;
    if (!words)
        return false;
    if (role_parse(words, role, &error) == 0)
        return true;
    warn_annotation(warner, unit, text, loc, error);
    free(error);
    return false;
}

static void keep_role(struct function *function, struct role *role) {
    if (has_role(function, role))
        role_clear(role);
    else
        add_role(function, role);
}

static void read_annotations(struct program *program, const struct warner *warner,
                             const struct ir_unit *unit, ir_id id) {
    const struct ir_function *fn = &unit->functions.data[id];
    struct function *function = &program->functions[prog_function(program, unit, id)];
    for (uint32_t i = 0; i < fn->annotation_count; i++) {
        const struct ir_annotation *annotation = &unit->annotations.data[fn->first_annotation + i];
        struct role role;
        bool ours;
        if (!read_annotation(warner, unit, annotation->text, annotation->loc, &role, &ours))
            continue;
        function->contract |= ours && !function->defined;
        keep_role(function, &role);
    }
}

/* ---- models ---------------------------------------------------------------------------- */

/* The model's strings belong to the model set; a role that is owned by the function has its own. */
static void own_strings(struct role *role) {
    role->subject = role->subject ? mem_text(role->subject) : NULL;
    role->context = role->context ? mem_text(role->context) : NULL;
    role->until = role->until ? mem_text(role->until) : NULL;
}

/* A header that annotates speaks for all it declares: what it does not annotate keeps nothing. */
static void extend_contracts(struct program *program, const struct ir_unit *unit) {
    bool *annotates = mem_zero(unit->files.count, sizeof *annotates);
    for (int pass = 0; pass < 2; pass++)
        for (ir_id f = 0; f < unit->functions.count; f++) {
            const struct ir_function *fn = &unit->functions.data[f];
            struct function *function = &program->functions[prog_function(program, unit, f)];
            if (fn->loc == IR_NONE || function->defined)
                continue;
            ir_id file = unit->locs.data[fn->loc].file;
            if (unit->files.data[file].is_main)
                continue;
            if (pass == 0)
                annotates[file] |= function->contract;
            else
                function->contract |= annotates[file];
        }
    free(annotates);
}

void prog_add_role(struct function *function, const struct role *role) {
    if (has_role(function, role))
        return;
    struct role own = *role;
    own_strings(&own);
    add_role(function, &own);
}

/* The author's word that it does not block counts for more than the model's that it does. */
static void take_roles(struct function *function, const struct role *roles, size_t count) {
    bool never = prog_role(function->roles, function->role_count, ROLE_NONBLOCKING) != NULL;
    for (size_t i = 0; i < count; i++)
        if (!(never && roles[i].kind == ROLE_BLOCKS))
            prog_add_role(function, &roles[i]);
}

static void read_model(struct program *program, struct function *function) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    if (fn->linkage == IR_LINK_INTERNAL && !(fn->flags & IR_FN_IN_HEADER))
        return;
    const struct model_function *model = model_find(program->models, function->name);
    if (!model || !prog_library_applies(program, function, model->library))
        return;
    function->contract |= !model->partial;
    take_roles(function, model->roles, model->role_count);
}

const struct role *prog_role(const struct role *roles, size_t count, enum role_kind kind) {
    for (size_t i = 0; i < count; i++)
        if (roles[i].kind == kind)
            return &roles[i];
    return NULL;
}

/* ---- fields that hold function pointers ------------------------------------------------- */

/* "struct ops" and "ops" are one record. */
static const char *tag_of(const char *record) {
    static const char *const words[] = {"struct ", "union "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(record, words[i], strlen(words[i])) == 0)
            return record + strlen(words[i]);
    return record;
}

static struct function *field_contract(struct program *program, const char *name) {
    for (size_t i = 0; i < program->field_count; i++)
        if (strcmp(program->fields[i].name, name) == 0)
            return &program->fields[i].contract;
    program->fields =
        mem_resize(program->fields, program->field_count + 1, sizeof *program->fields);
    name = arena_copy(&program->arena, name, strlen(name) + 1);
    program->fields[program->field_count] =
        (struct field){.name = name, .contract = {.name = name}};
    return &program->fields[program->field_count++].contract;
}

static char *field_name(const char *record, const char *field) {
    return mem_format("%s.%s", tag_of(record), field);
}

static void read_field_annotations(struct program *program, const struct warner *warner,
                                   const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->type_annotations.count; i++) {
        const struct ir_type_annotation *annotation = &unit->type_annotations.data[i];
        struct role role;
        bool ours;
        if (annotation->field == IR_NONE || annotation->record == IR_NONE ||
            !read_annotation(warner, unit, annotation->text, annotation->loc, &role, &ours))
            continue;
        char *name =
            field_name(ir_text(unit, annotation->record), ir_text(unit, annotation->field));
        struct function *contract = field_contract(program, name);
        contract->contract |= ours;
        keep_role(contract, &role);
        free(name);
    }
}

static void read_field_model(const struct model_function *model, void *data) {
    if (!strchr(model->name, '.'))
        return;
    struct function *contract = field_contract(data, model->name);
    contract->contract |= !model->partial;
    take_roles(contract, model->roles, model->role_count);
}

static int compare_fields(const void *a, const void *b) {
    return strcmp(((const struct field *)a)->name, ((const struct field *)b)->name);
}

const struct function *prog_field(const struct program *program, const char *record,
                                  const char *field) {
    if (!program->field_count)
        return NULL;
    char *name = field_name(record, field);
    struct field key = {.name = name};
    const struct field *hit = bsearch(&key, program->fields, program->field_count,
                                      sizeof *program->fields, compare_fields);
    free(name);
    return hit ? &hit->contract : NULL;
}

/* Whatever is stored in such a field has to be what the field promises. */
static void read_fields(struct program *program, const struct warner *warner) {
    for (size_t u = 0; u < program->unit_count; u++)
        read_field_annotations(program, warner, program->units[u]);
    model_each(program->models, read_field_model, program);
    if (program->field_count)
        qsort(program->fields, program->field_count, sizeof *program->fields, compare_fields);
    for (size_t i = 0; i < program->field_count; i++)
        prog_roles_to_effects(program, &program->fields[i].contract);
    for (size_t i = 0; i < program->slot_count; i++) {
        const struct slot *slot = &program->slots[i];
        const struct function *promise = prog_field(program, slot->record, slot->field);
        if (promise)
            take_roles(&program->functions[slot->function], promise->roles, promise->role_count);
    }
}

/* ---- all together ---------------------------------------------------------------------- */

void prog_read_contracts(struct program *program, struct warner warner) {
    for (size_t u = 0; u < program->unit_count; u++)
        for (ir_id f = 0; f < program->units[u]->functions.count; f++)
            read_annotations(program, &warner, program->units[u], f);
    for (size_t u = 0; u < program->unit_count; u++)
        extend_contracts(program, program->units[u]);
    for (size_t i = 0; i < program->function_count; i++)
        read_model(program, &program->functions[i]);
    prog_find_kinds(program);
    read_fields(program, &warner);
    for (size_t i = 0; i < program->function_count; i++)
        prog_roles_to_effects(program, &program->functions[i]);
}
