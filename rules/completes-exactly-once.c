/*
 * What has to be completed exactly once, and is completed twice on some path, or let go without.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void on_completion(struct path *path, const struct path_completion *completion) {
    const struct claim *before = completion->before;
    ir_id first = path->unit->instrs.data[before->origin].loc;
    struct finding finding = {.loc = completion->instr->loc, .cause = completion->instr};
    const char *name = completion->callee ? completion->callee : "a function";
    if (completion->again)
        finding_message(&finding, "'%s' completes the same on the next round of the loop again",
                        name);
    else
        finding_message(&finding, "'%s' completes what was completed before on this path", name);
    if (!completion->again)
        finding_step(&finding, path->unit, first, "'%s' completes it here", before->by);
    finding_trace(&finding, path, path->state->trace, first);
    finding_help(&finding, "complete it once, and return then");
    check_report(path, &finding);
}

static void on_broken_promise(struct path *path, const struct path_promise *promise) {
    struct finding finding = {.loc = promise->exit};
    if (promise->origin) {
        finding_message(&finding,
                        "what '%s' made is let go here and was not completed: whoever "
                        "waits for it is never called",
                        check_call_name(path, promise->origin));
        finding_step(&finding, path->unit, promise->origin->loc, "it is made here");
    } else {
        finding_message(&finding,
                        "'%s' ends here without having completed what it was called "
                        "for: whoever waits for it is never called",
                        check_function_name(path));
    }
    finding_trace(&finding, path, path->state->trace, IR_NONE);
    finding_help(&finding, "complete it on every path, with an error where it failed");
    check_report(path, &finding);
}

static void on_rival(struct path *path, const struct path_rival *rival) {
    const struct claim *promised = rival->promised;
    ir_id made = path->unit->instrs.data[promised->origin].loc;
    struct finding finding = {.loc = rival->instr->loc};
    finding_message(
        &finding,
        "'%s' has the callback called that what '%s' made is for: it is called twice, or that is "
        "never completed",
        rival->callee ? rival->callee : "a function", promised->by);
    finding_step(&finding, path->unit, made, "it is made here");
    finding_trace(&finding, path, path->state->trace, made);
    finding_help(&finding,
                 "complete what was made; make it later, or not at all, where another calls back");
    check_report(path, &finding);
}

const struct rule rule_completes_exactly_once = {
    .name = "completes-exactly-once",
    .tier = RULE_CORE,
    .summary = "what has to be completed once is completed twice on some path, or never",
    .listener = {.on_completion = on_completion,
                 .on_broken_promise = on_broken_promise,
                 .on_rival = on_rival},
};
