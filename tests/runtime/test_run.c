/* run(): what it returns, what it closes, and what it says of a program's defects in debug mode. */
#include "harness.h"

static char report[8192];

static AGLET_COROUTINE int returns_seven(void *arg) {
    (void)arg;
    return 7;
}

static void run_returns_what_main_returned(void **state) {
    (void)state;
    assert_int_equal(aglet_run(returns_seven, NULL), 7);
}

static AGLET_COROUTINE int runs_again(void *arg) {
    (void)arg;
    assert_true(aglet_running());
    return aglet_run(returns_seven, NULL);
}

static void run_refuses_to_nest(void **state) {
    (void)state;
    assert_int_equal(run_watched(runs_again, NULL, report, sizeof report), -EPERM);
    assert_non_null(strstr(report, "\"kind\":\"nested-run\""));
}

static AGLET_COROUTINE int fails(void *arg) {
    int rc = aglet_sleep(1);
    return rc < 0 ? rc : (int)(intptr_t)arg;
}

static AGLET_COROUTINE int sleeps_long(void *arg) {
    int rc = aglet_sleep(60000);
    if (arg)
        *(int *)arg = rc;
    return rc;
}

static AGLET_COROUTINE int leaves_a_task_running(void *arg) {
    aglet_task *task = aglet_create(sleeps_long, arg);
    (void)task;
    return aglet_sleep(1);
}

static void tasks_that_are_left_are_cancelled_and_waited_for(void **state) {
    (void)state;
    int seen = 0;
    assert_int_equal(run_watched(leaves_a_task_running, &seen, report, sizeof report), 0);
    assert_int_equal(seen, -ECANCELED);
    assert_non_null(strstr(report, "\"kind\":\"pending-at-close\""));
    assert_non_null(strstr(report, "\"kind\":\"task-abandoned\""));
    assert_non_null(strstr(report, "test_run.c:"));
}

static AGLET_COROUTINE int detaches_a_task(void *arg) {
    assert_int_equal(aglet_detach(aglet_create(sleeps_long, arg)), 0);
    return aglet_sleep(1);
}

static void a_detached_task_is_no_defect(void **state) {
    (void)state;
    int seen = 0;
    assert_int_equal(run_watched(detaches_a_task, &seen, report, sizeof report), 0);
    assert_int_equal(seen, -ECANCELED);
    assert_string_equal(report, "");
}

struct failures {
    int count;
    int error;
    char reason[64];
};

static void note_failure(void *data, const struct aglet_failure *failure) {
    struct failures *failures = data;
    failures->count++;
    failures->error = failure->error;
    snprintf(failures->reason, sizeof failures->reason, "%s", failure->reason);
    assert_null(aglet_current());
    assert_int_equal(aglet_sleep(1), -EPERM);
}

static AGLET_COROUTINE int a_detached_task_fails(void *arg) {
    (void)arg;
    aglet_detach(aglet_create(fails, (void *)(intptr_t)-EIO));
    return aglet_sleep(10);
}

static AGLET_COROUTINE int an_abandoned_task_fails(void *arg) {
    (void)arg;
    aglet_task *task = aglet_create(fails, (void *)(intptr_t)-EIO);
    (void)task;
    return aglet_sleep(10);
}

static AGLET_COROUTINE int shields_a_failure(void *arg) {
    return aglet_shield(fails, arg);
}

static AGLET_COROUTINE int an_orphaned_shield_fails(void *arg) {
    (void)arg;
    aglet_task *task = aglet_create(shields_a_failure, (void *)(intptr_t)-EIO);
    aglet_yield();
    aglet_cancel(task);
    return aglet_await(task) == -ECANCELED ? 0 : -EINVAL;
}

static void errors_that_nobody_can_retrieve_reach_the_handler(void **state) {
    (void)state;
    const aglet_fn programs[] = {a_detached_task_fails, an_abandoned_task_fails,
                                 an_orphaned_shield_fails};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct failures failures = {0};
        struct aglet_options options = {.on_failure = note_failure, .on_failure_data = &failures};
        assert_int_equal(aglet_run_with(&options, programs[i], NULL), 0);
        assert_int_equal(failures.count, 1);
        assert_int_equal(failures.error, -EIO);
    }
}

static AGLET_COROUTINE int waits_for_nobody(void *arg) {
    (void)arg;
    aglet_event event = AGLET_EVENT_INIT;
    return aglet_event_wait(&event);
}

static AGLET_COROUTINE int awaits_the_hanging(void *arg) {
    return aglet_await(aglet_create(waits_for_nobody, arg));
}

static void a_wait_that_cannot_end_is_ended(void **state) {
    (void)state;
    assert_int_equal(run_watched(awaits_the_hanging, NULL, report, sizeof report), -EDEADLK);
    assert_non_null(strstr(report, "\"kind\":\"suspended-forever\""));
    assert_non_null(strstr(report, "event"));
    /* The waiter of the hanging task is not named. */
    assert_null(strstr(report, "\"task\":\"main\""));
}

static AGLET_COROUTINE int holds_a_lock_for_ever(void *arg) {
    struct aglet_shield_scope shield;
    aglet_shield_begin(&shield);
    int rc = aglet_lock_acquire(arg);
    aglet_shield_end(&shield);
    return rc;
}

static AGLET_COROUTINE int a_lock_is_never_released(void *arg) {
    (void)arg;
    aglet_lock lock = AGLET_LOCK_INIT;
    assert_int_equal(aglet_await(aglet_create(holds_a_lock_for_ever, &lock)), 0);
    return holds_a_lock_for_ever(&lock);
}

static void a_lock_held_by_a_finished_task(void **state) {
    (void)state;
    assert_int_equal(run_watched(a_lock_is_never_released, NULL, report, sizeof report), -EDEADLK);
    assert_non_null(strstr(report, "\"kind\":\"lock-held\""));
    assert_non_null(strstr(report, "\"kind\":\"suspended-forever\""));
}

static AGLET_COROUTINE int swallows(void *arg) {
    unsigned long *turns = arg;
    for (;;) {
        ++*turns;
        int rc = aglet_sleep(1000);
        (void)rc;
    }
    return 0;
}

static AGLET_COROUTINE int cancels_the_swallower(void *arg) {
    aglet_task *task = aglet_create(swallows, arg);
    aglet_yield();
    aglet_cancel(task);
    return aglet_await(task) == -ECANCELED ? 0 : -EINVAL;
}

static void a_swallowed_cancellation_does_not_hang(void **state) {
    (void)state;
    unsigned long turns = 0;
    assert_int_equal(run_watched(cancels_the_swallower, &turns, report, sizeof report), 0);
    assert_in_range(turns, 1000, 1001);
    assert_non_null(strstr(report, "\"kind\":\"swallowed-cancel\""));
}

static AGLET_COROUTINE int tears_a_write(void *arg) {
    (void)arg;
    aglet_mutation_begin("transfer \"a\" to b");
    int rc = aglet_sleep(60000);
    if (rc < 0)
        return rc;
    aglet_mutation_end();
    return 0;
}

static AGLET_COROUTINE int cancels_a_write(void *arg) {
    (void)arg;
    aglet_task *task = aglet_create(tears_a_write, NULL);
    aglet_yield();
    aglet_cancel(task);
    return aglet_await(task) == -ECANCELED ? 0 : -EINVAL;
}

static void a_torn_write_is_seen(void **state) {
    (void)state;
    assert_int_equal(run_watched(cancels_a_write, NULL, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"torn-write\""));
    assert_non_null(strstr(report, "transfer \\\"a\\\" to b"));
}

static AGLET_COROUTINE int leaves_a_scope_open(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 60000);
    return 0;
}

static void a_scope_left_open_is_seen(void **state) {
    (void)state;
    assert_int_equal(run_watched(leaves_a_scope_open, NULL, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"scope-left-open\""));
}

static AGLET_COROUTINE int holds_the_loop(void *arg) {
    (void)arg;
    usleep(150000);
    return 0;
}

static void a_slow_step_is_seen(void **state) {
    (void)state;
    const struct aglet_options options = {.slow_step_ms = 100};
    assert_int_equal(run_watched_with(&options, holds_the_loop, NULL, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"slow-step\""));
}

static void calls_outside_a_coroutine_are_seen(void **state) {
    (void)state;
    char path[32];
    int fd = unnamed_file(path);
    setenv("AGLET_WITNESS", path, 1);
    assert_int_equal(aglet_sleep(1), -EPERM);
    unsetenv("AGLET_WITNESS");
    ssize_t count = read(fd, report, sizeof report - 1);
    assert_true(count > 0);
    report[count] = 0;
    assert_non_null(strstr(report, "\"kind\":\"outside-coroutine\""));
    assert_non_null(strstr(report, "test_run.c:"));
    close(fd);
}

static AGLET_COROUTINE int tries_to_sleep_in_a_shield(void *arg) {
    (void)arg;
    int rc = aglet_sleep(60000);
    return rc;
}

static AGLET_COROUTINE int leaves_a_shield_that_hangs(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    aglet_move_on_after(&deadline, 1);
    int rc = aglet_shield(tries_to_sleep_in_a_shield, NULL);
    return aglet_deadline_end(&deadline, rc);
}

static void shielded_tasks_have_the_close_timeout(void **state) {
    (void)state;
    struct aglet_options options = {.close_timeout_ms = 20};
    assert_int_equal(aglet_run_with(&options, leaves_a_shield_that_hangs, NULL), 0);
}

static AGLET_COROUTINE int dumps(void *arg) {
    aglet_task *task = aglet_create(sleeps_long, NULL);
    aglet_yield();
    int rc = aglet_dump_tasks(*(int *)arg);
    aglet_cancel(task);
    return aglet_await(task) == -ECANCELED ? rc : -EINVAL;
}

static void a_dump_names_tasks_and_their_waits(void **state) {
    (void)state;
    char path[32];
    int fd = unnamed_file(path);
    assert_int_equal(aglet_run(dumps, &fd), 0);
    ssize_t count = pread(fd, report, sizeof report - 1, 0);
    assert_true(count > 0);
    report[count] = 0;
    assert_non_null(strstr(report, "main"));
    assert_non_null(strstr(report, "task-2"));
    assert_non_null(strstr(report, "sleep"));
    assert_non_null(strstr(report, "test_run.c:"));
    close(fd);
    assert_int_equal(aglet_dump_tasks(1), -EPERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_returns_what_main_returned),
        cmocka_unit_test(run_refuses_to_nest),
        cmocka_unit_test(tasks_that_are_left_are_cancelled_and_waited_for),
        cmocka_unit_test(a_detached_task_is_no_defect),
        cmocka_unit_test(errors_that_nobody_can_retrieve_reach_the_handler),
        cmocka_unit_test(a_wait_that_cannot_end_is_ended),
        cmocka_unit_test(a_lock_held_by_a_finished_task),
        cmocka_unit_test(a_swallowed_cancellation_does_not_hang),
        cmocka_unit_test(a_torn_write_is_seen),
        cmocka_unit_test(a_scope_left_open_is_seen),
        cmocka_unit_test(a_slow_step_is_seen),
        cmocka_unit_test(calls_outside_a_coroutine_are_seen),
        cmocka_unit_test(shielded_tasks_have_the_close_timeout),
        cmocka_unit_test(a_dump_names_tasks_and_their_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
