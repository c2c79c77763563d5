/*
 * Numbers that look alike and are of different kinds: flags, ids, each of which means something to
 * some functions only.
 */
#include <string.h>

#include "flow/path_step.h"

void path_learn_number(struct path *path, const struct path_call *call, value_id result) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_YIELDS && !path_excused(path, call, role) &&
            value_at(&path->context.values, result)->kind == VALUE_SYMBOL)
            state_add_claim(&path->context, path->state,
                            (struct claim){.entity = result,
                                           .guard = VALUE_UNKNOWN,
                                           .kind = CLAIM_YIELDED,
                                           .when = RETURNS_ANY,
                                           .subject = role->subject,
                                           .by = call->callee->name,
                                           .origin = call->id});
    }
}

/* Flags stay what they are when some are set or taken away. */
static bool is_flags(const struct value *v) {
    return v->kind == VALUE_BINARY && (v->op == IR_OR || v->op == IR_AND);
}

/* What is known of a number that was loaded from memory which others can change: what all are. */
static struct path_number loaded(const struct path *path, value_id value) {
    const struct ir_instr *made = path_maker(path, value);
    if (!made || made->op != IR_LOAD || !path->client->kept_number)
        return (struct path_number){0};
    return path->client->kept_number(path->client->data, path->unit, made->a);
}

struct path_number path_number_of(const struct path *path, value_id value) {
    const struct value *v = value_at(&path->context.values, value);
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind == CLAIM_YIELDED && claim->entity == value)
            return (struct path_number){claim->subject, claim->by, path->unit,
                                        path->unit->instrs.data[claim->origin].loc};
    }
    if (!is_flags(v))
        return loaded(path, value);
    struct path_number found = path_number_of(path, v->a);
    return found.kind ? found : path_number_of(path, v->b);
}

/* The bits that are set by constants, whatever else is. */
static int64_t constant_bits(const struct path *path, value_id value) {
    const struct value *v = value_at(&path->context.values, value);
    int64_t bits = 0;
    if (v->kind == VALUE_BINARY && v->op == IR_OR)
        return constant_bits(path, v->a) | constant_bits(path, v->b);
    return path_constant(path, value, &bits) ? bits : 0;
}

static void tell(struct path *path, struct path_mixup mixup) {
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_mixup)
            path->listeners[path->current]->on_mixup(path, &mixup);
}

void path_meet_numbers(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind != ROLE_EXPECTS || !role->subject ||
            (uint32_t)role->arg >= call->arg_count || path_excused(path, call, role))
            continue;
        value_id value = call->args[role->arg];
        struct path_mixup mixup = {
            .call = call, .expected = role->subject, .given = path_number_of(path, value)};
        if (mixup.given.kind && strcmp(mixup.given.kind, role->subject) != 0) {
            tell(path, mixup);
        } else if (role->value != ROLE_VALUE_USUAL &&
                   (mixup.foreign = constant_bits(path, value) & ~role->value) != 0) {
            mixup.given = (struct path_number){0};
            tell(path, mixup);
        }
    }
}
