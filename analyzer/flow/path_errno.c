/*
 * errno belongs to the thread, and so to all of its tasks: after a suspension it holds whatever
 * another one left there.
 */
#include "flow/path_step.h"

static bool is_place(const struct path *path, ir_id place_id) {
    const struct ir_instr *instrs = path->unit->instrs.data;
    const struct ir_place *place = &path->unit->places.data[place_id];
    if (place->kind != IR_PLACE_DEREF)
        return false;
    for (ir_id i = path->first_instr + path->instr_count; i-- > path->first_instr;)
        if (instrs[i].dst == place->a)
            return instrs[i].op == IR_CALL && path_call_has_role(path, &instrs[i], ROLE_ERRNO);
    return false;
}

bool path_is_errno(struct path *path, value_id value) {
    const struct ir_instr *made = path_maker(path, value);
    return made && made->op == IR_LOAD && is_place(path, made->a);
}

static void tell(struct path *path, const struct ir_instr *instr) {
    const struct path_stale_errno stale = {instr, &path->unit->instrs.data[path->state->parked]};
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_stale_errno)
            path->listeners[path->current]->on_stale_errno(path, &stale);
}

void path_errno_load(struct path *path, const struct ir_instr *instr) {
    if (path->state->parked != IR_NONE && is_place(path, instr->a))
        tell(path, instr);
}

void path_errno_asked(struct path *path, const struct path_call *call) {
    if (path->state->parked != IR_NONE && callee_has_role(call->callee, ROLE_READS_ERRNO))
        tell(path, call->instr);
}

void path_errno_store(struct path *path, const struct ir_instr *instr) {
    if (path->state->parked != IR_NONE && is_place(path, instr->a))
        path->state->parked = IR_NONE;
}

void path_errno_call(struct path *path, const struct path_call *call) {
    if (call->callee->flags & CALLEE_PARKS)
        path->state->parked = call->id;
    else if (!(call->callee->flags & CALLEE_PURE))
        path->state->parked = IR_NONE;
}
