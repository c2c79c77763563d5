/*
 * A task for each thing that comes from outside, without an owner, a limit or a wait: who sends
 * more makes more tasks.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void on_loop(struct path *path, const struct path_loop *loop) {
    if (!loop->spawn || !loop->input || loop->relieved || loop->limited || loop->counted)
        return;
    const char *spawn = check_call_name(path, loop->spawn);
    struct finding finding = {.loc = loop->spawn->loc, .cause = loop->spawn};
    finding_message(&finding,
                    "'%s' starts one more for each thing that comes from outside: nothing limits "
                    "how many run at once",
                    spawn ? spawn : "this call");
    finding_help(&finding, "take a place of a semaphore before, or give the task to a group or a "
                           "scheduler of jobs that has a limit");
    check_report(path, &finding);
}

const struct rule rule_unbounded_spawn = {
    .name = "unbounded-spawn",
    .tier = RULE_DEFAULT,
    .summary = "a loop starts a task for each thing that comes from outside, without a limit",
    .listener = {.on_loop = on_loop},
};
