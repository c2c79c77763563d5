/*
 * A task (or thread) that was started and whose handle is dropped: nobody sees its error, nobody
 * can stop it, nobody waits for it at shutdown.
 */
#include <stdlib.h>
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_fix.h"
#include "rule.h"

static bool is_running(const char *subject) {
    return subject && (strcmp(subject, "task") == 0 || strcmp(subject, "thread") == 0);
}

/* What a shield was to take has a rule of its own. */
static bool is_shielded(const struct path *path, const struct path_loss *loss) {
    return loss->refused && check_call_has_role(path, loss->refused, ROLE_SHIELDS);
}

/* Unsafe: whether the task is meant to go on by itself, its author knows; and so whether a function
   may take as long as the task. */
static void offer_owner(struct finding *finding, const struct path *path,
                        const struct path_loss *loss) {
    if (finding_fix_await(finding, path, loss))
        return;
    char *statement = check_detach_statement(path, loss);
    if (statement)
        finding_fix_surround(finding, path, loss->exit, "detach it before this return", statement,
                             NULL);
    free(statement);
}

static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (!is_running(duty->subject) || is_shielded(path, loss))
        return;
    ir_id started = path->unit->instrs.data[duty->origin].loc;
    struct finding finding = {.loc = started};
    finding_message(&finding,
                    loss->always ? "the %s started here is never awaited, kept or detached: its "
                                   "error is lost and nothing can stop it"
                                 : "the %s started here is dropped on some path: there its error "
                                   "is lost and nothing can stop it",
                    duty->subject);
    finding_trace(&finding, path, duty->trace, started);
    finding_step(&finding, path->unit, loss->exit, "the last handle of the %s is gone here",
                 duty->subject);
    finding_help(&finding, strcmp(duty->subject, "task") == 0
                               ? "await it, start it in a group, or detach it to say that it is "
                                 "meant to run on its own"
                               : "join it, or detach it to say that it is meant to run on its own");
    offer_owner(&finding, path, loss);
    check_report(path, &finding);
}

const struct rule rule_fire_and_forget = {
    .name = "fire-and-forget",
    .tier = RULE_CORE,
    .summary = "a task is started and its handle dropped",
    .listener = {.on_loss = on_loss},
};
