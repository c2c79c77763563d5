/*
 * Linking: functions of all units by their USR, their roles, the tables of operations.
 */
#include "program/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

struct program *prog_new(const struct model_set *models) {
    struct program *program = mem_zero(1, sizeof *program);
    program->models = models;
    return program;
}

void prog_free(struct program *program) {
    if (!program)
        return;
    for (size_t i = 0; i < program->function_count; i++) {
        struct function *f = &program->functions[i];
        for (size_t k = 0; k < f->role_count; k++)
            role_clear(&f->roles[k]);
        free(f->roles);
    }
    for (size_t i = 0; i < program->unit_count; i++) {
        free(program->map ? program->map[i] : NULL);
        ir_unit_free(program->units[i]);
    }
    free(program->units);
    free(program->map);
    free(program->by_address);
    free(program->functions);
    free(program->usr_slots);
    free(program->edges);
    free(program->slots);
    arena_free(&program->arena);
    free(program);
}

void prog_add(struct program *program, struct ir_unit *unit) {
    if (program->unit_count == program->unit_capacity) {
        program->unit_capacity = program->unit_capacity ? program->unit_capacity * 2 : 16;
        program->units =
            mem_resize(program->units, program->unit_capacity, sizeof(struct ir_unit *));
    }
    program->units[program->unit_count++] = unit;
}

/* ---- functions by USR ------------------------------------------------------------------ */

static size_t hash_text(const char *text) {
    size_t h = 14695981039346656037u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ^ (h >> 32);
}

static void place_usr(struct program *program, uint32_t function) {
    size_t mask = program->usr_slot_count - 1, h = hash_text(program->functions[function].usr);
    while (program->usr_slots[h & mask] != PROG_NONE)
        h++;
    program->usr_slots[h & mask] = function;
}

static void grow_usrs(struct program *program) {
    program->usr_slot_count = program->usr_slot_count ? program->usr_slot_count * 2 : 1024;
    program->usr_slots =
        mem_resize(program->usr_slots, program->usr_slot_count, sizeof *program->usr_slots);
    memset(program->usr_slots, 0xff, program->usr_slot_count * sizeof *program->usr_slots);
    for (size_t i = 0; i < program->function_count; i++)
        place_usr(program, (uint32_t)i);
}

static prog_fn find_usr(const struct program *program, const char *usr) {
    size_t mask = program->usr_slot_count - 1;
    for (size_t h = hash_text(usr);; h++) {
        uint32_t slot = program->usr_slots[h & mask];
        if (slot == PROG_NONE || strcmp(program->functions[slot].usr, usr) == 0)
            return slot;
    }
}

static prog_fn add_function(struct program *program, const struct ir_unit *unit, ir_id id) {
    const struct ir_function *fn = &unit->functions.data[id];
    const char *usr = ir_text(unit, fn->usr);
    prog_fn known = find_usr(program, usr);
    bool defined = (fn->flags & IR_FN_DEFINED) && fn->block_count;
    if (known == PROG_NONE) {
        if (program->function_count == program->function_capacity) {
            program->function_capacity =
                program->function_capacity ? program->function_capacity * 2 : 256;
            program->functions = mem_resize(program->functions, program->function_capacity,
                                            sizeof *program->functions);
        }
        known = (prog_fn)program->function_count++;
        program->functions[known] = (struct function){.usr = usr,
                                                      .name = ir_text(unit, fn->name),
                                                      .unit = unit,
                                                      .id = id,
                                                      .defined = defined};
        place_usr(program, known);
        if (program->function_count * 2 > program->usr_slot_count)
            grow_usrs(program);
    } else if (defined && !program->functions[known].defined) {
        program->functions[known].unit = unit;
        program->functions[known].id = id;
        program->functions[known].defined = true;
    }
    return known;
}

static int compare_addresses(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)((const struct unit_index *)a)->unit;
    uintptr_t y = (uintptr_t)((const struct unit_index *)b)->unit;
    return (x > y) - (x < y);
}

prog_fn prog_function(const struct program *program, const struct ir_unit *unit, ir_id function) {
    struct unit_index key = {unit, 0};
    const struct unit_index *hit = bsearch(&key, program->by_address, program->unit_count,
                                           sizeof *program->by_address, compare_addresses);
    return program->map[hit->index][function];
}

static void index_units(struct program *program) {
    program->by_address = mem_resize(NULL, program->unit_count, sizeof *program->by_address);
    for (size_t u = 0; u < program->unit_count; u++)
        program->by_address[u] = (struct unit_index){program->units[u], u};
    if (program->unit_count)
        qsort(program->by_address, program->unit_count, sizeof *program->by_address,
              compare_addresses);
}

/* ---- roles ----------------------------------------------------------------------------- */

static void add_role(struct function *function, const struct role *role) {
    function->roles =
        mem_resize(function->roles, function->role_count + 1, sizeof *function->roles);
    function->roles[function->role_count++] = *role;
}

static bool same_role(const struct role *x, const struct role *y) {
    bool same_subject = x->subject == y->subject ||
                        (x->subject && y->subject && strcmp(x->subject, y->subject) == 0);
    return x->kind == y->kind && x->arg == y->arg && x->via == y->via && same_subject;
}

static bool has_role(const struct function *function, const struct role *role) {
    for (size_t i = 0; i < function->role_count; i++)
        if (same_role(&function->roles[i], role))
            return true;
    return false;
}

struct warner {
    void (*warn)(const char *sentence, void *data);
    void *data;
};

static void warn_annotation(const struct warner *warner, const struct ir_unit *unit,
                            const struct ir_annotation *annotation, const char *error) {
    char sentence[1024];
    const char *file = "?";
    uint32_t line = 0;
    if (annotation->loc != IR_NONE) {
        const struct ir_loc *loc = &unit->locs.data[annotation->loc];
        file = ir_text(unit, unit->files.data[loc->file].path);
        line = loc->line;
    }
    snprintf(sentence, sizeof sentence, "%s:%u: annotation \"%s\" is ignored: %s", file, line,
             ir_text(unit, annotation->text), error);
    if (warner->warn)
        warner->warn(sentence, warner->data);
}

static void read_annotations(struct program *program, const struct warner *warner,
                             const struct ir_unit *unit, ir_id id) {
    static const char prefix[] = "aglet:";
    const struct ir_function *fn = &unit->functions.data[id];
    struct function *function = &program->functions[prog_function(program, unit, id)];
    for (uint32_t i = 0; i < fn->annotation_count; i++) {
        const struct ir_annotation *annotation = &unit->annotations.data[fn->first_annotation + i];
        const char *text = ir_text(unit, annotation->text);
        if (strncmp(text, prefix, sizeof prefix - 1) != 0)
            continue;
        struct role role;
        char *error = NULL;
        if (role_parse(text + sizeof prefix - 1, &role, &error) != 0) {
            warn_annotation(warner, unit, annotation, error);
            free(error);
            continue;
        }
        function->contract |= !function->defined;
        if (has_role(function, &role))
            role_clear(&role);
        else
            add_role(function, &role);
    }
}

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

static void read_model(struct program *program, struct function *function) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    if (fn->linkage == IR_LINK_INTERNAL && !(fn->flags & IR_FN_IN_HEADER))
        return;
    const struct model_function *model = model_find(program->models, function->name);
    if (!model)
        return;
    function->contract = true;
    for (size_t i = 0; i < model->role_count; i++) {
        if (has_role(function, &model->roles[i]))
            continue;
        struct role role = model->roles[i];
        own_strings(&role);
        add_role(function, &role);
    }
}

const struct role *prog_role(const struct role *roles, size_t count, enum role_kind kind) {
    for (size_t i = 0; i < count; i++)
        if (roles[i].kind == kind)
            return &roles[i];
    return NULL;
}

/* ---- tables of operations -------------------------------------------------------------- */

static void read_slots(struct program *program, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->slots.count; i++) {
        const struct ir_slot *slot = &unit->slots.data[i];
        if (slot->record == IR_NONE || slot->field == IR_NONE)
            continue;
        if (program->slot_count == program->slot_capacity) {
            program->slot_capacity = program->slot_capacity ? program->slot_capacity * 2 : 64;
            program->slots =
                mem_resize(program->slots, program->slot_capacity, sizeof *program->slots);
        }
        program->slots[program->slot_count++] =
            (struct slot){ir_text(unit, slot->record), ir_text(unit, slot->field),
                          prog_function(program, unit, slot->function)};
    }
}

static int compare_slots(const void *a, const void *b) {
    const struct slot *x = a, *y = b;
    int order = strcmp(x->record, y->record);
    if (order == 0)
        order = strcmp(x->field, y->field);
    return order ? order : (x->function > y->function) - (x->function < y->function);
}

void prog_link(struct program *program, void (*warn)(const char *sentence, void *data),
               void *data) {
    struct warner warner = {warn, data};
    grow_usrs(program);
    index_units(program);
    program->map = mem_zero(program->unit_count, sizeof *program->map);
    for (size_t u = 0; u < program->unit_count; u++) {
        const struct ir_unit *unit = program->units[u];
        program->map[u] = mem_resize(NULL, unit->functions.count, sizeof **program->map);
        for (ir_id f = 0; f < unit->functions.count; f++)
            program->map[u][f] = add_function(program, unit, f);
    }
    for (size_t u = 0; u < program->unit_count; u++)
        for (ir_id f = 0; f < program->units[u]->functions.count; f++)
            read_annotations(program, &warner, program->units[u], f);
    for (size_t u = 0; u < program->unit_count; u++)
        extend_contracts(program, program->units[u]);
    for (size_t i = 0; i < program->function_count; i++) {
        read_model(program, &program->functions[i]);
        prog_roles_to_effects(program, &program->functions[i]);
    }
    for (size_t u = 0; u < program->unit_count; u++)
        read_slots(program, program->units[u]);
    if (program->slot_count)
        qsort(program->slots, program->slot_count, sizeof *program->slots, compare_slots);
}
