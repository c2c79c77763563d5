/*
 * A loop is asked for something by a thread that it does not belong to.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static const enum context_kind elsewhere[] = {CONTEXT_WORKER, CONTEXT_THREAD};

/* Without a callback it is done here and now. */
static bool is_null(const struct path *path, const struct path_call *call, int arg) {
    int64_t constant;
    return arg >= 0 && (uint32_t)arg < call->arg_count &&
           path_constant(path, call->args[arg], &constant) && constant == 0;
}

/* Who has the loop call back changes the loop, which has no lock. */
static bool belongs_to_loop(const struct path *path, const struct path_call *call) {
    if (callee_has_role(call->callee, ROLE_ANY_THREAD))
        return false;
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_CALLS_BACK && role->context && strcmp(role->context, "loop") == 0 &&
            !path_excused(path, call, role) && !is_null(path, call, role->arg))
            return true;
    }
    return false;
}

static void report(struct path *path, const struct path_call *call, enum context_kind kind) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "'%s' belongs to the loop's thread, and is called %s %s '%s': the two change "
                    "the loop at the same time",
                    check_callee_name(call), check_context_depth(path, kind) ? "by way of" : "in",
                    context_name(kind), check_context_root(path, kind));
    finding_context(&finding, path, kind);
    finding_help(&finding, "wake the loop by the one call that is made for other threads, and do "
                           "this in its callback");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (check_context_root(path, elsewhere[i]) && !check_context_has_loop(path, elsewhere[i]) &&
            belongs_to_loop(path, call)) {
            report(path, call, elsewhere[i]);
            return;
        }
}

const struct rule rule_wrong_thread = {
    .name = "wrong-thread",
    .tier = RULE_CORE,
    .summary = "a loop is changed by a thread that it does not belong to",
    .listener = {.on_call = on_call},
};
