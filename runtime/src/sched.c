/*
 * The scheduler: who runs next, and the switch.
 *
 * A task that waits switches straight to the next ready one. When none is ready, or every
 * TURNS_MAX switches so that descriptors and timers are not starved, it switches to the thread's
 * own stack, which polls.
 */
#include "loop.h"

#include <execinfo.h>

#include "report.h"
#include "seam.h"

enum { TURNS_MAX = 64, INSPECTION_ROOM = 8192 };

/** A look at a parked task from outside, which that task itself takes: it is switched to, notes its
 *  backtrace and switches back, still parked. */
struct agl_inspection {
    struct agl_context back;
    struct agl_fiber *fiber; /* of who wants to know */
    void **addresses;
    int size, count;
};

_Thread_local struct agl_loop *agl_current_loop;

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

static void answer_inspection(struct agl_loop *loop, struct agl_fiber *fiber) {
    struct agl_inspection *inspection = loop->inspection;
    aglet_task *self = AGL_CONTAINER(fiber, aglet_task, fiber);
    inspection->count = backtrace(inspection->addresses, inspection->size);
    loop->errands &= ~(unsigned)AGL_INSPECT;
    agl_fiber_leave(fiber, inspection->fiber, 0);
    agl_context_switch(&self->context, &inspection->back);
    agl_fiber_enter(fiber, &loop->fiber);
}

static __attribute__((noinline)) void run_errands(struct agl_loop *loop, struct agl_fiber *fiber) {
    while (loop->errands & AGL_INSPECT)
        answer_inspection(loop, fiber);
    if (loop->errands & AGL_FREE_ZOMBIE) {
        loop->errands &= ~(unsigned)AGL_FREE_ZOMBIE;
        agl_task_free(loop->zombie);
        loop->zombie = NULL;
    }
    if (loop->errands & AGL_MEASURE_STEP)
        agl_report_step_begins(loop);
}

/* Runs first after every switch, on the stack that was switched to. */
static void arrive(struct agl_loop *loop, struct agl_fiber *fiber) {
    agl_fiber_enter(fiber, &loop->fiber);
    if (__builtin_expect(loop->errands != 0, 0))
        run_errands(loop, fiber);
}

void agl_bury(aglet_task *task) {
    task->loop->zombie = task;
    task->loop->errands |= AGL_FREE_ZOMBIE;
}

int agl_backtrace(aglet_task *task, void **addresses, int size) {
    struct agl_loop *loop = task->loop;
    if (task->state != AGL_PARKED ||
        agl_context_room(&task->context, task->stack.low) < INSPECTION_ROOM)
        return 0;
    /* The first call of all loads the unwinder, which wants more room. */
    if (backtrace(addresses, size) == 0)
        return 0;
    aglet_task *here = loop->running ? loop->running : loop->behind;
    struct agl_inspection inspection = {
        .fiber = here ? &here->fiber : &loop->fiber, .addresses = addresses, .size = size};
    loop->inspection = &inspection;
    loop->errands |= AGL_INSPECT;
    agl_fiber_leave(inspection.fiber, &task->fiber, 0);
    agl_context_switch(&inspection.back, &task->context);
    agl_fiber_enter(inspection.fiber, &loop->fiber);
    loop->inspection = NULL;
    return inspection.count;
}

static void first_arrival(void) {
    struct agl_loop *loop = agl_loop_current();
    arrive(loop, &loop->running->fiber);
    agl_task_body();
}

void agl_sched_prepare(aglet_task *task) {
    /* The task lies at the top of its own stack, so what is below it is the stack proper. */
    agl_context_make(&task->context, task->stack.low, task, first_arrival);
    agl_fiber_open(&task->fiber, task->stack.low, (size_t)((char *)task - task->stack.low));
}

void agl_ready(aglet_task *task) {
    task->state = AGL_READY;
    agl_list_append_hot(&task->loop->ready, &task->row);
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
    aglet_task *task = AGL_CONTAINER(first, aglet_task, row);
    agl_wake(task, result);
    return task;
}

/* Nobody is ready, it is time to poll, or an eager task's first step is over. */
static __attribute__((noinline)) aglet_task *choose_otherwise(struct agl_loop *loop) {
    aglet_task *creator = loop->creator;
    loop->creator = NULL;
    loop->turns = 1; /* also of the next choice, if nothing changes this */
    return creator;
}

/* Who runs next; NULL: the thread's own stack. */
static aglet_task *choose(struct agl_loop *loop) {
    if (loop->ready.next == &loop->ready || --loop->turns == 0)
        return choose_otherwise(loop);
    return agl_seam_pick(loop);
}

/* Leaves the running task, which stands somewhere already. Never inlined: with one place that calls
 * the switch, its return is predicted rightly (context_x86_64.S). */
static __attribute__((noinline)) void switch_away(aglet_task *self, bool last) {
    struct agl_loop *loop = self->loop;
    if (loop->debug)
        agl_report_slow_step(self);
    aglet_task *next = choose(loop);
    if (next == self) {
        self->state = AGL_RUNNING;
        return;
    }
    loop->running = next;
    if (next) {
        next->state = AGL_RUNNING;
        agl_fiber_leave(&self->fiber, &next->fiber, last);
        agl_context_switch(&self->context, &next->context);
    } else {
        agl_fiber_leave(&self->fiber, &loop->fiber, last);
        agl_context_switch(&self->context, &loop->context);
    }
    arrive(loop, &self->fiber);
}

void agl_run_ready(struct agl_loop *loop) {
    loop->turns = TURNS_MAX;
    aglet_task *next;
    while ((next = choose(loop))) {
        loop->running = next;
        next->state = AGL_RUNNING;
        agl_fiber_leave(&loop->fiber, &next->fiber, 0);
        agl_context_switch(&loop->context, &next->context);
        arrive(loop, &loop->fiber);
    }
}

void agl_step_into(aglet_task *self, aglet_task *task) {
    struct agl_loop *loop = self->loop;
    /* Eager tasks may create eager tasks: each keeps what its own creator waits for. */
    aglet_task *outer = loop->creator;
    unsigned turns = loop->turns;
    if (loop->debug)
        agl_report_slow_step(self);
    agl_list_remove(&task->row);
    loop->creator = self;
    loop->turns = 1; /* so that the next choice is choose_otherwise() */
    self->state = AGL_READY;
    task->state = AGL_RUNNING;
    loop->running = task;
    agl_fiber_leave(&self->fiber, &task->fiber, 0);
    agl_context_switch(&self->context, &task->context);
    arrive(loop, &self->fiber);
    loop->creator = outer;
    loop->turns = turns;
}

void agl_pause(aglet_task *self) {
    agl_ready(self);
    switch_away(self, false);
}

void agl_leave(aglet_task *self) {
    switch_away(self, true);
    __builtin_unreachable();
}

/* Sets the task's timer to the wait's own end or to the nearest deadline, if there is any. */
static void arm(aglet_task *self, const struct agl_wait *wait) {
    struct agl_loop *loop = self->loop;
    int64_t deadline = wait->firm ? INT64_MAX : agl_nearest_deadline(self);
    int64_t until = wait->until;
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
    self->state = AGL_PARKED;
    self->since = loop->now;
    if (wait->row)
        agl_list_append(wait->row, &self->row);
    switch_away(self, false);
    agl_timer_cancel(&loop->timers, &self->timer);
    self->wait.what = NULL;
    return self->woken;
}
