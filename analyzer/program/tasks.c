/*
 * Tasks: which functions are run by many of them at a time, and objects of which records several of
 * them have.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/path_step.h"
#include "flow/use.h"
#include "program/internal.h"

/* ---- starts ---------------------------------------------------------------------------- */

static bool is_in_loop(const struct path *path, const struct path_call *call) {
    return flow_reaches(path->unit, path->function, call->id, call->id, IR_NONE);
}

/* Does it lead to one object, however often it is given? */
static bool is_one_object(const struct path *path, value_id data) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, data);
    return v->kind == VALUE_PARAM || (v->kind == VALUE_ADDRESS && !path_is_vague(path, v->a) &&
                                      region_at(t, region_root(t, v->a))->kind != REGION_POINTEE);
}

static void note_data(struct function *entry, const struct path *path, const struct path_call *call,
                      int arg) {
    struct start *start = &entry->start;
    if (arg < 0 || (uint32_t)arg >= call->arg_count)
        return;
    value_id data = call->args[arg];
    bool other_call = start->unit && (start->unit != path->unit || start->call != call->id);
    bool same = start->function == path->function && start->data == data;
    if (data != VALUE_UNKNOWN && is_one_object(path, data))
        entry->shares_data |= is_in_loop(path, call) || (other_call && same);
    start->data = data;
}

void prog_note_start(struct program *program, prog_fn function, const struct path *path,
                     const struct path_call *call, const struct relay *how) {
    struct function *entry = &program->functions[function];
    struct start *start = &entry->start;
    bool other_call = start->unit && (start->unit != path->unit || start->call != call->id);
    entry->started_often |= other_call || is_in_loop(path, call) || how->many;
    note_data(entry, path, call, how->data);
    start->unit = path->unit;
    start->function = path->function;
    start->call = call->id;
}

/* ---- what they share ------------------------------------------------------------------- */

bool prog_is_shared(const struct program *program, const char *record) {
    for (size_t i = 0; i < program->shared_count; i++)
        if (strcmp(program->shared[i], record) == 0)
            return true;
    return false;
}

static void share(struct program *program, const struct ir_unit *unit, ir_id type_id) {
    const struct ir_type *type = &unit->types.data[type_id];
    if (type->kind != IR_TYPE_POINTER)
        return;
    const struct ir_type *object = &unit->types.data[type->elem];
    const char *name = ir_text(unit, object->name);
    if (object->kind != IR_TYPE_RECORD || prog_is_shared(program, name))
        return;
    program->shared =
        mem_resize(program->shared, program->shared_count + 1, sizeof *program->shared);
    program->shared[program->shared_count++] = name;
}

/* The data comes as a pointer to anything: it is what the task first takes it for. */
static void share_data(struct program *program, const struct function *function) {
    const struct ir_unit *unit = function->unit;
    const struct ir_function *fn = &unit->functions.data[function->id];
    bool *is_data = mem_zero(fn->register_count + 1, sizeof *is_data);
    for (ir_id b = 0; b < fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, fn, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            const struct ir_place *place =
                instr->op == IR_LOAD || instr->op == IR_STORE ? &unit->places.data[instr->a] : NULL;
            if (instr->op == IR_LOAD && place->kind == IR_PLACE_LOCAL)
                is_data[instr->dst] = place->a < fn->param_count;
            else if (instr->op == IR_CAST || instr->op == IR_MOVE)
                is_data[instr->dst] = is_data[instr->a];
            if (instr->op == IR_CAST && is_data[instr->dst])
                share(program, unit, instr->type);
            if (instr->op == IR_STORE && is_data[instr->b] && place->kind == IR_PLACE_LOCAL)
                share(program, unit, place->type);
        }
    }
    free(is_data);
    for (uint32_t i = 0; i < fn->param_count; i++)
        share(program, unit, ir_local_at(unit, fn, i)->type);
}

void prog_find_shared(struct program *program) {
    for (prog_fn f = 0; f < program->function_count; f++)
        if (program->functions[f].shares_data && program->functions[f].defined)
            share_data(program, &program->functions[f]);
}
