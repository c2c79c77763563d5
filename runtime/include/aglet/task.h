/*
 * Tasks: a coroutine that runs beside its creator, and the handle to it.
 *
 * A handle has to end in one of three ways: aglet_await(), aglet_detach(), or it belonged to a
 * group from the start (group.h). A handle that is merely dropped is reported as `task-abandoned`.
 */
#ifndef AGLET_TASK_H
#define AGLET_TASK_H

#include <aglet/base.h>

/**
 * Creates a task that runs fn(arg). The task is only made ready: it starts when the creator next
 * suspends, even if it is cancelled before, so it may always take over what `arg` owns.
 * `arg` must live until the task has ended.
 *
 * A task made by a cancelled task while run() is closing is cancelled from the start.
 *
 * @return the handle, which the caller owns; NULL with errno set: EPERM outside a coroutine,
 * ENOMEM.
 */
AGLET_MUST_USE AGLET_SPAWNS(1, 2) AGLET_CALLS_BACK(1, coroutine, once)
    AGLET_BORROWS(2, join) aglet_task *aglet_create(aglet_fn fn, void *arg);

/**
 * As aglet_create(), but the task runs at once, until it first suspends or ends; then the creator
 * goes on before any other task. So this call is no suspension, and a task that never has to wait
 * costs its caller no turn.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SPAWNS(1, 2) AGLET_CALLS_BACK(1, coroutine, once)
    AGLET_BORROWS(2, join) aglet_task *aglet_create_eager(aglet_fn fn, void *arg);

/**
 * Waits for a task and frees its handle, whatever is returned (except for wrong use).
 *
 * When the waiting task is cancelled or its deadline passes, the awaited task is cancelled too and
 * waited for: after this call it does not run any more. Use shield.h to let it go on.
 *
 * @return the task's result; if it ended with -ECANCELED because the waiter was cut, the waiter's
 *         reason (-ECANCELED or -ETIMEDOUT). Wrong use, where the handle stays: -EPERM outside a
 *         coroutine or for a group's task, -EDEADLK for the running task itself, -EBUSY if another
 *         task awaits it or watches it by aglet_wait(), -EINVAL for NULL or a detached task.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_JOINS(1) AGLET_TELLS_OUTCOME
    int aglet_await(aglet_task *task);

/**
 * Asks a task to stop: its present and every further suspension outside a shield returns
 * -ECANCELED. Does not wait and does not free: the handle still has to be awaited or detached.
 * @return 0, also if it has ended already; -EINVAL for NULL.
 */
AGLET_CANCELS(1) int aglet_cancel(aglet_task *task);

/**
 * States that the task is meant to run on its own: it is freed when it ends, its error goes to the
 * failure handler, and run() cancels it at the end. The handle is not to be used any more.
 * @return 0; -EBUSY if it is being awaited or watched; -EINVAL for NULL, a group's or a detached
 * task.
 */
AGLET_DETACHES(1) int aglet_detach(aglet_task *task);

/** True when the task's coroutine has returned. */
AGLET_PURE bool aglet_task_done(const aglet_task *task);

/** Looks at the result of a task without retrieving it, as await does.
 *  @return what its coroutine returned; -EINPROGRESS while it has not. */
AGLET_SHOWS_OUTCOME int aglet_task_result(const aglet_task *task);

/** True once the task was asked to stop. */
AGLET_PURE bool aglet_task_cancelled(const aglet_task *task);

/** A call when a task ends; owned by the caller, who keeps it in memory until it has been called or
 *  taken back. Zero-initialise. The fields are private. */
struct aglet_done {
    void *private_fields[2];
    void (*call)(void *arg, int result);
    void *arg;
};
typedef struct aglet_done aglet_done;

/**
 * Calls call(arg, result) when the task ends, outside of any coroutine; it must not block. A task
 * may have several, which are called in the order of this. Does not take over the result: the
 * handle still has to be awaited or detached.
 * @return 0; -EALREADY if the task has ended, -EBUSY if `done` is in use, -EINVAL for NULL.
 */
AGLET_CALLS_BACK(3, loop, once)
AGLET_BORROWS(2, callback)
AGLET_BORROWS(4, callback)
int aglet_task_on_done(aglet_task *task, aglet_done *done, void (*call)(void *arg, int result),
                       void *arg);

/** Takes the call back. @return true if it had not been made yet. */
bool aglet_done_cancel(aglet_done *done);

/** Gives the task a name for messages; the first 31 bytes are copied. */
void aglet_task_set_name(aglet_task *task, const char *name);

/** The task's name, "main" or "task-N" unless set; valid as long as the handle. */
const char *aglet_task_name(const aglet_task *task);

/** The running task, not owned; NULL outside a coroutine. */
AGLET_MIXED AGLET_TELLS_COROUTINE aglet_task *aglet_current(void);

/** The loop's tasks that have not ended, the oldest first, not owned: valid until the next
 *  suspension. @return how many there are; at most `size` go into `list`. */
AGLET_MIXED size_t aglet_all_tasks(aglet_task **list, size_t size);

/**
 * Lets all other ready tasks run once. @return 0, -ECANCELED, -ETIMEDOUT; -EPERM outside a
 * coroutine.
 */
AGLET_COROUTINE AGLET_SUSPENDS_FOR_TIME int aglet_yield(void);

/**
 * Tells whether this task should stop, without letting others run: for long loops.
 * @return 0, -ECANCELED, -ETIMEDOUT; -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_CANCELLABLE int aglet_checkpoint(void);

#endif
