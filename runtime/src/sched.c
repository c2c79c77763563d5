/*
 * The scheduler: who runs next, and the switch.
 *
 * The ready tasks are a ring, and the running one is of it: who comes next is who stands behind it,
 * and what becomes ready meanwhile is put before it, at the end. So a task that only lets the
 * others run moves nothing. It switches straight to the next one; when none is ready, or every
 * TURNS_MAX switches so that descriptors and timers are not starved, the thread's own stack polls.
 *
 * All that makes a switch more than that is behind one counter, `turns`: when it ends,
 * switch_carefully() looks at each reason.
 */
#include "loop.h"

#include <aglet/task.h>

#include <errno.h>
#include <execinfo.h>

#include "report.h"
#include "seam.h"

enum { TURNS_MAX = 64, INSPECTION_ROOM = 8192 };

_Thread_local struct agl_loop *agl_current_loop AGL_TLS;
_Thread_local aglet_task *agl_running AGL_TLS;

int64_t agl_clock(struct agl_loop *loop) {
    loop->now = agl_seam_clock();
    return loop->now;
}

int64_t agl_after(int64_t from, int64_t ms) {
    int64_t span, when;
    if (ms <= 0)
        return from;
    if (__builtin_mul_overflow(ms, 1000000, &span) || __builtin_add_overflow(from, span, &when))
        return INT64_MAX;
    return when;
}

void agl_sched_careful(struct agl_loop *loop) {
    loop->careful = loop->debug || loop->pick;
    if (loop->careful) {
        loop->turns = 1;
        loop->polls_in = TURNS_MAX;
    }
}

void agl_bury(aglet_task *self) {
    agl_sweep(self->loop);
    self->loop->zombie = self;
}

/** What a look at a parked task is to find. */
struct inspection {
    void **addresses;
    int size, count;
};

static void inspect(void *arg) {
    struct inspection *inspection = arg;
    inspection->count = backtrace(inspection->addresses, inspection->size);
}

int agl_backtrace(aglet_task *task, void **addresses, int size) {
    if (task->state != AGL_PARKED ||
        agl_context_room(&task->context, task->stack.low) < INSPECTION_ROOM)
        return 0;
    /* The first call of all loads the unwinder, which wants more room. */
    if (backtrace(addresses, size) == 0)
        return 0;
    struct inspection inspection = {.addresses = addresses, .size = size};
    agl_context_visit(&task->context, inspect, &inspection);
    return inspection.count;
}

void agl_sched_prepare(aglet_task *task) {
    /* The task lies at the top of its own stack, so what is below it is the stack proper. */
    agl_context_make(&task->context, task->stack.low, task, agl_task_body);
    agl_fiber_open(&task->fiber, task->stack.low, (size_t)((char *)task - task->stack.low));
}

static aglet_task *task_of(agl_list *row) {
    return AGL_CONTAINER(row, aglet_task, row);
}

bool agl_wake(aglet_task *task, int result) {
    if (task->state != AGL_PARKED)
        return false;
    agl_list_remove(&task->row);
    task->woken = result;
    agl_ready(task);
    return true;
}

aglet_task *agl_wake_first(agl_list *row, int result) {
    agl_list *first = agl_list_first(row);
    if (!first)
        return NULL;
    aglet_task *task = task_of(first);
    agl_wake(task, result);
    return task;
}

AGL_INLINE void before_switch(struct agl_loop *loop, aglet_task *self, aglet_task *next,
                              bool last) {
    agl_running = next;
    agl_fiber_leave(self ? &self->fiber : &loop->fiber, next ? &next->fiber : &loop->fiber, last);
}

/* Goes over to the stack of `next`, NULL: of the thread, and returns 0 when `self` goes on, NULL:
 * the thread. Without sanitizers this ends in the call, so that the switch returns to who wants it.
 */
AGL_INLINE int switch_to(struct agl_loop *loop, aglet_task *self, aglet_task *next) {
    before_switch(loop, self, next, false);
    int rc = agl_context_switch(self ? &self->context : &loop->context,
                                next ? &next->context : &loop->context);
    agl_fiber_enter(self ? &self->fiber : &loop->fiber, &loop->fiber);
    return rc;
}

/* Who runs next when that has to be looked at; NULL: the thread's own stack. */
static aglet_task *choose(struct agl_loop *loop) {
    aglet_task *creator = loop->creator;
    loop->turns = 1; /* also the next choice is to be looked at, if nothing changes this */
    if (creator) {
        loop->creator = NULL;
        return creator;
    }
    if (!loop->front || !loop->careful || --loop->polls_in == 0)
        return NULL;
    if (!loop->pick)
        return task_of(loop->front);
    aglet_task *picked = loop->pick(loop, loop->front);
    if (&picked->row != loop->front) {
        agl_ring_remove(&picked->row);
        agl_ring_insert(loop->front, &picked->row);
    }
    return picked;
}

/* choose(), with what debug mode wants to know of the step that ends there. */
static aglet_task *choose_watched(aglet_task *self) {
    struct agl_loop *loop = self->loop;
    if (loop->debug)
        agl_report_slow_step(self);
    aglet_task *next = choose(loop);
    if (loop->debug && next != self)
        agl_report_step_begins(loop);
    return next;
}

/* Nobody is ready, it is time to poll, an eager task's first step is over, or somebody looks on. */
static __attribute__((noinline)) int switch_carefully(aglet_task *self) {
    aglet_task *next = choose_watched(self);
    return next == self ? 0 : switch_to(self->loop, self, next);
}

/* True if the next switch is to be looked at, of a task that is not ready (any more). */
static bool wants_care(struct agl_loop *loop) {
    return __builtin_expect(!loop->front || --loop->turns == 0, 0);
}

/* Lets the others run, and comes after them. */
AGL_INLINE int let_others_run(aglet_task *self) {
    struct agl_loop *loop = self->loop;
    agl_list *next = self->row.next;
    if (__builtin_expect(--loop->turns == 0, 0)) {
        loop->front = next;
        return switch_carefully(self);
    }
    return next == &self->row ? 0 : switch_to(loop, self, task_of(next));
}

int agl_pause(aglet_task *self) {
    return let_others_run(self);
}

int aglet_yield(void) {
    aglet_task *self = agl_self("aglet_yield");
    if (!self)
        return -EPERM;
    int rc = agl_suspension(self);
    return rc < 0 ? rc : let_others_run(self);
}

void agl_run_ready(struct agl_loop *loop) {
    loop->turns = TURNS_MAX;
    agl_sched_careful(loop);
    if (!loop->front)
        return;
    aglet_task *next = loop->careful ? choose(loop) : task_of(loop->front);
    if (loop->debug)
        agl_report_step_begins(loop);
    switch_to(loop, NULL, next);
}

void agl_step_into(aglet_task *self, aglet_task *task) {
    struct agl_loop *loop = self->loop;
    /* It was made ready as the last, before this one: in the ring, this one is next behind it. That
     * is told besides for who picks. Eager tasks may create eager tasks. */
    aglet_task *outer = loop->creator;
    loop->creator = self;
    if (loop->debug) {
        agl_report_slow_step(self);
        agl_report_step_begins(loop);
    }
    switch_to(loop, self, task);
    loop->creator = outer;
}

void agl_leave(aglet_task *self) {
    struct agl_loop *loop = self->loop;
    aglet_task *next = wants_care(loop) ? choose_watched(self) : task_of(loop->front);
    if (next)
        agl_stack_foresee(
            &task_of(next->row.next)->stack); /* many tasks often end one after another */
    before_switch(loop, self, next, true);
    agl_context_leave(next ? &next->context : &loop->context);
}

static void timer_fired(struct agl_timer *timer) {
    aglet_task *task = AGL_CONTAINER(timer, aglet_task, timer);
    agl_deliver(task);
    agl_wake(task, AGL_REACHED);
}

/* Sets the task's timer to the wait's own end or to the nearest deadline, if there is any. */
static void arm(aglet_task *self, const struct agl_wait *wait) {
    struct agl_loop *loop = self->loop;
    int64_t deadline = wait->firm ? INT64_MAX : agl_nearest_deadline(self);
    int64_t until = wait->until;
    self->timer.fire = timer_fired;
    if (wait->from_now && until != INT64_MAX && deadline == INT64_MAX) {
        agl_timer_arm_after(&loop->timers, &self->timer, until);
        return;
    }
    if (wait->from_now && __builtin_add_overflow(agl_clock(loop), until, &until))
        until = INT64_MAX;
    if (deadline < until)
        until = deadline;
    if (until != INT64_MAX)
        agl_timer_arm(&loop->timers, &self->timer, until);
}

int agl_park(aglet_task *self, const struct agl_wait *wait) {
    struct agl_loop *loop = self->loop;
    int rc = wait->firm ? 0 : agl_suspension(self);
    if (rc < 0)
        return rc;
    arm(self, wait);
    self->wait = *wait;
    self->since = loop->now;
    agl_unready(self, AGL_PARKED);
    if (wait->row)
        agl_list_append(wait->row, &self->row);
    if (wants_care(loop))
        switch_carefully(self);
    else
        switch_to(loop, self, task_of(loop->front));
    agl_timer_cancel(&loop->timers, &self->timer);
    return self->woken;
}
