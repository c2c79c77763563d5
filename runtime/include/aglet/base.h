/*
 * What every header of the runtime shares: the coroutine's type, the handles' names, attributes.
 *
 * Results: 0 or a count on success, a negative errno on failure. Two of them have a fixed meaning:
 *
 *   -ECANCELED  the running task was cancelled (aglet_cancel, its group failed, run() is closing);
 *   -ETIMEDOUT  a deadline in force passed.
 *
 * Cancellation is level-triggered: once it has come, every further suspension outside a shield
 * returns the error at once, so a return code that was dropped cannot lose it. An operation either
 * completed or was cancelled, never both: when it returns -ECANCELED, it had no effect.
 *
 * Wrong use is answered by an error and, in debug mode, by a message: -EPERM outside a coroutine
 * (or inside one where that is not allowed), -EDEADLK for a wait on oneself, -EBUSY for a second
 * waiter where there may be one, -EINVAL for the rest.
 */
#ifndef AGLET_BASE_H
#define AGLET_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <aglet/annotations.h>

/** The result must be looked at. */
#define AGLET_MUST_USE __attribute__((warn_unused_result))

/** A coroutine: an ordinary function that runs on a stack of its own; awaiting is calling. What it
 *  returns is the task's result: 0 or a positive value for success, a negative errno for failure.
 *  Mark the functions themselves AGLET_COROUTINE. */
typedef int (*aglet_fn)(void *arg);

typedef struct aglet_task aglet_task;
typedef struct aglet_group aglet_group;
typedef struct aglet_queue aglet_queue;
typedef struct aglet_stream aglet_stream;
typedef struct aglet_server aglet_server;
typedef struct aglet_file aglet_file;
typedef struct aglet_jobs aglet_jobs;
typedef struct aglet_job aglet_job;
typedef struct aglet_generator aglet_generator;

/** Time that never comes. */
#define AGLET_FOREVER INT64_MAX

#endif
