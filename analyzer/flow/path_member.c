/*
 * Members: resources that lie in memory which this function made and has not shown to anybody. They
 * go where that memory goes; when it is freed, nobody can release them any more.
 */
#include "flow/path_step.h"

bool path_is_member(const struct path *path, region_id region) {
    const struct duty *owner = state_owner(&path->context, path->state, region);
    return owner && owner->raw && owner->status == DUTY_OPEN && owner->subject;
}

/* Objects of one type that are linked with each other share their owners; and who stores through a
   pointer that something keeps, as a list keeps where its last pointer is, links as well. */
bool path_stores_member(const struct path *path, const struct ir_instr *store) {
    const struct ir_unit *unit = path->unit;
    const struct ir_place *place = &unit->places.data[store->a];
    const struct ir_place *root = ir_place_root(unit, store->a);
    if (place->kind != IR_PLACE_FIELD || root->kind != IR_PLACE_DEREF)
        return false;
    const struct ir_type *type = &unit->types.data[place->type];
    const struct ir_type *whole = &unit->types.data[root->type];
    return type->kind != IR_TYPE_POINTER || unit->types.data[type->elem].name != whole->name ||
           whole->kind != IR_TYPE_RECORD;
}

bool path_put_member(const struct path *path, struct duty *duty, region_id region) {
    const struct value_table *t = &path->context.values;
    if (!duty || duty->status != DUTY_OPEN || duty->tells || !path_is_member(path, region) ||
        region_at(t, region_root(t, region))->a == duty->entity)
        return false;
    duty->within = region;
    return true;
}

/* Is it still where it was put? */
static bool is_there(const struct path *path, const struct duty *duty) {
    bool found;
    value_id now = state_lookup(path->state, duty->within, &found);
    return found && now == duty->entity;
}

void path_release_members(struct path *path, value_id owner, bool freed) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = path->state->duty_count; i-- > 0;) {
        struct duty *duty = &path->state->duties[i];
        if (duty->status != DUTY_OPEN || duty->within == REGION_UNKNOWN ||
            region_at(t, region_root(t, duty->within))->a != owner)
            continue;
        if (freed && is_there(path, duty)) {
            duty->within = REGION_UNKNOWN;
        } else {
            path_discharge(path, duty);
            state_remove_duty(path->state, i);
        }
    }
}
