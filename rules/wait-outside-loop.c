/*
 * A wait that may end before its time, and after which nobody looks whether what was waited for has
 * come: it is not in a loop.
 */
#include "flow/loop.h"
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

/* Something was decided on the way here, and not by an argument, as how long to wait. Where nothing
   was, the function may be a wait of its own, in its caller's loop. */
static bool has_decided(const struct path *path) {
    for (const struct path_trace *step = path->state->trace; step; step = step->before) {
        bool branch = step->kind == TRACE_TRUE || step->kind == TRACE_FALSE;
        if (step->kind == TRACE_CASE || (branch && !step->asked.of_argument))
            return true;
    }
    return false;
}

static void on_call(struct path *path, const struct path_call *call) {
    if (!callee_has_role(call->callee, ROLE_WAKES_EARLY) || !has_decided(path) ||
        loop_holds(path, call->id))
        return;
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "'%s' may return before what it waits for has come, and nobody looks again",
                    check_callee_name(call));
    finding_trace(&finding, path, path->state->trace, IR_NONE);
    finding_help(&finding, "wait in a loop, for as long as the condition does not hold");
    check_report(path, &finding);
}

const struct rule rule_wait_outside_loop = {
    .name = "wait-outside-loop",
    .tier = RULE_OPT_IN,
    .summary = "a wait that may end too early is not in a loop",
    .listener = {.on_call = on_call},
};
