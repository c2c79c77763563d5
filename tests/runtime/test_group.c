/* Groups: nothing outlives them, and the first failure ends the rest. */
#include "harness.h"

struct job {
    int delay, result;
    int seen; /* 1: ran to its end, else the error of its sleep */
};

static AGLET_COROUTINE int work(void *arg) {
    struct job *job = arg;
    int rc = aglet_sleep(job->delay);
    job->seen = rc == 0 ? 1 : rc;
    return rc < 0 ? rc : job->result;
}

static AGLET_COROUTINE int close_waits_for_all(void *arg) {
    (void)arg;
    struct job jobs[] = {{5, 0, 0}, {1, 3, 0}, {10, 0, 0}};
    aglet_group *group;
    assert_int_equal(aglet_group_open(&group), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_group_spawn(group, work, &jobs[i]), 0);
    assert_int_equal(aglet_group_close(group), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(jobs[i].seen, 1);
    return 0;
}

static AGLET_COROUTINE int the_first_failure_cancels_the_rest(void *arg) {
    (void)arg;
    struct job jobs[] = {{60000, 0, 0}, {1, -EIO, 0}, {60000, 0, 0}};
    aglet_group *group;
    assert_int_equal(aglet_group_open(&group), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_group_spawn(group, work, &jobs[i]), 0);
    /* The body is cut as well. */
    assert_int_equal(aglet_sleep(60000), -ECANCELED);
    const struct aglet_group_error *errors;
    assert_int_equal(aglet_group_errors(group, &errors), 1);
    assert_int_equal(errors[0].error, -EIO);
    assert_non_null(strstr(errors[0].created, "test_group.c:"));
    assert_int_equal(aglet_group_spawn(group, work, &jobs[0]), -ECANCELED);
    assert_int_equal(aglet_group_close(group), -EIO);
    assert_int_equal(jobs[0].seen, -ECANCELED);
    assert_int_equal(jobs[2].seen, -ECANCELED);
    return aglet_sleep(0);
}

static AGLET_COROUTINE int cancelling_a_group_is_no_failure(void *arg) {
    (void)arg;
    struct job job = {60000, 0, 0};
    aglet_group *group;
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_spawn(group, work, &job), 0);
    aglet_group_cancel(group);
    assert_int_equal(aglet_group_close(group), 0);
    assert_int_equal(job.seen, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int hosts_a_group(void *arg) {
    aglet_group *group;
    int rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    rc = aglet_group_spawn(group, work, arg);
    assert_int_equal(rc, 0);
    return aglet_group_close(group);
}

static AGLET_COROUTINE int cancelling_the_host_cancels_the_tasks(void *arg) {
    (void)arg;
    struct job job = {60000, 0, 0};
    aglet_task *host = aglet_create(hosts_a_group, &job);
    aglet_sleep(1);
    aglet_cancel(host);
    assert_int_equal(aglet_await(host), -ECANCELED);
    assert_int_equal(job.seen, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int a_deadline_around_a_group(void *arg) {
    (void)arg;
    struct job job = {60000, 0, 0};
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 5);
    int rc = hosts_a_group(&job);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    assert_int_equal(job.seen, -ECANCELED);
    return 0;
}

static int running, most;

static AGLET_COROUTINE int counts(void *arg) {
    (void)arg;
    if (++running > most)
        most = running;
    int rc = aglet_sleep(1);
    running--;
    return rc;
}

static AGLET_COROUTINE int a_limit_holds(void *arg) {
    (void)arg;
    aglet_group *group;
    assert_int_equal(aglet_group_open(&group), 0);
    aglet_group_limit(group, 3);
    for (int i = 0; i < 20; i++)
        assert_int_equal(aglet_group_spawn(group, counts, NULL), 0);
    assert_int_equal(aglet_group_close(group), 0);
    assert_int_equal(most, 3);
    return 0;
}

static AGLET_COROUTINE int nested_groups(void *arg) {
    (void)arg;
    struct job slow = {60000, 0, 0}, bad = {1, -EPIPE, 0};
    aglet_group *outer, *inner;
    assert_int_equal(aglet_group_open(&outer), 0);
    assert_int_equal(aglet_group_spawn(outer, work, &slow), 0);
    assert_int_equal(aglet_group_open(&inner), 0);
    assert_int_equal(aglet_group_spawn(inner, work, &bad), 0);
    assert_int_equal(aglet_group_close(inner), -EPIPE);
    assert_int_equal(aglet_sleep(0), 0);
    aglet_group_cancel(outer);
    assert_int_equal(aglet_group_close(outer), 0);
    return 0;
}

static AGLET_COROUTINE int draining_gives_grace(void *arg) {
    (void)arg;
    struct job quick = {5, 0, 0}, slow = {60000, 0, 0};
    struct aglet_deadline deadline;
    aglet_group *group;
    aglet_fail_after(&deadline, 60000);
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_spawn(group, work, &quick), 0);
    assert_int_equal(aglet_group_spawn(group, work, &slow), 0);
    aglet_deadline_reschedule(&deadline, aglet_now());
    assert_int_equal(aglet_sleep(1), -ETIMEDOUT);
    assert_int_equal(aglet_group_drain(group, 40), 0);
    assert_int_equal(quick.seen, 1);
    assert_int_equal(slow.seen, -ECANCELED);
    return aglet_deadline_end(&deadline, 0);
}

static AGLET_COROUTINE int spawns_and_returns(void *arg) {
    aglet_group *group;
    assert_int_equal(aglet_group_open(&group), 0);
    return aglet_group_spawn(group, work, arg);
}

static AGLET_COROUTINE int main_with_an_open_group(void *arg) {
    struct job *job = arg;
    int rc = aglet_await(aglet_create(spawns_and_returns, job));
    /* No task of the group is left, even so. */
    assert_int_equal(job->seen, -ECANCELED);
    return rc;
}

static void an_open_group_ends_with_its_task(void **state) {
    (void)state;
    static char report[2048];
    struct job job = {60000, 0, 0};
    assert_int_equal(run_watched(main_with_an_open_group, &job, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"leak\""));
    assert_non_null(strstr(report, "test_group.c"));
}

IN_A_RUN(close_waits_for_all)
IN_A_RUN(the_first_failure_cancels_the_rest)
IN_A_RUN(cancelling_a_group_is_no_failure)
IN_A_RUN(cancelling_the_host_cancels_the_tasks)
IN_A_RUN(a_deadline_around_a_group)
IN_A_RUN(a_limit_holds)
IN_A_RUN(nested_groups)
IN_A_RUN(draining_gives_grace)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_close_waits_for_all),
        cmocka_unit_test(run_the_first_failure_cancels_the_rest),
        cmocka_unit_test(run_cancelling_a_group_is_no_failure),
        cmocka_unit_test(run_cancelling_the_host_cancels_the_tasks),
        cmocka_unit_test(run_a_deadline_around_a_group),
        cmocka_unit_test(run_a_limit_holds),
        cmocka_unit_test(run_nested_groups),
        cmocka_unit_test(run_draining_gives_grace),
        cmocka_unit_test(an_open_group_ends_with_its_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
