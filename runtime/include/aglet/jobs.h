/*
 * Jobs: background tasks that do not belong to one scope, but are counted, limited and closed. The
 * defaults are those of aiojobs.
 */
#ifndef AGLET_JOBS_H
#define AGLET_JOBS_H

#include <aglet/base.h>
#include <aglet/run.h>

/** Options of a scheduler; zero-initialise: every zero means the default. */
struct aglet_jobs_options {
    size_t limit;         /**< jobs that run at a time; default 100 */
    size_t pending_limit; /**< jobs that wait for a place; beyond, spawning waits; default 10000 */
    int close_timeout_ms; /**< how long a job may take to end when it is closed; default 100 */
    int wait_timeout_ms;  /**< how long aglet_jobs_wait_and_close() waits; default 60000 */
    aglet_failure_fn on_failure; /**< errors that nobody waits for; default: the loop's handler */
    void *on_failure_data;
};

/** Makes a scheduler. @return 0 and *out, owned by the caller; -EPERM outside a coroutine, -ENOMEM.
 */
AGLET_MUST_USE
AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES_OUT(jobs, 2) int aglet_jobs_open(
    const struct aglet_jobs_options *options, aglet_jobs **out);

/**
 * Starts fn(arg) as a job, at once or when there is a place. Suspends while the row is full. `arg`
 * must live until the job has ended.
 * @param job NULL, or where a handle goes, which the caller has to give to aglet_job_wait() or
 *        aglet_job_close()
 * @return 0; -EPIPE if the scheduler is closed; -ECANCELED, -ETIMEDOUT, -ENOMEM, -EPERM: nothing
 * was started.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_SPAWNS_INTO(2, 3, 1)
    AGLET_CALLS_BACK(2, coroutine, once)
        AGLET_BORROWS(3, completion) int aglet_jobs_spawn(aglet_jobs *jobs, aglet_fn fn, void *arg,
                                                          aglet_job **job);

/** Waits for a job's result and frees the handle. When the waiter is cut, the job goes on and the
 *  handle stays valid. @return its result; -ECANCELED, -ETIMEDOUT, -EPERM. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_TELLS_OUTCOME int
aglet_job_wait(aglet_job *job);

/** Cancels a job, waits for it, not longer than the close timeout, and frees the handle.
 *  @return its result; -ETIMEDOUT if it has not ended yet; -EDEADLK in the job itself. */
AGLET_COROUTINE AGLET_SUSPENDS int aglet_job_close(aglet_job *job);

/** How many jobs run. */
size_t aglet_jobs_active(const aglet_jobs *jobs);

/** How many jobs wait for a place. */
size_t aglet_jobs_pending(const aglet_jobs *jobs);

/**
 * Cancels all jobs, waits for them, not longer than the close timeout, and frees the scheduler.
 * Jobs that have not started are dropped. A cancellation of the waiter does not cut it short.
 * @return 0; -ETIMEDOUT if some jobs go on: each was given to the failure handler.
 */
AGLET_COROUTINE AGLET_SUSPENDS AGLET_RELEASES(jobs, 1) int aglet_jobs_close(aglet_jobs *jobs);

/** Waits until all jobs are done, not longer than the wait timeout, then closes.
 *  @return as aglet_jobs_close(). */
AGLET_COROUTINE
AGLET_SUSPENDS AGLET_RELEASES(jobs, 1) int aglet_jobs_wait_and_close(aglet_jobs *jobs);

#endif
