/*
 * errno is read after a suspension, with nothing of this task's in between that could have set it.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void on_stale_errno(struct path *path, const struct path_stale_errno *stale) {
    if (check_nearest_context(path, 1u << CONTEXT_COROUTINE, true) == CONTEXT_KINDS)
        return;
    const char *parked = check_call_name(path, stale->parked);
    struct finding finding = {.loc = stale->instr->loc};
    finding_message(&finding,
                    "errno may be another task's here: '%s' suspends, and whoever ran meanwhile "
                    "has set it",
                    parked ? parked : "the call before");
    finding_step(&finding, path->unit, stale->parked->loc, "the coroutine may be suspended here");
    finding_context(&finding, path, CONTEXT_COROUTINE);
    finding_help(&finding, "keep errno in a variable before the suspension; or ask the call itself "
                           "for its error, if it is that one which is meant");
    check_report(path, &finding);
}

const struct rule rule_errno_across_await = {
    .name = "errno-across-await",
    .tier = RULE_DEFAULT,
    .summary = "errno read after a suspension",
    .listener = {.on_stale_errno = on_stale_errno},
};
