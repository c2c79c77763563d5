/*
 * A lock that a function gives back on one path and keeps on another, though its caller cannot tell
 * the two apart; or that nobody gives back.
 */
#include <string.h>

#include "program/check.h"
#include "rule.h"

static void on_hold(struct path *path, const struct path_hold *hold, unsigned class) {
    bool never = !hold->released;
    if ((never || hold->told) && check_is_given_back(path, hold->lock, true))
        return; /* it is taken for the caller */
    if (never && strcmp(check_function_name(path), "main") == 0)
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[hold->origin];
    struct finding finding = {.loc = never ? origin->loc : hold->exits[class], .cause = origin};
    if (never && !check_is_given_back(path, hold->lock, false))
        finding_message(&finding, "nothing in the program gives '%s' back", hold->lock);
    else if (never)
        finding_message(&finding,
                        "'%s' is not given back here, and elsewhere by nobody who has not taken it",
                        hold->lock);
    else if (hold->told)
        finding_message(&finding,
                        "the lock is still held on this path, and given back on another; and '%s' "
                        "is given back by nobody who has not taken it",
                        hold->lock);
    else
        finding_message(&finding, "the lock is still held on this path, and given back on another");
    if (never)
        finding_step(&finding, path->unit, hold->exits[class], "it is held here");
    else
        finding_step(&finding, path->unit, origin->loc, "'%s' takes it here", hold->callee);
    finding_trace(&finding, path, hold->traces[class], origin->loc);
    finding_help(&finding, "give it back on every path, or leave by way of one label that does");
    check_report(path, &finding);
}

const struct rule rule_lock_not_released = {
    .name = "lock-not-released",
    .tier = RULE_CORE,
    .summary = "a lock is still held where a function returns, on some path only",
    .listener = {.on_hold = on_hold},
};
