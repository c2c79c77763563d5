#include "program/named.h"

#include <string.h>

bool named_place(const struct ir_unit *unit, ir_id place_id, struct named *name) {
    const struct ir_place *place = &unit->places.data[place_id];
    while (place->kind == IR_PLACE_INDEX)
        place = &unit->places.data[place->a];
    if (place->kind == IR_PLACE_FIELD)
        *name = (struct named){ir_text(unit, place->record), ir_text(unit, place->b)};
    else if (place->kind == IR_PLACE_GLOBAL)
        *name = (struct named){ir_text(unit, unit->globals.data[place->a].usr), NULL};
    else
        return false;
    return true;
}

bool named_same(const struct named *x, const struct named *y) {
    return strcmp(x->record, y->record) == 0 && !x->field == !y->field &&
           (!x->field || strcmp(x->field, y->field) == 0);
}

/* What makes the argument of the call; NULL if it has none. */
static const struct ir_instr *maker_of(const struct ir_unit *unit,
                                       const struct ir_function *function,
                                       const struct ir_instr *call, uint32_t arg) {
    if (arg >= call->arg_count)
        return NULL;
    ir_id reg = ir_arg(unit, call, arg);
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            if (instr->dst == reg)
                return instr;
        }
    }
    return NULL;
}

ir_id named_argument(const struct ir_unit *unit, const struct ir_function *function,
                     const struct ir_instr *call, uint32_t arg) {
    const struct ir_instr *maker = maker_of(unit, function, call, arg);
    return maker && maker->op == IR_ADDR ? maker->a : IR_NONE;
}

static bool is_set(const struct ir_unit *unit, const struct ir_function *function, ir_id local) {
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            const struct ir_place *place =
                instr->op == IR_STORE || instr->op == IR_ADDR ? &unit->places.data[instr->a] : NULL;
            if (place && place->kind == IR_PLACE_LOCAL && place->a == local)
                return true;
        }
    }
    return false;
}

int named_parameter(const struct ir_unit *unit, const struct ir_function *function,
                    const struct ir_instr *call, uint32_t arg) {
    const struct ir_instr *maker = maker_of(unit, function, call, arg);
    if (!maker || maker->op != IR_LOAD)
        return -1;
    const struct ir_place *place = &unit->places.data[maker->a];
    bool is_param = place->kind == IR_PLACE_LOCAL && place->a < function->param_count;
    return is_param && !is_set(unit, function, place->a) ? (int)place->a : -1;
}

/* The folder of the file that declares it, as a length of *path. */
static size_t folder_of(const struct function *function, const char **path) {
    const struct ir_unit *unit = function->unit;
    ir_id loc = unit->functions.data[function->id].loc;
    *path = loc == IR_NONE ? "" : ir_text(unit, unit->files.data[unit->locs.data[loc].file].path);
    const char *slash = strrchr(*path, '/');
    return slash ? (size_t)(slash - *path) : 0;
}

bool prog_in_same_folder(const struct function *a, const struct function *b) {
    const char *x, *y;
    size_t length = folder_of(a, &x);
    return folder_of(b, &y) == length && strncmp(x, y, length) == 0;
}
