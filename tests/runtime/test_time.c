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
        int64_t delay = (i * 7919) % 40 * 5 + 20;
        sleepers[i] = (struct sleeper){i % 3 ? delay : delay + 60000, 0, &ended, 0};
        tasks[i] = aglet_create(sleeps, &sleepers[i]);
    }
    int64_t before = aglet_now();
    aglet_yield();
    /* A span counts from the end of the turn, so that much may two of them seem to be apart. */
    int64_t turn = aglet_now() - before;
    for (int i = 0; i < COUNT; i += 3)
        aglet_cancel(tasks[i]);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(aglet_await(tasks[i]), i % 3 == 0 ? -ECANCELED : 0);
    for (int i = 1; i < COUNT; i++)
        for (int k = 1; k < COUNT; k++)
            if (i % 3 && k % 3 && sleepers[i].due + turn + 5 < sleepers[k].due)
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

enum { ALARMS = 3000, SPAN_MAX = 40 };

struct alarm {
    aglet_timer timer;
    int64_t due;
    int calls;
};

static int rung;

static void ring(void *arg) {
    struct alarm *alarm = arg;
    alarm->calls++;
    rung++;
    assert_true(aglet_now() >= alarm->due);
}

/* Some for a time and some for a span, some cancelled in the turn in which they were armed, some
 * later; the loop is held in between. */
static AGLET_COROUTINE int alarms_are_neither_early_nor_lost(void *arg) {
    (void)arg;
    static struct alarm alarms[ALARMS];
    uint32_t random = 1;
    int expected = ALARMS;
    rung = 0;
    for (int i = 0; i < ALARMS; i++) {
        random = random * 1664525 + 1013904223;
        int64_t span = random >> 16 & (SPAN_MAX - 1);
        alarms[i].due = aglet_now() + span;
        assert_int_equal(random >> 30
                             ? aglet_call_later(&alarms[i].timer, span, ring, &alarms[i])
                             : aglet_call_at(&alarms[i].timer, alarms[i].due, ring, &alarms[i]),
                         0);
        if (i % 500 == 0)
            usleep(3000);
        if (i % 700 == 0)
            aglet_sleep(1);
        int other = (int)(random >> 8) % (i + 1);
        if (i % 3 == 0 && aglet_timer_cancel(&alarms[other].timer)) {
            alarms[other].calls = 1;
            expected--;
        }
    }
    while (rung < expected)
        assert_int_equal(aglet_sleep(1), 0);
    for (int i = 0; i < ALARMS; i++) {
        assert_int_equal(alarms[i].calls, 1);
        assert_false(aglet_timer_cancel(&alarms[i].timer));
    }
    return 0;
}

/* A span counts from the call and not from when the loop last looked at the clock. */
static AGLET_COROUTINE int a_held_loop_makes_no_sleep_shorter(void *arg) {
    (void)arg;
    int64_t start = aglet_now();
    usleep(30000);
    assert_int_equal(aglet_sleep(10), 0);
    assert_true(aglet_now() - start >= 40);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 10000);
    start = aglet_now();
    usleep(30000);
    assert_int_equal(aglet_sleep(10), 0);
    assert_true(aglet_now() - start >= 40);
    return aglet_deadline_end(&deadline, 0);
}

/* Of the same span, the first that was armed comes first, whatever was cancelled in between. */
static AGLET_COROUTINE int equal_spans_keep_their_order(void *arg) {
    (void)arg;
    static char names[] = "abcdefghij";
    aglet_timer timers[sizeof names - 1] = {0};
    aglet_timer soon = {0};
    calls[0] = 0;
    static char texts[sizeof names - 1][2];
    for (size_t i = 0; i < sizeof names - 1; i++) {
        texts[i][0] = names[i];
        assert_int_equal(aglet_call_later(&timers[i], 5, note, texts[i]), 0);
    }
    assert_int_equal(aglet_call_at(&soon, aglet_now() - 1, note, "!"), 0);
    assert_true(aglet_timer_cancel(&timers[3]));
    assert_true(aglet_timer_cancel(&timers[0]));
    assert_int_equal(aglet_sleep(10), 0);
    assert_string_equal(calls, "!bcefghij");
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
IN_A_RUN(alarms_are_neither_early_nor_lost)
IN_A_RUN(a_held_loop_makes_no_sleep_shorter)
IN_A_RUN(equal_spans_keep_their_order)
IN_A_RUN(a_callback_may_wake_a_task)
IN_A_RUN(extreme_times)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_sleeps_end_in_order),
        cmocka_unit_test(run_callbacks_come_at_their_time),
        cmocka_unit_test(run_alarms_are_neither_early_nor_lost),
        cmocka_unit_test(run_a_held_loop_makes_no_sleep_shorter),
        cmocka_unit_test(run_equal_spans_keep_their_order),
        cmocka_unit_test(run_a_callback_may_wake_a_task),
        cmocka_unit_test(run_extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
