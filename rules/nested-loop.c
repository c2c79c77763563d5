/*
 * An event loop that is run from inside one: in a coroutine, in a callback of a loop, or in
 * anything they call.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void report(struct path *path, const struct path_call *call, enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding, "'%s' runs an event loop inside a running one, %s %s '%s'",
                    check_callee_name(call),
                    check_context_depth(path, kind) ? "reached from" : "in", context_name(kind),
                    check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding, kind == CONTEXT_COROUTINE
                               ? "await the operation: the loop is running already"
                               : "start the operation and return: the running loop goes on with "
                                 "it, and calls back when it is done");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    enum context_kind kind = check_nearest_context(path, CONTEXTS_OF_LOOP, true);
    if (kind == CONTEXT_KINDS)
        return;
    for (size_t i = 0; i < call->callee->role_count; i++)
        if (call->callee->roles[i].kind == ROLE_RUNS_LOOP &&
            !path_excused(path, call, &call->callee->roles[i]))
            report(path, call, kind);
}

const struct rule rule_nested_loop = {
    .name = "nested-loop",
    .tier = RULE_CORE,
    .summary = "an event loop is run inside a running one",
    .listener = {.on_call = on_call},
};
