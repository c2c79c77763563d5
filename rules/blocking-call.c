/*
 * A call that blocks the thread, where an event loop has to turn: in a coroutine or a callback of
 * the loop, or in anything they call. It is told at the call that blocks, once, however many reach
 * it; the notes show the shortest way there.
 */
#include "flow/ending.h"
#include "program/blocking.h"
#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void report(struct path *path, const struct path_call *call, const struct role *role,
                   enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    const char *name = check_callee_name(call);
    finding_message(&finding, "'%s' %s, %s %s '%s': the event loop stands still meanwhile", name,
                    blocking_words(role->subject),
                    check_context_depth(path, kind) ? "reached from" : "in", context_name(kind),
                    check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding, "use what the event loop offers instead of it, or have a worker thread "
                           "make this call");
    check_report(path, &finding);
}

/* Its author says that it must not be called here; a loop that it runs is told by another rule. */
static void report_misplaced(struct path *path, const struct path_call *call, const char *words,
                             enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding, "'%s' is %s, and is %s %s '%s'", check_callee_name(call), words,
                    check_context_depth(path, kind) ? "reached from" : "called in",
                    context_name(kind), check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding, "use its asynchronous counterpart, or have a worker thread make this "
                           "call");
    check_report(path, &finding);
}

static bool is_only_sync(const struct callee *callee) {
    return callee_has_role(callee, ROLE_SYNC_ONLY) && !callee_has_role(callee, ROLE_RUNS_LOOP) &&
           !callee_has_role(callee, ROLE_BLOCKS);
}

/* QEMU says it of what is for both worlds, too. */
static bool is_not_for_coroutines(const struct callee *callee) {
    return callee_has_role(callee, ROLE_NO_COROUTINE) && !callee_has_role(callee, ROLE_MIXED) &&
           !callee_has_role(callee, ROLE_COROUTINE);
}

static void on_call(struct path *path, const struct path_call *call) {
    /* what a constructor does is told of the constructor, by the rule that is about them */
    enum context_kind kind = check_nearest_context(path, CONTEXTS_OF_LOOP, false);
    if (kind == CONTEXT_KINDS)
        return;
    if (is_only_sync(call->callee))
        report_misplaced(path, call, "for synchronous code only", kind);
    else if (kind == CONTEXT_COROUTINE && is_not_for_coroutines(call->callee))
        report_misplaced(path, call, "not for coroutines", kind);
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_BLOCKS && blocking_is_feared(role->subject) &&
            !path_excused(path, call, role) &&
            !flow_is_ending(path->unit, path->function, call->id))
            report(path, call, role, kind);
    }
}

const struct rule rule_blocking_call = {
    .name = "blocking-call",
    .tier = RULE_CORE,
    .summary = "a call that blocks the thread, in a coroutine or a loop callback",
    .listener = {.on_call = on_call},
};
