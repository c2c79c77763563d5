/*
 * A queue of entries, as io_uring has two: an entry is taken, filled in, given its data, submitted;
 * its completion is awaited, and given back. Out of that order things are lost or wait for ever.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

/* ---- entries that are lost --------------------------------------------------------------- */

/* With the queue, or with the process, its entries end. */
static bool ends_with_queue(const struct path *path, const struct path_loss *loss,
                            const char *queue) {
    return !loss->again && (check_calls_for_kind(path, ROLE_RELEASES, queue) ||
                            strcmp(check_function_name(path), "main") == 0);
}

static void on_loss(struct path *path, const struct path_loss *loss) {
    const char *queue = check_kind_queue(path, loss->duty->subject);
    if (!queue || ends_with_queue(path, loss, queue))
        return;
    const char *release = check_kind_release(path, loss->duty->subject);
    if (release && check_calls_role(path, ROLE_GIVES_BACK_ALL))
        return;
    const char *noun = check_kind_noun(path, loss->duty->subject);
    ir_id origin = path->unit->instrs.data[loss->duty->origin].loc;
    struct finding finding = {.loc = loss->always ? origin : loss->exit};
    if (release)
        finding_message(&finding,
                        "the %s taken here is not given back%s: the queue runs full, and the next "
                        "one is this one again",
                        noun, loss->always ? "" : " on some path");
    else
        finding_message(&finding,
                        "the %s taken here is not filled in%s: what stands in it from before is "
                        "submitted again",
                        noun, loss->always ? "" : " on some path");
    if (!loss->always)
        finding_step(&finding, path->unit, origin, "the %s is taken here", noun);
    finding_trace(&finding, path, loss->duty->trace, origin);
    if (release)
        finding_help(&finding, "call '%s' when all that is wanted of it is read", release);
    else
        finding_help(&finding, "take it when nothing can fail any more, or fill it in as one that "
                               "does nothing");
    check_report(path, &finding);
}

/* ---- order ------------------------------------------------------------------------------- */

static void on_misorder(struct path *path, const struct path_call *call,
                        const struct path_misorder *misorder) {
    struct finding finding = {.loc = call->instr->loc};
    const char *name = check_callee_name(call);
    switch (misorder->kind) {
    case MISORDER_DECORATED:
        finding_message(&finding, "'%s' fills in an entry, and resets what '%s' has set in it",
                        name, misorder->by);
        finding_step(&finding, path->unit, misorder->before->loc, "it is set here");
        finding_help(&finding, "fill it in first");
        break;
    case MISORDER_AWAITED:
        finding_message(&finding,
                        "'%s' waits for a completion, and what was queued before is not submitted: "
                        "it may wait for ever",
                        name);
        finding_step(&finding, path->unit, misorder->before->loc, "it is queued here");
        finding_help(&finding, "submit before the wait");
        break;
    default:
        finding_message(
            &finding, "'%s' closes the queue, and what was queued before was not submitted", name);
        finding_step(&finding, path->unit, misorder->before->loc, "it is queued here");
        finding_help(&finding, "submit it, and wait for it");
        break;
    }
    check_report(path, &finding);
}

/* ---- a completion that did not come ------------------------------------------------------ */

static void on_unasked(struct path *path, const struct path_unasked *unasked) {
    const struct duty *duty = unasked->duty;
    if (!check_kind_queue(path, duty->subject))
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    const char *callee = check_call_name(path, origin);
    struct finding finding = {.loc = unasked->instr->loc, .cause = origin};
    finding_message(&finding,
                    "the %s is used here before anyone has asked whether '%s' gave one: if it "
                    "failed there is none",
                    check_kind_noun(path, duty->subject), callee ? callee : "the call");
    finding_step(&finding, path->unit, origin->loc, "it is to come from here");
    finding_help(&finding,
                 "look at what '%s' returns first: even a wait that nothing bounds ends "
                 "early when a signal comes",
                 callee ? callee : "the call");
    check_report(path, &finding);
}

/* ---- a full queue ------------------------------------------------------------------------ */

/* The first entries of a queue that was made here are there. */
static void check_full(struct path *path, const struct path_call *call, const struct role *role) {
    if (role->arg < 0 || (uint32_t)role->arg >= call->arg_count)
        return;
    value_id entry = call->args[role->arg];
    const struct ir_instr *maker = path_maker(path, entry);
    if (!maker || !check_maker_role(path, entry, ROLE_QUEUES) ||
        !(state_classes(&path->context, path->state, entry) & RETURNS_ZERO))
        return;
    const struct role *taken = check_maker_role(path, entry, ROLE_ACQUIRES);
    const char *queue = taken ? check_kind_queue(path, taken->subject) : NULL;
    if (queue && check_calls_for_kind(path, ROLE_ACQUIRES, queue))
        return;
    struct finding finding = {.loc = call->instr->loc, .cause = maker};
    finding_message(&finding, "the %s may be NULL here: that is what a full queue gives",
                    check_kind_noun(path, taken ? taken->subject : "entry"));
    finding_step(&finding, path->unit, maker->loc, "it is taken here, and nobody asks");
    finding_help(&finding, "when it is NULL, submit what is queued and take one again, or fail");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_FILLS || role->kind == ROLE_DECORATES)
            check_full(path, call, role);
    }
}

const struct rule rule_submit_protocol = {
    .name = "submit-protocol",
    .tier = RULE_CORE,
    .summary = "io_uring: an entry that is not filled in, not submitted, not given back, or out of "
               "order",
    .listener = {.on_call = on_call,
                 .on_loss = on_loss,
                 .on_misorder = on_misorder,
                 .on_unasked = on_unasked},
};
