/*
 * A variable whose address was given to a task, a request or a callback that may still use it when
 * the variable is gone.
 */
#include <string.h>

#include "program/check.h"
#include "rule.h"

/* What main leaves is left to the end of the process. */
static bool dies_with_process(const struct path *path, const struct path_outlive *outlive) {
    return outlive->at_return && strcmp(check_function_name(path), "main") == 0;
}

/* Work that was waited for goes on by itself only if the waiter was cancelled. */
static bool is_waited_for(const struct path *path, const struct claim *lent) {
    return lent->until == UNTIL_DONE && !check_is_cancellable(path);
}

static const char *user_of(const struct claim *lent) {
    switch (lent->until) {
    case UNTIL_JOIN:
    case UNTIL_DONE:
        return "the task that it started";
    case UNTIL_CLOSED:
        return "the loop";
    default:
        return "a callback that is to come";
    }
}

static void on_outlive(struct path *path, const struct path_outlive *outlive) {
    const struct claim *lent = outlive->lent;
    if (dies_with_process(path, outlive) || is_waited_for(path, lent))
        return;
    const struct ir_local *local = ir_local_at(path->unit, path->function, outlive->local);
    const struct ir_instr *origin = &path->unit->instrs.data[lent->origin];
    const char *name = local->name == IR_NONE ? "a temporary" : ir_text(path->unit, local->name);
    struct finding finding = {.loc = origin->loc, .cause = origin};
    finding_message(&finding, "'%s' is given to '%s' and may be used by %s when it is gone", name,
                    lent->by, user_of(lent));
    finding_trace(&finding, path, path->state->trace, origin->loc);
    finding_step(&finding, path->unit, outlive->end, "the scope of '%s' ends here", name);
    finding_help(&finding, "allocate it, and free it when it is no longer used; or wait here for "
                           "who uses it");
    check_report(path, &finding);
}

const struct rule rule_task_outlives_stack = {
    .name = "task-outlives-stack",
    .tier = RULE_CORE,
    .summary = "the address of a local is given to a task, request or callback that may outlive it",
    .listener = {.on_outlive = on_outlive},
};
