/*
 * The scheduler of jobs. A job is freed when it is done and nobody has its handle; the scheduler
 * when it is closed and the last job is done, since a job may outlast the close timeout.
 */
#include <aglet/jobs.h>

#include <errno.h>
#include <stdlib.h>

#include <aglet/task.h>

#include "loop.h"
#include "report.h"
#include "resource.h"
#include "seam.h"

enum { LIMIT = 100, PENDING_LIMIT = 10000, CLOSE_TIMEOUT_MS = 100, WAIT_TIMEOUT_MS = 60000 };

enum job_state { JOB_PENDING, JOB_ACTIVE, JOB_DONE };

struct aglet_job {
    agl_list link; /* among the scheduler's pending or active jobs */
    aglet_jobs *jobs;
    aglet_fn fn;
    void *arg;
    aglet_task *task; /* while active */
    agl_list waiters;
    struct agl_place place;
    enum job_state state;
    bool has_handle;
    int result;
};

struct aglet_jobs {
    struct agl_resource resource;
    struct agl_loop *loop;
    struct aglet_jobs_options options;
    agl_list pending, active;
    size_t pending_count, active_count;
    agl_list spawners; /* waiting for a place in the row */
    agl_list idle;     /* waiting for all jobs to be done */
    bool closing, closed;
};

static void reclaim(struct agl_resource *resource) {
    (void)resource; /* only memory, which stays the program's */
}

int(aglet_jobs_open)(const struct aglet_jobs_options *options, aglet_jobs **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_jobs_open");
    if (!self)
        return -EPERM;
    aglet_jobs *jobs = agl_seam_alloc(sizeof *jobs);
    if (!jobs)
        return -ENOMEM;
    if (options)
        jobs->options = *options;
    struct aglet_jobs_options *mine = &jobs->options;
    mine->limit = mine->limit ? mine->limit : LIMIT;
    mine->pending_limit = mine->pending_limit ? mine->pending_limit : PENDING_LIMIT;
    mine->close_timeout_ms = mine->close_timeout_ms ? mine->close_timeout_ms : CLOSE_TIMEOUT_MS;
    mine->wait_timeout_ms = mine->wait_timeout_ms ? mine->wait_timeout_ms : WAIT_TIMEOUT_MS;
    jobs->loop = self->loop;
    agl_resource_open(&jobs->resource, self, "jobs", reclaim, place);
    *out = jobs;
    return 0;
}

static void report_failure(const aglet_jobs *jobs, const aglet_task *task, int error,
                           const char *reason) {
    if (!jobs->options.on_failure) {
        agl_report_failure(task, error, reason);
        return;
    }
    char where[AGL_PLACE_TEXT];
    struct aglet_failure failure = {aglet_task_name(task), error,
                                    agl_place_text(&task->created, where, sizeof where), reason};
    agl_outside_begin(jobs->loop);
    jobs->options.on_failure(jobs->options.on_failure_data, &failure);
    agl_outside_end(jobs->loop);
}

static void free_job_if_unused(aglet_job *job) {
    if (job->state == JOB_DONE && !job->has_handle)
        free(job);
}

static void settle(aglet_job *job, int result) {
    job->state = JOB_DONE;
    job->result = result;
    job->task = NULL;
    while (agl_wake_first(&job->waiters, 0)) {
    }
}

static void job_ended(aglet_task *task);

static int start(aglet_job *job) {
    aglet_jobs *jobs = job->jobs;
    job->task = agl_task_new(jobs->loop, job->fn, job->arg, AGL_OWNER_JOBS, job->place);
    if (!job->task)
        return -errno;
    job->task->ended = job_ended;
    job->task->owner_data = job;
    job->state = JOB_ACTIVE;
    agl_list_append(&jobs->active, &job->link);
    jobs->active_count++;
    return 0;
}

static void fill_places(aglet_jobs *jobs) {
    while (jobs->active_count < jobs->options.limit && jobs->pending_count > 0) {
        agl_list *first = agl_list_first(&jobs->pending);
        aglet_job *job = AGL_CONTAINER(first, aglet_job, link);
        agl_list_remove(first);
        jobs->pending_count--;
        int rc = start(job);
        if (rc < 0) {
            settle(job, rc);
            free_job_if_unused(job);
        }
        agl_wake_first(&jobs->spawners, 0);
    }
}

static void free_if_over(aglet_jobs *jobs) {
    if (jobs->closed && !jobs->active_count)
        free(jobs);
}

static void job_ended(aglet_task *task) {
    aglet_job *job = task->owner_data;
    aglet_jobs *jobs = job->jobs;
    agl_list_remove(&job->link);
    jobs->active_count--;
    if (agl_task_failed(task) && !job->has_handle)
        report_failure(jobs, task, task->result, "job failed");
    settle(job, task->result);
    free_job_if_unused(job);
    if (!jobs->closing)
        fill_places(jobs);
    if (!jobs->active_count && !jobs->pending_count)
        while (agl_wake_first(&jobs->idle, 0)) {
        }
    free_if_over(jobs);
}

static int wait_for_place(aglet_task *self, aglet_jobs *jobs) {
    struct agl_wait wait = {.what = "a place in a scheduler's row",
                            .object = jobs,
                            .row = &jobs->spawners,
                            .until = INT64_MAX};
    int rc = agl_suspension(self);
    while (rc == 0 && !jobs->closing && jobs->active_count >= jobs->options.limit &&
           jobs->pending_count >= jobs->options.pending_limit)
        rc = agl_park(self, &wait);
    return rc == 0 && jobs->closing ? -EPIPE : rc;
}

int(aglet_jobs_spawn)(aglet_jobs *jobs, aglet_fn fn, void *arg, aglet_job **out) {
    struct agl_place place = AGL_PLACE_HERE();
    if (out)
        *out = NULL;
    aglet_task *self = agl_self("aglet_jobs_spawn");
    int rc = self ? wait_for_place(self, jobs) : -EPERM;
    if (rc < 0)
        return rc;
    aglet_job *job = agl_seam_alloc(sizeof *job);
    if (!job)
        return -ENOMEM;
    *job =
        (aglet_job){.jobs = jobs, .fn = fn, .arg = arg, .place = place, .has_handle = out != NULL};
    if (jobs->active_count < jobs->options.limit) {
        rc = start(job);
    } else {
        agl_list_append(&jobs->pending, &job->link);
        jobs->pending_count++;
    }
    if (rc < 0)
        free(job);
    else if (out)
        *out = job;
    return rc;
}

static int wait_for_job(aglet_task *self, aglet_job *job, bool firm, int64_t until) {
    struct agl_wait wait = {.what = "a job",
                            .object = job,
                            .row = &job->waiters,
                            .until = until,
                            .firm = firm,
                            .on_task = true};
    int rc = 0;
    while (rc == 0 && job->state != JOB_DONE)
        rc = agl_park(self, &wait);
    return rc;
}

static int take_result(aglet_job *job) {
    int result = job->result;
    job->has_handle = false;
    free_job_if_unused(job);
    return result;
}

int aglet_job_wait(aglet_job *job) {
    aglet_task *self = agl_self("aglet_job_wait");
    int rc = self ? wait_for_job(self, job, false, INT64_MAX) : -EPERM;
    return rc < 0 ? rc : take_result(job);
}

static void drop_pending(aglet_job *job) {
    agl_list_remove(&job->link);
    job->jobs->pending_count--;
    agl_wake_first(&job->jobs->spawners, 0);
    settle(job, -ECANCELED);
}

int aglet_job_close(aglet_job *job) {
    aglet_task *self = agl_self("aglet_job_close");
    if (!self)
        return -EPERM;
    if (self == job->task)
        return AGL_MISUSE(-EDEADLK, "aglet_job_close() by the job itself");
    if (job->state == JOB_PENDING) {
        drop_pending(job);
    } else if (job->state == JOB_ACTIVE) {
        agl_task_cancel(job->task);
        int64_t until = agl_after(agl_clock(self->loop), job->jobs->options.close_timeout_ms);
        if (wait_for_job(self, job, true, until) != 0) {
            take_result(job);
            return -ETIMEDOUT;
        }
    }
    return take_result(job);
}

size_t aglet_jobs_active(const aglet_jobs *jobs) {
    return jobs->active_count;
}

size_t aglet_jobs_pending(const aglet_jobs *jobs) {
    return jobs->pending_count;
}

/* Waits until no job is left. Returns 0, AGL_REACHED, or the error that cut it. */
static int wait_until_idle(aglet_task *self, aglet_jobs *jobs, bool firm, int64_t until) {
    struct agl_wait wait = {.what = "a scheduler's jobs",
                            .object = jobs,
                            .row = &jobs->idle,
                            .until = until,
                            .firm = firm,
                            .on_task = true};
    int rc = 0;
    while (rc == 0 && (jobs->active_count || jobs->pending_count))
        rc = agl_park(self, &wait);
    return rc;
}

static void cancel_all(aglet_jobs *jobs) {
    jobs->closing = true;
    agl_list *node;
    while ((node = agl_list_first(&jobs->pending))) {
        aglet_job *job = AGL_CONTAINER(node, aglet_job, link);
        drop_pending(job);
        free_job_if_unused(job);
    }
    while (agl_wake_first(&jobs->spawners, -EPIPE)) {
    }
    AGL_LIST_EACH(active, &jobs->active)
    agl_task_cancel(AGL_CONTAINER(active, aglet_job, link)->task);
}

static int close_jobs(aglet_task *self, aglet_jobs *jobs) {
    cancel_all(jobs);
    int64_t until = agl_after(agl_clock(self->loop), jobs->options.close_timeout_ms);
    int rc = wait_until_idle(self, jobs, true, until);
    AGL_LIST_EACH(node, &jobs->active)
    report_failure(jobs, AGL_CONTAINER(node, aglet_job, link)->task, -ETIMEDOUT,
                   "job goes on after the close timeout");
    agl_resource_close(&jobs->resource);
    jobs->closed = true;
    free_if_over(jobs);
    return rc == 0 ? 0 : -ETIMEDOUT;
}

int aglet_jobs_close(aglet_jobs *jobs) {
    if (!jobs)
        return 0;
    aglet_task *self = agl_self("aglet_jobs_close");
    return self ? close_jobs(self, jobs) : -EPERM;
}

int aglet_jobs_wait_and_close(aglet_jobs *jobs) {
    if (!jobs)
        return 0;
    aglet_task *self = agl_self("aglet_jobs_wait_and_close");
    if (!self)
        return -EPERM;
    int64_t until = agl_after(agl_clock(self->loop), jobs->options.wait_timeout_ms);
    wait_until_idle(self, jobs, false, until);
    return close_jobs(self, jobs);
}
