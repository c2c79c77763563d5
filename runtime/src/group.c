/*
 * Groups of tasks. A group is a scope of the task that opened it; its tasks stand in `members`
 * until they are done and are freed at once: their errors are kept here.
 */
#include <aglet/group.h>
#include <aglet/task.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "report.h"
#include "resource.h"
#include "seam.h"

enum { ERRORS_MAX = 16 };

struct aglet_group {
    struct agl_resource resource;
    aglet_task *host;
    struct agl_scope *scope; /* of the body; NULL once it is being closed */
    agl_list members;
    agl_list spawners; /* waiting for the limit */
    size_t running, limit;
    size_t cut; /* tasks that ended with -ECANCELED */
    bool cancelled, closing;
    struct aglet_group_error errors[ERRORS_MAX];
    size_t error_count;
};

/* A group has nothing of the kernel's. */
static void reclaim(struct agl_resource *resource) {
    free(AGL_CONTAINER(resource, aglet_group, resource));
}

int(aglet_group_open)(aglet_group **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_group_open");
    if (!self)
        return -EPERM;
    aglet_group *group = agl_seam_alloc(sizeof *group);
    if (!group)
        return -ENOMEM;
    group->scope = agl_scope_open(self, AGL_SCOPE_GROUP, INT64_MAX, place);
    if (!group->scope) {
        free(group);
        return -ENOMEM;
    }
    group->scope->group = group;
    group->host = self;
    agl_resource_open(&group->resource, self, "group", reclaim, place);
    *out = group;
    return 0;
}

void aglet_group_limit(aglet_group *group, size_t limit) {
    group->limit = limit;
}

static void cancel(aglet_group *group) {
    group->cancelled = true;
    AGL_LIST_EACH(node, &group->members)
    agl_task_cancel(AGL_CONTAINER(node, aglet_task, member));
    while (agl_wake_first(&group->spawners, -ECANCELED)) {
    }
    if (group->scope && !group->scope->error) {
        group->scope->error = -ECANCELED;
        agl_deliver(group->host);
    }
}

int aglet_group_cancel(aglet_group *group) {
    if (!group)
        return AGL_MISUSE(-EINVAL, "aglet_group_cancel() of no group");
    if (!group->cancelled)
        cancel(group);
    return 0;
}

/* Takes a place among the running ones; the member that ends hands its own over. */
static int enter(aglet_task *self, aglet_group *group) {
    int rc = agl_suspension(self);
    if (rc < 0)
        return rc;
    if (group->cancelled)
        return -ECANCELED;
    if (!group->limit || group->running < group->limit) {
        group->running++;
        return 0;
    }
    struct agl_wait wait = {.what = "a place in a group with a limit",
                            .object = group,
                            .row = &group->spawners,
                            .until = INT64_MAX};
    return agl_park(self, &wait);
}

static void leave(aglet_group *group) {
    if (!group->cancelled && agl_wake_first(&group->spawners, 0))
        return;
    group->running--;
    if (group->running == 0 && group->closing)
        agl_wake(group->host, 0);
}

static void keep_error(aglet_group *group, const aglet_task *task) {
    if (group->error_count == ERRORS_MAX)
        return;
    struct aglet_group_error *error = &group->errors[group->error_count++];
    char where[AGL_PLACE_TEXT];
    memcpy(error->task, aglet_task_name(task), sizeof error->task);
    error->error = task->result;
    agl_place_text(&task->created, where, sizeof where);
    snprintf(error->created, sizeof error->created, "%.*s", (int)sizeof error->created - 1, where);
}

/* A task that ends before it is started is its starter's concern alone. */
static bool tell_starter(aglet_task *task) {
    struct agl_start *start = task->start;
    if (!start)
        return false;
    task->start = NULL;
    start->settled = true;
    start->result = task->result < 0 ? task->result : -EPROTO;
    agl_wake(start->starter, 0);
    return true;
}

static void member_done(aglet_task *task) {
    aglet_group *group = task->owner_data;
    agl_list_remove(&task->member);
    if (tell_starter(task)) {
        leave(group);
        return;
    }
    if (agl_task_failed(task)) {
        keep_error(group, task);
        if (!group->cancelled)
            cancel(group);
    } else if (task->result < 0) {
        group->cut++;
    }
    leave(group);
}

static int spawn(const char *function, aglet_group *group, aglet_fn fn, void *arg,
                 struct agl_place place, aglet_task **out) {
    aglet_task *self = agl_self(function);
    if (!self)
        return -EPERM;
    int rc = enter(self, group);
    if (rc < 0)
        return rc;
    aglet_task *task = agl_task_new(self->loop, fn, arg, AGL_OWNER_GROUP, place);
    if (!task) {
        rc = -errno;
        leave(group);
        return rc;
    }
    task->ended = member_done;
    task->owner_data = group;
    task->parent = group->host->id;
    agl_list_append(&group->members, &task->member);
    /* It may have been cancelled between the handing over of the place and now. */
    if (group->cancelled)
        agl_task_cancel(task);
    *out = task;
    return 0;
}

int(aglet_group_spawn)(aglet_group *group, aglet_fn fn, void *arg) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *task;
    return spawn("aglet_group_spawn", group, fn, arg, place, &task);
}

/* A call put off: fn(arg) at `due`. */
struct later {
    int64_t due;
    aglet_fn fn;
    void *arg;
};

static int run_later(void *arg) {
    struct later later = *(struct later *)arg;
    struct agl_wait wait = {.what = "its time to start", .until = later.due};
    free(arg);
    int rc = agl_park(aglet_current(), &wait);
    return rc < 0 ? rc : later.fn(later.arg);
}

int(aglet_group_call_later)(aglet_group *group, int64_t ms, aglet_fn fn, void *arg) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_group_call_later");
    if (!self)
        return -EPERM;
    struct later *later = agl_seam_alloc(sizeof *later);
    if (!later)
        return -ENOMEM;
    *later = (struct later){agl_after(agl_clock(self->loop), ms), fn, arg};
    aglet_task *task;
    int rc = spawn("aglet_group_call_later", group, run_later, later, place, &task);
    if (rc < 0)
        free(later);
    return rc;
}

/* Waits until the task is started or has ended; when the wait is cut, until it has ended. */
static void wait_for_start(aglet_task *self, aglet_task *task, struct agl_start *start) {
    struct agl_wait wait = {.what = "a task that is to tell that it is started",
                            .object = task,
                            .until = INT64_MAX,
                            .on_task = true};
    int cut = 0;
    while (!start->settled) {
        int rc = agl_park(self, &wait);
        if (rc >= 0)
            continue;
        cut = rc;
        wait.firm = true;
        start->cancelled = true;
        agl_task_cancel(task);
    }
    if (cut && start->result == -ECANCELED)
        start->result = cut;
}

int(aglet_group_start)(aglet_group *group, aglet_fn fn, void *arg, void **value) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *task = NULL, *self = aglet_current();
    struct agl_start start = {.starter = self};
    int rc = spawn("aglet_group_start", group, fn, arg, place, &task);
    if (rc < 0)
        return rc;
    task->start = &start;
    wait_for_start(self, task, &start);
    if (value && start.result == 0)
        *value = start.value;
    return start.result;
}

int aglet_started(void *value) {
    aglet_task *self = agl_self("aglet_started");
    if (!self)
        return -EPERM;
    struct agl_start *start = self->start;
    if (!start)
        return AGL_MISUSE(-EINVAL, "aglet_started() of a task that nobody waits for to start");
    if (start->cancelled)
        return -ECANCELED;
    self->start = NULL;
    start->value = value;
    start->settled = true;
    agl_wake(start->starter, 0);
    return 0;
}

size_t aglet_group_errors(const aglet_group *group, const struct aglet_group_error **list) {
    *list = group->errors;
    return group->error_count;
}

/* Leaves the body's scope and waits for all members. What cuts the wait cancels them; so does
 * reaching `until`. Returns the error that cut it. */
static int finish(aglet_task *self, aglet_group *group, bool firm, int64_t until) {
    struct agl_scope *scope = group->scope;
    group->scope = NULL;
    agl_scope_close(self, scope);
    struct agl_wait wait = {.what = "the tasks of a group",
                            .object = group,
                            .until = until,
                            .firm = firm,
                            .on_task = true};
    int cut = 0;
    group->closing = true;
    while (group->running > 0) {
        int rc = agl_park(self, &wait);
        if (rc == 0)
            continue;
        if (rc < 0)
            cut = rc;
        cancel(group);
        wait.firm = true;
        wait.until = INT64_MAX;
    }
    return cut;
}

/* Only the host may close a group, and once. */
static int check_host(const char *function, const aglet_task *self, const aglet_group *group,
                      struct agl_place place) {
    if (!group)
        return agl_misuse(place, -EINVAL, "%s() of no group", function);
    if (!self)
        return -EPERM;
    if (self != group->host || !group->scope)
        return agl_misuse(place, -EPERM, "%s() by another task than opened it, or twice", function);
    return 0;
}

static int release(aglet_group *group, int cut) {
    int result = group->error_count ? group->errors[0].error : group->cut ? cut : 0;
    agl_resource_close(&group->resource);
    free(group);
    return result;
}

int aglet_group_close(aglet_group *group) {
    aglet_task *self = agl_self("aglet_group_close");
    int rc = check_host("aglet_group_close", self, group, AGL_PLACE_HERE());
    return rc < 0 ? rc : release(group, finish(self, group, false, INT64_MAX));
}

int aglet_group_drain(aglet_group *group, int64_t grace_ms) {
    aglet_task *self = agl_self("aglet_group_drain");
    int rc = check_host("aglet_group_drain", self, group, AGL_PLACE_HERE());
    if (rc < 0)
        return rc;
    int64_t until = agl_after(agl_clock(self->loop), grace_ms);
    return release(group, finish(self, group, true, until));
}

void agl_group_abandon(aglet_task *self, aglet_group *group) {
    agl_report(self->loop, "leak", self, &group->resource.acquired, "group not closed");
    group->cancelled = true;
    cancel(group);
    finish(self, group, true, INT64_MAX);
    release(group, 0);
}
