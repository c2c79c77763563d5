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

const struct rule rule_free_before_close = {
    .name = "free-before-close",
    .tier = RULE_CORE,
    .summary = "memory is freed while a loop, a request or a task still uses it",
    .listener = {.on_early_free = on_early_free},
};
