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

/* What is new has nothing yet whose end takes time. */
static bool is_reached(const struct path *path, const struct path_call *call,
                       const struct chain *chain, enum role_kind kind) {
    return chain && !chain->undoes && !path_undoes(path, call) &&
           !callee_has_role(call->callee, kind);
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
    if (is_reached(path, call, callee->blocks, ROLE_BLOCKS))
        report(path, call, blocking_words(check_chain_end(callee->blocks)->subject),
               callee->blocks);
    else if (is_reached(path, call, callee->awaits, ROLE_SUSPENDS))
        report(path, call, "suspends", callee->awaits);
    else if (is_reached(path, call, callee->spawns, ROLE_SPAWNS))
        report(path, call, "starts a task", callee->spawns);
}

const struct rule rule_blocking_constructor = {
    .name = "blocking-constructor",
    .tier = RULE_CORE,
    .summary = "a constructor does I/O: it blocks, suspends or starts a task",
    .listener = {.on_call = on_call},
};
