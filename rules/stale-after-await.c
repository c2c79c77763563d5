/*
 * Memory that several tasks share is read, or asked, before a suspension, and changed after it as
 * if nobody had come in between.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_memory.h"
#include "rule.h"

static void on_stale(struct path *path, const struct path_stale *stale) {
    if (check_nearest_context(path, 1u << CONTEXT_COROUTINE, true) == CONTEXT_KINDS ||
        !check_is_shared(path, stale->instr->a))
        return;
    const char *name = check_place_name(path, stale->instr->a);
    const char *parked = check_call_name(path, stale->parked);
    struct finding finding = {.loc = stale->instr->loc, .cause = stale->instr};
    if (stale->kind == STALE_COUNTED)
        finding_message(&finding,
                        "'%s' is computed from what it was before '%s': what other tasks have made "
                        "of it meanwhile is lost",
                        name, parked ? parked : "the suspension");
    else
        finding_message(&finding,
                        "'%s' was asked before '%s' and is changed after it: another task may have "
                        "found the same, and done so already",
                        name, parked ? parked : "the suspension");
    finding_step(&finding, path->unit, stale->read->loc, "it is read here");
    finding_step(&finding, path->unit, stale->parked->loc, "other tasks run here");
    finding_help(&finding, stale->kind == STALE_COUNTED
                               ? "read it again after the suspension, or hold a lock over both"
                               : "ask again after the suspension, or make the change before it, or "
                                 "hold a lock over both");
    check_report(path, &finding);
}

const struct rule rule_stale_after_await = {
    .name = "stale-after-await",
    .tier = RULE_OPT_IN,
    .summary = "shared memory is read before a suspension and relied on after it",
    .listener = {.on_stale = on_stale},
};
