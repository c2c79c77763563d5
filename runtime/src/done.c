/*
 * Calls at a task's end.
 */
#include <aglet/task.h>

#include <errno.h>

#include "loop.h"
#include "report.h"

_Static_assert(sizeof(agl_list) <= sizeof(((aglet_done *)0)->private_fields) &&
                   _Alignof(agl_list) <= _Alignof(aglet_done),
               "the public structure has room for a list's link");

static agl_list *link_of(aglet_done *done) {
    return (agl_list *)(void *)done->private_fields;
}

int aglet_task_on_done(aglet_task *task, aglet_done *done, void (*call)(void *arg, int result),
                       void *arg) {
    if (!task || !done || !call)
        return AGL_MISUSE(-EINVAL, "aglet_task_on_done() without a task, a call or its memory");
    if (link_of(done)->next)
        return AGL_MISUSE(-EBUSY, "aglet_task_on_done() with a call that waits already");
    if (task->state == AGL_DONE)
        return -EALREADY;
    done->call = call;
    done->arg = arg;
    agl_list_append(&task->done, link_of(done));
    return 0;
}

bool aglet_done_cancel(aglet_done *done) {
    bool waits = link_of(done)->next;
    agl_list_remove(link_of(done));
    return waits;
}

void agl_call_done(aglet_task *task) {
    agl_list *first;
    /* The functions called are no coroutines, though they are called from the end of one. */
    task->ending = true;
    agl_outside_begin(task->loop);
    while ((first = agl_list_first(&task->done))) {
        /* The call may free what it was told by, or use it again. */
        aglet_done *done = AGL_CONTAINER(first, aglet_done, private_fields);
        agl_list_remove(first);
        done->call(done->arg, task->result);
    }
    agl_outside_end(task->loop);
    task->ending = false;
}
