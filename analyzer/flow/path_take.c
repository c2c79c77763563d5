/*
 * Queues from which one item is taken: by a library's call, by a function of the program, or by
 * hand, where the head of a list is replaced by what comes after it.
 */
#include "flow/path_step.h"
#include "flow/use.h"

/* Does no round of a loop take another? */
static bool is_once(const struct path *path, ir_id instr) {
    return !flow_reaches(path->unit, path->function, instr, instr, IR_NONE);
}

/* The last call that took all signals at once and is not made again between two items; NULL if
   there is none. */
static const struct ir_instr *cleared_before(const struct path *path, ir_id instr) {
    for (uint32_t i = path->state->claim_count; i-- > 0;) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_CLEARED &&
            !flow_reaches(path->unit, path->function, instr, instr, claim->origin))
            return &path->unit->instrs.data[claim->origin];
    }
    return NULL;
}

static void tell(struct path *path, struct path_take take) {
    ir_id instr = (ir_id)(take.instr - path->unit->instrs.data);
    take.once = is_once(path, instr);
    take.cleared = cleared_before(path, instr);
    if (!take.once && !take.cleared)
        return;
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_take)
            path->listeners[path->current]->on_take(path, &take);
}

void path_take_by_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    struct path_take take = {.instr = call->instr, .callee = callee->name};
    if (callee_has_role(callee, ROLE_TAKES_ITEM)) {
        tell(path, take);
    } else if (callee->takes && !(callee->flags & CALLEE_SIGNALS)) {
        take.chain = callee->takes;
        while (take.chain->next)
            take.chain = take.chain->next;
        take.queue = take.chain->subject;
        take.chain = callee->takes;
        tell(path, take);
    }
    if (callee_has_role(callee, ROLE_CLEARS_SIGNALS))
        state_add_claim(&path->context, path->state,
                        (struct claim){.entity = VALUE_UNKNOWN,
                                       .guard = VALUE_UNKNOWN,
                                       .kind = CLAIM_CLEARED,
                                       .when = RETURNS_ANY,
                                       .origin = call->id});
}

/* The item of which the value is a field, such as its next; VALUE_UNKNOWN if it is none. */
static value_id item_of(const struct path *path, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, value);
    if (v->kind != VALUE_SYMBOL || !v->is_pointer)
        return VALUE_UNKNOWN;
    for (uint32_t i = 0; i < path->state->binding_count; i++) {
        const struct binding *b = &path->state->bindings[i];
        const struct region *root = region_at(t, region_root(t, b->region));
        if (b->value == value && root->kind == REGION_POINTEE &&
            region_at(t, b->region)->kind == REGION_FIELD)
            return root->a;
    }
    return VALUE_UNKNOWN;
}

static const char *name_of(const struct path *path, const struct ir_place *place) {
    return place->kind == IR_PLACE_FIELD ? ir_text(path->unit, place->b)
           : place->kind == IR_PLACE_GLOBAL
               ? ir_text(path->unit, path->unit->globals.data[place->a].name)
               : NULL;
}

/* The load that found the item in the place; NULL if it was not there. */
static const struct ir_instr *found_there(const struct path *path, value_id item,
                                          const struct ir_place *place) {
    const struct ir_instr *made = path_maker(path, item);
    if (!made || made->op != IR_LOAD)
        return NULL;
    const struct ir_place *from = &path->unit->places.data[made->a];
    bool same = from->kind == place->kind && from->record == place->record &&
                (place->kind == IR_PLACE_FIELD ? from->b == place->b : from->a == place->a);
    return same ? made : NULL;
}

void path_take_by_hand(struct path *path, const struct ir_instr *instr, region_id region,
                       value_id value) {
    const struct value_table *t = &path->context.values;
    const struct ir_place *place = &path->unit->places.data[instr->a];
    const char *name = name_of(path, place);
    if (!name || region_at(t, region_root(t, region))->kind == REGION_LOCAL)
        return;
    value_id item = item_of(path, value);
    const struct ir_instr *found = item == VALUE_UNKNOWN ? NULL : found_there(path, item, place);
    if (found)
        tell(path, (struct path_take){.instr = instr, .found = found, .queue = name});
}
