/*
 * Fields of others' objects out of which a function releases something: the paths on which there
 * was nothing to release come to the same.
 */
#include <stdlib.h>

#include "flow/path_step.h"

/* Which field a register was loaded from, or is the address of. */
static ir_id *find_fields(const struct path *path) {
    ir_id *fields = mem_zero(path->function->register_count + 1, sizeof *fields);
    for (ir_id r = 0; r < path->function->register_count; r++)
        fields[r] = IR_NONE;
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        if (instr->op == IR_LOAD || instr->op == IR_ADDR) {
            const struct ir_place *place = &path->unit->places.data[instr->a];
            fields[instr->dst] = place->kind == IR_PLACE_FIELD ? place->b : IR_NONE;
        } else if (instr->op == IR_CAST || instr->op == IR_MOVE) {
            fields[instr->dst] = fields[instr->a];
        }
    }
    return fields;
}

static bool is_stored(const struct path *path, ir_id field) {
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        const struct ir_place *place = &path->unit->places.data[instr->a];
        if (instr->op == IR_STORE && place->kind == IR_PLACE_FIELD && place->b == field)
            return true;
    }
    return false;
}

static void add(struct path *path, ir_id field, const char *subject, ir_id origin) {
    struct state_context *c = &path->context;
    for (size_t i = 0; i < c->emptied_count; i++)
        if (c->emptied[i].field == field)
            return;
    c->emptied = mem_resize(c->emptied, c->emptied_count + 1, sizeof *c->emptied);
    c->emptied[c->emptied_count++] = (struct state_emptied){
        .field = field, .subject = subject, .origin = origin, .stored = is_stored(path, field)};
}

void path_find_emptied(struct path *path) {
    ir_id *fields = NULL;
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *call = &path->unit->instrs.data[i];
        if (call->op != IR_CALL || !call->arg_count)
            continue;
        struct callee callee = path_target(path, call);
        for (size_t k = 0; k < callee.effect_count; k++) {
            const struct effect *effect = &callee.effects[k];
            if (effect->kind != EFFECT_RELEASE || effect->target == TARGET_PLACE ||
                effect->arg >= call->arg_count)
                continue;
            fields = fields ? fields : find_fields(path);
            ir_id field = fields[ir_arg(path->unit, call, effect->arg)];
            if (field != IR_NONE)
                add(path, field, effect->subject, i);
        }
    }
    free(fields);
}
