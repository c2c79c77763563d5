/*
 * The worker pool, as the loop sees it.
 */
#ifndef AGL_WORKER_H
#define AGL_WORKER_H

#include "loop.h"

/** Runs fn(arg) on a thread of the pool of general calls, or of name resolution. As
 *  aglet_to_thread(); `firm`: not to be cut even before it starts. */
int agl_worker_call(aglet_task *self, int (*fn)(void *), void *arg, bool resolver, bool firm);

/** Wakes the tasks whose calls are done. */
void agl_workers_collect(struct agl_loop *loop);

/** Ends all threads of the loop, after the calls they are in. */
void agl_workers_close(struct agl_loop *loop);

#endif
