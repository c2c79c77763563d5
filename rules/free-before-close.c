/*
 * Memory that is freed while a loop, a request or a task still uses it.
 */
#include "program/check.h"
#include "rule.h"

static const char *end_of(const struct claim *lent) {
    switch (lent->until) {
    case UNTIL_CLOSED:
        return "its close callback has run";
    case UNTIL_CALLBACK:
        return "its callback has run or was called off";
    default:
        return "the task that uses it is over";
    }
}

static const char *remedy_of(const struct claim *lent) {
    switch (lent->until) {
    case UNTIL_CLOSED:
        return "close the handle, and free the memory in the close callback";
    case UNTIL_CALLBACK:
        return "free it in the callback; or call the callback off first";
    default:
        return "let the task free it, or wait for the task first";
    }
}

static void on_early_free(struct path *path, const struct path_early_free *early) {
    const struct claim *lent = early->lent;
    const struct ir_instr *origin = &path->unit->instrs.data[lent->origin];
    struct finding finding = {.loc = early->instr->loc, .cause = early->instr};
    finding_message(&finding, "memory given to '%s' is freed here before %s", lent->by,
                    end_of(lent));
    finding_step(&finding, path->unit, origin->loc, "it is given to '%s' here", lent->by);
    finding_trace(&finding, path, path->state->trace, origin->loc);
    finding_help(&finding, "%s", remedy_of(lent));
    check_report(path, &finding);
}

static void on_by_hand(struct path *path, const struct path_by_hand *by_hand) {
    const struct ir_instr *asked = &path->unit->instrs.data[by_hand->open->origin];
    struct finding finding = {.loc = by_hand->instr->loc, .cause = by_hand->instr};
    finding_message(&finding,
                    "'%s' is the close callback, and is called here for a handle that is open "
                    "and stays so",
                    by_hand->callee);
    finding_step(&finding, path->unit, asked->loc, "'%s' tells so here", by_hand->open->by);
    finding_trace(&finding, path, path->state->trace, asked->loc);
    finding_help(&finding, "close the handle, and have the callback called when that is done");
    check_report(path, &finding);
}

const struct rule rule_free_before_close = {
    .name = "free-before-close",
    .tier = RULE_CORE,
    .summary = "memory is freed while a loop, a request or a task still uses it",
    .listener = {.on_early_free = on_early_free, .on_by_hand = on_by_hand},
};
