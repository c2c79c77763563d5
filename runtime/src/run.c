/*
 * run(): makes the loop, drives it, and closes it in order.
 */
#include <aglet/run.h>
#include <aglet/task.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "loop.h"
#include "loops.h"
#include "poll.h"
#include "report.h"
#include "resource.h"
#include "sigpipe.h"
#include "worker.h"

enum { SLOW_STEP_MS = 100, CLOSE_TIMEOUT_MS = 60000, WORKERS_MAX = 8 };

#if defined(AGL_ASAN) || defined(AGL_TSAN)
enum { STACK_SIZE = 262144 }; /* instrumented frames are several times as large */
#else
enum { STACK_SIZE = 65536 };
#endif

static void set_options(struct agl_loop *loop, const struct aglet_options *options) {
    struct aglet_options *mine = &loop->options;
    if (options)
        *mine = *options;
    if (mine->slow_step_ms <= 0)
        mine->slow_step_ms = SLOW_STEP_MS;
    if (mine->close_timeout_ms <= 0)
        mine->close_timeout_ms = CLOSE_TIMEOUT_MS;
    if (mine->worker_limit <= 0)
        mine->worker_limit = WORKERS_MAX;
    if (mine->stack_size < STACK_SIZE && (!mine->stack_size || STACK_SIZE > 65536))
        mine->stack_size = STACK_SIZE;
    loop->debug = mine->debug || agl_debug_wanted();
    loop->stacks.wipe = loop->debug && !agl_on_valgrind();
    loop->pick = agl_seam_pick();
    loop->on_suspend = agl_seam_suspend();
    agl_sched_careful(loop);
}

/* A group's task and an awaited one are cancelled by who waits for them, when it is cut: that may
 * be shielded, or give them a period of grace. */
static bool cancelled_by_waiter(const aglet_task *task) {
    return task->owner == AGL_OWNER_GROUP || task->awaiter;
}

static void cancel_all(struct agl_loop *loop, bool shielded_too) {
    AGL_LIST_EACH(node, &loop->tasks) {
        aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (shielded_too || (task->owner != AGL_OWNER_SHIELD && !cancelled_by_waiter(task)))
            agl_task_cancel(task);
    }
}

static void close_timeout(struct agl_timer *timer) {
    struct agl_loop *loop = AGL_CONTAINER(timer, struct agl_loop, close_timer);
    cancel_all(loop, true);
}

static void begin_closing(struct agl_loop *loop) {
    loop->closing = true;
    AGL_LIST_EACH(node, &loop->tasks) {
        const aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (task->state != AGL_DONE && task->owner == AGL_OWNER_HANDLE)
            agl_report(loop, "pending-at-close", task, &task->created,
                       "still waits for: %s, when the main task has ended",
                       task->state == AGL_PARKED ? task->wait.what : "its turn");
    }
    cancel_all(loop, false);
    if (loop->unfinished) {
        loop->close_timer.fire = close_timeout;
        agl_timer_arm(&loop->timers, &loop->close_timer,
                      agl_after(agl_clock(loop), loop->options.close_timeout_ms));
    }
}

/* Returns 0 when all tasks are done, or the error that left some of them suspended for ever. */
static int drive(struct agl_loop *loop) {
    while (loop->unfinished) {
        agl_run_ready(loop);
        agl_sweep(loop);
        if (loop->main->state == AGL_DONE && !loop->closing)
            begin_closing(loop);
        if (!loop->unfinished)
            break;
        int rc = agl_poll(loop);
        if (rc < 0)
            return rc;
    }
    agl_timer_cancel(&loop->timers, &loop->close_timer);
    return 0;
}

static void settle_abandoned(aglet_task *task) {
    struct agl_loop *loop = task->loop;
    agl_report(loop, "task-abandoned", task, &task->created,
               "neither awaited, detached nor owned when run() ended");
    if (task->state == AGL_DONE && agl_task_failed(task)) {
        agl_report(loop, "error-never-retrieved", task, &task->created, "%s",
                   strerror(-task->result));
        agl_report_failure(task, task->result, "task failed and was never awaited");
    }
}

static void settle_tasks(struct agl_loop *loop) {
    agl_list *node;
    while ((node = agl_list_first(&loop->tasks))) {
        aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (task->owner == AGL_OWNER_HANDLE)
            settle_abandoned(task);
        agl_task_free(task);
    }
}

static int run_main(struct agl_loop *loop, aglet_fn fn, void *arg, struct agl_place place) {
    loop->main = agl_task_new(loop, fn, arg, AGL_OWNER_MAIN, place);
    if (!loop->main)
        return -errno;
    aglet_task_set_name(loop->main, "main");
    int rc = drive(loop);
    int result = loop->main->state == AGL_DONE ? loop->main->result : rc;
    settle_tasks(loop);
    agl_resources_reclaim(loop);
    return result;
}

static int run(const struct aglet_options *options, aglet_fn fn, void *arg,
               struct agl_place place) {
    struct agl_loop *running = agl_loop_current();
    if (running) {
        agl_report(running, "nested-run", agl_running, &place, "aglet_run() in a running loop");
        return -EPERM;
    }
    struct agl_loop loop = {.epoll = -1};
    set_options(&loop, options);
    agl_stacks_init(&loop.stacks, loop.options.stack_size, sizeof(aglet_task));
    int rc = agl_poll_open(&loop);
    if (rc < 0)
        return rc;
    agl_fiber_adopt(&loop.fiber);
    agl_clock(&loop);
    agl_current_loop = &loop;
    agl_loops_enter(&loop);
    agl_fault_enter(&loop);
    agl_sigpipe_enter(&loop);
    int result = run_main(&loop, fn, arg, place);
    agl_workers_close(&loop);
    agl_sigpipe_leave(&loop);
    agl_fault_leave(&loop);
    agl_loops_leave(&loop);
    agl_current_loop = NULL;
    agl_poll_close(&loop);
    agl_stacks_free(&loop.stacks);
    agl_timers_clear(&loop.timers);
    return result;
}

int(aglet_run)(aglet_fn fn, void *arg) {
    return run(NULL, fn, arg, AGL_PLACE_HERE());
}

int(aglet_run_with)(const struct aglet_options *options, aglet_fn fn, void *arg) {
    return run(options, fn, arg, AGL_PLACE_HERE());
}

bool aglet_running(void) {
    return agl_loop_current() != NULL;
}
