#include "flow/outs.h"
#include "flow/path_cut.h"
#include "flow/path_step.h"

#include <string.h>

#define DEEPEST_EXPRESSION 4

value_id path_param(struct path *path, uint32_t index) {
    const struct ir_local *local = ir_local_at(path->unit, path->function, index);
    const struct ir_type *type = &path->unit->types.data[local->type];
    struct value value = {.kind = VALUE_PARAM,
                          .is_pointer = type->kind == IR_TYPE_POINTER,
                          .is_unsigned = type->is_unsigned,
                          .a = index};
    return value_intern(&path->context.values, value);
}

const struct ir_instr *path_maker(const struct path *path, value_id value) {
    const struct value *v = value_at(&path->context.values, value);
    bool made = v->kind == VALUE_SYMBOL && v->op == 0 && v->a >= path->first_instr &&
                v->a - path->first_instr < path->instr_count;
    return made ? &path->unit->instrs.data[v->a] : NULL;
}

static const struct ir_type *type_of(const struct path *path, ir_id type) {
    return type == IR_NONE ? NULL : &path->unit->types.data[type];
}

static value_id fresh(struct path *path, ir_id id, ir_id type) {
    return state_fresh(&path->context, path->state, id, type_of(path, type));
}

/* ---- places ---------------------------------------------------------------------------- */

region_id path_region(struct path *path, ir_id place_id, bool *null) {
    struct value_table *t = &path->context.values;
    const struct ir_place *place = &path->unit->places.data[place_id];
    switch (place->kind) {
    case IR_PLACE_LOCAL:
        return region_intern(t, REGION_LOCAL, place->a, 0);
    case IR_PLACE_GLOBAL:
        return region_intern(t, REGION_GLOBAL, place->a, 0);
    case IR_PLACE_DEREF: {
        value_id address = path->state->registers[place->a];
        if (address != VALUE_UNKNOWN && !state_assume(&path->context, path->state, address, true))
            *null = true;
        return region_pointee(t, address);
    }
    case IR_PLACE_FIELD:
    case IR_PLACE_INDEX: {
        region_id parent = path_region(path, place->a, null);
        if (parent == REGION_UNKNOWN)
            return parent;
        if (place->kind == IR_PLACE_FIELD)
            return region_intern(t, REGION_FIELD, parent, place->b);
        /* a computed index is any: what a loop fills in, another loop takes out */
        value_id index = bitset_has(&path->context.cfg->literal, place->b)
                             ? path->state->registers[place->b]
                             : VALUE_UNKNOWN;
        return region_intern(t, REGION_ELEMENT, parent, index);
    }
    default:
        return REGION_UNKNOWN;
    }
}

bool path_is_vague(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    for (const struct region *r = region_at(t, region);; r = region_at(t, r->a)) {
        if (r->kind == REGION_ELEMENT && value_at(t, r->b)->kind != VALUE_INT)
            return true;
        if (r->kind != REGION_ELEMENT && r->kind != REGION_FIELD)
            return false;
    }
}

/* The array of a vague element. */
static region_id array_of(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    region_id array = region;
    for (const struct region *r = region_at(t, region);
         r->kind == REGION_ELEMENT || r->kind == REGION_FIELD; r = region_at(t, r->a))
        if (r->kind == REGION_ELEMENT && value_at(t, r->b)->kind != VALUE_INT)
            array = r->a;
    return array;
}

/* ---- escape and loss ------------------------------------------------------------------- */

void path_discharge(struct path *path, const struct duty *duty) {
    path_discharge_here(path, duty);
    path->fates[duty->origin - path->first_instr] |= FATE_BEGUN;
}

void path_discharge_here(struct path *path, const struct duty *duty) {
    path->discharged[duty->origin - path->first_instr] |= (uint8_t)(1u << (duty->which % 8));
}

/* An object that was made where the caller has it: somebody else may have it now, too. */
static bool is_made_in_place(const struct path *path, const struct duty *duty) {
    return duty->status == DUTY_OUT &&
           region_at(&path->context.values, duty->out)->a == duty->entity;
}

static void let_go(struct path *path, value_id entity) {
    struct state *state = path->state;
    path_belong_no_more(path, entity);
    for (uint32_t i = 0; i < state->duty_count; i++) {
        struct duty *duty = &state->duties[i];
        if (duty->entity == entity && (duty->status == DUTY_OPEN || is_made_in_place(path, duty))) {
            path_discharge(path, duty);
            state_remove_duty(state, i);
            return;
        }
    }
}

void path_look_at(struct path *path, value_id value) {
    struct state *state = path->state;
    for (uint32_t i = state->duty_count; i-- > 0;) {
        struct duty *duty = &state->duties[i];
        if (duty->tells && duty->status == DUTY_OPEN &&
            value_mentions(&path->context.values, value, duty->entity)) {
            path_discharge(path, duty);
            state_remove_duty(state, i);
        }
    }
}

static void escape(struct path *path, value_id value);

static void escape_contents(struct path *path, region_id whole) {
    struct state *state = path->state;
    for (uint32_t i = 0; i < state->binding_count; i++)
        if (region_within(&path->context.values, state->bindings[i].region, whole))
            escape(path, state->bindings[i].value);
    /* objects inside the region, such as a handle embedded in a struct */
    for (uint32_t i = state->duty_count; i-- > 0;) {
        const struct value *v = value_at(&path->context.values, state->duties[i].entity);
        if (v->kind == VALUE_ADDRESS && region_within(&path->context.values, v->a, whole) &&
            state->duties[i].status == DUTY_OPEN) {
            path_discharge(path, &state->duties[i]);
            state_remove_duty(state, i);
        }
    }
}

/* Whoever has a pointer to it has what it holds. */
static void escape_pointee(struct path *path, value_id base) {
    struct value_table *t = &path->context.values;
    const struct value v = *value_at(t, base);
    if (v.kind == VALUE_ADDRESS) {
        escape_contents(path, region_root(t, v.a));
    } else if (v.kind == VALUE_SYMBOL || v.kind == VALUE_PARAM) {
        region_id region = region_pointee(t, base);
        escape_contents(path, region);
        if (outs_is_own(path, region)) /* whoever has it may store something */
            state_unbind(&path->context, path->state, region);
    } else if (v.kind == VALUE_BINARY && !(v.op >= IR_EQ && v.op <= IR_GE)) {
        escape(path, v.a); /* a pointer with flags in its low bits */
        escape(path, v.b);
    }
}

/* What is marked has escaped: objects point to each other, and back. */
static void escape(struct path *path, value_id value) {
    struct value_table *t = &path->context.values;
    if (value == VALUE_UNKNOWN || !state_mark(&path->context, value))
        return;
    let_go(path, value);
    value_id base = value_base(t, value);
    let_go(path, base);
    const struct value v = *value_at(t, base);
    if (v.kind == VALUE_PARAM)
        path->kept_params[v.a] = true;
    if (v.kind == VALUE_ADDRESS) {
        const struct region *r = region_at(t, region_root(t, v.a));
        if (r->kind == REGION_LOCAL && value_at(t, value)->kind != VALUE_PART)
            path->state->exposed[r->a / 64] |= UINT64_C(1) << (r->a % 64);
    }
    if (base == value || state_mark(&path->context, base))
        escape_pointee(path, base);
}

bool path_is_self(const struct path *path, region_id region, value_id value) {
    const struct value_table *t = &path->context.values;
    const struct region *root = region_at(t, region_root(t, region));
    return root->kind == REGION_POINTEE && value != VALUE_UNKNOWN &&
           value_base(t, value) == root->a;
}

void path_escape(struct path *path, value_id value) {
    path_hand_promise(path, value);
    state_begin_marks(&path->context);
    escape(path, value);
}

void path_escape_contents(struct path *path, region_id whole) {
    state_begin_marks(&path->context);
    escape_contents(path, whole);
}

void path_note_loss(struct path *path, const struct duty *duty, ir_id exit, bool again) {
    const struct state *state = path->state;
    again |= duty->again;
    if (duty->joined || !state_duty_is_real(&path->context, state, duty))
        return;
    if (duty->lapses && !state_guard_is_decided(&path->context, state, duty))
        return; /* handed over, but for a failure that nobody asked for */
    if (path_contradicts(path, duty))
        return;
    for (uint32_t i = 0; i < path->loss_count; i++)
        if (path->losses[i].duty->origin == duty->origin &&
            path->losses[i].duty->which == duty->which) {
            path->losses[i].again |= again;
            return;
        }
    if (path->loss_count == path->loss_capacity) {
        path->loss_capacity = path->loss_capacity ? path->loss_capacity * 2 : 4;
        path->losses = mem_resize(path->losses, path->loss_capacity, sizeof *path->losses);
    }
    struct path_loss loss = {
        .duty = arena_copy(&path->context.arena, duty, sizeof *duty), .exit = exit, .again = again};
    const struct value *guard = value_at(&path->context.values, duty->guard);
    if (guard->kind == VALUE_SYMBOL && guard->a != duty->origin) {
        loss.refused = &path->unit->instrs.data[guard->a];
        loss.cut = path_may_be_cut(path, duty->guard);
    }
    path->losses[path->loss_count++] = loss;
}

/* ---- expressions ----------------------------------------------------------------------- */

static int depth_of(const struct path *path, value_id value) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind != VALUE_BINARY)
        return 0;
    int a = depth_of(path, v->a), b = depth_of(path, v->b);
    return 1 + (a > b ? a : b);
}

static bool fold(unsigned op, int64_t a, int64_t b, int64_t *result) {
    switch (op) {
    case IR_ADD:
        return !__builtin_add_overflow(a, b, result);
    case IR_SUB:
        return !__builtin_sub_overflow(a, b, result);
    case IR_MUL:
        return !__builtin_mul_overflow(a, b, result);
    case IR_AND:
        return *result = a & b, true;
    case IR_OR:
        return *result = a | b, true;
    case IR_XOR:
        return *result = a ^ b, true;
    case IR_EQ:
        return *result = a == b, true;
    case IR_NE:
        return *result = a != b, true;
    case IR_LT:
        return *result = a < b, true;
    case IR_LE:
        return *result = a <= b, true;
    case IR_GT:
        return *result = a > b, true;
    case IR_GE:
        return *result = a >= b, true;
    case IR_SHL:
        if (b < 0 || b >= 62 || a < 0 || a >= (INT64_C(1) << (62 - b)))
            return false;
        return *result = a << b, true;
    case IR_SHR:
        return b >= 0 && b < 63 && a >= 0 ? *result = a >> b, true : false;
    case IR_DIV:
        return b != 0 && !(a == INT64_MIN && b == -1) ? *result = a / b, true : false;
    case IR_REM:
        return b != 0 && !(a == INT64_MIN && b == -1) ? *result = a % b, true : false;
    default:
        return false;
    }
}

static unsigned mirrored(unsigned op) {
    switch (op) {
    case IR_LT:
        return IR_GT;
    case IR_LE:
        return IR_GE;
    case IR_GT:
        return IR_LT;
    case IR_GE:
        return IR_LE;
    default:
        return op;
    }
}

static bool constant_of(const struct path *path, value_id value, int64_t *constant) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind == VALUE_NOTHING)
        return false;
    struct constraint range = state_range(&path->context, path->state, value);
    *constant = range.low;
    return range.low == range.high;
}

bool path_constant(const struct path *path, value_id value, int64_t *constant) {
    return constant_of(path, value, constant);
}

/* What was just acquired is not a variable of ours: `if (buffer != on_stack) free(buffer);` */
static bool is_elsewhere(const struct path *path, value_id acquired, value_id address) {
    const struct value *v = value_at(&path->context.values, address);
    const struct duty *duty = state_duty(path->state, acquired);
    return v->kind == VALUE_ADDRESS && duty && duty->entity == acquired &&
           value_at(&path->context.values, acquired)->kind == VALUE_SYMBOL;
}

static value_id binary(struct path *path, ir_id id, unsigned op, value_id a, value_id b,
                       ir_id type) {
    struct value_table *t = &path->context.values;
    int64_t x = 0, y = 0, result;
    bool left = constant_of(path, a, &x), right = constant_of(path, b, &y);
    if (left && right && fold(op, x, y, &result))
        return value_int(t, result);
    if (a == VALUE_UNKNOWN || b == VALUE_UNKNOWN)
        return fresh(path, id, type);
    bool comparison = op >= IR_EQ && op <= IR_GE;
    bool symmetric = op == IR_ADD || op == IR_MUL || op == IR_AND || op == IR_OR || op == IR_XOR;
    if (left && !right && (comparison || symmetric)) {
        value_id swapped = a;
        a = b;
        b = swapped;
        op = comparison ? mirrored(op) : op;
    }
    if ((op == IR_EQ || op == IR_NE) && (is_elsewhere(path, a, b) || is_elsewhere(path, b, a)))
        return value_int(t, op == IR_NE);
    if (a == b && (op == IR_EQ || op == IR_LE || op == IR_GE))
        return value_int(t, 1);
    if (a == b && (op == IR_NE || op == IR_LT || op == IR_GT || op == IR_SUB || op == IR_XOR))
        return value_int(t, 0);
    const struct ir_type *of = type_of(path, type);
    struct value value = {.kind = VALUE_BINARY,
                          .op = (uint8_t)op,
                          .is_pointer = of && of->kind == IR_TYPE_POINTER,
                          .is_unsigned = of && of->is_unsigned,
                          .a = a,
                          .b = b};
    value_id known = value_intern(t, value);
    if (depth_of(path, known) <= DEEPEST_EXPRESSION)
        return known;
    struct constraint range = state_range(&path->context, path->state, known);
    range.value = fresh(path, id, type);
    state_narrow(&path->context, path->state, range);
    return range.value;
}

static value_id negated(struct path *path, ir_id id, const struct ir_instr *instr, value_id a) {
    struct value_table *t = &path->context.values;
    value_id result = binary(path, id, IR_SUB, value_int(t, 0), a, instr->type);
    if (path_is_errno(path, a))
        state_narrow(&path->context, path->state,
                     (struct constraint){.value = result, .low = INT64_MIN, .high = -1});
    return result;
}

static value_id unary(struct path *path, ir_id id, const struct ir_instr *instr, value_id a) {
    struct value_table *t = &path->context.values;
    int64_t x;
    switch (instr->sub) {
    case IR_NOT:
        return binary(path, id, IR_EQ, a, value_int(t, 0), instr->type);
    case IR_NEG:
        if (constant_of(path, a, &x) && x != INT64_MIN)
            return value_int(t, -x);
        return negated(path, id, instr, a);
    default:
        if (constant_of(path, a, &x))
            return value_int(t, ~x);
        return fresh(path, id, instr->type);
    }
}

static value_id cast(struct path *path, ir_id id, const struct ir_instr *instr, value_id a) {
    const struct ir_type *to = type_of(path, instr->type);
    int64_t x;
    if (to && (to->kind == IR_TYPE_BOOL || to->kind == IR_TYPE_FLOAT))
        path_look_at(path, a);
    if (to && to->kind == IR_TYPE_BOOL)
        return binary(path, id, IR_NE, a, value_int(&path->context.values, 0), instr->type);
    if (to && to->kind == IR_TYPE_FLOAT)
        return fresh(path, id, instr->type);
    if (to && to->kind == IR_TYPE_INT && to->size && to->size < 8 && constant_of(path, a, &x)) {
        unsigned bits = (unsigned)to->size * 8;
        uint64_t low = (uint64_t)x & ((UINT64_C(1) << bits) - 1);
        if (!to->is_unsigned && (low >> (bits - 1)))
            low |= ~((UINT64_C(1) << bits) - 1);
        return value_int(&path->context.values, (int64_t)low);
    }
    return a;
}

/* ---- memory ---------------------------------------------------------------------------- */

static bool load(struct path *path, ir_id id, const struct ir_instr *instr) {
    struct state *state = path->state;
    bool null = false, found = false;
    path_meet_unasked(path, instr);
    region_id region = path_region(path, instr->a, &null);
    if (null)
        return false;
    path_meet_access(path, instr);
    path_errno_load(path, instr);
    const struct ir_type *type = type_of(path, instr->type);
    value_id value = VALUE_UNKNOWN;
    if (type && type->kind == IR_TYPE_RECORD && region != REGION_UNKNOWN) {
        value_id whole = value_address(&path->context.values, region);
        value = value_intern(&path->context.values, (struct value){.kind = VALUE_PART, .a = whole});
        if (instr->dst == path->returned) /* its locals end before the block does */
            path_escape_contents(path, region);
    } else if (region != REGION_UNKNOWN && path_is_vague(path, region)) {
        path_escape_contents(path, array_of(path, region)); /* any of them: who frees it? */
    } else if (region != REGION_UNKNOWN) {
        value = state_lookup(state, region, &found);
        if (!found) {
            path_watch_loans(path, region);
            value = fresh(path, id, instr->type);
            state_bind(&path->context, state, region, value);
        }
        path_read(path, instr, region, value);
    }
    state->registers[instr->dst] = value ? value : fresh(path, id, instr->type);
    if (!bitset_has(&path->context.cfg->needed, instr->dst)) /* cast to void: it is not wanted */
        path_look_at(path, value);
    return true;
}

/* What the caller has is stored for somebody else, too: in a list, a table. He need not release it.
 */
static void share_out(struct path *path, region_id region, value_id value) {
    for (uint32_t i = path->state->duty_count; i-- > 0;) {
        struct duty *duty = &path->state->duties[i];
        if (duty->status == DUTY_OUT && duty->entity == value && duty->out != region) {
            path_discharge(path, duty);
            state_remove_duty(path->state, i);
        }
    }
}

/* Storing through the caller's pointer hands the resource to the caller. */
static void store_out(struct path *path, const struct ir_instr *instr, region_id region,
                      value_id value) {
    const struct value_table *t = &path->context.values;
    const struct region *r = region_at(t, region);
    if (path_is_self(path, region, value))
        return;
    bool replaces = path_replace_out(path, region, value);
    struct duty *duty = state_duty(path->state, value);
    bool given =
        path_is_for_caller(path, region) &&
        (r->kind == REGION_POINTEE || (duty && !duty->tells && path_stores_member(path, instr)));
    if (duty && duty->status == DUTY_OPEN && given) {
        path_discharge(path, duty);
        duty->joined |= replaces;
        duty->status = DUTY_OUT;
        duty->out = region;
        path_escape_contents(path, region_pointee(&path->context.values, value));
    } else if (!path_stores_member(path, instr) || !path_put_member(path, duty, region)) {
        share_out(path, region, value);
        path_escape(path, value);
    }
}

static bool store(struct path *path, const struct ir_instr *instr) {
    struct state *state = path->state;
    bool null = false;
    value_id value = state->registers[instr->b];
    path_meet_unasked(path, instr);
    region_id region = path_region(path, instr->a, &null);
    if (null)
        return false;
    path_meet_access(path, instr);
    path_errno_store(path, instr);
    path_queue_store(path, instr);
    path_change(path, instr, region, value);
    path_take_by_hand(path, instr, region, value);
    path_rearm_within(path, region);
    if (instr->flags & IR_STORE_AGGREGATE) {
        const struct value *v = value_at(&path->context.values, value);
        if (v->kind == VALUE_PART && value_at(&path->context.values, v->a)->kind == VALUE_ADDRESS)
            path_escape_contents(path, value_at(&path->context.values, v->a)->a);
        else
            path_escape(path, value);
        state_unbind(&path->context, state, region);
        return true;
    }
    if (region == REGION_UNKNOWN || path_is_vague(path, region)) {
        share_out(path, region, value);
        path_escape(path, value);
        path_doubt_answers(path);
        if (region != REGION_UNKNOWN)
            state_unbind(&path->context, state, region_at(&path->context.values, region)->a);
        return true;
    }
    state_unbind(&path->context, state, region);
    if (!path_root_is_local(path, region)) {
        path_doubt_answers(path);
        path_forget_aliases(path, region);
        store_out(path, instr, region, value);
    } else {
        const struct region *root =
            region_at(&path->context.values, region_root(&path->context.values, region));
        if ((state->exposed[root->a / 64] >> (root->a % 64)) & 1)
            path_escape(path, value);
    }
    state_bind(&path->context, state, region, value);
    return true;
}

/* An object that ends with the variable that it is, or is part of, cannot be released any more. */
static void lose_objects(struct path *path, region_id region, ir_id loc) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = 0; i < path->state->duty_count; i++) {
        struct duty *duty = &path->state->duties[i];
        const struct value *v = value_at(t, duty->entity);
        if (duty->status != DUTY_OPEN || v->kind != VALUE_ADDRESS ||
            !region_within(t, v->a, region))
            continue;
        duty->end = loc;
        duty->trace = path->state->trace;
        path_note_loss(path, duty, loc, false);
        duty->status = DUTY_LOST;
        duty->entity = VALUE_UNKNOWN;
    }
}

static void end_of_local(struct path *path, ir_id local, ir_id loc) {
    path_end_loans(path, local, loc);
    region_id region = region_intern(&path->context.values, REGION_LOCAL, local, 0);
    lose_objects(path, region, loc);
    state_unbind(&path->context, path->state, region);
}

static bool address(struct path *path, const struct ir_instr *instr) {
    const struct ir_place *place = &path->unit->places.data[instr->a];
    bool null = false;
    if (place->kind == IR_PLACE_DEREF) { /* &*p is p, and p may be null */
        path->state->registers[instr->dst] = path->state->registers[place->a];
        return true;
    }
    region_id region = path_region(path, instr->a, &null);
    value_id address = value_address(&path->context.values, region);
    if (region != REGION_UNKNOWN && path_is_vague(path, region))
        path_rearm(path, address); /* another element, perhaps */
    path->state->registers[instr->dst] = address;
    return !null;
}

bool path_step(struct path *path, ir_id id) {
    const struct ir_instr *instr = &path->unit->instrs.data[id];
    struct value_table *t = &path->context.values;
    value_id *registers = path->state->registers;
    switch (instr->op) {
    case IR_CONST:
        registers[instr->dst] = value_int(t, instr->imm);
        return true;
    case IR_STRING:
        registers[instr->dst] = value_intern(
            t, (struct value){.kind = VALUE_LITERAL, .is_pointer = true, .a = instr->a});
        return true;
    case IR_FUNCTION:
        registers[instr->dst] = value_intern(
            t, (struct value){.kind = VALUE_FUNCTION, .is_pointer = true, .a = instr->a});
        return true;
    case IR_ADDR:
        return address(path, instr);
    case IR_LOAD:
        return load(path, id, instr);
    case IR_STORE:
        return store(path, instr);
    case IR_MOVE:
        registers[instr->dst] = registers[instr->a];
        return true;
    case IR_CAST:
        registers[instr->dst] = cast(path, id, instr, registers[instr->a]);
        return true;
    case IR_BINARY:
        path_look_at(path, registers[instr->a]);
        path_look_at(path, registers[instr->b]);
        registers[instr->dst] =
            binary(path, id, instr->sub, registers[instr->a], registers[instr->b], instr->type);
        return true;
    case IR_UNARY:
        path_look_at(path, registers[instr->a]);
        registers[instr->dst] = unary(path, id, instr, registers[instr->a]);
        return true;
    case IR_CALL:
        return path_step_call(path, id);
    case IR_UNKNOWN:
        registers[instr->dst] = fresh(path, id, instr->type);
        return true;
    case IR_ASM:
        for (uint32_t i = 0; i < instr->arg_count; i++) {
            value_id value = registers[ir_arg(path->unit, instr, i)];
            path_look_at(path, value);
            path_escape(path, value);
            state_unbind(&path->context, path->state, region_pointee(t, value));
        }
        return true;
    case IR_DEAD:
        end_of_local(path, instr->a, instr->loc);
        return true;
    default:
        return true;
    }
}

/* ---- the end --------------------------------------------------------------------------- */

/* Does the function say that it failed? Then that is the news. */
static bool is_failure(const struct path *path, ir_id reg, value_id value) {
    const struct ir_type *function = &path->unit->types.data[path->function->type];
    const struct ir_type *type = reg == IR_NONE ? NULL : type_of(path, function->elem);
    if (!type || value == VALUE_UNKNOWN)
        return false;
    unsigned classes = state_classes(&path->context, path->state, value);
    bool tells_by_null = type->kind == IR_TYPE_POINTER || type->kind == IR_TYPE_BOOL;
    return tells_by_null ? classes == RETURNS_ZERO : !(classes & RETURNS_ZERO);
}

/* The caller is told whether it was handed over: he may ask, and cannot get at it. Who has asked
   here knows. */
static void ask_for_caller(const struct path *path, value_id returned) {
    const struct value *v = value_at(&path->context.values, returned);
    unsigned all = v->is_pointer ? RETURNS_ZERO | RETURNS_POSITIVE : RETURNS_ANY;
    if (returned == VALUE_UNKNOWN || state_classes(&path->context, path->state, returned) != all)
        return;
    for (uint32_t i = 0; i < path->state->duty_count; i++)
        if (path->state->duties[i].guard == returned)
            path->state->duties[i].lapses = false;
}

void path_step_return(struct path *path, const struct ir_block *block) {
    struct state *state = path->state;
    value_id value = block->value == IR_NONE ? VALUE_UNKNOWN : state->registers[block->value];
    if (path->cut) {
        path_cut_return(path, value);
        return;
    }
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_return)
            path->listeners[path->current]->on_return(path, value);
    path_end_promises(path, value, block->loc);
    path_note_holds(path, value, block->loc);
    for (ir_id i = 0; i < path->function->param_count; i++)
        path_end_loans(path, i, block->loc);
    bool failure = is_failure(path, block->value, value) || state_knows_failure(state);
    ask_for_caller(path, value);
    path_escape(path, value);
    for (uint32_t i = 0; i < state->duty_count; i++) {
        struct duty *duty = &state->duties[i];
        bool lost = duty->status == DUTY_LOST ||
                    (duty->status == DUTY_OPEN && duty->within == REGION_UNKNOWN);
        if (!lost || (duty->tells && failure))
            continue;
        if (duty->status == DUTY_OPEN) {
            duty->trace = state->trace;
            duty->high = state_range(&path->context, state, duty->entity).high;
        }
        path_note_loss(path, duty, block->loc != IR_NONE ? block->loc : duty->end, false);
    }
}
