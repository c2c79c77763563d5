/*
 * A shielded task that nobody holds once its waiter is cancelled: nobody waits for it, nobody sees
 * its error, and the end of the program cuts it after all.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static bool is_task(const struct duty *duty) {
    return duty && duty->subject && strcmp(duty->subject, "task") == 0;
}

/* The waiter was cut, the task goes on, and its last handle is dropped. */
static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (!is_task(duty) || !loss->cut || !check_call_has_role(path, loss->refused, ROLE_SHIELDS) ||
        !check_is_cancellable(path))
        return;
    ir_id started = path->unit->instrs.data[duty->origin].loc;
    struct finding finding = {.loc = loss->refused->loc, .cause = loss->refused};
    finding_message(&finding,
                    "when '%s' is cut short by a cancellation, the task behind it goes on, and "
                    "nobody holds it",
                    check_call_name(path, loss->refused));
    finding_step(&finding, path->unit, started, "the task is started here");
    finding_trace(&finding, path, duty->trace, loss->refused->loc);
    finding_step(&finding, path->unit, loss->exit, "its last handle is gone here");
    finding_help(&finding, "keep the handle where somebody awaits it, or await it here under a "
                           "shield's scope");
    check_report(path, &finding);
}

/* A function that shields runs what it shields as a task that is cancelled with the loop. */
static void on_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    if (!callee_has_role(callee, ROLE_DETACHES) || !check_has_role(path, ROLE_SHIELDS))
        return;
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (role->kind != ROLE_DETACHES || role->arg < 0 || (uint32_t)role->arg >= call->arg_count)
            continue;
        const struct duty *duty = state_duty(path->state, call->args[role->arg]);
        if (!is_task(duty))
            continue;
        struct finding finding = {.loc = call->instr->loc};
        finding_message(&finding,
                        "'%s' shields a task and detaches it: the end of the run cancels it, and "
                        "nobody waits for it",
                        check_function_name(path));
        finding_step(&finding, path->unit, path->unit->instrs.data[duty->origin].loc,
                     "the task is started here");
        finding_help(&finding, "give it to an owner that waits for it, such as a group of the "
                               "program's own or a scheduler of jobs");
        check_report(path, &finding);
    }
}

const struct rule rule_shield_without_owner = {
    .name = "shield-without-owner",
    .tier = RULE_CORE,
    .summary = "a shielded task is lost when its waiter is cancelled",
    .listener = {.on_call = on_call, .on_loss = on_loss},
};
