/* How tasks start and how their end is told: eager start, calls at the end, the group's start and
 * call_later, the list of all tasks. */
#include "harness.h"

static char trace[64];

static void note(const char *text) {
    strcat(trace, text);
}

static AGLET_COROUTINE int notes_and_yields(void *arg) {
    note(arg);
    int rc = aglet_yield();
    note(arg);
    return rc < 0 ? rc : 7;
}

static AGLET_COROUTINE int an_eager_task_runs_to_its_first_suspension(void *arg) {
    (void)arg;
    trace[0] = 0;
    aglet_task *other = aglet_create(notes_and_yields, "o");
    aglet_task *task = aglet_create_eager(notes_and_yields, "e");
    note("m");
    /* The other one, though it was created before, has not run. */
    assert_string_equal(trace, "em");
    assert_int_equal(aglet_await(task), 7);
    assert_int_equal(aglet_await(other), 7);
    assert_string_equal(trace, "emoeo");
    return 0;
}

static AGLET_COROUTINE int notes(void *arg) {
    note(arg);
    return 5;
}

static AGLET_COROUTINE int creates_an_eager_one(void *arg) {
    note("1");
    aglet_task *inner = aglet_create_eager(notes_and_yields, arg);
    note("2");
    int rc = aglet_await(inner);
    note("3");
    return rc;
}

static AGLET_COROUTINE int eager_tasks_nest_and_may_end_at_once(void *arg) {
    (void)arg;
    trace[0] = 0;
    aglet_task *other = aglet_create(notes, "o");
    aglet_task *ended = aglet_create_eager(notes, "x");
    assert_true(aglet_task_done(ended));
    aglet_task *outer = aglet_create_eager(creates_an_eager_one, "i");
    note("m");
    assert_string_equal(trace, "x1i2m");
    assert_int_equal(aglet_await(ended), 5);
    assert_int_equal(aglet_await(outer), 7);
    assert_string_equal(trace, "x1i2moi3");
    assert_int_equal(aglet_await(other), 5);
    /* Longer than the row of switches after which the loop polls. */
    for (int i = 0; i < 200; i++)
        assert_int_equal(aglet_await(aglet_create_eager(notes_and_yields, "")), 7);
    return 0;
}

struct told {
    aglet_done done;
    aglet_task *task;
    char name;
    int result;
};

static void is_told(void *arg, int result) {
    struct told *told = arg;
    char text[] = {told->name, 0};
    assert_null(aglet_current());
    assert_int_equal(aglet_sleep(1), -EPERM);
    assert_true(aglet_task_done(told->task));
    told->result = result;
    note(text);
}

static AGLET_COROUTINE int the_end_is_told(void *arg) {
    (void)arg;
    struct told a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
    trace[0] = 0;
    aglet_task *task = aglet_create(notes_and_yields, "t");
    a.task = b.task = c.task = task;
    assert_int_equal(aglet_task_on_done(task, &a.done, is_told, &a), 0);
    assert_int_equal(aglet_task_on_done(task, &b.done, is_told, &b), 0);
    assert_int_equal(aglet_task_on_done(task, &c.done, is_told, &c), 0);
    assert_int_equal(aglet_task_on_done(task, &c.done, is_told, &c), -EBUSY);
    assert_true(aglet_done_cancel(&b.done));
    assert_false(aglet_done_cancel(&b.done));
    aglet_sleep(1);
    assert_string_equal(trace, "ttac");
    assert_int_equal(a.result, 7);
    assert_int_equal(b.result, 0);
    assert_int_equal(aglet_task_on_done(task, &a.done, is_told, &a), -EALREADY);
    assert_int_equal(aglet_await(task), 7);
    assert_int_equal(aglet_task_on_done(NULL, &a.done, is_told, &a), -EINVAL);
    return 0;
}

static void lets_it_go(void *arg, int result) {
    (void)result;
    assert_int_equal(aglet_detach(arg), 0);
}

static AGLET_COROUTINE int a_task_may_be_let_go_in_its_last_call(void *arg) {
    (void)arg;
    aglet_done done = {0};
    aglet_task *task = aglet_create(notes, "");
    assert_int_equal(aglet_task_on_done(task, &done, lets_it_go, task), 0);
    assert_int_equal(aglet_sleep(1), 0);
    /* Freed once: its stack is not given to two others. */
    aglet_task *a = aglet_create(notes, ""), *b = aglet_create(notes, "");
    assert_ptr_not_equal(a, b);
    return aglet_await(a) == 5 && aglet_await(b) == 5 ? 0 : -EINVAL;
}

struct server {
    int delay, before, after;
    int said; /* what aglet_started() returned */
    int ended;
};

static AGLET_COROUTINE int serves(void *arg) {
    struct server *server = arg;
    int rc = aglet_sleep(server->delay);
    if (server->before)
        return server->before > 0 ? 0 : server->before;
    server->said = aglet_started(server);
    if (rc == 0)
        rc = server->said;
    if (rc == 0)
        rc = aglet_sleep(5);
    server->ended = 1;
    return rc < 0 ? rc : server->after;
}

static AGLET_COROUTINE int start_waits_until_it_is_started(void *arg) {
    (void)arg;
    aglet_group *group;
    struct server server = {.delay = 3};
    void *value = NULL;
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_start(group, serves, &server, &value), 0);
    assert_ptr_equal(value, &server);
    assert_int_equal(server.ended, 0);
    assert_int_equal(aglet_group_close(group), 0);
    assert_int_equal(server.ended, 1);
    /* Anywhere else it does no harm. */
    assert_int_equal(aglet_started(NULL), -EINVAL);
    return 0;
}

static AGLET_COROUTINE int a_failed_start_is_no_failure_of_the_group(void *arg) {
    (void)arg;
    aglet_group *group;
    struct server fails = {.before = -EADDRINUSE}, silent = {.before = 1}, good = {.after = 0};
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_start(group, serves, &fails, NULL), -EADDRINUSE);
    assert_int_equal(aglet_group_start(group, serves, &silent, NULL), -EPROTO);
    assert_int_equal(aglet_group_start(group, serves, &good, NULL), 0);
    assert_int_equal(aglet_group_close(group), 0);
    assert_int_equal(good.ended, 1);
    return 0;
}

static AGLET_COROUTINE int a_failure_after_the_start_is_the_groups(void *arg) {
    (void)arg;
    aglet_group *group;
    struct server server = {.after = -EIO};
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_start(group, serves, &server, NULL), 0);
    assert_int_equal(aglet_group_close(group), -EIO);
    return 0;
}

static AGLET_COROUTINE int nothing_runs_after_a_start_that_was_cut(void *arg) {
    (void)arg;
    aglet_group *group;
    struct aglet_deadline deadline;
    struct server server = {.delay = 60000};
    assert_int_equal(aglet_group_open(&group), 0);
    aglet_fail_after(&deadline, 2);
    int rc = aglet_group_start(group, serves, &server, NULL);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    /* It tried to start all the same, and was told that nobody waits. */
    assert_int_equal(server.said, -ECANCELED);
    assert_int_equal(server.ended, 1);
    assert_int_equal(aglet_group_close(group), 0);
    return 0;
}

static AGLET_COROUTINE int notes_the_time(void *arg) {
    *(int64_t *)arg = aglet_now();
    return 0;
}

static AGLET_COROUTINE int a_call_comes_later(void *arg) {
    (void)arg;
    aglet_group *group;
    int64_t start = aglet_now(), soon = 0, late = 0;
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_call_later(group, 200, notes_the_time, &late), 0);
    assert_int_equal(aglet_group_call_later(group, 5, notes_the_time, &soon), 0);
    assert_int_equal(aglet_group_close(group), 0);
    assert_in_range(soon - start, 4, late - start);
    assert_in_range(late - start, 199, 9000);
    return 0;
}

static AGLET_COROUTINE int a_cancelled_group_never_calls(void *arg) {
    (void)arg;
    aglet_group *group;
    int64_t when = 0;
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_call_later(group, 60000, notes_the_time, &when), 0);
    aglet_group_cancel(group);
    assert_int_equal(aglet_group_close(group), 0);
    assert_int_equal(when, 0);
    assert_int_equal(aglet_yield(), 0);
    return 0;
}

static AGLET_COROUTINE int all_tasks_are_listed(void *arg) {
    (void)arg;
    aglet_task *list[4] = {0};
    aglet_task *task = aglet_create(notes_and_yields, "");
    assert_int_equal(aglet_all_tasks(list, 1), 2);
    assert_ptr_equal(list[0], aglet_current());
    assert_null(list[1]);
    assert_int_equal(aglet_all_tasks(list, 4), 2);
    assert_ptr_equal(list[1], task);
    aglet_sleep(1);
    assert_int_equal(aglet_all_tasks(list, 4), 1);
    return aglet_await(task) == 7 ? 0 : -EINVAL;
}

static void adds(void *arg) {
    note(arg);
}

static AGLET_COROUTINE int calls_come_soon_and_in_order(void *arg) {
    (void)arg;
    aglet_timer timers[3] = {0};
    trace[0] = 0;
    assert_int_equal(aglet_call_soon(&timers[0], adds, "1"), 0);
    assert_int_equal(aglet_call_soon(&timers[1], adds, "2"), 0);
    assert_int_equal(aglet_call_soon(&timers[2], adds, "3"), 0);
    assert_string_equal(trace, "");
    aglet_sleep(1);
    assert_string_equal(trace, "123");
    return 0;
}

static AGLET_COROUTINE int debug_mode_can_be_switched(void *arg) {
    (void)arg;
    assert_false(aglet_debugging());
    assert_int_equal(aglet_set_debugging(true), 0);
    assert_true(aglet_debugging());
    aglet_yield();
    assert_int_equal(aglet_set_debugging(false), 0);
    assert_false(aglet_debugging());
    return 0;
}

static void outside_a_loop(void **state) {
    (void)state;
    assert_int_equal(aglet_all_tasks(NULL, 0), 0);
    assert_int_equal(aglet_set_debugging(true), -EPERM);
    assert_null(aglet_create_eager(notes, ""));
    assert_int_equal(errno, EPERM);
    assert_int_equal(aglet_started(NULL), -EPERM);
}

IN_A_RUN(an_eager_task_runs_to_its_first_suspension)
IN_A_RUN(eager_tasks_nest_and_may_end_at_once)
IN_A_RUN(the_end_is_told)
IN_A_RUN(a_task_may_be_let_go_in_its_last_call)
IN_A_RUN(start_waits_until_it_is_started)
IN_A_RUN(a_failed_start_is_no_failure_of_the_group)
IN_A_RUN(a_failure_after_the_start_is_the_groups)
IN_A_RUN(nothing_runs_after_a_start_that_was_cut)
IN_A_RUN(a_call_comes_later)
IN_A_RUN(a_cancelled_group_never_calls)
IN_A_RUN(all_tasks_are_listed)
IN_A_RUN(calls_come_soon_and_in_order)
IN_A_RUN(debug_mode_can_be_switched)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_an_eager_task_runs_to_its_first_suspension),
        cmocka_unit_test(run_eager_tasks_nest_and_may_end_at_once),
        cmocka_unit_test(run_the_end_is_told),
        cmocka_unit_test(run_a_task_may_be_let_go_in_its_last_call),
        cmocka_unit_test(run_start_waits_until_it_is_started),
        cmocka_unit_test(run_a_failed_start_is_no_failure_of_the_group),
        cmocka_unit_test(run_a_failure_after_the_start_is_the_groups),
        cmocka_unit_test(run_nothing_runs_after_a_start_that_was_cut),
        cmocka_unit_test(run_a_call_comes_later),
        cmocka_unit_test(run_a_cancelled_group_never_calls),
        cmocka_unit_test(run_all_tasks_are_listed),
        cmocka_unit_test(run_calls_come_soon_and_in_order),
        cmocka_unit_test(run_debug_mode_can_be_switched),
        cmocka_unit_test(outside_a_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
