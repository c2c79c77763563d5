/*
 * A wait in a cleanup: the cancellation that led there cuts it short before it has done anything.
 */
#include "flow/use.h"
#include "program/check.h"
#include "rule.h"

/* Who waits only, and is given nothing to work on, has nothing to leave undone. */
static bool is_given_something(const struct path *path, const struct path_call *call) {
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const struct value *v = value_at(&path->context.values, call->args[i]);
        if (v->is_pointer && v->kind != VALUE_FUNCTION)
            return true;
    }
    return false;
}

static void report(struct path *path, const struct path_call *call, const struct ir_instr *failed) {
    const struct callee *callee = call->callee;
    struct finding finding = {.loc = call->instr->loc};
    if (failed)
        finding_message(&finding,
                        "if it was a cancellation that led here, '%s' is cut short at once, and "
                        "this cleanup is not done",
                        callee->name);
    else
        finding_message(&finding,
                        "'%s' runs in a cleanup, and waits: a cancellation cuts it short at once, "
                        "and the cleanup is not done",
                        callee->name);
    if (failed)
        finding_step(&finding, path->unit, failed->loc, "this may have been cancelled");
    if (callee->loses)
        finding_chain(&finding, callee->loses);
    finding_help(&finding, "run it under a shield, with a deadline inside of it");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    if (!call->callee->cut.loses || !path_can_cut(path, call) || !check_is_cancellable(path))
        return;
    if (call->instr->flags & IR_CALL_CLEANUP) {
        report(path, call, NULL);
        return;
    }
    if (!is_given_something(path, call) || !flow_is_dropped(path->unit, path->function, call->id))
        return;
    const struct ir_instr *failed = path_seen_cut(path, call);
    if (failed)
        report(path, call, failed);
}

const struct rule rule_await_in_cleanup = {
    .name = "await-in-cleanup",
    .tier = RULE_DEFAULT,
    .summary = "a wait in a cleanup that a cancellation cuts short",
    .listener = {.on_call = on_call},
};
