/*
 * Worker threads: one pool for the program's blocking calls and one for name resolution, so that
 * slow names do not keep file reads waiting. Threads are made when there is work and none idle.
 */
#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <aglet/worker.h>

#include "seam.h"

enum { RESOLVERS_MAX = 4 };

/* Lives on the waiting task's stack; that task does not go on before the call is done or out. */
struct call {
    agl_list link; /* in the pool's queue, then in its list of done calls */
    aglet_task *task;
    int (*fn)(void *);
    void *arg;
    int result;
    bool taken; /* by a thread; under the pool's mutex */
    bool done;  /* seen by the loop's thread only */
};

struct agl_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    agl_list queue, finished;
    size_t threads, idle, limit, queued;
    int wakeup;
    bool closing;
    pthread_t thread[];
};

static void run_call(struct agl_pool *pool, struct call *call) {
    pthread_mutex_unlock(&pool->mutex);
    call->result = call->fn(call->arg);
    pthread_mutex_lock(&pool->mutex);
    agl_list_append(&pool->finished, &call->link);
    uint64_t one = 1;
    (void)!write(pool->wakeup, &one, sizeof one);
}

static void *worker(void *arg) {
    struct agl_pool *pool = arg;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        agl_list *first = agl_list_first(&pool->queue);
        if (first) {
            struct call *call = AGL_CONTAINER(first, struct call, link);
            agl_list_remove(first);
            pool->queued--;
            call->taken = true;
            run_call(pool, call);
        } else if (pool->closing) {
            break;
        } else {
            pool->idle++;
            pthread_cond_wait(&pool->work, &pool->mutex);
            pool->idle--;
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

static struct agl_pool *pool_of(struct agl_loop *loop, bool resolver) {
    struct agl_pool **slot = resolver ? &loop->resolvers : &loop->workers;
    if (*slot)
        return *slot;
    size_t limit = resolver ? RESOLVERS_MAX : (size_t)loop->options.worker_limit;
    struct agl_pool *pool = agl_seam_alloc(sizeof *pool + limit * sizeof pool->thread[0]);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pool->limit = limit;
    pool->wakeup = loop->wakeup;
    return *slot = pool;
}

/* Signals belong to the program's own threads. */
static int start_thread(struct agl_pool *pool) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&pool->thread[pool->threads], NULL, worker, pool);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc == 0)
        pool->threads++;
    return -rc;
}

static int submit(struct agl_pool *pool, struct call *call) {
    pthread_mutex_lock(&pool->mutex);
    int rc = 0;
    if (pool->idle <= pool->queued && pool->threads < pool->limit)
        rc = start_thread(pool);
    if (pool->threads > 0) {
        rc = 0; /* fewer threads than wished, but it will be done */
        agl_list_append(&pool->queue, &call->link);
        pool->queued++;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->mutex);
    return rc;
}

/* Takes a call back that no thread has begun. */
static bool withdraw(struct agl_pool *pool, struct call *call) {
    pthread_mutex_lock(&pool->mutex);
    bool withdrawn = !call->taken;
    if (withdrawn) {
        agl_list_remove(&call->link);
        pool->queued--;
    }
    pthread_mutex_unlock(&pool->mutex);
    return withdrawn;
}

int agl_worker_call(aglet_task *self, int (*fn)(void *), void *arg, bool resolver, bool firm) {
    struct agl_loop *loop = self->loop;
    int rc = firm ? 0 : agl_suspension(self);
    if (rc < 0)
        return rc;
    struct agl_pool *pool = pool_of(loop, resolver);
    if (!pool)
        return -ENOMEM;
    struct call call = {.task = self, .fn = fn, .arg = arg};
    rc = submit(pool, &call);
    if (rc < 0)
        return rc;
    loop->foreign++;
    struct agl_wait wait = {.what = resolver ? "name resolution" : "worker thread",
                            .object = pool,
                            .until = INT64_MAX,
                            .firm = firm};
    while (!call.done) {
        rc = agl_park(self, &wait);
        if (rc < 0 && withdraw(pool, &call)) {
            loop->foreign--;
            return rc;
        }
        wait.firm = true;
    }
    loop->foreign--;
    return call.result;
}

static void collect(struct agl_pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    agl_list *node;
    while ((node = agl_list_first(&pool->finished))) {
        struct call *call = AGL_CONTAINER(node, struct call, link);
        agl_list_remove(node);
        call->done = true;
        agl_wake(call->task, 0);
    }
    pthread_mutex_unlock(&pool->mutex);
}

void agl_workers_collect(struct agl_loop *loop) {
    collect(loop->workers);
    collect(loop->resolvers);
}

static void pool_close(struct agl_pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->threads; i++)
        pthread_join(pool->thread[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

void agl_workers_close(struct agl_loop *loop) {
    pool_close(loop->workers);
    pool_close(loop->resolvers);
}

int aglet_to_thread(int (*fn)(void *arg), void *arg) {
    aglet_task *self = agl_self("aglet_to_thread");
    return self ? agl_worker_call(self, fn, arg, false, false) : -EPERM;
}
