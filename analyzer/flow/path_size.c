/*
 * Sizes: what was asked for by its size is nothing if the size turns out to be zero, as where a
 * length and a pointer go together.
 */
#include "flow/path_step.h"

/* The type that the register has in the text, as after a conversion to a parameter's. */
static const struct ir_type *type_of(const struct path *path, ir_id reg) {
    for (ir_id i = path->first_instr; i < path->first_instr + path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[i];
        if (instr->dst == reg)
            return instr->type == IR_NONE ? NULL : &path->unit->types.data[instr->type];
    }
    return NULL;
}

/* What a library's function that makes plain memory is given is a size; else it is a number that
   can count all there is. The program's own are given numbers of all sorts. */
value_id path_asked_size(const struct path *path, const struct path_call *call,
                         const struct effect *effect) {
    for (uint32_t i = 0; effect->role && i < call->arg_count; i++) {
        const struct value *v = value_at(&path->context.values, call->args[i]);
        if (v->kind != VALUE_SYMBOL && v->kind != VALUE_PARAM && v->kind != VALUE_BINARY)
            continue;
        const struct ir_type *type = type_of(path, ir_arg(path->unit, call->instr, i));
        if (type && type->kind == IR_TYPE_INT && (effect->raw || type->size == sizeof(uint64_t)))
            return call->args[i];
    }
    return VALUE_UNKNOWN;
}

void path_drop_empty(struct path *path, struct state *state) {
    for (uint32_t i = state->duty_count; i-- > 0;) {
        const struct duty *duty = &state->duties[i];
        if (duty->status != DUTY_OPEN || duty->size == VALUE_UNKNOWN ||
            state_classes(&path->context, state, duty->size) & RETURNS_POSITIVE)
            continue;
        path_discharge(path, duty);
        state_remove_duty(state, i);
    }
}
