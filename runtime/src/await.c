/*
 * Waiting for a task: await, and the shield whose inner task belongs to the loop.
 */
#include <errno.h>

#include <aglet/shield.h>
#include <aglet/task.h>

#include "loop.h"
#include "report.h"

static uint64_t id_of(const void *task) {
    return ((const aglet_task *)task)->id;
}

int agl_wait_done(aglet_task *self, aglet_task *task, bool firm) {
    if (task->state == AGL_DONE)
        return 0;
    struct agl_wait wait = {.what = "a task's end",
                            .object = task,
                            .until = INT64_MAX,
                            .firm = firm,
                            .on_task = true,
                            .whom = id_of};
    do {
        int rc = agl_park(self, &wait);
        if (rc < 0)
            return rc;
    } while (task->state != AGL_DONE);
    return 0;
}

static int check_awaitable(const aglet_task *self, const aglet_task *task) {
    if (!task || task->owner == AGL_OWNER_DETACHED)
        return -EINVAL;
    if (task == self)
        return -EDEADLK;
    if (task->owner != AGL_OWNER_HANDLE)
        return -EPERM;
    return task->awaiter || task->watcher ? -EBUSY : 0;
}

int(aglet_await)(aglet_task *task) {
    aglet_task *self = agl_self("aglet_await");
    if (!self)
        return -EPERM;
    int rc = check_awaitable(self, task);
    if (rc < 0)
        return AGL_MISUSE(rc, "aglet_await() of a task that cannot be awaited (error %d)", -rc);
    agl_place_drop();
    task->awaiter = self;
    int cut = agl_wait_done(self, task, false);
    if (cut < 0) {
        agl_task_cancel(task);
        agl_wait_done(self, task, true);
    }
    int result = task->result;
    agl_task_free(task);
    return result == -ECANCELED && cut < 0 ? cut : result;
}

int(aglet_shield)(aglet_fn fn, void *arg) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_shield");
    if (!self)
        return -EPERM;
    aglet_task *inner = agl_task_new(self->loop, fn, arg, AGL_OWNER_SHIELD, place);
    if (!inner)
        return -errno;
    inner->awaiter = self;
    int cut = agl_wait_done(self, inner, false);
    if (inner->state != AGL_DONE) {
        /* From here on the loop alone owns it. */
        inner->awaiter = NULL;
        return cut;
    }
    int result = inner->result;
    agl_task_free(inner);
    return result;
}
