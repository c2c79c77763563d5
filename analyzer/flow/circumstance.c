#include "flow/circumstance.h"

#include "flow/path_step.h"

enum { DEEPEST_TEST = 8 };

static bool see_inside(struct state *state, int8_t inside) {
    if (state->inside && state->inside != inside)
        return false;
    state->inside = inside;
    return true;
}

static bool see_result(const struct path *path, struct state *state, const struct ir_instr *call,
                       unsigned classes) {
    bool nonzero = !(classes & RETURNS_ZERO);
    if (!nonzero && classes != RETURNS_ZERO)
        return true;
    state->once |= nonzero && path_call_has_role(path, call, ROLE_ONCE);
    return !path_call_has_role(path, call, ROLE_TELLS_COROUTINE) ||
           see_inside(state, nonzero ? 1 : -1);
}

/* The global that the place is part of, or IR_NONE. */
static ir_id global_of(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = ir_place_root(unit, place_id);
    return place->kind == IR_PLACE_GLOBAL ? place->a : IR_NONE;
}

/* The global that holds the value, as found through a pointer; or IR_NONE. */
static ir_id holding_global(const struct path *path, const struct state *state, value_id symbol) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct region *root = region_at(t, region_root(t, state->bindings[i].region));
        if (state->bindings[i].value == symbol && root->kind == REGION_GLOBAL)
            return root->a;
    }
    return IR_NONE;
}

/* Something that was not there yet, and that this function makes. */
static bool is_made_here(const struct path *path, ir_id global) {
    for (uint32_t i = 0; global != IR_NONE && i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if ((instr->op == IR_STORE || instr->op == IR_ADDR) &&
            global_of(path->unit, instr->a) == global)
            return true;
    }
    return false;
}

/* A helper that only looks was given the address of a global, and found nothing there. */
static bool found_nothing(const struct path *path, const struct state *state,
                          const struct ir_instr *call) {
    const struct value_table *t = &path->context.values;
    bool looks = path_call_flags(path, call) & CALLEE_PURE;
    for (uint32_t i = 0; looks && i < call->arg_count; i++) {
        const struct value *v = value_at(t, state->registers[ir_arg(path->unit, call, i)]);
        const struct region *root =
            v->kind == VALUE_ADDRESS ? region_at(t, region_root(t, v->a)) : NULL;
        if (root && root->kind == REGION_GLOBAL && is_made_here(path, root->a))
            return true;
    }
    return false;
}

static bool see_symbol(const struct path *path, struct state *state, value_id symbol) {
    const struct ir_instr *made = path_maker(path, symbol);
    if (!made)
        return true;
    unsigned classes = state_classes(&path->context, state, symbol);
    if (made->op == IR_CALL && classes == RETURNS_ZERO)
        state->once |= found_nothing(path, state, made);
    if (made->op == IR_CALL)
        return see_result(path, state, made, classes);
    if (made->op == IR_LOAD && classes == RETURNS_ZERO) {
        ir_id named = global_of(path->unit, made->a);
        state->once |=
            is_made_here(path, named != IR_NONE ? named : holding_global(path, state, symbol));
    }
    return true;
}

static bool see_value(const struct path *path, struct state *state, value_id value,
                      unsigned depth) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind == VALUE_BINARY && depth < DEEPEST_TEST)
        return see_value(path, state, v->a, depth + 1) && see_value(path, state, v->b, depth + 1);
    return see_symbol(path, state, value);
}

bool circumstance_see(const struct path *path, struct state *state, value_id condition) {
    return see_value(path, state, condition, 0);
}
