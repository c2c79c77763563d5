/* Time: sleeps end in order and not too early; callbacks come once, or not at all. */
#include "harness.h"

enum { COUNT = 500 };

struct sleeper {
    int64_t delay;
    int64_t due;
    size_t *ended;
    size_t rank;
};

static AGLET_COROUTINE int sleeps(void *arg) {
    struct sleeper *sleeper = arg;
    int64_t start = aglet_now();
    sleeper->due = start + sleeper->delay;
    int rc = aglet_sleep(sleeper->delay);
    sleeper->rank = (*sleeper->ended)++;
    assert_true(rc < 0 || aglet_now() - start >= sleeper->delay - 1);
    return rc;
}

static AGLET_COROUTINE int sleeps_end_in_order(void *arg) {
    (void)arg;
    static struct sleeper sleepers[COUNT];
    static aglet_task *tasks[COUNT];
    size_t ended = 0;
    for (int i = 0; i < COUNT; i++) {
        sleepers[i] = (struct sleeper){(i * 7919) % 40 * 5 + 20, 0, &ended, 0};
        tasks[i] = aglet_create(sleeps, &sleepers[i]);
    }
    aglet_yield();
    for (int i = 0; i < COUNT; i += 3)
        aglet_cancel(tasks[i]);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(aglet_await(tasks[i]), i % 3 == 0 ? -ECANCELED : 0);
    for (int i = 1; i < COUNT; i++)
        for (int k = 1; k < COUNT; k++)
            if (i % 3 && k % 3 && sleepers[i].due + 5 < sleepers[k].due)
                assert_true(sleepers[i].rank < sleepers[k].rank);
    return 0;
}

static char calls[16];

static void note(void *arg) {
    assert_null(aglet_current());
    strcat(calls, arg);
}

static AGLET_COROUTINE int callbacks_come_at_their_time(void *arg) {
    (void)arg;
    aglet_timer a = {0}, b = {0}, c = {0}, late = {0};
    calls[0] = 0;
    assert_int_equal(aglet_call_later(&a, 10, note, "a"), 0);
    assert_int_equal(aglet_call_later(&a, 10, note, "a"), -EBUSY);
    assert_int_equal(aglet_call_at(&b, aglet_now(), note, "b"), 0);
    assert_int_equal(aglet_call_later(&c, 5, note, "c"), 0);
    assert_int_equal(aglet_call_later(&late, 60000, note, "d"), 0);
    assert_true(aglet_timer_cancel(&c));
    assert_false(aglet_timer_cancel(&c));
    aglet_sleep(20);
    assert_string_equal(calls, "ba");
    assert_false(aglet_timer_cancel(&a));
    assert_int_equal(aglet_call_later(&a, 0, note, "e"), 0);
    aglet_sleep(1);
    assert_string_equal(calls, "bae");
    assert_true(aglet_timer_cancel(&late));
    return 0;
}

static aglet_event event;

static void sets_the_event(void *arg) {
    aglet_event_set(arg);
}

static AGLET_COROUTINE int a_callback_may_wake_a_task(void *arg) {
    (void)arg;
    static aglet_timer timer, left;
    assert_int_equal(aglet_call_later(&timer, 1, sets_the_event, &event), 0);
    assert_int_equal(aglet_event_wait(&event), 0);
    /* A timer that is left does not keep run() waiting. */
    return aglet_call_later(&left, 60000, sets_the_event, &event);
}

static AGLET_COROUTINE int extreme_times(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    assert_int_equal(aglet_sleep(-5), 0);
    assert_int_equal(aglet_sleep_until(INT64_MIN), 0);
    aglet_fail_after(&deadline, 1);
    assert_int_equal(aglet_sleep(INT64_MAX), -ETIMEDOUT);
    return aglet_deadline_end(&deadline, 0);
}

IN_A_RUN(sleeps_end_in_order)
IN_A_RUN(callbacks_come_at_their_time)
IN_A_RUN(a_callback_may_wake_a_task)
IN_A_RUN(extreme_times)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_sleeps_end_in_order),
        cmocka_unit_test(run_callbacks_come_at_their_time),
        cmocka_unit_test(run_a_callback_may_wake_a_task),
        cmocka_unit_test(run_extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
