/* Tasks: results, cancellation, and what an await does to the awaited. */
#include "harness.h"

static AGLET_COROUTINE int returns_its_argument(void *arg) {
    return *(int *)arg;
}

static AGLET_COROUTINE int sleeps_for_ever(void *arg) {
    int rc = aglet_sleep_until(AGLET_FOREVER);
    if (arg)
        *(int *)arg = rc;
    return rc;
}

static AGLET_COROUTINE int await_gives_the_result(void *arg) {
    (void)arg;
    int value = 42;
    assert_int_equal(aglet_await(aglet_create(returns_its_argument, &value)), 42);
    value = -ENOENT;
    assert_int_equal(aglet_await(aglet_create(returns_its_argument, &value)), -ENOENT);
    return 0;
}

static AGLET_COROUTINE int a_spawned_task_does_not_run_before_its_creator_waits(void *arg) {
    (void)arg;
    int value = 1;
    aglet_task *task = aglet_create(returns_its_argument, &value);
    assert_false(aglet_task_done(task));
    assert_int_equal(aglet_task_result(task), -EINPROGRESS);
    aglet_yield();
    assert_true(aglet_task_done(task));
    assert_int_equal(aglet_task_result(task), 1);
    return aglet_await(task) == 1 ? 0 : -EINVAL;
}

static AGLET_COROUTINE int a_cancelled_task_sees_it_at_its_suspension(void *arg) {
    (void)arg;
    int seen = 0;
    aglet_task *task = aglet_create(sleeps_for_ever, &seen);
    aglet_yield();
    assert_int_equal(aglet_cancel(task), 0);
    assert_true(aglet_task_cancelled(task));
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(seen, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int a_task_cancelled_before_its_start_still_starts(void *arg) {
    (void)arg;
    int seen = 0;
    aglet_task *task = aglet_create(sleeps_for_ever, &seen);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(seen, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int awaits_a_sleeper(void *arg) {
    return aglet_await(aglet_create(sleeps_for_ever, arg));
}

static AGLET_COROUTINE int cancelling_the_waiter_cancels_the_awaited(void *arg) {
    (void)arg;
    int seen = 0;
    aglet_task *waiter = aglet_create(awaits_a_sleeper, &seen);
    aglet_sleep(1);
    aglet_cancel(waiter);
    assert_int_equal(aglet_await(waiter), -ECANCELED);
    assert_int_equal(seen, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int cancellation_is_level_triggered(void *arg) {
    int *count = arg;
    while (*count < 5)
        if (aglet_sleep(1000) == -ECANCELED)
            ++*count;
    return aglet_checkpoint();
}

static AGLET_COROUTINE int every_further_suspension_is_cut(void *arg) {
    (void)arg;
    int count = 0;
    aglet_task *task = aglet_create(cancellation_is_level_triggered, &count);
    aglet_yield();
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(count, 5);
    return 0;
}

static AGLET_COROUTINE int awaits_its_argument(void *arg) {
    return aglet_await(arg);
}

static AGLET_COROUTINE int wrong_awaits_are_refused(void *arg) {
    (void)arg;
    assert_int_equal(aglet_await(NULL), -EINVAL);
    assert_int_equal(aglet_await(aglet_current()), -EDEADLK);
    aglet_task *sleeper = aglet_create(sleeps_for_ever, NULL);
    aglet_task *waiter = aglet_create(awaits_its_argument, sleeper);
    aglet_yield();
    assert_int_equal(aglet_await(sleeper), -EBUSY);
    assert_int_equal(aglet_detach(sleeper), -EBUSY);
    aglet_cancel(waiter);
    assert_int_equal(aglet_await(waiter), -ECANCELED);
    return 0;
}

struct line {
    char text[16];
    size_t length;
};

static AGLET_COROUTINE int writes_a(void *arg) {
    struct line *line = arg;
    for (int i = 0; i < 3; i++) {
        line->text[line->length++] = 'a';
        aglet_yield();
    }
    return 0;
}

static AGLET_COROUTINE int writes_b(void *arg) {
    struct line *line = arg;
    for (int i = 0; i < 3; i++) {
        line->text[line->length++] = 'b';
        aglet_yield();
    }
    return 0;
}

static AGLET_COROUTINE int tasks_take_turns(void *arg) {
    (void)arg;
    struct line line = {{0}, 0};
    aglet_task *a = aglet_create(writes_a, &line);
    aglet_task *b = aglet_create(writes_b, &line);
    assert_int_equal(aglet_await(a), 0);
    assert_int_equal(aglet_await(b), 0);
    assert_string_equal(line.text, "ababab");
    return 0;
}

static AGLET_COROUTINE int many_tasks(void *arg) {
    (void)arg;
#ifdef __SANITIZE_THREAD__
    enum { COUNT = 100 }; /* a fiber costs 5 ms here */
#else
    enum { COUNT = 2000 };
#endif
    static aglet_task *tasks[COUNT];
    static int values[COUNT];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            values[i] = i;
            tasks[i] = aglet_create(returns_its_argument, &values[i]);
            assert_non_null(tasks[i]);
        }
        for (int i = 0; i < COUNT; i++)
            assert_int_equal(aglet_await(tasks[i]), i);
    }
    return 0;
}

static AGLET_COROUTINE int names(void *arg) {
    (void)arg;
    assert_string_equal(aglet_task_name(aglet_current()), "main");
    aglet_task *task = aglet_create(sleeps_for_ever, NULL);
    aglet_task_set_name(task, "a name which is longer than the room for names");
    assert_int_equal(strlen(aglet_task_name(task)), 31);
    aglet_cancel(task);
    return aglet_await(task) == -ECANCELED ? 0 : -EINVAL;
}

static void outside_a_coroutine_calls_are_refused(void **state) {
    (void)state;
    errno = 0;
    assert_null(aglet_create(sleeps_for_ever, NULL));
    assert_int_equal(errno, EPERM);
    assert_int_equal(aglet_sleep(1), -EPERM);
    assert_int_equal(aglet_yield(), -EPERM);
    assert_null(aglet_current());
    assert_false(aglet_running());
}

IN_A_RUN(await_gives_the_result)
IN_A_RUN(a_spawned_task_does_not_run_before_its_creator_waits)
IN_A_RUN(a_cancelled_task_sees_it_at_its_suspension)
IN_A_RUN(a_task_cancelled_before_its_start_still_starts)
IN_A_RUN(cancelling_the_waiter_cancels_the_awaited)
IN_A_RUN(every_further_suspension_is_cut)
IN_A_RUN(wrong_awaits_are_refused)
IN_A_RUN(many_tasks)
IN_A_RUN(names)

IN_A_RUN(tasks_take_turns)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_await_gives_the_result),
        cmocka_unit_test(run_a_spawned_task_does_not_run_before_its_creator_waits),
        cmocka_unit_test(run_a_cancelled_task_sees_it_at_its_suspension),
        cmocka_unit_test(run_a_task_cancelled_before_its_start_still_starts),
        cmocka_unit_test(run_cancelling_the_waiter_cancels_the_awaited),
        cmocka_unit_test(run_every_further_suspension_is_cut),
        cmocka_unit_test(run_wrong_awaits_are_refused),
        cmocka_unit_test(run_tasks_take_turns),
        cmocka_unit_test(run_many_tasks),
        cmocka_unit_test(run_names),
        cmocka_unit_test(outside_a_coroutine_calls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
