/*
 * A loop that is made, run and closed by hand, where one call does all three, or anew for each of
 * many calls.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_fix.h"
#include "rule.h"

static bool is_by_hand(const struct path *path) {
    return check_calls_role(path, ROLE_MAKES_LOOP) && check_calls_role(path, ROLE_CLOSES_LOOP);
}

/* One that takes what is to be run in the loop leaves nothing to be done by hand. */
static bool takes_coroutine(const struct callee *callee) {
    for (size_t i = 0; i < callee->role_count; i++)
        if (callee->roles[i].kind == ROLE_CALLS_BACK)
            return true;
    return false;
}

/* Whoever writes the one call that does it all has to write the three. */
static bool is_runner(const struct path *path) {
    return check_has_role(path, ROLE_RUNS_LOOP);
}

static void report(struct path *path, const struct path_call *call, const char *runner) {
    struct finding finding = {.loc = call->instr->loc, .cause = path->function};
    if (runner) {
        finding_message(&finding, "'%s' makes a loop, runs and closes it by hand, which '%s' does",
                        check_function_name(path), runner);
        finding_help(&finding,
                     "give '%s' the coroutine: it also refuses to nest, cancels what is left over "
                     "and waits for it, and reports errors that nobody retrieved",
                     runner);
        finding_fix_run(&finding, path, runner);
    } else {
        finding_message(&finding,
                        "'%s' makes, runs and closes a loop of its own each time it is called",
                        check_function_name(path));
        finding_help(&finding, "run one loop from the program's entry, and make this function "
                               "start its operation there and return");
    }
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    if (is_runner(path) || takes_coroutine(call->callee))
        return;
    for (size_t i = 0; i < call->callee->role_count; i++) {
        if (call->callee->roles[i].kind != ROLE_RUNS_LOOP || !is_by_hand(path))
            continue;
        const char *runner = check_runner(path, call);
        if (runner || check_caller_count(path) > 1)
            report(path, call, runner);
    }
}

const struct rule rule_manual_loop = {
    .name = "manual-loop",
    .tier = RULE_DEFAULT,
    .summary = "a loop is made, run and closed by hand where one call serves",
    .listener = {.on_call = on_call},
};
