/*
 * Signals that come in between are one to their receiver, who takes a single item each time: the
 * others stay where they are.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_fix.h"
#include "program/check_signals.h"
#include "rule.h"

static void on_take(struct path *path, const struct path_take *take) {
    const char *by = take->cleared ? check_call_name(path, take->cleared) : NULL;
    bool called = take->once && check_is_coalesced(path, &by);
    if ((!called && !take->cleared) || check_signals_again(path) ||
        !check_is_signalled(path, take->queue))
        return;
    struct finding finding = {.loc = take->instr->loc, .cause = take->instr};
    const char *queue = take->queue ? take->queue : "a queue";
    if (called)
        finding_message(&finding,
                        "'%s' is called once for all signals that came since, and takes one item "
                        "from %s%s%s: the others stay there",
                        check_function_name(path), take->queue ? "'" : "", queue,
                        take->queue ? "'" : "");
    else
        finding_message(&finding,
                        "'%s' takes all signals that came since at once, and here one item is "
                        "taken from %s%s%s: the others stay there",
                        by ? by : "a call", take->queue ? "'" : "", queue, take->queue ? "'" : "");
    if (take->cleared)
        finding_step(&finding, path->unit, take->cleared->loc, "the signals are taken here");
    else
        finding_coalesced(&finding, path);
    finding_chain(&finding, take->chain);
    finding_help(&finding, "take items until there is none left");
    finding_fix_drain(&finding, path, take);
    check_report(path, &finding);
}

const struct rule rule_coalesced_signal = {
    .name = "coalesced-signal",
    .tier = RULE_DEFAULT,
    .summary = "one item is taken for a signal that may stand for many",
    .listener = {.on_take = on_take},
};
