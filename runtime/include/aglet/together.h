/*
 * Several at once: run them together, wait for some of them, let them race.
 */
#ifndef AGLET_TOGETHER_H
#define AGLET_TOGETHER_H

#include <aglet/base.h>

/** One of several coroutines. */
struct aglet_call {
    aglet_fn fn;
    void *arg;
};

/**
 * Runs all calls at the same time and waits for all of them. The first that fails cancels the
 * others.
 * @param results NULL, or one result a call, in the order of the calls
 * @return 0; the first failure; -ECANCELED, -ETIMEDOUT if the waiter was cut; -ENOMEM; -EPERM
 * outside a coroutine. Nothing runs any more afterwards.
 */
AGLET_MUST_USE AGLET_COROUTINE
AGLET_SUSPENDS AGLET_TELLS_OUTCOME_TO(3) int aglet_gather(const struct aglet_call *calls,
                                                          size_t count, int *results);

/** As aglet_gather(), but failures are only results: the others go on, and 0 is returned. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int
aglet_gather_errors(const struct aglet_call *calls, size_t count, int *results);

/**
 * Runs all calls at the same time until one succeeds (returns 0 or more), and cancels the others.
 * @param winner NULL, or where the index of that call goes
 * @return its result; if all fail, the first failure; -ECANCELED, -ETIMEDOUT, -ENOMEM, -EPERM.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_TELLS_OUTCOME int
aglet_race(const struct aglet_call *calls, size_t count, size_t *winner);

/** What aglet_wait() waits for. */
enum aglet_wait_for { AGLET_FIRST_DONE, AGLET_FIRST_ERROR, AGLET_ALL_DONE };

/**
 * Waits for some of the tasks; neither cancels nor frees any: they still have to be awaited.
 * NULL entries are left out. AGLET_FIRST_ERROR also ends when all are done.
 * @return how many are done; -ECANCELED, -ETIMEDOUT; -EBUSY if a task is waited for already;
 *         -EINVAL if there is no task; -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS ssize_t aglet_wait(aglet_task *const *tasks,
                                                                 size_t count,
                                                                 enum aglet_wait_for what);

/**
 * For taking results as they come: waits until one of the tasks is done and returns its index.
 * Await it and set its entry to NULL before the next call. @return the index, or an error as
 * aglet_wait().
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS ssize_t aglet_next_done(aglet_task *const *tasks,
                                                                      size_t count);

#endif
