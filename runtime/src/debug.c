#include <aglet/debug.h>

#include <errno.h>
#include <stdio.h>

#include "loop.h"
#include "report.h"

static const char *state_text(const aglet_task *task) {
    switch (task->state) {
    case AGL_READY:
        return "ready";
    case AGL_RUNNING:
        return "running";
    case AGL_PARKED:
        return task->wait.what;
    case AGL_DONE:
        return "done";
    }
    return "?";
}

static const char *owner_text(const aglet_task *task) {
    static const char *const text[] = {
        [AGL_OWNER_HANDLE] = "handle", [AGL_OWNER_DETACHED] = "detached",
        [AGL_OWNER_GROUP] = "group",   [AGL_OWNER_SHIELD] = "shield",
        [AGL_OWNER_JOBS] = "jobs",     [AGL_OWNER_GENERATOR] = "generator",
        [AGL_OWNER_MAIN] = "run",
    };
    return text[task->owner];
}

int aglet_dump_tasks(int fd) {
    struct agl_loop *loop = agl_loop_current();
    if (!loop)
        return -EPERM;
    AGL_LIST_EACH(node, &loop->tasks) {
        const aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        char where[AGL_PLACE_TEXT];
        dprintf(fd, "%-16s %-20s owner %-8s%s created at %s\n", task->name, state_text(task),
                owner_text(task), task->root.error ? " cancelled" : "",
                agl_place_text(&task->created, where, sizeof where));
    }
    return 0;
}

bool aglet_debugging(void) {
    struct agl_loop *loop = agl_loop_current();
    return loop ? loop->debug : agl_debug_wanted();
}

void(aglet_mutation_begin)(const char *what) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_mutation_begin");
    if (!self || self->mutations++)
        return;
    self->mutation = what;
    self->mutation_at = place;
}

void aglet_mutation_end(void) {
    aglet_task *self = agl_self("aglet_mutation_end");
    if (self && self->mutations)
        self->mutations--;
}
