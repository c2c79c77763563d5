/*
 * Something is made that does nothing until it is started, and nobody starts it: a coroutine that
 * is not entered, a source that is not attached.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static const char *noun_of(const struct path *path, const struct ir_instr *made) {
    const struct role *role = check_call_role(path, made, ROLE_ACQUIRES);
    return role ? check_kind_noun(path, role->subject) : "object";
}

static void on_idle(struct path *path, const struct ir_instr *made) {
    struct finding finding = {.loc = made->loc, .cause = made};
    finding_message(&finding, "the %s made here is never started: what it is for does not happen",
                    noun_of(path, made));
    finding_help(&finding, "start it, or do not make it");
    check_report(path, &finding);
}

/* Where nothing but to start it ends it, a path that does not loses it, too. */
static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct ir_instr *made = &path->unit->instrs.data[loss->duty->origin];
    if (loss->always || check_kind_release(path, loss->duty->subject) ||
        !check_call_has_role(path, made, ROLE_DEFERS))
        return;
    struct finding finding = {.loc = loss->exit, .cause = made};
    finding_message(&finding, "the %s is not started on this path, and nothing else frees it",
                    noun_of(path, made));
    finding_step(&finding, path->unit, made->loc, "it is made here");
    finding_trace(&finding, path, loss->duty->trace, made->loc);
    finding_help(&finding, "make it when nothing can fail any more");
    check_report(path, &finding);
}

const struct rule rule_never_awaited = {
    .name = "never-awaited",
    .tier = RULE_CORE,
    .summary = "something is made that has to be started, and is not",
    .listener = {.on_idle = on_idle, .on_loss = on_loss},
};
