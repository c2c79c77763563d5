/*
 * A context variable that is given a value and, on some path, not its former one back.
 */
#include <string.h>

#include "program/check.h"
#include "rule.h"

static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (!duty->subject || strcmp(duty->subject, "context") != 0)
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    const char *noun = check_kind_noun(path, duty->subject);
    struct finding finding = {.loc = loss->always ? origin->loc : loss->exit};
    if (loss->always)
        finding_message(
            &finding, "the %s is set here and never reset: what runs next goes on with this value",
            noun);
    else
        finding_message(&finding,
                        "the %s is not reset on this path: what runs next goes on with the "
                        "value that was set here",
                        noun);
    if (!loss->always)
        finding_step(&finding, path->unit, origin->loc, "the %s is set here", noun);
    finding_trace(&finding, path, duty->trace, origin->loc);
    finding_help(&finding, "reset it on every path, or let the end of the scope do so");
    check_report(path, &finding);
}

const struct rule rule_context_not_reset = {
    .name = "context-not-reset",
    .tier = RULE_DEFAULT,
    .summary = "a context variable is set and not reset on some path",
    .listener = {.on_loss = on_loss},
};
