/*
 * Several at once. Gather and race are groups; wait only watches.
 */
#include <aglet/together.h>

#include <errno.h>
#include <stdlib.h>

#include <aglet/group.h>
#include <aglet/task.h>

#include "loop.h"
#include "report.h"
#include "seam.h"

enum mode { STOP_AT_ERROR, KEEP_ERRORS, STOP_AT_SUCCESS };

struct entry {
    struct aglet_call call;
    struct together *together;
    int result;
};

struct together {
    enum mode mode;
    aglet_group *group;
    size_t winner; /* count: none */
    int first_error;
    size_t count;
    struct entry entries[];
};

/* One call's task. A failure is the group's only if it is to end the others. */
static int run_entry(void *arg) {
    struct entry *entry = arg;
    struct together *together = entry->together;
    int result = entry->result = entry->call.fn(entry->call.arg);
    if (result < 0 && !together->first_error && !aglet_task_cancelled(aglet_current()))
        together->first_error = result;
    if (together->mode == STOP_AT_ERROR)
        return result;
    if (together->mode == STOP_AT_SUCCESS && result >= 0 && together->winner == together->count) {
        together->winner = (size_t)(entry - together->entries);
        aglet_group_cancel(together->group);
    }
    return result == -ECANCELED && aglet_task_cancelled(aglet_current()) ? result : 0;
}

static struct together *prepare(const struct aglet_call *calls, size_t count, enum mode mode) {
    struct together *together =
        agl_seam_alloc(sizeof *together + count * sizeof together->entries[0]);
    if (!together)
        return NULL;
    together->mode = mode;
    together->count = together->winner = count;
    for (size_t i = 0; i < count; i++)
        together->entries[i] = (struct entry){calls[i], together, -ECANCELED};
    return together;
}

static int run_together(struct together *together) {
    int rc = (aglet_group_open)(&together->group);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < together->count && rc == 0; i++)
        rc = (aglet_group_spawn)(together->group, run_entry, &together->entries[i]);
    if (rc < 0)
        aglet_group_cancel(together->group);
    int closed = aglet_group_close(together->group);
    return closed < 0 ? closed : rc;
}

static int gather(const struct aglet_call *calls, size_t count, int *results, enum mode mode) {
    struct together *together = prepare(calls, count, mode);
    if (!together)
        return -ENOMEM;
    int rc = run_together(together);
    for (size_t i = 0; results && i < count; i++)
        results[i] = together->entries[i].result;
    free(together);
    return rc;
}

int aglet_gather(const struct aglet_call *calls, size_t count, int *results) {
    return agl_self("aglet_gather") ? gather(calls, count, results, STOP_AT_ERROR) : -EPERM;
}

int aglet_gather_errors(const struct aglet_call *calls, size_t count, int *results) {
    return agl_self("aglet_gather_errors") ? gather(calls, count, results, KEEP_ERRORS) : -EPERM;
}

int aglet_race(const struct aglet_call *calls, size_t count, size_t *winner) {
    if (!agl_self("aglet_race"))
        return -EPERM;
    if (!count)
        return AGL_MISUSE(-EINVAL, "aglet_race() of nothing");
    struct together *together = prepare(calls, count, STOP_AT_SUCCESS);
    if (!together)
        return -ENOMEM;
    int rc = run_together(together);
    if (together->winner < count) {
        rc = together->entries[together->winner].result;
        if (winner)
            *winner = together->winner;
    } else if (rc == 0) {
        rc = together->first_error;
    }
    free(together);
    return rc;
}

static bool satisfied(aglet_task *const *tasks, size_t count, enum aglet_wait_for what,
                      size_t *done) {
    size_t present = 0;
    bool failed = false;
    *done = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tasks[i])
            continue;
        present++;
        if (tasks[i]->state != AGL_DONE)
            continue;
        ++*done;
        failed |= tasks[i]->result < 0;
    }
    return *done == present || (what == AGLET_FIRST_DONE && *done > 0) ||
           (what == AGLET_FIRST_ERROR && failed);
}

static void watch(aglet_task *const *tasks, size_t count, aglet_task *watcher) {
    for (size_t i = 0; i < count; i++)
        if (tasks[i])
            tasks[i]->watcher = watcher;
}

static int check(const aglet_task *self, aglet_task *const *tasks, size_t count) {
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tasks[i])
            continue;
        present++;
        if (tasks[i] == self)
            return -EDEADLK;
        if (tasks[i]->awaiter || tasks[i]->watcher)
            return -EBUSY;
    }
    return present ? 0 : -EINVAL;
}

ssize_t aglet_wait(aglet_task *const *tasks, size_t count, enum aglet_wait_for what) {
    aglet_task *self = agl_self("aglet_wait");
    if (!self)
        return -EPERM;
    int rc = check(self, tasks, count);
    if (rc < 0)
        return AGL_MISUSE(
            rc, "aglet_wait() for itself, for nothing or for another's tasks (error %d)", -rc);
    struct agl_wait wait = {
        .what = "other tasks' end", .object = tasks, .until = INT64_MAX, .on_task = true};
    size_t done;
    watch(tasks, count, self);
    while (rc == 0 && !satisfied(tasks, count, what, &done))
        rc = agl_park(self, &wait);
    watch(tasks, count, NULL);
    return rc < 0 ? rc : (ssize_t)done;
}

ssize_t aglet_next_done(aglet_task *const *tasks, size_t count) {
    ssize_t done = aglet_wait(tasks, count, AGLET_FIRST_DONE);
    if (done < 0)
        return done;
    size_t i = 0;
    while (!tasks[i] || tasks[i]->state != AGL_DONE)
        i++;
    return (ssize_t)i;
}
