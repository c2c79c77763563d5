#include "program/check_kept.h"

#include <string.h>

#include "program/kept.h"

/* The type that the function itself gives to the register, before it is anything to be freed. */
static ir_id own_type(const struct path *path, ir_id reg) {
    ir_id type = IR_NONE;
    for (uint32_t i = path->instr_count; i-- > 0;) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->dst != reg)
            continue;
        type = instr->type;
        if (instr->op == IR_CAST && !prog_pointed_record(path->unit, type))
            reg = instr->a;
    }
    return type;
}

/* The record that the call frees the memory of; NULL if it frees none, or one of its own making. A
   function of the program's own does more, perhaps, than to free. */
static const char *freed_record(const struct path *path, const struct path_call *call) {
    if (!(call->callee->flags & CALLEE_CONTRACT))
        return NULL;
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind == EFFECT_RELEASE && effect->raw && effect->target == TARGET_ARG &&
            effect->arg < call->arg_count &&
            value_at(&path->context.values, call->args[effect->arg])->kind == VALUE_PARAM)
            return prog_pointed_record(
                path->unit, own_type(path, ir_arg(path->unit, call->instr, effect->arg)));
    }
    return NULL;
}

bool check_forgets(const struct path *path, const struct path_call *call,
                   struct check_forgotten *forgotten) {
    const struct program *program = path->client->data;
    const char *record = NULL;
    if (path->function->linkage == IR_LINK_INTERNAL && program->kept_count)
        record = freed_record(path, call);
    for (size_t i = 0; record && i < program->kept_count; i++) {
        const struct kept *kept = &program->kept[i];
        if (strcmp(kept->record, record) != 0 || !kept->resource || kept->foreign || kept->let_go)
            continue;
        *forgotten = (struct check_forgotten){kept->field, kept->resource, kept->unit, kept->loc};
        return true;
    }
    return false;
}
