/*
 * Work that is waited for, and whose outcome nobody looks at: its error is lost. Or work that is
 * started, and nobody looks whether it was.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static bool is_outcome(const struct duty *duty) {
    return duty->subject && strcmp(duty->subject, "outcome") == 0;
}

static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (!is_outcome(duty))
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    const char *callee = check_call_name(path, origin);
    struct finding finding = {.loc = origin->loc};
    finding_message(&finding,
                    loss->always
                        ? "'%s' returns how the work ended that was waited for, and nobody looks "
                          "at it: its error is lost"
                        : "'%s' returns how the work ended that was waited for, and on some path "
                          "nobody looks at it: there its error is lost",
                    callee ? callee : "this call");
    if (!loss->always)
        finding_trace(&finding, path, duty->trace, origin->loc);
    finding_help(&finding, "return it, or handle it; cast it to void to say that it does not "
                           "matter how the work ends");
    check_report(path, &finding);
}

/* What does not start does not fail either: it never comes. Many programs take it that a start does
   not fail; one that asks elsewhere does not. */
static void on_call(struct path *path, const struct path_call *call) {
    if (!callee_has_role(call->callee, ROLE_STARTS) ||
        !check_drops_unlike_others(path, call->instr))
        return;
    struct finding finding = {.loc = call->instr->loc, .cause = call->instr};
    finding_message(
        &finding,
        "'%s' returns whether it could start this, and nobody looks at it: if not, what "
        "is waited for never comes; most other calls in the program look",
        call->callee->name);
    finding_help(&finding, "handle the failure as the other calls do; cast it to void to say that "
                           "it cannot fail here");
    check_report(path, &finding);
}

const struct rule rule_unretrieved_error = {
    .name = "unretrieved-error",
    .tier = RULE_DEFAULT,
    .summary = "work is waited for, and its error is dropped",
    .listener = {.on_call = on_call, .on_loss = on_loss},
};
