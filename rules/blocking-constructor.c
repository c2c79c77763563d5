/*
 * I/O in a constructor: making an object should neither wait nor start anything. What has to is an
 * asynchronous factory, and says so.
 */
#include "flow/ending.h"
#include "program/blocking.h"
#include "program/check.h"
#include "rule.h"

static void report(struct path *path, const struct path_call *call, const char *deed,
                   const struct chain *chain) {
    struct finding finding = {.loc = call->instr->loc,
                              .cause = chain ? check_chain_end(chain) : NULL};
    const char *guilty = chain ? check_chain_end(chain)->callee : call->callee->name;
    finding_message(&finding, "constructor '%s' %s: '%s'%s", check_function_name(path), deed,
                    guilty ? guilty : "a function", chain ? " is reached from here" : "");
    finding_chain(&finding, chain);
    finding_help(&finding, "do the I/O in an asynchronous factory (a coroutine, or a function "
                           "marked as a factory), and keep the constructor for setting fields");
    check_report(path, &finding);
}

/* Is what was begun here undone again? What is new has nothing yet whose end takes time. */
static bool is_undoing(const struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind != EFFECT_RELEASE || effect->arg >= call->arg_count)
            continue;
        const struct duty *duty = state_duty(path->state, call->args[effect->arg]);
        if (duty && duty->status == DUTY_OPEN)
            return true;
    }
    return false;
}

static void on_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    if (!check_is_constructor(path) || path->state->once ||
        flow_is_ending(path->unit, path->function, call->id))
        return;
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (path_excused(path, call, role))
            continue;
        if (role->kind == ROLE_BLOCKS && blocking_is_feared(role->subject))
            report(path, call, blocking_words(role->subject), NULL);
        else if (role->kind == ROLE_SUSPENDS)
            report(path, call, "suspends", NULL);
        else if (role->kind == ROLE_SPAWNS)
            report(path, call, "starts a task", NULL);
    }
    if (is_undoing(path, call))
        return;
    if (callee->blocks && !callee_has_role(callee, ROLE_BLOCKS))
        report(path, call, blocking_words(check_chain_end(callee->blocks)->subject),
               callee->blocks);
    else if (callee->awaits && !callee_has_role(callee, ROLE_SUSPENDS))
        report(path, call, "suspends", callee->awaits);
    else if (callee->spawns && !callee_has_role(callee, ROLE_SPAWNS))
        report(path, call, "starts a task", callee->spawns);
}

const struct rule rule_blocking_constructor = {
    .name = "blocking-constructor",
    .tier = RULE_CORE,
    .summary = "a constructor does I/O: it blocks, suspends or starts a task",
    .listener = {.on_call = on_call},
};
