/*
 * The loop and its tasks: the structures that all of the runtime shares, and the scheduler.
 *
 * How a wait works. A task parks: it stands in at most one row and has one timer. Whoever wakes it
 * first decides how the wait ended: agl_wake() takes it out of the row, disarms nothing else and
 * puts it on the ready row with the result. A second wake does nothing. So a wait is completed or
 * cut, never both, and what is handed over with a wake (a lock, a permit, an item) is never lost.
 */
#ifndef AGL_LOOP_H
#define AGL_LOOP_H

#include <aglet/base.h>
#include <aglet/run.h>

#include "context.h"
#include "fiber.h"
#include "list.h"
#include "place.h"
#include "seam.h"
#include "stack.h"
#include "timer.h"

enum { AGL_NAME_SIZE = 32, AGL_SPARE_SCOPES = 4 };

enum agl_scope_kind {
    AGL_SCOPE_TASK, /* the outermost of every task: cancelled by aglet_cancel() */
    AGL_SCOPE_FAIL,
    AGL_SCOPE_MOVE_ON,
    AGL_SCOPE_SHIELD,
    AGL_SCOPE_GROUP /* a group's body: cancelled when a task of the group fails */
};

struct agl_scope {
    struct agl_scope *outer;
    int64_t deadline; /* nanoseconds of the loop's clock; INT64_MAX: none */
    enum agl_scope_kind kind;
    int error; /* what suspensions inside return; 0: nothing */
    /* Of the outermost nobody asks for these. */
    uint64_t serial; /* tells an open scope from a later one at the same address */
    aglet_group *group;
    struct agl_place place;
};

enum agl_state { AGL_READY /* or running */, AGL_PARKED, AGL_DONE };

/** Why a task's next suspension point is to be looked at: most often for no reason, which costs one
 *  test. */
enum agl_attention {
    AGL_ATTEND_SEAM = 1,   /* somebody is to be told of it */
    AGL_ATTEND_SCOPES = 2, /* it lies in a scope that may cut it */
    AGL_ATTEND_CUT = 4     /* the task is cancelled, deadlocked, or its last one was cut */
};

enum agl_owner {
    AGL_OWNER_HANDLE, /* whoever has the handle */
    AGL_OWNER_DETACHED,
    AGL_OWNER_GROUP,
    AGL_OWNER_JOBS,
    AGL_OWNER_GENERATOR,
    AGL_OWNER_SHIELD, /* the loop: not cancelled at the end */
    AGL_OWNER_MAIN
};

/** What a task waits for; filled by the caller of agl_park(). */
struct agl_wait {
    const char *what;   /* a phrase for people: "lock", "read"; NULL: the task does not wait */
    const void *object; /* which one */
    agl_list *row;      /* where to stand in line; NULL: nowhere */
    int64_t until;      /* the wait's own end, nanoseconds; INT64_MAX: none */
    bool from_now;      /* `until` counts from the end of this turn of the loop */
    bool firm;          /* not to be cut by a cancellation or a deadline */
    bool on_task;       /* it ends when another task does */
    uint64_t (*whom)(const void *object); /* the id of the task that could end it; NULL: nobody's */
};

/* In the order of use: a task that is born, runs and ends without waiting touches the first five
 * lines of the cache. */
struct aglet_task {
    struct agl_stack stack;
    agl_list link; /* in the loop's list of tasks */
    aglet_fn fn;
    void *arg;

    /* What a switch touches: one line. From here to `timer.link`, a new task's are zero. */
    struct agl_context context;
    struct agl_loop *loop;
    agl_list row;            /* in the ring of those ready or in the row it waits in */
    struct agl_scope *scope; /* the innermost */
    enum agl_state state;
    unsigned attention; /* of enum agl_attention */
    int woken;          /* how the wait ended */
    int io_budget;
    unsigned cuts; /* suspensions cut in a row, or since the task was cancelled */
    bool deadlocked;
    bool ending; /* in the calls at its end, still on its stack */
    bool lost;   /* stopped in the middle: its stack is not used again */
    bool named;  /* has a `name`; else it stands for "task-N" */

    struct agl_fiber fiber;
    agl_list done;                   /* of aglet_done: to be called at the end */
    void (*ended)(aglet_task *task); /* tells a group and the like, before the task is freed */
    aglet_task *awaiter;             /* who takes the result */
    aglet_task *watcher;             /* who only wants to know when it is done */
    struct agl_binding *bindings;    /* context variables, the latest first */
    struct agl_binding *inherited;   /* those it started with */
    unsigned locks;
    unsigned mutations;
    unsigned spare_used; /* of `spare`, a bit each */
    enum agl_owner owner;
    struct agl_start *start; /* to be told that the task is started; NULL: nothing */
    struct agl_timer timer;

    int result;
    uint64_t id;
    uint64_t parent; /* the id of its group's host or of its creator; 0: none */
    struct agl_place created;
    struct agl_scope root;

    /* What lies below is not touched before it is used. */
    void *owner_data;
    agl_list member;      /* in its group's list */
    struct agl_wait wait; /* while it is parked */
    int64_t since;        /* when its wait began, nanoseconds of the loop's clock */
    char name[AGL_NAME_SIZE];
    struct agl_place locked_at;
    struct agl_place mutation_at;
    const char *mutation;
    struct agl_scope spare[AGL_SPARE_SCOPES];
};

/** What aglet_group_start() waits for; on its caller's stack. */
struct agl_start {
    aglet_task *starter;
    void *value;
    int result;
    bool settled;
    bool cancelled; /* the starter was cut: the task has to end */
};

/** What the thread had used of time and processor at the beginning of a step. */
struct agl_step {
    int64_t wall, processor; /* nanoseconds */
    long waits;              /* how often it gave the processor up by itself */
};

struct agl_pool;
struct agl_binding;

struct agl_loop {
    struct agl_context context; /* of the thread's own stack, which polls */
    struct agl_fiber fiber;
    aglet_task *behind; /* whose stack a function of the program runs on that is no coroutine */
    aglet_task *main;
    aglet_task *creator; /* of a task that takes its first step eagerly; goes on after that step */
    aglet_task *zombie;  /* a finished task without owner, to be freed when its stack is left */
    unsigned turns;      /* switches until the next one that has to be looked at */
    unsigned polls_in;   /* switches until the next poll, if each is looked at */
    bool careful;        /* each is: in debug mode, or somebody picks */
    agl_list *front;     /* who is next of the ready ones, while none of them runs; NULL: nobody */
    agl_pick_fn *pick;
    agl_suspend_fn *on_suspend;
    agl_list tasks;     /* all, the finished ones with an owner included */
    agl_list resources; /* struct agl_resource: streams and the like that are open */
    struct agl_timers timers;
    struct agl_timer close_timer;
    struct agl_stacks stacks;
    struct agl_pool *workers, *resolvers;
    struct aglet_options options;
    int64_t now;          /* nanoseconds; read when the loop polls */
    struct agl_step step; /* debug: when the running task got the thread */
    uint64_t next_id, next_serial;
    size_t unfinished; /* tasks that are not done */
    size_t io_waits;   /* tasks waiting for a descriptor */
    size_t foreign;    /* calls under way on other threads */
    int epoll, wakeup;
    int slot;          /* among the loops of the process; -1: none */
    void *fault_stack; /* the fault handler's; NULL: not ours */
    bool fault_handled;
    bool blocks_sigpipe; /* which was not blocked before */
    bool debug, closing;
};

/** A result of agl_park(): the wait's own `until` was reached. */
#define AGL_REACHED 1

#if defined(__PIC__) && !defined(__PIE__)
/* In a shared library the usual model is a call of the dynamic linker for each access. */
#define AGL_TLS __attribute__((tls_model("initial-exec")))
#else
#define AGL_TLS
#endif
extern _Thread_local struct agl_loop *agl_current_loop AGL_TLS;
/** The task that runs in this thread; NULL while its own stack runs, and outside of a loop. */
extern _Thread_local aglet_task *agl_running AGL_TLS;

/** The loop of this thread; NULL outside aglet_run(). */
static inline struct agl_loop *agl_loop_current(void) {
    return agl_current_loop;
}

/** Reports a call of `function` outside of any coroutine; returns NULL. */
__attribute__((cold, noinline)) aglet_task *agl_self_missing(const char *function);

/** The running task; NULL outside a coroutine, which is reported as misuse of `function`. */
static inline aglet_task *agl_self(const char *function) {
    return __builtin_expect(agl_running != NULL, 1) ? agl_running : agl_self_missing(function);
}

/* sched.c */

/** Makes a new context for `task`, which then runs agl_task_body(). */
void agl_sched_prepare(aglet_task *task);
/** Makes a task the last of those ready. */
static inline void agl_ready(aglet_task *task) {
    struct agl_loop *loop = task->loop;
    aglet_task *here = agl_running ? agl_running : loop->behind;
    agl_list *at = here && here->state == AGL_READY ? &here->row : loop->front;
    task->state = AGL_READY;
    if (at)
        agl_ring_insert(at, &task->row);
    else
        loop->front = agl_ring_init(&task->row);
}
/** The running task is in turn no more: its state is now `state`. */
static inline void agl_unready(aglet_task *self, enum agl_state state) {
    self->state = state;
    self->loop->front = agl_ring_remove(&self->row);
}
/** Ends the wait of `task` with `result`; false if it does not wait (any more). */
bool agl_wake(aglet_task *task, int result);
/** Wakes the first in `row` with `result` and returns it; NULL if it is empty. */
aglet_task *agl_wake_first(agl_list *row, int result);
/** Waits. Returns the waker's result, the error that cut the wait, or AGL_REACHED. */
int agl_park(aglet_task *self, const struct agl_wait *wait);
/** Lets the other ready tasks run. Returns 0. */
int agl_pause(aglet_task *self);
/** Lets a task that was just made ready take its first step, and goes on then. */
void agl_step_into(aglet_task *self, aglet_task *task);
/** Leaves a task that is done; does not return. */
_Noreturn void agl_leave(aglet_task *self);
/** The running task is done and belongs to nobody: it is freed some time after its stack is left.
 */
void agl_bury(aglet_task *self);
/** Sets what each choice of the scheduler depends on. */
void agl_sched_careful(struct agl_loop *loop);
/** Fills `addresses` with at most `size` return addresses of a parked task, the innermost first.
 *  Returns their number; 0 if its stack has no room to look around. */
int agl_backtrace(aglet_task *task, void **addresses, int size);
/** Runs ready tasks, on the thread's own stack, until none is left or it is time to poll. */
void agl_run_ready(struct agl_loop *loop);
/** Reads the clock. */
int64_t agl_clock(struct agl_loop *loop);
/** `ms` milliseconds after `from` nanoseconds; AGLET_FOREVER and overflow give INT64_MAX. */
int64_t agl_after(int64_t from, int64_t ms);

/** Calls of functions that are no coroutines, from a task's stack. */
static inline void agl_outside_begin(struct agl_loop *loop) {
    loop->behind = agl_running;
    agl_running = NULL;
}
static inline void agl_outside_end(struct agl_loop *loop) {
    agl_running = loop->behind;
    loop->behind = NULL;
}

/* scope.c */

/** The error with which suspensions of `task` are cut now; 0: none. */
int agl_cut(aglet_task *task);
/** What agl_suspension() does when something wants attention. */
int agl_suspension_attended(aglet_task *task);

/** A suspension point: gives the seam its turn, then agl_cut(). */
static inline int agl_suspension(aglet_task *task) {
    return __builtin_expect(task->attention, 0) ? agl_suspension_attended(task) : 0;
}
/** The nearest deadline in force; INT64_MAX: none. */
int64_t agl_nearest_deadline(const aglet_task *task);
/** Cuts the wait of `task` if it has become due. */
void agl_deliver(aglet_task *task);
/** Opens a scope; NULL if there is no memory. */
struct agl_scope *agl_scope_open(aglet_task *self, enum agl_scope_kind kind, int64_t deadline,
                                 struct agl_place place);
/** Closes `scope` and all inside it, of which each is reported. */
void agl_scope_close(aglet_task *self, struct agl_scope *scope);
/** True if `scope` is one of the open scopes of `self` and has this serial. */
bool agl_scope_is_open(const aglet_task *self, const struct agl_scope *scope, uint64_t serial);

/* task.c */

/** A new ready task; NULL with errno. */
aglet_task *agl_task_new(struct agl_loop *loop, aglet_fn fn, void *arg, enum agl_owner owner,
                         struct agl_place created);
/** What a task's stack runs. */
_Noreturn void agl_task_body(void);
/** Ends the running task with `result`; `lost` if its frames are left as they are. */
_Noreturn void agl_task_end(aglet_task *self, int result, bool lost);
/** Frees a task that is done. */
void agl_task_free(aglet_task *task);
/** Frees what agl_bury() left; not on its stack. */
static inline void agl_sweep(struct agl_loop *loop) {
    if (loop->zombie)
        agl_task_free(loop->zombie);
    loop->zombie = NULL;
}
/** Cancels without checks. */
void agl_task_cancel(aglet_task *task);
/** True if the task failed by itself, not by being cancelled. */
bool agl_task_failed(const aglet_task *task);

/* await.c */

/** Waits until `task` is done. With `firm` zero, returns the error that cut the wait. */
int agl_wait_done(aglet_task *self, aglet_task *task, bool firm);

/* done.c */

/** Makes the calls that wait for the task's end, of which there are some. */
void agl_call_done(aglet_task *task);

/* group.c */

/** Cancels and waits for a group that its task left open. */
void agl_group_abandon(aglet_task *self, aglet_group *group);

/* contextvar.c */

/** Gives a new task the context of its creator. */
void agl_context_inherit(aglet_task *task, const aglet_task *creator);
/** Drops the task's context; what it set and did not reset is reported. */
void agl_context_drop(aglet_task *task);

/* poll.c */

int agl_poll_open(struct agl_loop *loop);
void agl_poll_close(struct agl_loop *loop);
/** Waits for descriptors, timers and other threads as long as nothing is ready. */
int agl_poll(struct agl_loop *loop);

#endif
