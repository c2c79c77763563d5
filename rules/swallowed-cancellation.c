/*
 * A loop that a cancelled task never leaves: each call that the cancellation cuts short says so at
 * once, and the loop goes on.
 */
#include "program/check.h"
#include "program/check_fix.h"
#include "rule.h"

static void on_stuck(struct path *path, const struct path_stuck *stuck) {
    if (!stuck->object && !check_is_cancellable(path))
        return;
    struct finding finding = {.loc = stuck->call->loc, .cause = stuck->call};
    finding_message(&finding,
                    "once %s is cancelled, '%s' returns at once, each time, and no way leads out "
                    "of this loop",
                    stuck->object ? "its cancellable" : "the task", stuck->callee);
    if (stuck->awaits)
        finding_chain(&finding, stuck->awaits);
    finding_help(&finding, "leave the loop when it returns an error, and pass the error on");
    if (!stuck->object)
        finding_fix_pass_on(&finding, path, stuck->call);
    check_report(path, &finding);
}

const struct rule rule_swallowed_cancellation = {
    .name = "swallowed-cancellation",
    .tier = RULE_CORE,
    .summary = "a loop goes on waiting after its task was cancelled",
    .listener = {.on_stuck = on_stuck},
};
