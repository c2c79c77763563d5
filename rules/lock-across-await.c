/*
 * A thread's lock that is held while a coroutine is suspended.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_fix.h"
#include "rule.h"

static void report(struct path *path, const struct path_call *call, const struct claim *lock) {
    const struct ir_instr *origin = &path->unit->instrs.data[lock->origin];
    const char *name = check_callee_name(call);
    struct finding finding = {.loc = call->instr->loc, .cause = origin};
    finding_message(&finding,
                    "'%s' suspends with a thread's lock held: whoever wants the lock meanwhile, in "
                    "this thread or another, is blocked until the coroutine goes on",
                    name);
    finding_step(&finding, path->unit, origin->loc, "'%s' takes it here", lock->by);
    if (!callee_has_role(call->callee, ROLE_SUSPENDS))
        finding_chain(&finding, call->callee->awaits);
    finding_help(&finding, "give the lock back before the wait, or use one for coroutines");
    finding_fix_unlock_first(&finding, path, call->instr);
    check_report(path, &finding);
}

static void on_call(struct path *path, const struct path_call *call) {
    if (!path->state->claim_count || !path_suspends(path, call))
        return;
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (path_holds(path, claim) && claim->subject && strcmp(claim->subject, "thread") == 0)
            report(path, call, claim);
    }
}

const struct rule rule_lock_across_await = {
    .name = "lock-across-await",
    .tier = RULE_CORE,
    .summary = "a coroutine is suspended with a thread's lock held",
    .listener = {.on_call = on_call},
};
