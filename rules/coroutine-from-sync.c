/*
 * A coroutine function that is called from code which can run outside of a coroutine, or is handed
 * to somebody who runs it there: it has no task that could be suspended.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void report_call(struct path *path, const struct path_call *call, enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    bool plain = kind == CONTEXT_PLAIN;
    finding_message(
        &finding, "coroutine '%s' is called outside of a coroutine, %s %s%s'%s'",
        check_callee_name(call), check_context_depth(path, kind) ? "reached from" : "in",
        plain ? "" : context_name(kind), plain ? "" : " ", check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding, plain ? "run it in a loop, as main coroutine or as a task"
                                 : "start a task for it, from where a loop runs");
    check_report(path, &finding);
}

static void report_argument(struct path *path, const struct path_call *call, const char *name,
                            enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "coroutine '%s' is handed to '%s', which runs it as a %s, outside of "
                    "a coroutine",
                    name, check_callee_name(call), context_name(kind));
    finding_help(&finding, "hand over a plain function, which starts a task if it has to wait");
    check_report(path, &finding);
}

/* What is made for a loop before there is one is late-create's. */
static bool comes_too_soon(const struct path_call *call, enum context_kind kind) {
    return callee_has_role(call->callee, ROLE_LOOP_BOUND) &&
           (kind == CONTEXT_PLAIN || kind == CONTEXT_THREAD);
}

static void on_call(struct path *path, const struct path_call *call) {
    enum context_kind kind;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const char *name = check_misplaced_coroutine(path, call, i, &kind);
        if (name)
            report_argument(path, call, name, kind);
    }
    if (!callee_has_role(call->callee, ROLE_COROUTINE) || check_has_role(path, ROLE_COROUTINE))
        return;
    kind = check_nearest_context(path, CONTEXTS_NO_COROUTINE, true);
    if (kind != CONTEXT_KINDS && !comes_too_soon(call, kind))
        report_call(path, call, kind);
}

const struct rule rule_coroutine_from_sync = {
    .name = "coroutine-from-sync",
    .tier = RULE_CORE,
    .summary = "a coroutine function is called, or run, outside of a coroutine",
    .listener = {.on_call = on_call},
};
