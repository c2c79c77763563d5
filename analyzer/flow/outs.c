#include "flow/outs.h"

enum { INITIAL = 2 }; /* the `op` of such a symbol */

bool outs_has(const struct path *path, uint32_t param) {
    const struct ir_unit *unit = path->unit;
    const struct ir_type *type = &unit->types.data[ir_local_at(unit, path->function, param)->type];
    if (type->kind != IR_TYPE_POINTER || type->elem == IR_NONE)
        return false;
    const struct ir_type *target = &unit->types.data[type->elem];
    return !target->is_const && (target->kind == IR_TYPE_POINTER || target->kind == IR_TYPE_BOOL ||
                                 (target->kind == IR_TYPE_INT && target->size >= sizeof(int)));
}

static value_id initial(struct path *path, uint32_t param) {
    const struct ir_unit *unit = path->unit;
    const struct ir_type *type = &unit->types.data[ir_local_at(unit, path->function, param)->type];
    struct value value = {.kind = VALUE_SYMBOL,
                          .op = INITIAL,
                          .is_pointer = unit->types.data[type->elem].kind == IR_TYPE_POINTER,
                          .a = param};
    return value_intern(&path->context.values, value);
}

bool outs_is_initial(const struct value *value) {
    return value->kind == VALUE_SYMBOL && value->op == INITIAL;
}

void outs_enter(struct path *path, struct state *state) {
    for (uint32_t i = 0; i < path->function->param_count; i++)
        if (outs_has(path, i))
            state_bind(&path->context, state,
                       region_pointee(&path->context.values, path_param(path, i)),
                       initial(path, i));
}

bool outs_is_own(const struct path *path, region_id region) {
    const struct region *r = region_at(&path->context.values, region);
    const struct value *v =
        r->kind == REGION_POINTEE ? value_at(&path->context.values, r->a) : NULL;
    return v && v->kind == VALUE_PARAM && outs_has(path, v->a);
}

/* The fact that tells when the value was stored, if the outcome of a call tells; or NULL. */
static const struct duty *telling(const struct path *path, value_id value) {
    const struct duty *duty = state_duty(path->state, value);
    bool tells = duty && (duty->status == DUTY_OUT || duty->status == DUTY_NONE);
    return tells && duty->guard != VALUE_UNKNOWN && !duty->joined ? duty : NULL;
}

static bool is_untouched(const struct path *path, region_id region) {
    bool found = false;
    value_id value = state_lookup(path->state, region, &found);
    if (!found)
        return false;
    if (outs_is_initial(value_at(&path->context.values, value)) ||
        state_classes(&path->context, path->state, value) == RETURNS_ZERO)
        return true; /* what is null tells nothing to the caller */
    const struct duty *duty = telling(path, value);
    return duty && !(state_classes(&path->context, path->state, duty->guard) & duty->when);
}

bool outs_untouched(const struct path *path, value_id argument) {
    const struct value *v = value_at(&path->context.values, argument);
    return v->kind == VALUE_PARAM && outs_has(path, v->a) &&
           is_untouched(path,
                        region_pointee((struct value_table *)&path->context.values, argument));
}

unsigned outs_touched(struct path *path, uint32_t param, value_id returned, unsigned classes) {
    region_id region = region_pointee(&path->context.values, path_param(path, param));
    bool found = false;
    value_id value = state_lookup(path->state, region, &found);
    const struct duty *duty = found ? telling(path, value) : NULL;
    if (is_untouched(path, region))
        return 0;
    return duty && duty->guard == returned ? classes & duty->when : classes;
}
