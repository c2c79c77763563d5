/*
 * Tasks: their birth, their end, and what can be asked of a handle.
 */
#include <aglet/task.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "report.h"

aglet_task *agl_self_missing(const char *function) {
    const struct agl_loop *loop = agl_loop_current();
    if (agl_debug_wanted() || (loop && loop->debug)) {
        struct agl_place place = agl_place_take(NULL);
        agl_report_always("outside-coroutine", NULL, &place, "%s() called outside a coroutine",
                          function);
    }
    return NULL;
}

/* Sets what is zero in a new task. */
static void clear(aglet_task *task) {
    size_t first = offsetof(aglet_task, context), last = offsetof(aglet_task, timer.link);
    size_t size = last + sizeof task->timer.link - first;
    /* With a size it knows, gcc writes a string instruction here, which takes longer to start than
     * the C library takes for all. */
    __asm__("" : "+r"(size));
    memset((char *)task + first, 0, size);
}

aglet_task *agl_task_new(struct agl_loop *loop, aglet_fn fn, void *arg, enum agl_owner owner,
                         struct agl_place created) {
    agl_sweep(loop);
    struct agl_stack *stack = agl_stack_take(&loop->stacks);
    if (!stack) {
        errno = ENOMEM;
        return NULL;
    }
    aglet_task *task = AGL_CONTAINER(stack, aglet_task, stack);
    clear(task);
    task->loop = loop;
    task->fn = fn;
    task->arg = arg;
    task->owner = owner;
    task->created = created;
    task->root.outer = NULL;
    task->root.deadline = INT64_MAX;
    task->root.kind = AGL_SCOPE_TASK;
    task->root.error = 0;
    task->scope = &task->root;
    task->id = ++loop->next_id;
    task->parent = agl_running ? agl_running->id : 0;
    if (agl_running && agl_running->bindings)
        agl_context_inherit(task, agl_running);
    agl_sched_prepare(task);
    agl_list_append(&loop->tasks, &task->link);
    loop->unfinished++;
    if (loop->on_suspend)
        task->attention = AGL_ATTEND_SEAM;
    if (loop->closing && owner != AGL_OWNER_SHIELD && agl_running && agl_cut(agl_running))
        agl_task_cancel(task);
    agl_ready(task);
    return task;
}

bool agl_task_failed(const aglet_task *task) {
    return task->result < 0 && !(task->result == -ECANCELED && task->root.error);
}

static void check_left_behind(aglet_task *self) {
    struct agl_loop *loop = self->loop;
    if (self->scope != &self->root)
        agl_scope_close(self, &self->root);
    if (self->mutations)
        agl_report(loop, "torn-write", self, &self->mutation_at, "ended within: %s",
                   self->mutation);
    if (self->bindings || self->inherited)
        agl_context_drop(self);
    if (self->locks)
        agl_report(loop, "lock-held", self, &self->locked_at, "ended holding %u lock%s",
                   self->locks, self->locks == 1 ? "" : "s");
}

/* Nobody asks for the result of such a task. */
static void end_unowned(aglet_task *self) {
    if (agl_task_failed(self))
        agl_report_failure(self, self->result,
                           self->owner == AGL_OWNER_SHIELD ? "shielded task failed"
                                                           : "detached task failed");
    agl_bury(self);
}

void agl_task_end(aglet_task *self, int result, bool lost) {
    struct agl_loop *loop = self->loop;
    self->lost = lost;
    check_left_behind(self);
    self->result = result;
    agl_unready(self, AGL_DONE);
    loop->unfinished--;
    if (!agl_list_empty(&self->done))
        agl_call_done(self);
    if (self->watcher)
        agl_wake(self->watcher, 0);
    if (self->ended) {
        self->ended(self);
        agl_bury(self);
    } else if (self->awaiter) {
        agl_wake(self->awaiter, 0);
    } else if (self->owner == AGL_OWNER_DETACHED || self->owner == AGL_OWNER_SHIELD) {
        end_unowned(self);
    }
    agl_leave(self);
}

void agl_task_body(void) {
    aglet_task *self = agl_running;
    agl_fiber_enter(&self->fiber, &self->loop->fiber);
    agl_task_end(self, self->fn(self->arg), false);
}

void agl_task_free(aglet_task *task) {
    struct agl_loop *loop = task->loop;
    /* They are often freed in the order in which they were made. */
    __builtin_prefetch(AGL_CONTAINER(task->link.next, aglet_task, link), 1);
    agl_list_remove(&task->link);
    agl_fiber_close(&task->fiber);
    if (!task->lost)
        agl_stack_give(&loop->stacks, &task->stack);
}

void agl_task_cancel(aglet_task *task) {
    if (task->state == AGL_DONE)
        return;
    if (!task->root.error)
        task->root.error = -ECANCELED;
    task->attention |= AGL_ATTEND_CUT;
    agl_deliver(task);
}

aglet_task *(aglet_create)(aglet_fn fn, void *arg) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_create");
    if (!self) {
        errno = EPERM;
        return NULL;
    }
    return agl_task_new(self->loop, fn, arg, AGL_OWNER_HANDLE, place);
}

aglet_task *(aglet_create_eager)(aglet_fn fn, void *arg) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_create_eager");
    if (!self) {
        errno = EPERM;
        return NULL;
    }
    aglet_task *task = agl_task_new(self->loop, fn, arg, AGL_OWNER_HANDLE, place);
    if (task)
        agl_step_into(self, task);
    return task;
}

int aglet_cancel(aglet_task *task) {
    if (!task)
        return AGL_MISUSE(-EINVAL, "aglet_cancel() of no task");
    agl_task_cancel(task);
    return 0;
}

int aglet_detach(aglet_task *task) {
    if (!task || task->owner != AGL_OWNER_HANDLE)
        return AGL_MISUSE(-EINVAL, "aglet_detach() of what is no task of its own");
    if (task->awaiter || task->watcher)
        return AGL_MISUSE(-EBUSY, "aglet_detach() of a task that another one waits for");
    task->owner = AGL_OWNER_DETACHED;
    if (task->state == AGL_DONE && !task->ending) {
        if (agl_task_failed(task))
            agl_report_failure(task, task->result, "detached task failed");
        agl_task_free(task);
    }
    return 0;
}

bool aglet_task_done(const aglet_task *task) {
    return task->state == AGL_DONE;
}

int aglet_task_result(const aglet_task *task) {
    return task->state == AGL_DONE ? task->result : -EINPROGRESS;
}

bool aglet_task_cancelled(const aglet_task *task) {
    return task->root.error != 0;
}

void aglet_task_set_name(aglet_task *task, const char *name) {
    snprintf(task->name, sizeof task->name, "%s", name);
    task->named = name[0];
}

/* Most tasks are never asked for their names, so a name is made when it is wanted. */
const char *aglet_task_name(const aglet_task *task) {
    if (!task->named)
        snprintf(((aglet_task *)task)->name, sizeof task->name, "task-%llu",
                 (unsigned long long)task->id);
    return task->name;
}

aglet_task *aglet_current(void) {
    return agl_running;
}

size_t aglet_all_tasks(aglet_task **list, size_t size) {
    struct agl_loop *loop = agl_loop_current();
    size_t count = 0;
    if (!loop)
        return 0;
    AGL_LIST_EACH(node, &loop->tasks) {
        aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (task->state == AGL_DONE)
            continue;
        if (count < size)
            list[count] = task;
        count++;
    }
    return count;
}

int aglet_checkpoint(void) {
    aglet_task *self = agl_self("aglet_checkpoint");
    return self ? agl_suspension(self) : -EPERM;
}
