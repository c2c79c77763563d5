/*
 * A function that calls a coroutine and does not say that it is one, in code whose custom is that
 * each says so: whoever reads or checks its callers takes it for a plain function.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static bool asks_for_marks(const struct callee *callee) {
    for (size_t i = 0; i < callee->role_count; i++)
        if (callee->roles[i].kind == ROLE_COROUTINE && callee->roles[i].subject)
            return true;
    return false;
}

static void on_call(struct path *path, const struct path_call *call) {
    bool says = check_has_role(path, ROLE_COROUTINE) || check_has_role(path, ROLE_MIXED);
    if (says || path->state->inside > 0 || !asks_for_marks(call->callee))
        return;
    /* where it is known to run elsewhere, a mark would be a lie, and another rule tells of it */
    if (check_nearest_context(path, CONTEXTS_NO_COROUTINE, true) != CONTEXT_KINDS)
        return;
    struct finding finding = {.loc = path->function->loc};
    finding_message(&finding, "'%s' calls coroutine '%s' and is not marked as a coroutine itself",
                    check_function_name(path), check_callee_name(call));
    finding_step(&finding, path->unit, call->instr->loc, "the coroutine is called here");
    finding_help(&finding, "mark it in the same way, then its callers can be checked; or start a "
                           "coroutine for the call");
    check_report(path, &finding);
}

const struct rule rule_unmarked_coroutine = {
    .name = "unmarked-coroutine",
    .tier = RULE_DEFAULT,
    .summary = "a function calls a coroutine and is not marked as one",
    .listener = {.on_call = on_call},
};
