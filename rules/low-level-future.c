/*
 * What a task's handle is for, done by hand: the task hands over its result and signals that it is
 * done, or parts of a library are used from which it builds its tasks.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_future.h"
#include "rule.h"

static void report_by_hand(struct path *path, const struct path_call *call, const char *task) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "'%s' signals this as the last thing it does: if it is cancelled or fails "
                    "before, '%s' waits for ever, and its error is lost",
                    task, check_function_name(path));
    finding_help(&finding, "await the task itself, and let it return its result");
    check_report(path, &finding);
}

static void report_low_level(struct path *path, const struct path_call *call) {
    struct finding finding = {.loc = call->instr->loc, .cause = path->function};
    finding_message(&finding, "'%s' is what tasks are built from: this builds one by hand",
                    check_callee_name(call));
    finding_help(&finding, "start a task and await it, or wait for a channel, a queue or an event");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    const char *task = check_future_of(path, call);
    if (task)
        report_by_hand(path, call, task);
    else if (callee_has_role(call->callee, ROLE_FUTURE_API) &&
             !check_has_role(path, ROLE_FUTURE_API) && check_is_of_others(path, call))
        report_low_level(path, call);
}

const struct rule rule_low_level_future = {
    .name = "low-level-future",
    .tier = RULE_DEFAULT,
    .summary = "a task's result is handed over by hand, where it could be awaited",
    .listener = {.on_call = on_call},
};
