/*
 * What belongs to the loop that runs is made or set up where none does: too soon, before the loop
 * was entered, or in a thread that has none.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

/* Where a call of it finds no loop. What is a coroutine's is at home in none but a coroutine: in a
   callback of the loop, it is not the loop that is missing. */
static enum context_kind place_without_loop(const struct path *path, const struct callee *callee) {
    const unsigned without = 1u << CONTEXT_PLAIN | 1u << CONTEXT_THREAD;
    bool coroutine = callee_has_role(callee, ROLE_COROUTINE);
    unsigned asked = coroutine ? (unsigned)CONTEXTS_NO_COROUTINE : without;
    enum context_kind kind = check_nearest_context(path, asked, true);
    return kind != CONTEXT_KINDS && (without & 1u << kind) ? kind : CONTEXT_KINDS;
}

static void on_call(struct path *path, const struct path_call *call) {
    if (!callee_has_role(call->callee, ROLE_LOOP_BOUND) || check_has_role(path, ROLE_COROUTINE) ||
        check_has_role(path, ROLE_LOOP_BOUND))
        return;
    enum context_kind kind = place_without_loop(path, call->callee);
    if (kind == CONTEXT_KINDS)
        return;
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "'%s' sets up something of the loop that runs, and none does where it is "
                    "called, %s '%s': it fails",
                    check_callee_name(call),
                    check_context_depth(path, kind) ? "reached from" : "in",
                    check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding,
                 "do it in the loop: in the main coroutine, or in the task that needs it");
    check_report(path, &finding);
}

const struct rule rule_late_create = {
    .name = "late-create",
    .tier = RULE_DEFAULT,
    .summary = "something of the loop is made outside of a running loop",
    .listener = {.on_call = on_call},
};
