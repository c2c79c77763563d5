/* Deadlines and shields: what cuts a suspension, and what does not. */
#include "harness.h"

static AGLET_COROUTINE int a_deadline_cuts_a_wait(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    int64_t start = aglet_now();
    aglet_fail_after(&deadline, 20);
    int rc = aglet_sleep(60000);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_int_equal(aglet_sleep(0), -ETIMEDOUT);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    assert_true(aglet_deadline_expired(&deadline));
    assert_in_range(aglet_now() - start, 19, 5000);
    return aglet_sleep(0);
}

static AGLET_COROUTINE int a_body_in_time_keeps_its_result(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 60000);
    assert_int_equal(aglet_deadline_end(&deadline, aglet_sleep(1)), 0);
    assert_false(aglet_deadline_expired(&deadline));
    assert_int_equal(aglet_deadline_end(&deadline, 0), -EINVAL);
    return 0;
}

static AGLET_COROUTINE int the_nearest_deadline_counts(void *arg) {
    (void)arg;
    struct aglet_deadline outer, inner;
    aglet_fail_after(&outer, 10);
    aglet_move_on_after(&inner, 60000);
    int rc = aglet_sleep(60000);
    assert_int_equal(rc, -ETIMEDOUT);
    /* It was the outer one's time: the inner scope must not swallow it. */
    rc = aglet_deadline_end(&inner, rc);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_false(aglet_deadline_expired(&inner));
    assert_int_equal(aglet_deadline_end(&outer, rc), -ETIMEDOUT);
    aglet_fail_after(&outer, 60000);
    aglet_move_on_after(&inner, 10);
    assert_int_equal(aglet_deadline_end(&inner, aglet_sleep(60000)), 0);
    assert_int_equal(aglet_deadline_end(&outer, aglet_sleep(1)), 0);
    return 0;
}

static AGLET_COROUTINE int a_deadline_can_be_moved(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 1);
    assert_int_equal(aglet_deadline_reschedule(&deadline, AGLET_FOREVER), 0);
    assert_int_equal(aglet_sleep(10), 0);
    assert_int_equal(aglet_deadline_reschedule(&deadline, aglet_now()), 0);
    assert_int_equal(aglet_sleep(10), -ETIMEDOUT);
    assert_int_equal(aglet_deadline_reschedule(&deadline, AGLET_FOREVER), -ETIMEDOUT);
    assert_int_equal(aglet_deadline_end(&deadline, 0), 0);
    return 0;
}

static AGLET_COROUTINE int deep_nesting(void *arg) {
    (void)arg;
    struct aglet_deadline deadlines[12];
    for (int i = 0; i < 12; i++)
        assert_int_equal(aglet_fail_after(&deadlines[i], 60000), 0);
    for (int i = 11; i >= 0; i--)
        assert_int_equal(aglet_deadline_end(&deadlines[i], 0), 0);
    return 0;
}

static AGLET_COROUTINE int ends_inner_scopes_too(void *arg) {
    (void)arg;
    struct aglet_deadline outer, inner;
    aglet_fail_after(&outer, 60000);
    aglet_fail_after(&inner, 60000);
    assert_int_equal(aglet_deadline_end(&outer, 0), 0);
    assert_int_equal(aglet_deadline_end(&inner, 0), -EINVAL);
    return 0;
}

struct shielded {
    int inside, after;
};

static AGLET_COROUTINE int sleeps_in_a_shield(void *arg) {
    struct shielded *seen = arg;
    struct aglet_shield_scope shield;
    aglet_shield_begin(&shield);
    seen->inside = aglet_sleep(10);
    aglet_shield_end(&shield);
    seen->after = aglet_sleep(10);
    return seen->after;
}

static AGLET_COROUTINE int a_shield_scope_puts_a_cancellation_off(void *arg) {
    (void)arg;
    struct shielded seen = {1, 1};
    aglet_task *task = aglet_create(sleeps_in_a_shield, &seen);
    aglet_yield();
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(seen.inside, 0);
    assert_int_equal(seen.after, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int a_deadline_inside_a_shield_counts(void *arg) {
    (void)arg;
    struct aglet_deadline outer, inner;
    struct aglet_shield_scope shield;
    aglet_fail_after(&outer, 0);
    aglet_shield_begin(&shield);
    assert_int_equal(aglet_sleep(1), 0);
    aglet_fail_after(&inner, 5);
    assert_int_equal(aglet_deadline_end(&inner, aglet_sleep(60000)), -ETIMEDOUT);
    aglet_shield_end(&shield);
    assert_int_equal(aglet_deadline_end(&outer, aglet_sleep(0)), -ETIMEDOUT);
    return 0;
}

static AGLET_COROUTINE int takes_a_while(void *arg) {
    int rc = aglet_sleep(200);
    *(int *)arg = rc == 0 ? 1 : rc;
    return rc < 0 ? rc : 5;
}

static AGLET_COROUTINE int shields_it(void *arg) {
    return aglet_shield(takes_a_while, arg);
}

static AGLET_COROUTINE int a_shield_gives_the_result(void *arg) {
    (void)arg;
    int done = 0;
    assert_int_equal(aglet_shield(takes_a_while, &done), 5);
    assert_int_equal(done, 1);
    return 0;
}

static AGLET_COROUTINE int the_shielded_task_outlives_its_waiter(void *arg) {
    int *done = arg;
    aglet_task *waiter = aglet_create(shields_it, done);
    aglet_sleep(1);
    aglet_cancel(waiter);
    assert_int_equal(aglet_await(waiter), -ECANCELED);
    assert_int_equal(*done, 0);
    return 0;
}

static void run_waits_for_shielded_tasks(void **state) {
    (void)state;
    int done = 0;
    assert_int_equal(aglet_run(the_shielded_task_outlives_its_waiter, &done), 0);
    assert_int_equal(done, 1);
}

static AGLET_COROUTINE int auto_scopes_end_on_return(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_deadline) deadline = AGLET_DEADLINE_INIT;
    aglet_fail_after(&deadline, 60000);
    return 0;
}

static AGLET_COROUTINE int auto_deadlines(void *arg) {
    (void)arg;
    assert_int_equal(auto_scopes_end_on_return(NULL), 0);
    return aglet_sleep(0);
}

IN_A_RUN(a_deadline_cuts_a_wait)
IN_A_RUN(a_body_in_time_keeps_its_result)
IN_A_RUN(the_nearest_deadline_counts)
IN_A_RUN(a_deadline_can_be_moved)
IN_A_RUN(deep_nesting)
IN_A_RUN(ends_inner_scopes_too)
IN_A_RUN(a_shield_scope_puts_a_cancellation_off)
IN_A_RUN(a_deadline_inside_a_shield_counts)
IN_A_RUN(a_shield_gives_the_result)
IN_A_RUN(auto_deadlines)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_a_deadline_cuts_a_wait),
        cmocka_unit_test(run_a_body_in_time_keeps_its_result),
        cmocka_unit_test(run_the_nearest_deadline_counts),
        cmocka_unit_test(run_a_deadline_can_be_moved),
        cmocka_unit_test(run_deep_nesting),
        cmocka_unit_test(run_ends_inner_scopes_too),
        cmocka_unit_test(run_a_shield_scope_puts_a_cancellation_off),
        cmocka_unit_test(run_a_deadline_inside_a_shield_counts),
        cmocka_unit_test(run_a_shield_gives_the_result),
        cmocka_unit_test(run_waits_for_shielded_tasks),
        cmocka_unit_test(run_auto_deadlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
