/*
 * Blocking calls, on a pool of threads.
 */
#ifndef AGLET_WORKER_H
#define AGLET_WORKER_H

#include <aglet/base.h>

/**
 * Runs fn(arg) on a worker thread and waits for it. `fn` is an ordinary function: it may block and
 * must not use the loop. Its writes are visible after the return.
 *
 * If the waiter is cut before a thread has taken the call, it never runs. After that it cannot be
 * stopped: the wait goes on to its end, and the cancellation is delivered at the next suspension.
 * So `arg` may be a local variable.
 *
 * @return what fn returned; -ECANCELED, -ETIMEDOUT if it was not run; -EAGAIN if no thread can be
 *         made, -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_TELLS_OUTCOME AGLET_CALLS_BACK(1, worker, once)
    AGLET_BORROWS(2, return) int aglet_to_thread(int (*fn)(void *arg), void *arg);

#endif
