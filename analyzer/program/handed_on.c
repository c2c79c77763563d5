/*
 * Roles that a function has by what it hands on: its parameter is the deadline of a call that it
 * makes, or what it returns is what a clock told, and some more.
 */
#include <stdlib.h>
#include <string.h>

#include "program/check_clock.h"
#include "program/internal.h"

/* Taken for one thing here and for another there, it is told by what decides: no unit is sure. */
static void take_deadline(struct function *function, struct role *role) {
    for (size_t i = 0; i < function->role_count; i++) {
        struct role *known = &function->roles[i];
        if (known->kind != role->kind || known->arg != role->arg)
            continue;
        if (known->subject && (!role->subject || strcmp(known->subject, role->subject) != 0)) {
            free((char *)known->subject);
            known->subject = NULL;
        }
        return;
    }
    prog_add_role(function, role);
}

void prog_note_handed_on(struct program *program, prog_fn self, const struct path *path,
                         const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        struct role role = call->callee->roles[i];
        if (role.kind != ROLE_TAKES_DEADLINE || (uint32_t)role.arg >= call->arg_count)
            continue;
        const struct value *given = value_at(&path->context.values, call->args[role.arg]);
        if (given->kind != VALUE_PARAM)
            continue;
        role.arg = (int)given->a;
        take_deadline(&program->functions[self], &role);
    }
}

void prog_note_told_time(struct told_time *told, const struct path *path, value_id value) {
    struct clock_sum sum = check_clock_sum(path, value);
    bool differs = told->unit && sum.unit && strcmp(told->unit, sum.unit) != 0;
    told->otherwise |= sum.clocks != 1 || !sum.unit || differs;
    told->unit = sum.unit;
}

void prog_tell_time(struct program *program, prog_fn self, const struct told_time *told) {
    struct role role = {.kind = ROLE_TELLS_TIME, .subject = told->unit, .arg = ROLE_ARG_NONE};
    if (told->unit && !told->otherwise)
        prog_add_role(&program->functions[self], &role);
}
