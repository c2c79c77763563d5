/*
 * A wait for a peer on the network that nothing bounds: no deadline is in force on some way from
 * main to here, the call has none of its own, and the stream has no limits.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static bool is_network(const char *subject) {
    return subject && strcmp(subject, "net") == 0;
}

/* An argument that bounds the wait, unless it is known to say "never". */
static bool has_limit(const struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        int64_t limit;
        if (role->kind == ROLE_TAKES_DEADLINE && (uint32_t)role->arg < call->arg_count &&
            !(path_constant(path, call->args[role->arg], &limit) &&
              (limit < 0 || limit == INT64_MAX)))
            return true;
    }
    return false;
}

/* What is connected here cannot have limits yet; another's may have been set elsewhere. */
static bool may_be_bounded(const struct path *path, const struct path_call *call) {
    return !callee_has_role(call->callee, ROLE_ACQUIRES) && check_sets_timeouts(path);
}

static void report(const struct path *path, const struct path_call *call) {
    struct finding finding = {.loc = call->instr->loc, .cause = path->function};
    const char *name = check_callee_name(call);
    finding_message(&finding,
                    "'%s' can wait for ever: no deadline is in force, and a peer that "
                    "falls silent holds this task and all that it owns",
                    name);
    finding_unlimited(&finding, path);
    finding_help(&finding, "begin a deadline around it, or give it a limit of its own");
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    if (path->state->scopes[SCOPE_DEADLINE] > 0 || path->state->inside < 0 ||
        !check_is_unlimited(path))
        return;
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        if (role->kind == ROLE_SUSPENDS && is_network(role->subject) &&
            !path_excused(path, call, role) && !has_limit(path, call) &&
            !may_be_bounded(path, call))
            report(path, call);
    }
}

const struct rule rule_missing_timeout = {
    .name = "missing-timeout",
    .tier = RULE_DEFAULT,
    .summary = "a wait for a peer on the network that nothing bounds",
    .listener = {.on_call = on_call},
};
