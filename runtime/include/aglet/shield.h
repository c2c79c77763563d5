/*
 * Shields: work that a cancellation or a deadline from outside must not cut short.
 */
#ifndef AGLET_SHIELD_H
#define AGLET_SHIELD_H

#include <aglet/base.h>

/**
 * Runs fn(arg) in a task that belongs to the loop and waits for it. When the waiter is cancelled,
 * the waiter goes on at once and the inner task goes on too: run() waits for it at the end, and if
 * it fails, its error goes to the failure handler.
 *
 * `arg` must therefore outlive the inner task, not this call: no local variable of a coroutine that
 * can be cancelled (use aglet_shield_begin() for that).
 *
 * @return the inner task's result; -ECANCELED or -ETIMEDOUT if the waiter was cut, then the inner
 *         task is still running or done; -EPERM outside a coroutine, -ENOMEM.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_TELLS_OUTCOME AGLET_SHIELDS(1)
    AGLET_CALLS_BACK(1, coroutine, once)
        AGLET_BORROWS(2, completion) int aglet_shield(aglet_fn fn, void *arg);

/** A shield's scope; owned by the caller, may be a local variable. The fields are private. */
struct aglet_shield_scope {
    void *scope;
    uint64_t serial;
};

#define AGLET_SHIELD_INIT {0, 0}

/**
 * From here to aglet_shield_end(), suspensions of this task are not cut by a cancellation or a
 * deadline from outside; deadlines begun inside count. What came meanwhile is delivered at the
 * first suspension after the end.
 * @return 0; -EPERM outside a coroutine, -ENOMEM (only beyond four scopes in one task).
 */
AGLET_COROUTINE AGLET_SHIELD_BEGIN
    AGLET_ACQUIRES_ARG(shield, 1) int aglet_shield_begin(struct aglet_shield_scope *shield);

/** Ends the shield, and scopes that were left open inside. @return 0; -EINVAL if it is not open. */
AGLET_COROUTINE
AGLET_SHIELD_END AGLET_RELEASES(shield, 1) int aglet_shield_end(struct aglet_shield_scope *shield);

#endif
