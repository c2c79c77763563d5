/* Groups, jobs, shields, deadlines, generators and several at once, with who waits cancelled at
 * each point. */
#include "cancel_each.h"

static int begun, ended;

/* Whoever begins, ends: no task outlives what it was begun in. */
static AGLET_COROUTINE int naps(void *arg) {
    begun++;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = aglet_yield();
    if (rc == 0)
        rc = aglet_sleep(arg ? *(int *)arg : 0);
    ended++;
    return rc;
}

static AGLET_COROUTINE int expect_all_ended(aglet_fn fn) {
    begun = ended = 0;
    strike(fn, NULL);
    assert_int_equal(begun, ended);
    return 0;
}

static AGLET_COROUTINE int uses_a_group(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_group) group = NULL;
    int rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    aglet_group_limit(group, 2);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = aglet_group_spawn(group, naps, NULL);
    if (rc == 0)
        rc = aglet_group_call_later(group, 1, naps, NULL);
    if (rc < 0)
        return rc;
    aglet_group *closing = group;
    group = NULL;
    return aglet_group_close(closing);
}

static AGLET_COROUTINE int a_group(void *arg) {
    (void)arg;
    return expect_all_ended(uses_a_group);
}

static AGLET_COROUTINE int starts_slowly(void *arg) {
    begun++;
    int rc = aglet_yield();
    if (rc == 0)
        rc = aglet_yield();
    if (rc == 0)
        rc = aglet_started(arg);
    if (rc == 0)
        rc = aglet_sleep(1);
    ended++;
    return rc;
}

static AGLET_COROUTINE int starts_in_a_group(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_group) group = NULL;
    void *value = NULL;
    int given = 0;
    int rc = aglet_group_open(&group);
    if (rc == 0)
        rc = aglet_group_start(group, starts_slowly, &given, &value);
    if (rc < 0)
        return rc;
    assert_ptr_equal(value, &given);
    aglet_group *closing = group;
    group = NULL;
    return aglet_group_close(closing);
}

static AGLET_COROUTINE int a_start(void *arg) {
    (void)arg;
    return expect_all_ended(starts_in_a_group);
}

static AGLET_COROUTINE int drains_a_group(void *arg) {
    (void)arg;
    aglet_group *group = NULL;
    int rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    rc = aglet_group_spawn(group, naps, NULL);
    int closed = aglet_group_drain(group, 1000);
    return rc < 0 ? rc : closed;
}

static AGLET_COROUTINE int a_drain(void *arg) {
    (void)arg;
    return expect_all_ended(drains_a_group);
}

static int one_ms = 1;
static const struct aglet_call calls[] = {{naps, NULL}, {naps, &one_ms}, {naps, NULL}};

static AGLET_COROUTINE int gathers(void *arg) {
    (void)arg;
    return aglet_gather(calls, 3, NULL);
}

static AGLET_COROUTINE int a_gather(void *arg) {
    (void)arg;
    return expect_all_ended(gathers);
}

static AGLET_COROUTINE int gathers_errors(void *arg) {
    (void)arg;
    int results[3];
    return aglet_gather_errors(calls, 3, results);
}

static AGLET_COROUTINE int a_gather_of_errors(void *arg) {
    (void)arg;
    return expect_all_ended(gathers_errors);
}

static AGLET_COROUTINE int races(void *arg) {
    (void)arg;
    return aglet_race(calls, 3, NULL);
}

static AGLET_COROUTINE int a_race(void *arg) {
    (void)arg;
    return expect_all_ended(races);
}

static AGLET_COROUTINE int waits(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_task) a = aglet_create(naps, NULL);
    AGLET_AUTO(aglet_task) b = aglet_create(naps, &one_ms);
    aglet_task *const tasks[] = {a, b};
    ssize_t count = aglet_wait(tasks, 2, AGLET_FIRST_DONE);
    if (count > 0)
        count = aglet_wait(tasks, 2, AGLET_ALL_DONE);
    return count < 0 ? (int)count : 0;
}

static AGLET_COROUTINE int a_wait(void *arg) {
    (void)arg;
    return expect_all_ended(waits);
}

static AGLET_COROUTINE int takes_as_they_come(void *arg) {
    (void)arg;
    aglet_task *tasks[3];
    int rc = 0;
    for (int i = 0; i < 3; i++)
        tasks[i] = aglet_create(naps, i == 1 ? &one_ms : NULL);
    for (int left = 3; left > 0; left--) {
        ssize_t index = aglet_next_done(tasks, 3);
        if (index < 0 && rc == 0)
            rc = (int)index;
        for (int i = 0; i < 3 && index < 0; i++)
            if (tasks[i])
                index = i;
        if (rc < 0)
            aglet_cancel(tasks[index]);
        int result = aglet_await(tasks[index]);
        tasks[index] = NULL;
        rc = rc == 0 ? result : rc;
    }
    return rc;
}

static AGLET_COROUTINE int as_completed(void *arg) {
    (void)arg;
    return expect_all_ended(takes_as_they_come);
}

static AGLET_COROUTINE int shields(void *arg) {
    (void)arg;
    return aglet_shield(naps, &one_ms);
}

/* What is shielded ends by itself, also when nobody waits for it any more. */
static AGLET_COROUTINE int a_shield(void *arg) {
    (void)arg;
    begun = ended = 0;
    strike(shields, NULL);
    while (ended < begun)
        assert_int_equal(aglet_sleep(1), 0);
    return 0;
}

static AGLET_COROUTINE int naps_in_a_shield_scope(void *arg) {
    (void)arg;
    struct aglet_shield_scope shield;
    int rc = aglet_shield_begin(&shield);
    if (rc < 0)
        return rc;
    rc = naps(NULL);
    assert_int_equal(rc, 0);
    rc = aglet_shield_end(&shield);
    return rc < 0 ? rc : aglet_checkpoint();
}

static AGLET_COROUTINE int a_shield_scope(void *arg) {
    (void)arg;
    return expect_all_ended(naps_in_a_shield_scope);
}

static AGLET_COROUTINE int uses_jobs(void *arg) {
    (void)arg;
    const struct aglet_jobs_options options = {.limit = 1, .pending_limit = 1};
    AGLET_AUTO(aglet_jobs) jobs = NULL;
    aglet_job *job = NULL;
    int rc = aglet_jobs_open(&options, &jobs);
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = aglet_jobs_spawn(jobs, naps, NULL, i == 1 ? &job : NULL);
    if (rc == 0)
        rc = aglet_job_wait(job);
    if (rc < 0) {
        /* A wait that was cut leaves the handle. */
        if (job)
            (void)aglet_job_close(job);
        return rc;
    }
    aglet_jobs *closing = jobs;
    jobs = NULL;
    rc = aglet_jobs_wait_and_close(closing);
    return rc < 0 ? rc : aglet_checkpoint();
}

static AGLET_COROUTINE int some_jobs(void *arg) {
    (void)arg;
    return expect_all_ended(uses_jobs);
}

static AGLET_COROUTINE int naps_under_deadlines(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_deadline) outer = AGLET_DEADLINE_INIT;
    int rc = aglet_fail_after(&outer, 60000);
    if (rc < 0)
        return rc;
    struct aglet_deadline inner;
    rc = aglet_move_on_after(&inner, 2);
    if (rc < 0)
        return rc;
    rc = naps(&(int){60000});
    rc = aglet_deadline_end(&inner, rc);
    return rc < 0 ? rc : naps(NULL);
}

static AGLET_COROUTINE int nested_deadlines(void *arg) {
    (void)arg;
    return expect_all_ended(naps_under_deadlines);
}

static AGLET_COROUTINE int sleeps(void *arg) {
    (void)arg;
    int rc = aglet_sleep(0);
    if (rc == 0)
        rc = aglet_sleep(1);
    return rc < 0 ? rc : aglet_sleep_until(aglet_now() + 1);
}

static AGLET_COROUTINE int yields_meanwhile(void *arg) {
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 5 && rc == 0; i++)
        rc = aglet_yield();
    return rc;
}

static AGLET_COROUTINE int a_sleep(void *arg) {
    (void)arg;
    aglet_task *other = aglet_create(yields_meanwhile, NULL);
    strike(sleeps, NULL);
    return aglet_await(other);
}

static int works(void *arg) {
    return ++*(int *)arg;
}

/* The work that has begun is done, and its memory is this frame's: a cut returns after that. */
static AGLET_COROUTINE int works_in_a_thread(void *arg) {
    (void)arg;
    int number = 1;
    int rc = aglet_to_thread(works, &number);
    if (rc < 0)
        return rc;
    assert_int_equal(number, 2);
    return aglet_checkpoint();
}

static AGLET_COROUTINE int a_thread(void *arg) {
    (void)arg;
    aglet_task *other = aglet_create(yields_meanwhile, NULL);
    strike(works_in_a_thread, NULL);
    return aglet_await(other);
}

static AGLET_COROUTINE int counts_to_three(aglet_generator *self, void *arg) {
    static int numbers[] = {1, 2, 3};
    (void)arg;
    begun++;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = aglet_sleep(0);
        if (rc == 0)
            rc = aglet_generate(self, &numbers[i]);
    }
    ended++;
    return rc;
}

/* No item is lost when a wait for it is cut: the next call gets it. */
static AGLET_COROUTINE int sums_up(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_generator) generator = NULL;
    int rc = aglet_generator_open(counts_to_three, NULL, &generator);
    if (rc < 0)
        return rc;
    void *item;
    int sum = 0, last = 0;
    while ((rc = aglet_generator_next(generator, &item)) > 0) {
        assert_int_equal(*(int *)item, last + 1);
        last = *(int *)item;
        sum += last;
    }
    if (rc == 0)
        assert_int_equal(sum, 6);
    return rc;
}

static AGLET_COROUTINE int a_generator(void *arg) {
    (void)arg;
    return expect_all_ended(sums_up);
}

CANCEL_AT_EACH(a_group)
CANCEL_AT_EACH(a_start)
CANCEL_AT_EACH(a_drain)
CANCEL_AT_EACH(a_gather)
CANCEL_AT_EACH(a_gather_of_errors)
CANCEL_AT_EACH(a_race)
CANCEL_AT_EACH(a_wait)
CANCEL_AT_EACH(as_completed)
CANCEL_AT_EACH(a_shield)
CANCEL_AT_EACH(a_shield_scope)
CANCEL_AT_EACH(some_jobs)
CANCEL_AT_EACH(nested_deadlines)
CANCEL_AT_EACH(a_sleep)
CANCEL_AT_EACH(a_thread)
CANCEL_AT_EACH(a_generator)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancel_a_group),
        cmocka_unit_test(cancel_a_start),
        cmocka_unit_test(cancel_a_drain),
        cmocka_unit_test(cancel_a_gather),
        cmocka_unit_test(cancel_a_gather_of_errors),
        cmocka_unit_test(cancel_a_race),
        cmocka_unit_test(cancel_a_wait),
        cmocka_unit_test(cancel_as_completed),
        cmocka_unit_test(cancel_a_shield),
        cmocka_unit_test(cancel_a_shield_scope),
        cmocka_unit_test(cancel_some_jobs),
        cmocka_unit_test(cancel_nested_deadlines),
        cmocka_unit_test(cancel_a_sleep),
        cmocka_unit_test(cancel_a_thread),
        cmocka_unit_test(cancel_a_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
