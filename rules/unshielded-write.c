/*
 * A change that must not be torn, made by a call that suspends, in a coroutine that a cancellation
 * can cut short at that very point.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_fix.h"
#include "rule.h"

/* A peer copes with half a message by its protocol; a database, a file or a state does not. */
static bool is_torn_by_cancellation(const struct role *role) {
    return role->subject == NULL || strcmp(role->subject, "peer") != 0;
}

/* True when the literal SQL text is known to change nothing. */
static bool only_reads(const struct path *path, const struct path_call *call,
                       const struct role *role) {
    static const char *const readers[] = {"select", "pragma", "explain", "values"};
    if (role->sql < 0 || (uint32_t)role->sql >= call->arg_count)
        return false;
    const struct value *v = value_at(&path->context.values, call->args[role->sql]);
    if (v->kind != VALUE_LITERAL)
        return false;
    const char *text = ir_text(path->unit, v->a);
    text += strspn(text, " \t\r\n(");
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strncasecmp(text, readers[i], strlen(readers[i])) == 0)
            return true;
    return false;
}

/* A transaction that is open is rolled back by its owner: nothing is torn. */
static bool in_transaction(const struct path *path) {
    for (uint32_t i = 0; i < path->state->duty_count; i++) {
        const struct duty *duty = &path->state->duties[i];
        if (duty->status == DUTY_OPEN && duty->subject && strcmp(duty->subject, "transaction") == 0)
            return true;
    }
    return false;
}

static void on_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    bool suspends = callee->flags & (CALLEE_SUSPENDS | CALLEE_COROUTINE);
    if (!suspends || path->state->scopes[SCOPE_SHIELD] > 0 || !check_is_cancellable(path))
        return;
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (role->kind != ROLE_MUTATES || !is_torn_by_cancellation(role) ||
            path_excused(path, call, role) || only_reads(path, call, role) || in_transaction(path))
            continue;
        struct finding finding = {.loc = call->instr->loc};
        finding_message(&finding,
                        "a cancellation can cut '%s' short: the change to the %s is then made in "
                        "part, or without its caller knowing",
                        callee->name, role->subject ? role->subject : "state");
        finding_help(&finding, "run it under a shield, or in a transaction that is rolled back");
        finding_fix_enclose(&finding, path, call->instr->loc, "shield it", "shield");
        check_report(path, &finding);
    }
}

const struct rule rule_unshielded_write = {
    .name = "unshielded-write",
    .tier = RULE_CORE,
    .summary = "a change that suspends can be torn by a cancellation",
    .listener = {.on_call = on_call},
};
