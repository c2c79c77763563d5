/*
 * Slots: which functions are stored in which fields of records, global variables and tables, by an
 * initialiser or by an assignment.
 */
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

/* A field of any record of that name. */
static bool field_slot(const struct ir_unit *unit, const struct ir_place *place,
                       struct slot *slot) {
    *slot = (struct slot){ir_text(unit, place->record), ir_text(unit, place->b), PROG_NONE};
    return place->kind == IR_PLACE_FIELD && place->record != IR_NONE && place->b != IR_NONE;
}

/* A global variable, an element of it, or a field of one: of this variable alone. */
static bool global_slot(const struct ir_unit *unit, const struct ir_place *place,
                        struct slot *slot) {
    const char *field = place->kind == IR_PLACE_FIELD ? ir_text(unit, place->b) : "";
    while (place->kind == IR_PLACE_INDEX || place->kind == IR_PLACE_FIELD)
        place = &unit->places.data[place->a];
    if (place->kind != IR_PLACE_GLOBAL)
        return false;
    *slot = (struct slot){ir_text(unit, unit->globals.data[place->a].usr), field, PROG_NONE};
    return true;
}

static void add_slot(struct program *program, struct slot slot, prog_fn function) {
    slot.function = function;
    if (program->slot_count == program->slot_capacity) {
        program->slot_capacity = program->slot_capacity ? program->slot_capacity * 2 : 64;
        program->slots = mem_resize(program->slots, program->slot_capacity, sizeof *program->slots);
    }
    program->slots[program->slot_count++] = slot;
}

/* x->field = function: `functions` has, by register, the function that was written to it last. */
static void read_stores(struct program *program, const struct ir_unit *unit,
                        const struct ir_block *block, ir_id *functions) {
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
        struct slot slot;
        if (instr->op == IR_STORE) {
            if (functions[instr->b] == IR_NONE)
                continue;
            const struct ir_place *place = &unit->places.data[instr->a];
            prog_fn function = prog_function(program, unit, functions[instr->b]);
            if (field_slot(unit, place, &slot))
                add_slot(program, slot, function);
            if (global_slot(unit, place, &slot))
                add_slot(program, slot, function);
        } else if (instr->op == IR_FUNCTION) {
            functions[instr->dst] = instr->a;
        } else if (instr->op == IR_CAST || instr->op == IR_MOVE) {
            functions[instr->dst] = functions[instr->a];
        } else if (instr->dst != IR_NONE) {
            functions[instr->dst] = IR_NONE;
        }
    }
}

static void read_functions(struct program *program, const struct ir_unit *unit) {
    for (ir_id f = 0; f < unit->functions.count; f++) {
        const struct ir_function *fn = &unit->functions.data[f];
        ir_id *functions = mem_resize(NULL, fn->register_count + 1, sizeof *functions);
        memset(functions, 0xff, (fn->register_count + 1) * sizeof *functions);
        for (ir_id b = 0; b < fn->block_count; b++)
            read_stores(program, unit, ir_block_at(unit, fn, b), functions);
        free(functions);
    }
}

static void read_initialisers(struct program *program, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->slots.count; i++) {
        const struct ir_slot *init = &unit->slots.data[i];
        prog_fn function = prog_function(program, unit, init->function);
        const char *field = ir_text(unit, init->field);
        if (init->record != IR_NONE && init->field != IR_NONE)
            add_slot(program, (struct slot){.record = ir_text(unit, init->record), .field = field},
                     function);
        add_slot(program,
                 (struct slot){.record = ir_text(unit, unit->globals.data[init->global].usr),
                               .field = field},
                 function);
    }
}

static int compare_names(const struct slot *x, const struct slot *y) {
    int order = strcmp(x->record, y->record);
    return order ? order : strcmp(x->field, y->field);
}

static int compare_slots(const void *a, const void *b) {
    const struct slot *x = a, *y = b;
    int order = compare_names(x, y);
    return order ? order : (x->function > y->function) - (x->function < y->function);
}

void prog_read_slots(struct program *program) {
    for (size_t u = 0; u < program->unit_count; u++) {
        read_initialisers(program, program->units[u]);
        read_functions(program, program->units[u]);
    }
    if (program->slot_count)
        qsort(program->slots, program->slot_count, sizeof *program->slots, compare_slots);
    size_t kept = 0;
    for (size_t i = 0; i < program->slot_count; i++)
        if (!kept || compare_slots(&program->slots[kept - 1], &program->slots[i]) != 0)
            program->slots[kept++] = program->slots[i];
    program->slot_count = kept;
}

/* What is stored in the slots of the name; NULL if nothing is. */
static const struct slot *find_slots(const struct program *program, const struct slot *name,
                                     size_t *count) {
    size_t low = 0, high = program->slot_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_names(&program->slots[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < program->slot_count; ++*count)
        if (compare_names(&program->slots[low + *count], name) != 0)
            break;
    return *count ? &program->slots[low] : NULL;
}

const struct slot *prog_targets(const struct program *program, const struct ir_unit *unit,
                                const struct ir_place *place, size_t *count) {
    struct slot name;
    const struct slot *found = NULL;
    if (global_slot(unit, place, &name))
        found = find_slots(program, &name, count);
    if (!found && field_slot(unit, place, &name)) {
        found = find_slots(program, &name, count);
        if (found && *count > 1) /* one of them, who knows which */
            found = NULL;
    }
    if (!found)
        *count = 0;
    return found;
}

prog_fn prog_only_target(const struct program *program, const struct ir_unit *unit,
                         const struct ir_place *place) {
    size_t count;
    const struct slot *slots = prog_targets(program, unit, place, &count);
    return count == 1 ? slots->function : PROG_NONE;
}
