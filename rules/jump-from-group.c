/*
 * A way out of a scope (a task group, a deadline, a shield) that does not go through its end.
 */
#include "program/check.h"
#include "rule.h"

static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (!check_kind_is_scope(path, duty->subject))
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    const char *noun = check_kind_noun(path, duty->subject);
    const char *end = check_kind_release(path, duty->subject);
    struct finding finding = {.loc = loss->always ? origin->loc : loss->exit};
    if (loss->always)
        finding_message(&finding, "the scope of the %s that begins here has no end", noun);
    else
        finding_message(&finding, "this way leads out of the scope of the %s, past its end", noun);
    if (!loss->always)
        finding_step(&finding, path->unit, origin->loc, "the scope begins here");
    finding_trace(&finding, path, duty->trace, origin->loc);
    if (loss->always)
        finding_step(&finding, path->unit, loss->exit, "it is left here");
    if (end)
        finding_help(&finding, "leave it through '%s', on every path", end);
    check_report(path, &finding);
}

const struct rule rule_jump_from_group = {
    .name = "jump-from-group",
    .tier = RULE_CORE,
    .summary = "the scope of a task group, a deadline or a shield is left past its end",
    .listener = {.on_loss = on_loss},
};
