/*
 * How things end: a scheduler of jobs, generators, shields and the run itself. The clock of this
 * program jumps to the next timer when all tasks wait, so that limits of a minute are seen exactly
 * and at once.
 */
#include "harness.h"

#include <signal.h>
#include <sys/epoll.h>

static int64_t clock_ns = 1000000000;

int64_t agl_seam_clock(void);
int agl_seam_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);

int64_t agl_seam_clock(void) {
    return clock_ns;
}

int agl_seam_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns) {
    int count = epoll_wait(epoll, events, capacity, timeout_ns < 0 ? -1 : 0);
    if (count == 0 && timeout_ns > 0)
        clock_ns += timeout_ns;
    return count < 0 ? -errno : count;
}

static AGLET_COROUTINE int time_jumps(void *arg) {
    (void)arg;
    int64_t start = aglet_now();
    assert_int_equal(aglet_sleep(24 * 3600 * 1000), 0);
    assert_int_equal(aglet_now() - start, 24 * 3600 * 1000);
    return 0;
}

/* ---- jobs ------------------------------------------------------------------------------ */

static int begun, finished, cancelled;

static void forget(void) {
    begun = finished = cancelled = 0;
}

/* Takes `arg` milliseconds. */
static AGLET_COROUTINE int takes(void *arg) {
    begun++;
    int rc = aglet_sleep((int64_t)(intptr_t)arg);
    finished += rc == 0;
    cancelled += rc == -ECANCELED;
    return rc;
}

static AGLET_COROUTINE int takes_without_mercy(void *arg) {
    struct aglet_shield_scope shield;
    aglet_shield_begin(&shield);
    int rc = takes(arg);
    aglet_shield_end(&shield);
    return rc;
}

static AGLET_COROUTINE int jobs_have_their_defaults(void *arg) {
    (void)arg;
    aglet_jobs *jobs;
    struct aglet_deadline deadline;
    forget();
    assert_int_equal(aglet_jobs_open(NULL, &jobs), 0);
    for (int i = 0; i < 10100; i++)
        assert_int_equal(aglet_jobs_spawn(jobs, takes, (void *)1000000, NULL), 0);
    assert_int_equal(aglet_jobs_active(jobs), 100);
    assert_int_equal(aglet_jobs_pending(jobs), 10000);
    aglet_fail_after(&deadline, 10);
    assert_int_equal(aglet_jobs_spawn(jobs, takes, NULL, NULL), -ETIMEDOUT);
    aglet_deadline_end(&deadline, 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_jobs_wait_and_close(jobs), 0);
    assert_int_equal(aglet_now() - start, 60000);
    assert_int_equal(begun, 100);
    assert_int_equal(cancelled, 100);
    return 0;
}

static void ignore(void *data, const struct aglet_failure *failure) {
    ++*(int *)data;
    assert_int_equal(failure->error, -ETIMEDOUT);
}

static AGLET_COROUTINE int closing_takes_a_tenth_of_a_second(void *arg) {
    (void)arg;
    static int failures;
    const struct aglet_jobs_options options = {.on_failure = ignore, .on_failure_data = &failures};
    aglet_jobs *jobs;
    aglet_job *job;
    assert_int_equal(aglet_jobs_open(&options, &jobs), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, takes_without_mercy, (void *)5000, &job), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, takes_without_mercy, (void *)5000, NULL), 0);
    assert_int_equal(aglet_sleep(1), 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_job_close(job), -ETIMEDOUT);
    assert_int_equal(aglet_now() - start, 100);
    assert_int_equal(aglet_jobs_close(jobs), -ETIMEDOUT);
    assert_int_equal(aglet_now() - start, 200);
    assert_int_equal(failures, 2);
    return 0;
}

/* Waiting comes first, and only what is not done then is cancelled. */
static AGLET_COROUTINE int waiting_comes_before_cancelling(void *arg) {
    (void)arg;
    const struct aglet_jobs_options options = {.wait_timeout_ms = 500};
    aglet_jobs *jobs;
    forget();
    assert_int_equal(aglet_jobs_open(&options, &jobs), 0);
    for (intptr_t ms = 100; ms <= 1000; ms += 100)
        assert_int_equal(aglet_jobs_spawn(jobs, takes, (void *)(ms + 50), NULL), 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_jobs_wait_and_close(jobs), 0);
    assert_int_equal(aglet_now() - start, 500);
    assert_int_equal(finished, 4);
    assert_int_equal(cancelled, 6);
    return 0;
}

struct spawner {
    aglet_jobs *jobs;
    int spawned, result;
};

static AGLET_COROUTINE int spawns_without_end(void *arg) {
    struct spawner *spawner = arg;
    while ((spawner->result = aglet_jobs_spawn(spawner->jobs, takes, (void *)5000, NULL)) == 0)
        spawner->spawned++;
    return 0;
}

/* Both limits are reached and somebody still wants to spawn: nothing of it is left dangling. */
static AGLET_COROUTINE int a_full_scheduler_closes(void *arg) {
    (void)arg;
    const struct aglet_jobs_options options = {.limit = 5, .pending_limit = 5};
    struct spawner spawner = {0};
    forget();
    assert_int_equal(aglet_jobs_open(&options, &spawner.jobs), 0);
    aglet_task *task = aglet_create(spawns_without_end, &spawner);
    assert_int_equal(aglet_sleep(1000), 0);
    assert_int_equal(spawner.spawned, 10);
    assert_int_equal(aglet_jobs_close(spawner.jobs), 0);
    assert_int_equal(aglet_await(task), 0);
    assert_int_equal(spawner.result, -EPIPE);
    assert_int_equal(begun, 5);
    assert_int_equal(cancelled, 5);
    return 0;
}

static AGLET_COROUTINE int sets_an_event(void *arg) {
    aglet_event_set(arg);
    return 0;
}

/* The job's last act wakes the one who closes, before the scheduler has seen the job's end. */
static AGLET_COROUTINE int a_job_that_is_just_done_holds_nobody_up(void *arg) {
    (void)arg;
    aglet_event event = AGLET_EVENT_INIT;
    aglet_jobs *jobs;
    assert_int_equal(aglet_jobs_open(NULL, &jobs), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, sets_an_event, &event, NULL), 0);
    assert_int_equal(aglet_event_wait(&event), 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_jobs_wait_and_close(jobs), 0);
    assert_int_equal(aglet_now(), start);
    return 0;
}

/* ---- the run --------------------------------------------------------------------------- */

static AGLET_COROUTINE int gives_for_ever(aglet_generator *self, void *arg) {
    int rc = 0;
    while (rc == 0)
        rc = aglet_generate(self, arg);
    *(int *)arg = rc;
    return rc;
}

static aglet_generator *kept;

static AGLET_COROUTINE int leaves_a_generator_open(void *arg) {
    void *item;
    int rc = aglet_generator_open(gives_for_ever, arg, &kept);
    return rc < 0 ? rc : aglet_generator_next(kept, &item) - 1;
}

static void a_run_closes_its_generators(void **state) {
    (void)state;
    static char report[1024];
    int end = 0;
    assert_int_equal(run_watched(leaves_a_generator_open, &end, report, sizeof report), 0);
    assert_int_equal(end, -ECANCELED);
    assert_non_null(strstr(report, "\"kind\":\"leak\""));
    assert_non_null(strstr(report, "generator"));
    /* Its memory is still the program's. */
    assert_int_equal(aglet_generator_close(kept), 0);
}

static AGLET_COROUTINE int leaves_a_shield(void *arg) {
    struct aglet_deadline deadline;
    aglet_move_on_after(&deadline, 1);
    int rc = aglet_shield(takes, arg);
    return aglet_deadline_end(&deadline, rc);
}

static void shielded_work_has_a_minute(void **state) {
    (void)state;
    forget();
    int64_t start = clock_ns;
    assert_int_equal(aglet_run(leaves_a_shield, (void *)30000), 0);
    assert_int_equal(finished, 1);
    assert_int_equal((clock_ns - start) / 1000000, 30000);
    start = clock_ns;
    assert_int_equal(aglet_run(leaves_a_shield, (void *)1000000), 0);
    assert_int_equal(cancelled, 1);
    assert_int_equal((clock_ns - start) / 1000000, 60001);
}

static AGLET_COROUTINE int starts_a_sleeper(void *arg) {
    static const char *const argv[] = {"sleep", "1000", NULL};
    const struct aglet_process_options options = {.argv = argv};
    AGLET_AUTO(aglet_process) process = NULL;
    int rc = aglet_process_start(&options, &process);
    if (rc < 0)
        return rc;
    *(pid_t *)arg = aglet_process_id(process);
    return aglet_process_wait(process);
}

static AGLET_COROUTINE int a_process_ends_with_its_task(void *arg) {
    (void)arg;
    pid_t pid = 0;
    aglet_task *task = aglet_create(starts_a_sleeper, &pid);
    assert_int_equal(aglet_yield(), 0);
    assert_int_equal(kill(pid, 0), 0);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    return 0;
}

IN_A_RUN(time_jumps)
IN_A_RUN(jobs_have_their_defaults)
IN_A_RUN(closing_takes_a_tenth_of_a_second)
IN_A_RUN(waiting_comes_before_cancelling)
IN_A_RUN(a_full_scheduler_closes)
IN_A_RUN(a_job_that_is_just_done_holds_nobody_up)
IN_A_RUN(a_process_ends_with_its_task)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_time_jumps),
        cmocka_unit_test(run_jobs_have_their_defaults),
        cmocka_unit_test(run_closing_takes_a_tenth_of_a_second),
        cmocka_unit_test(run_waiting_comes_before_cancelling),
        cmocka_unit_test(run_a_full_scheduler_closes),
        cmocka_unit_test(run_a_job_that_is_just_done_holds_nobody_up),
        cmocka_unit_test(a_run_closes_its_generators),
        cmocka_unit_test(shielded_work_has_a_minute),
        cmocka_unit_test(run_a_process_ends_with_its_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
