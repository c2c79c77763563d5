/* Gather, race, wait, jobs, generators, context variables. */
#include "harness.h"

struct job {
    int delay, result, seen;
};

static AGLET_COROUTINE int work(void *arg) {
    struct job *job = arg;
    int rc = aglet_sleep(job->delay);
    job->seen = rc == 0 ? 1 : rc;
    return rc < 0 ? rc : job->result;
}

static AGLET_COROUTINE int gather_keeps_the_order(void *arg) {
    (void)arg;
    struct job jobs[] = {{5, 1, 0}, {1, 2, 0}, {3, 3, 0}};
    const struct aglet_call calls[] = {{work, &jobs[0]}, {work, &jobs[1]}, {work, &jobs[2]}};
    int results[3];
    assert_int_equal(aglet_gather(calls, 3, results), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(results[i], i + 1);
    return aglet_gather(NULL, 0, NULL);
}

static AGLET_COROUTINE int gather_stops_at_a_failure(void *arg) {
    (void)arg;
    struct job jobs[] = {{60000, 1, 0}, {1, -EIO, 0}};
    const struct aglet_call calls[] = {{work, &jobs[0]}, {work, &jobs[1]}};
    int results[2];
    assert_int_equal(aglet_gather(calls, 2, results), -EIO);
    assert_int_equal(results[0], -ECANCELED);
    assert_int_equal(results[1], -EIO);
    jobs[0].delay = 5;
    assert_int_equal(aglet_gather_errors(calls, 2, results), 0);
    assert_int_equal(results[0], 1);
    assert_int_equal(results[1], -EIO);
    return 0;
}

static AGLET_COROUTINE int a_deadline_ends_a_gather(void *arg) {
    (void)arg;
    struct job job = {60000, 1, 0};
    const struct aglet_call call = {work, &job};
    struct aglet_deadline deadline;
    int result;
    aglet_fail_after(&deadline, 5);
    int rc = aglet_gather_errors(&call, 1, &result);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    assert_int_equal(result, -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int a_race_has_one_winner(void *arg) {
    (void)arg;
    struct job jobs[] = {{1, -EIO, 0}, {60000, 1, 0}, {5, 7, 0}};
    const struct aglet_call calls[] = {{work, &jobs[0]}, {work, &jobs[1]}, {work, &jobs[2]}};
    size_t winner = 9;
    assert_int_equal(aglet_race(calls, 3, &winner), 7);
    assert_int_equal(winner, 2);
    assert_int_equal(jobs[1].seen, -ECANCELED);
    assert_int_equal(aglet_race(calls, 1, &winner), -EIO);
    assert_int_equal(aglet_race(calls, 0, NULL), -EINVAL);
    return 0;
}

static AGLET_COROUTINE int waiting_neither_cancels_nor_frees(void *arg) {
    (void)arg;
    struct job jobs[] = {{800, 1, 0}, {1, 2, 0}, {200, -EIO, 0}};
    aglet_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = aglet_create(work, &jobs[i]);
    assert_int_equal(aglet_wait(tasks, 3, AGLET_FIRST_DONE), 1);
    assert_int_equal(aglet_wait(tasks, 3, AGLET_FIRST_ERROR), 2);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 0);
    int cut = (int)aglet_wait(tasks, 3, AGLET_ALL_DONE);
    assert_int_equal(aglet_deadline_end(&deadline, cut), -ETIMEDOUT);
    assert_int_equal(aglet_wait(tasks, 3, AGLET_ALL_DONE), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_await(tasks[i]), jobs[i].result);
    return aglet_wait(tasks, 0, AGLET_ALL_DONE) == -EINVAL ? 0 : -EIO;
}

static AGLET_COROUTINE int waits_for_both(void *arg) {
    return (int)aglet_wait(arg, 2, AGLET_ALL_DONE);
}

/* Who waits for tasks needs their handles, so nobody else may end these meanwhile. */
static AGLET_COROUTINE int watched_handles_stay(void *arg) {
    (void)arg;
    aglet_task *tasks[] = {aglet_create(work, &(struct job){1, 1, 0}),
                           aglet_create(work, &(struct job){20, 2, 0})};
    aglet_task *watcher = aglet_create(waits_for_both, tasks);
    aglet_yield();
    assert_int_equal(aglet_await(tasks[0]), -EBUSY);
    assert_int_equal(aglet_detach(tasks[0]), -EBUSY);
    assert_int_equal(aglet_await(watcher), 2);
    assert_int_equal(aglet_await(tasks[0]), 1);
    assert_int_equal(aglet_await(tasks[1]), 2);
    return 0;
}

static AGLET_COROUTINE int results_as_they_come(void *arg) {
    (void)arg;
    struct job jobs[] = {{400, 20, 0}, {1, 1, 0}, {150, 10, 0}};
    aglet_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = aglet_create(work, &jobs[i]);
    const int expected[] = {1, 10, 20};
    for (int i = 0; i < 3; i++) {
        ssize_t index = aglet_next_done(tasks, 3);
        assert_true(index >= 0);
        assert_int_equal(aglet_await(tasks[index]), expected[i]);
        tasks[index] = NULL;
    }
    return 0;
}

static AGLET_COROUTINE int jobs_have_a_limit(void *arg) {
    (void)arg;
    const struct aglet_jobs_options options = {.limit = 2};
    struct job work_items[6];
    aglet_jobs *jobs;
    assert_int_equal(aglet_jobs_open(&options, &jobs), 0);
    for (int i = 0; i < 6; i++) {
        work_items[i] = (struct job){2, 0, 0};
        assert_int_equal(aglet_jobs_spawn(jobs, work, &work_items[i], NULL), 0);
    }
    assert_int_equal(aglet_jobs_active(jobs), 2);
    assert_int_equal(aglet_jobs_pending(jobs), 4);
    assert_int_equal(aglet_jobs_wait_and_close(jobs), 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(work_items[i].seen, 1);
    return 0;
}

static AGLET_COROUTINE int a_full_row_holds_the_spawner_up(void *arg) {
    (void)arg;
    const struct aglet_jobs_options options = {.limit = 1, .pending_limit = 1};
    struct job items[3] = {{5, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    aglet_jobs *jobs;
    assert_int_equal(aglet_jobs_open(&options, &jobs), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_jobs_spawn(jobs, work, &items[i], NULL), 0);
    assert_int_equal(items[0].seen, 1);
    return aglet_jobs_wait_and_close(jobs);
}

static AGLET_COROUTINE int a_job_can_be_waited_for_and_closed(void *arg) {
    (void)arg;
    struct job quick = {1, 5, 0}, slow = {60000, 0, 0};
    AGLET_AUTO(aglet_jobs) jobs = NULL;
    aglet_job *job;
    assert_int_equal(aglet_jobs_open(NULL, &jobs), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, work, &quick, &job), 0);
    assert_int_equal(aglet_job_wait(job), 5);
    assert_int_equal(aglet_jobs_spawn(jobs, work, &slow, &job), 0);
    aglet_yield();
    assert_int_equal(aglet_job_close(job), -ECANCELED);
    assert_int_equal(slow.seen, -ECANCELED);
    return 0;
}

struct stubborn {
    aglet_event may_end;
    int result;
};

static AGLET_COROUTINE int is_stubborn(void *arg) {
    struct stubborn *stubborn = arg;
    struct aglet_shield_scope shield;
    aglet_shield_begin(&shield);
    stubborn->result = aglet_event_wait(&stubborn->may_end);
    return aglet_shield_end(&shield);
}

static void count_failure(void *data, const struct aglet_failure *failure) {
    (void)failure;
    ++*(int *)data;
}

static AGLET_COROUTINE int closing_has_a_time_limit(void *arg) {
    (void)arg;
    static int failures;
    static struct stubborn stubborn = {AGLET_EVENT_INIT, 1};
    const struct aglet_jobs_options options = {
        .close_timeout_ms = 5, .on_failure = count_failure, .on_failure_data = &failures};
    struct job bad = {0, -EIO, 0};
    aglet_jobs *jobs;
    assert_int_equal(aglet_jobs_open(&options, &jobs), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, work, &bad, NULL), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, is_stubborn, &stubborn, NULL), 0);
    aglet_sleep(2);
    assert_int_equal(failures, 1);
    assert_int_equal(aglet_jobs_close(jobs), -ETIMEDOUT);
    assert_int_equal(failures, 2);
    assert_int_equal(stubborn.result, 1);
    aglet_event_set(&stubborn.may_end);
    aglet_yield();
    assert_int_equal(stubborn.result, 0);
    return 0;
}

static int cleaned;

static AGLET_COROUTINE int counts_up(aglet_generator *self, void *arg) {
    static int numbers[100];
    int rc = 0;
    for (int i = 0; i < *(int *)arg && rc == 0; i++) {
        numbers[i] = i;
        aglet_sleep(0);
        rc = aglet_generate(self, &numbers[i]);
    }
    cleaned++;
    return rc;
}

static AGLET_COROUTINE int a_generator_gives_items(void *arg) {
    (void)arg;
    int limit = 10;
    AGLET_AUTO(aglet_generator) generator = NULL;
    assert_int_equal(aglet_generator_open(counts_up, &limit, &generator), 0);
    void *item;
    int rc, expected = 0;
    while ((rc = aglet_generator_next(generator, &item)) > 0)
        assert_int_equal(*(int *)item, expected++);
    assert_int_equal(expected, 10);
    assert_int_equal(aglet_generator_next(generator, &item), 0);
    return rc;
}

static AGLET_COROUTINE int closing_lets_the_body_clean_up(void *arg) {
    (void)arg;
    int limit = 10;
    void *item;
    aglet_generator *generator;
    cleaned = 0;
    assert_int_equal(aglet_generator_open(counts_up, &limit, &generator), 0);
    assert_int_equal(aglet_generator_next(generator, &item), 1);
    assert_int_equal(aglet_generator_close(generator), 0);
    assert_int_equal(cleaned, 1);
    assert_int_equal(aglet_generator_open(counts_up, &limit, &generator), 0);
    return aglet_generator_close(generator);
}

static AGLET_COROUTINE int never_gives(aglet_generator *self, void *arg) {
    (void)self, (void)arg;
    return aglet_sleep(60000);
}

static AGLET_COROUTINE int takes_an_item(void *generator) {
    void *item;
    return aglet_generator_next(generator, &item);
}

static AGLET_COROUTINE int a_generator_that_is_asked_cannot_be_closed(void *arg) {
    (void)arg;
    aglet_generator *generator;
    assert_int_equal(aglet_generator_open(never_gives, NULL, &generator), 0);
    aglet_task *consumer = aglet_create(takes_an_item, generator);
    aglet_yield();
    assert_int_equal(takes_an_item(generator), -EBUSY);
    assert_int_equal(aglet_generator_close(generator), -EBUSY);
    aglet_cancel(consumer);
    assert_int_equal(aglet_generator_close(generator), -EBUSY); /* it has not run yet */
    assert_int_equal(aglet_await(consumer), -ECANCELED);
    return aglet_generator_close(generator);
}

static AGLET_COROUTINE int an_item_outlives_a_cut(void *arg) {
    (void)arg;
    int limit = 2;
    void *item;
    AGLET_AUTO(aglet_generator) generator = NULL;
    struct aglet_deadline deadline;
    assert_int_equal(aglet_generator_open(counts_up, &limit, &generator), 0);
    aglet_fail_after(&deadline, 0);
    int rc = aglet_generator_next(generator, &item);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    aglet_sleep(1);
    assert_int_equal(aglet_generator_next(generator, &item), 1);
    assert_int_equal(*(int *)item, 0);
    return 0;
}

static const struct aglet_var request = AGLET_VAR_INIT("request", "none");
static const struct aglet_var user = AGLET_VAR_INIT("user", NULL);

static AGLET_COROUTINE int sees_and_changes(void *arg) {
    assert_string_equal(aglet_var_get(&request), arg);
    assert_int_equal(aglet_var_set(&request, "child's", NULL), 0);
    assert_string_equal(aglet_var_get(&request), "child's");
    return 0;
}

static AGLET_COROUTINE int context_is_inherited_not_shared(void *arg) {
    (void)arg;
    struct aglet_var_token token, other;
    assert_string_equal(aglet_var_get(&request), "none");
    assert_int_equal(aglet_var_set(&request, "one", &token), 0);
    aglet_task *task = aglet_create(sees_and_changes, "one");
    assert_int_equal(aglet_var_set(&user, "u", &other), 0);
    assert_int_equal(aglet_await(task), 0);
    assert_string_equal(aglet_var_get(&request), "one");
    assert_int_equal(aglet_var_reset(&token), 0);
    assert_string_equal(aglet_var_get(&request), "none");
    assert_string_equal(aglet_var_get(&user), "u");
    assert_int_equal(aglet_var_reset(&token), -EINVAL);
    assert_int_equal(aglet_var_reset(&other), 0);
    assert_null(aglet_var_get(&user));
    return 0;
}

static AGLET_COROUTINE int forgets_to_reset(void *arg) {
    (void)arg;
    struct aglet_var_token token;
    return aglet_var_set(&request, "left", &token);
}

static void a_context_that_is_not_reset_is_seen(void **state) {
    (void)state;
    static char report[1024];
    assert_int_equal(run_watched(forgets_to_reset, NULL, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"context-not-reset\""));
    assert_int_equal(run_watched(context_is_inherited_not_shared, NULL, report, sizeof report), 0);
    assert_null(strstr(report, "context-not-reset"));
}

IN_A_RUN(gather_keeps_the_order)
IN_A_RUN(gather_stops_at_a_failure)
IN_A_RUN(a_deadline_ends_a_gather)
IN_A_RUN(a_race_has_one_winner)
IN_A_RUN(waiting_neither_cancels_nor_frees)
IN_A_RUN(watched_handles_stay)
IN_A_RUN(results_as_they_come)
IN_A_RUN(jobs_have_a_limit)
IN_A_RUN(a_full_row_holds_the_spawner_up)
IN_A_RUN(a_job_can_be_waited_for_and_closed)
IN_A_RUN(closing_has_a_time_limit)
IN_A_RUN(a_generator_gives_items)
IN_A_RUN(closing_lets_the_body_clean_up)
IN_A_RUN(a_generator_that_is_asked_cannot_be_closed)
IN_A_RUN(an_item_outlives_a_cut)
IN_A_RUN(context_is_inherited_not_shared)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_gather_keeps_the_order),
        cmocka_unit_test(run_gather_stops_at_a_failure),
        cmocka_unit_test(run_a_deadline_ends_a_gather),
        cmocka_unit_test(run_a_race_has_one_winner),
        cmocka_unit_test(run_waiting_neither_cancels_nor_frees),
        cmocka_unit_test(run_watched_handles_stay),
        cmocka_unit_test(run_results_as_they_come),
        cmocka_unit_test(run_jobs_have_a_limit),
        cmocka_unit_test(run_a_full_row_holds_the_spawner_up),
        cmocka_unit_test(run_a_job_can_be_waited_for_and_closed),
        cmocka_unit_test(run_closing_has_a_time_limit),
        cmocka_unit_test(run_a_generator_gives_items),
        cmocka_unit_test(run_closing_lets_the_body_clean_up),
        cmocka_unit_test(run_a_generator_that_is_asked_cannot_be_closed),
        cmocka_unit_test(run_an_item_outlives_a_cut),
        cmocka_unit_test(run_context_is_inherited_not_shared),
        cmocka_unit_test(a_context_that_is_not_reset_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
