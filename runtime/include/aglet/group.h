/*
 * Groups: a scope that owns tasks. No task outlives its group.
 *
 *     aglet_group *group;
 *     int rc = aglet_group_open(&group);
 *     if (rc < 0)
 *         return rc;
 *     for (size_t i = 0; i < n && rc == 0; i++)
 *         rc = aglet_group_spawn(group, fetch, &jobs[i]);
 *     if (rc < 0)
 *         aglet_group_cancel(group);
 *     return aglet_group_close(group);
 *
 * The first task that fails cancels the others and the rest of the body.
 */
#ifndef AGLET_GROUP_H
#define AGLET_GROUP_H

#include <aglet/base.h>

/** One failure of a group's task. */
struct aglet_group_error {
    char task[32];    /**< the task's name */
    int error;        /**< its result, a negative errno */
    char created[64]; /**< where it was created, as in struct aglet_failure */
};

/**
 * Opens a group in the running task, which has to close it, innermost scope first.
 * @return 0 and *out, owned by the caller; -EPERM outside a coroutine, -ENOMEM.
 */
AGLET_MUST_USE AGLET_COROUTINE
    AGLET_LOOP_BOUND AGLET_ACQUIRES_OUT(group, 1) int aglet_group_open(aglet_group **out);

/** Lets at most `limit` tasks of the group run at a time; 0, the default: no limit. */
void aglet_group_limit(aglet_group *group, size_t limit);

/**
 * Starts fn(arg) as a task of the group. Suspends only while the limit is reached. The group's own
 * tasks may spawn into it too. `arg` must live until the group is closed.
 * @return 0; -ECANCELED if the group is cancelled or the caller is, -ETIMEDOUT, -ENOMEM, -EPERM
 *         outside a coroutine. On an error nothing was started.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_SPAWNS_INTO(2, 3, 1)
    AGLET_CALLS_BACK(2, coroutine, once)
        AGLET_BORROWS(3, join) int aglet_group_spawn(aglet_group *group, aglet_fn fn, void *arg);

/**
 * As aglet_group_spawn(), but fn(arg) is called in `ms` milliseconds. The task counts among the
 * group's from now on: the close waits for it, and when the group is cancelled before the time,
 * `fn` is never called.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_SPAWNS_INTO(3, 4, 1)
    AGLET_CALLS_BACK(3, coroutine, once)
        AGLET_BORROWS(4, join) int aglet_group_call_later(aglet_group *group, int64_t ms,
                                                          aglet_fn fn, void *arg);

/**
 * As aglet_group_spawn(), and waits until the task calls aglet_started(): a server that listens, a
 * connection that is up. A task that ends before is no failure of the group, only of this call.
 * @param value NULL, or where what it gives to aglet_started() goes
 * @return 0: the task goes on in the group; the task's failure if it ended before, -EPROTO if it
 *         ended without one; -ECANCELED, -ETIMEDOUT if the caller was cut, -ENOMEM, -EPERM: then
 *         nothing runs.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_SPAWNS_INTO(2, 3, 1)
    AGLET_CALLS_BACK(2, coroutine, once)
        AGLET_BORROWS(3, join) int aglet_group_start(aglet_group *group, aglet_fn fn, void *arg,
                                                     void **value);

/** In a task that aglet_group_start() made: it is started. @return 0; -ECANCELED if nobody waits
 *  for it any more: it has to end; -EINVAL in another task, which does no harm; -EPERM outside a
 *  coroutine. */
AGLET_COROUTINE int aglet_started(void *value);

/** Cancels all tasks of the group and the rest of its body. Does not wait. @return 0. */
AGLET_CANCELS(1) int aglet_group_cancel(aglet_group *group);

/** The failures so far, oldest first; returns their number and sets *list (valid until close). At
 *  most 16 are kept; tasks that ended with -ECANCELED in a cancelled group are not failures. */
AGLET_SHOWS_OUTCOME size_t aglet_group_errors(const aglet_group *group,
                                              const struct aglet_group_error **list);

/**
 * Waits for all tasks of the group and frees it, whatever is returned. When the closing task is
 * cancelled or its deadline passes, the group's tasks are cancelled and waited for all the same.
 * @return 0; the first failure; else -ECANCELED or -ETIMEDOUT if that cut some of the tasks;
 *         -EPERM in another task than the one which opened it (then nothing is freed).
 */
AGLET_COROUTINE AGLET_SUSPENDS AGLET_RELEASES(group, 1) AGLET_TELLS_OUTCOME
    int aglet_group_close(aglet_group *group);

/** As aglet_group_close(), for a graceful end: even if the closing task is cancelled, the group's
 *  tasks have `grace_ms` milliseconds to finish; those that remain are cancelled and waited for. */
AGLET_COROUTINE AGLET_SUSPENDS AGLET_RELEASES(group, 1) AGLET_TELLS_OUTCOME
    int aglet_group_drain(aglet_group *group, int64_t grace_ms);

#endif
