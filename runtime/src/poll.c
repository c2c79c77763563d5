#include "poll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loops.h"
#include "report.h"
#include "seam.h"
#include "worker.h"

enum { EVENTS_MAX = 128, IO_BUDGET = 64 };

int agl_poll_open(struct agl_loop *loop) {
    loop->wakeup = -1;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        return -errno;
    loop->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* No watch: this is the event of the other threads. */
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = NULL}};
    if (loop->wakeup < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wakeup, &event) < 0) {
        int rc = -errno;
        agl_poll_close(loop);
        return rc;
    }
    return 0;
}

void agl_poll_close(struct agl_loop *loop) {
    if (loop->wakeup >= 0)
        close(loop->wakeup);
    close(loop->epoll);
}

static void wake_waiter(struct agl_watch *watch, enum agl_direction direction, int result) {
    if (watch->waiter[direction])
        agl_wake(watch->waiter[direction], result);
}

static void deliver_event(struct agl_loop *loop, const struct epoll_event *event) {
    struct agl_watch *watch = event->data.ptr;
    if (!watch) {
        uint64_t count;
        (void)!read(loop->wakeup, &count, sizeof count);
        agl_workers_collect(loop);
        return;
    }
    if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        watch->ended = true;
    if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        watch->empty = false;
        wake_waiter(watch, AGL_READS, 0);
    }
    if (event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        wake_waiter(watch, AGL_WRITES, 0);
}

/* Everything waits, and nothing from outside can end a wait. */
static bool deadlocked(const struct agl_loop *loop) {
    /* The close timer could only cancel what is shielded. */
    size_t timers = loop->timers.count - agl_timer_armed(&loop->close_timer);
    return !timers && !loop->io_waits && !loop->foreign;
}

/* Cuts all waits, even shielded ones. Returns whether that made any task ready. */
static bool break_deadlock(struct agl_loop *loop) {
    agl_report_deadlock(loop);
    AGL_LIST_EACH(node, &loop->tasks) {
        aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (task->state != AGL_PARKED)
            continue;
        task->deadlocked = true;
        task->attention |= AGL_ATTEND_CUT;
        agl_deliver(task);
    }
    return loop->front != NULL;
}

static int64_t timeout_ns(struct agl_loop *loop) {
    if (loop->front)
        return 0;
    if (!loop->timers.count)
        return -1;
    agl_timers_settle(&loop->timers, agl_clock(loop));
    int64_t next = agl_timers_next(&loop->timers);
    if (next == INT64_MAX)
        return -1;
    return next > loop->now ? next - loop->now : 0;
}

int agl_poll(struct agl_loop *loop) {
    agl_loops_answer(loop);
    if (!loop->front && deadlocked(loop))
        return break_deadlock(loop) ? 0 : -EDEADLK;
    int64_t timeout = timeout_ns(loop);
    if (timeout != 0 || loop->io_waits || loop->foreign) {
        struct epoll_event events[EVENTS_MAX];
        int count = agl_seam_wait(loop->epoll, events, EVENTS_MAX, timeout);
        if (count < 0)
            return count;
        for (int i = 0; i < count; i++)
            deliver_event(loop, &events[i]);
    }
    agl_timers_settle(&loop->timers, agl_clock(loop));
    agl_timers_fire(&loop->timers, loop->now);
    return 0;
}

static int register_watch(struct agl_loop *loop, struct agl_watch *watch) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data = {.ptr = watch}};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) < 0)
        return -errno;
    watch->registered = true;
    return 0;
}

int agl_watch_wait(aglet_task *self, struct agl_watch *watch, enum agl_direction direction,
                   int64_t until, const char *what) {
    if (watch->closing)
        return -EBADF;
    if (watch->waiter[direction])
        return agl_misuse((struct agl_place){0}, -EBUSY,
                          "%s on a descriptor on which another task waits", what);
    int rc = watch->registered ? 0 : register_watch(self->loop, watch);
    if (rc < 0)
        return rc;
    watch->waiter[direction] = self;
    self->loop->io_waits++;
    struct agl_wait wait = {.what = what, .object = watch, .until = until};
    rc = agl_park(self, &wait);
    self->loop->io_waits--;
    watch->waiter[direction] = NULL;
    return rc == AGL_REACHED ? -ETIMEDOUT : rc;
}

void agl_watch_close(struct agl_loop *loop, struct agl_watch *watch) {
    watch->closing = true;
    if (watch->registered)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->registered = false;
    wake_waiter(watch, AGL_READS, -EBADF);
    wake_waiter(watch, AGL_WRITES, -EBADF);
}

void agl_io_share(aglet_task *self) {
    if (++self->io_budget < IO_BUDGET)
        return;
    self->io_budget = 0;
    agl_pause(self);
}

int agl_io_begin(aglet_task *self) {
    agl_io_share(self);
    return agl_suspension(self);
}
