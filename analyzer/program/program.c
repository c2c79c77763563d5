/*
 * Linking: functions of all units by their USR, and the tables of operations.
 */
#include "program/program.h"

#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

struct program *prog_new(const struct model_set *models) {
    struct program *program = mem_zero(1, sizeof *program);
    program->models = models;
    return program;
}

void prog_set(struct program *program, const struct prog_settings *settings) {
    program->settings = *settings;
}

static void clear_roles(struct function *function) {
    for (size_t i = 0; i < function->role_count; i++)
        role_clear(&function->roles[i]);
    free(function->roles);
}

void prog_free(struct program *program) {
    if (!program)
        return;
    for (size_t i = 0; i < program->function_count; i++)
        clear_roles(&program->functions[i]);
    for (size_t i = 0; i < program->field_count; i++)
        clear_roles(&program->fields[i].contract);
    for (size_t i = 0; i < program->unit_count; i++) {
        free(program->map ? program->map[i] : NULL);
        ir_unit_free(program->units[i]);
    }
    free(program->units);
    free(program->map);
    free(program->by_address);
    free(program->functions);
    free(program->usr_slots);
    free(program->lock_users);
    free(program->shared);
    free(program->edges);
    free(program->slots);
    free(program->fields);
    free(program->kept);
    free(program->libraries);
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
    for (; program->usr_slots[h & mask] != PROG_NONE; h++)
        if (strcmp(program->functions[program->usr_slots[h & mask]].usr,
                   program->functions[function].usr) == 0)
            return; /* rivals are found through the first */
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

/* `known`: one that has the same USR, or PROG_NONE. */
static prog_fn new_function(struct program *program, const struct ir_unit *unit, ir_id id,
                            prog_fn known) {
    const struct ir_function *fn = &unit->functions.data[id];
    if (program->function_count == program->function_capacity) {
        program->function_capacity =
            program->function_capacity ? program->function_capacity * 2 : 256;
        program->functions =
            mem_resize(program->functions, program->function_capacity, sizeof *program->functions);
    }
    prog_fn added = (prog_fn)program->function_count++;
    program->functions[added] =
        (struct function){.usr = ir_text(unit, fn->usr),
                          .name = ir_text(unit, fn->name),
                          .unit = unit,
                          .id = id,
                          .defined = (fn->flags & IR_FN_DEFINED) && fn->block_count,
                          .rival = PROG_NONE};
    if (known == PROG_NONE) {
        place_usr(program, added);
        if (program->function_count * 2 > program->usr_slot_count)
            grow_usrs(program);
    } else {
        program->functions[added].rival = program->functions[known].rival;
        program->functions[known].rival = added;
    }
    return added;
}

static bool same_place(const struct ir_unit *a, ir_id x, const struct ir_unit *b, ir_id y) {
    if (x == IR_NONE || y == IR_NONE)
        return x == y;
    const struct ir_loc *p = &a->locs.data[x], *q = &b->locs.data[y];
    return p->line == q->line && p->col == q->col &&
           strcmp(ir_text(a, a->files.data[p->file].path),
                  ir_text(b, b->files.data[q->file].path)) == 0;
}

/* Programs that are built from one database have functions of one name each, above all main: a
   definition at another place is another function. One in a header is the same in all units. */
static prog_fn add_definition(struct program *program, const struct ir_unit *unit, ir_id id) {
    const struct ir_function *fn = &unit->functions.data[id];
    prog_fn known = find_usr(program, ir_text(unit, fn->usr));
    for (prog_fn at = known; at != PROG_NONE; at = program->functions[at].rival) {
        const struct function *other = &program->functions[at];
        if (same_place(unit, fn->loc, other->unit, other->unit->functions.data[other->id].loc))
            return at;
    }
    return new_function(program, unit, id, known);
}

static bool reads_file(const struct ir_unit *unit, const char *path) {
    for (ir_id id = 0; id < unit->files.count; id++)
        if (strcmp(ir_text(unit, unit->files.data[id].path), path) == 0)
            return true;
    return false;
}

/* Declared by a library's header, which the definition's unit does not read: the definition is of
   another program, which happens to use the name. */
static bool is_of_library(const struct ir_unit *unit, const struct ir_function *declared,
                          const struct function *definition) {
    if (declared->loc == IR_NONE)
        return false;
    static const char installed[] = "/usr/include/"; /* found by -I, as pkg-config has it, too */
    const struct ir_file *file = &unit->files.data[unit->locs.data[declared->loc].file];
    const char *path = ir_text(unit, file->path);
    bool is_foreign = file->is_system || strncmp(path, installed, sizeof installed - 1) == 0;
    return is_foreign && !reads_file(definition->unit, path);
}

/* Whoever only declares a function that has several definitions means one that is not known. */
static prog_fn add_declaration(struct program *program, const struct ir_unit *unit, ir_id id) {
    const struct ir_function *fn = &unit->functions.data[id];
    prog_fn known = find_usr(program, ir_text(unit, fn->usr)), definition = PROG_NONE;
    size_t definitions = 0;
    for (prog_fn at = known; at != PROG_NONE; at = program->functions[at].rival)
        if (program->functions[at].defined && ++definitions)
            definition = at;
    if (definitions == 1 && !is_of_library(unit, fn, &program->functions[definition]))
        return definition;
    for (prog_fn at = known; at != PROG_NONE; at = program->functions[at].rival)
        if (!program->functions[at].defined)
            return at;
    return new_function(program, unit, id, known);
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

/* Definitions first: only then is it known which names have several. */
static void add_functions(struct program *program, size_t unit_index, bool definitions) {
    const struct ir_unit *unit = program->units[unit_index];
    for (ir_id f = 0; f < unit->functions.count; f++) {
        const struct ir_function *fn = &unit->functions.data[f];
        if (((fn->flags & IR_FN_DEFINED) && fn->block_count) != definitions)
            continue;
        program->map[unit_index][f] =
            definitions ? add_definition(program, unit, f) : add_declaration(program, unit, f);
    }
}

static void index_units(struct program *program) {
    program->by_address = mem_resize(NULL, program->unit_count, sizeof *program->by_address);
    for (size_t u = 0; u < program->unit_count; u++)
        program->by_address[u] = (struct unit_index){program->units[u], u};
    if (program->unit_count)
        qsort(program->by_address, program->unit_count, sizeof *program->by_address,
              compare_addresses);
}

void prog_link(struct program *program, void (*warn)(const char *sentence, void *data),
               void *data) {
    grow_usrs(program);
    index_units(program);
    program->map = mem_zero(program->unit_count, sizeof *program->map);
    for (size_t u = 0; u < program->unit_count; u++)
        program->map[u] =
            mem_resize(NULL, program->units[u]->functions.count, sizeof **program->map);
    for (int pass = 0; pass < 2; pass++)
        for (size_t u = 0; u < program->unit_count; u++)
            add_functions(program, u, pass == 0);
    prog_read_slots(program);
    prog_find_libraries(program);
    prog_read_contracts(program, (struct warner){warn, data});
    prog_read_handed_on(program);
    prog_find_constructors(program);
}
