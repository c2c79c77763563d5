/*
 * Wrong use: each call returns its error and has no other effect, and debug mode tells it, once.
 */
#include "harness.h"

#include <signal.h>

static char report[16384];

/* What a wrong call returned, and what has to be told of it. */
static struct {
    int result, expected;
    const char *told;
} calls[64];
static size_t count;

static void wrong(int result, int expected, const char *told) {
    assert_in_range(count, 0, sizeof calls / sizeof calls[0] - 1);
    calls[count].result = result;
    calls[count].expected = expected;
    calls[count++].told = told;
}

static void check(void) {
    size_t lines = 0;
    for (const char *at = report; (at = strstr(at, "\"misuse\"")); at++)
        lines++;
    for (size_t i = 0; i < count; i++) {
        if (calls[i].result != calls[i].expected || !strstr(report, calls[i].told))
            print_error("call %zu, \"%s\", returned %d\n%s", i, calls[i].told, calls[i].result,
                        report);
        assert_int_equal(calls[i].result, calls[i].expected);
        assert_non_null(strstr(report, calls[i].told));
    }
    assert_int_equal(lines, count);
    count = 0;
}

static AGLET_COROUTINE int sleeps(void *ms) {
    return aglet_sleep((int64_t)(intptr_t)ms);
}

static void never(void *arg) {
    (void)arg;
}

static void never_done(void *arg, int result) {
    (void)arg, (void)result;
}

static AGLET_COROUTINE int waits_for(void *task) {
    aglet_task *tasks[] = {task};
    return (int)aglet_wait(tasks, 1, AGLET_ALL_DONE);
}

static AGLET_COROUTINE int misuses_tasks(void *arg) {
    (void)arg;
    aglet_task *self = aglet_current(), *sleeper = aglet_create(sleeps, (void *)5);
    wrong(aglet_await(NULL), -EINVAL, "aglet_await() of a task that cannot be awaited (error 22)");
    wrong(aglet_await(self), -EDEADLK, "aglet_await() of a task that cannot be awaited (error 35)");
    wrong(aglet_cancel(NULL), -EINVAL, "aglet_cancel() of no task");
    wrong(aglet_detach(self), -EINVAL, "aglet_detach() of what is no task of its own");
    wrong((int)aglet_wait(&self, 1, AGLET_ALL_DONE), -EDEADLK, "aglet_wait() for itself");
    wrong(aglet_race(NULL, 0, NULL), -EINVAL, "aglet_race() of nothing");
    aglet_task *watcher = aglet_create(waits_for, sleeper);
    aglet_yield();
    wrong(aglet_detach(sleeper), -EBUSY, "aglet_detach() of a task that another one waits for");
    wrong(aglet_await(sleeper), -EBUSY,
          "aglet_await() of a task that cannot be awaited (error 16)");
    aglet_done done = {0};
    wrong(aglet_task_on_done(NULL, &done, never_done, NULL), -EINVAL,
          "aglet_task_on_done() without a task");
    assert_int_equal(aglet_task_on_done(sleeper, &done, never_done, NULL), 0);
    wrong(aglet_task_on_done(sleeper, &done, never_done, NULL), -EBUSY,
          "aglet_task_on_done() with a call that waits already");
    wrong(aglet_started(NULL), -EINVAL, "aglet_started() of a task that nobody waits for to start");
    aglet_timer timer = {0};
    assert_int_equal(aglet_call_later(&timer, 60000, never, NULL), 0);
    wrong(aglet_call_later(&timer, 1, never, NULL), -EBUSY, "a timer is set that is set already");
    assert_true(aglet_timer_cancel(&timer));
    assert_int_equal(aglet_await(watcher), 1);
    return aglet_await(sleeper);
}

static AGLET_COROUTINE int closes_its_group(void *group) {
    wrong(aglet_group_close(group), -EPERM, "aglet_group_close() by another task than opened it");
    wrong(aglet_group_drain(group, 1), -EPERM,
          "aglet_group_drain() by another task than opened it");
    return 0;
}

static AGLET_COROUTINE int misuses_scopes(void *arg) {
    (void)arg;
    struct aglet_deadline deadline;
    struct aglet_shield_scope shield;
    struct aglet_var_token token = AGLET_VAR_TOKEN_INIT;
    aglet_group *group;
    aglet_fail_after(&deadline, 60000);
    assert_int_equal(aglet_deadline_end(&deadline, 3), 3);
    wrong(aglet_deadline_end(&deadline, 3), -EINVAL, "aglet_deadline_end() on a deadline");
    wrong(aglet_deadline_reschedule(&deadline, 3), -EINVAL, "aglet_deadline_reschedule() of one");
    aglet_shield_begin(&shield);
    assert_int_equal(aglet_shield_end(&shield), 0);
    wrong(aglet_shield_end(&shield), -EINVAL, "aglet_shield_end() of a shield that is not open");
    wrong(aglet_var_reset(&token), -EINVAL, "aglet_var_reset() of a used token");
    wrong(aglet_group_close(NULL), -EINVAL, "aglet_group_close() of no group");
    wrong(aglet_group_cancel(NULL), -EINVAL, "aglet_group_cancel() of no group");
    assert_int_equal(aglet_group_open(&group), 0);
    assert_int_equal(aglet_group_spawn(group, closes_its_group, group), 0);
    return aglet_group_close(group);
}

static AGLET_COROUTINE int gets(void *queue) {
    void *item;
    return aglet_queue_get(queue, &item);
}

static AGLET_COROUTINE int misuses_sync(void *arg) {
    (void)arg;
    aglet_lock lock = AGLET_LOCK_INIT;
    aglet_condition condition = AGLET_CONDITION_INIT;
    aglet_semaphore semaphore = AGLET_BOUNDED_SEMAPHORE_INIT(1);
    aglet_queue *queue = aglet_queue_new(1);
    wrong(aglet_lock_release(&lock), -EPERM, "aglet_lock_release() of a lock that the task does");
    wrong(aglet_condition_wait(&condition, &lock), -EPERM,
          "aglet_condition_wait() with a lock that is not held");
    assert_int_equal(aglet_lock_acquire(&lock), 0);
    wrong(aglet_lock_acquire(&lock), -EDEADLK,
          "aglet_lock_acquire() of a lock that the task holds");
    wrong(aglet_lock_try(&lock), -EDEADLK, "aglet_lock_try() of a lock that the task holds");
    assert_int_equal(aglet_lock_release(&lock), 0);
    wrong(aglet_semaphore_release(&semaphore), -ERANGE,
          "aglet_semaphore_release() of a permit too");
    wrong(aglet_queue_task_done(queue), -EINVAL, "aglet_queue_task_done() of an item too many");
    aglet_task *getter = aglet_create(gets, queue);
    aglet_yield();
    wrong(aglet_queue_free(queue), -EBUSY, "aglet_queue_free() while tasks wait for it");
    aglet_cancel(getter);
    assert_int_equal(aglet_await(getter), -ECANCELED);
    return aglet_queue_free(queue);
}

static AGLET_COROUTINE int reads(void *stream) {
    char byte;
    return (int)aglet_stream_read(stream, &byte, 1);
}

static AGLET_COROUTINE int receives(void *signal) {
    return aglet_signal_wait(signal);
}

static AGLET_COROUTINE int misuses_streams(void *arg) {
    (void)arg;
    aglet_stream *a, *b;
    aglet_signal *signal;
    char byte;
    wrong(aglet_signal_open(4711, &signal), -EINVAL, "aglet_signal_open() of number 4711");
    assert_int_equal(aglet_signal_open(SIGUSR2, &signal), 0);
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    wrong((int)aglet_stream_read_until(a, "", &byte, 1), -EINVAL,
          "aglet_stream_read_until() of an empty delimiter");
    aglet_task *reader = aglet_create(reads, a), *receiver = aglet_create(receives, signal);
    aglet_yield();
    wrong((int)aglet_stream_read(a, &byte, 1), -EBUSY, "a stream has a second reader");
    wrong(aglet_signal_close(signal), -EBUSY, "aglet_signal_close() while another task waits");
    wrong(aglet_signal_wait(signal), -EBUSY, "signal on a descriptor on which another task waits");
    aglet_cancel(receiver);
    assert_int_equal(aglet_await(receiver), -ECANCELED);
    aglet_stream_close(b);
    assert_int_equal(aglet_await(reader), 0);
    aglet_stream_close(a);
    return aglet_signal_close(signal);
}

static AGLET_COROUTINE int gives_wrongly(aglet_generator *self, void *arg) {
    (void)arg;
    void *item;
    wrong(aglet_generator_next(self, &item), -EPERM, "aglet_generator_next() in the generator's");
    wrong(aglet_generator_close(self), -EPERM, "aglet_generator_close() in its own body");
    return aglet_generate(self, NULL);
}

static AGLET_COROUTINE int closes_itself(void *job) {
    wrong(aglet_job_close(*(aglet_job **)job), -EDEADLK, "aglet_job_close() by the job itself");
    return 0;
}

static AGLET_COROUTINE int misuses_owners(void *arg) {
    (void)arg;
    aglet_generator *generator;
    aglet_jobs *jobs;
    aglet_job *job;
    void *item;
    assert_int_equal(aglet_generator_open(gives_wrongly, NULL, &generator), 0);
    wrong(aglet_generate(generator, NULL), -EPERM, "aglet_generate() outside of the generator's");
    assert_int_equal(aglet_generator_next(generator, &item), 1);
    assert_int_equal(aglet_generator_close(generator), 0);
    assert_int_equal(aglet_jobs_open(NULL, &jobs), 0);
    assert_int_equal(aglet_jobs_spawn(jobs, closes_itself, &job, &job), 0);
    assert_int_equal(aglet_job_wait(job), 0);
    return aglet_jobs_close(jobs);
}

#define WATCHED(name)                                                                              \
    static void watched_##name(void **state) {                                                     \
        (void)state;                                                                               \
        assert_int_equal(run_watched(name, NULL, report, sizeof report), 0);                       \
        check();                                                                                   \
    }

WATCHED(misuses_tasks)
WATCHED(misuses_scopes)
WATCHED(misuses_sync)
WATCHED(misuses_streams)
WATCHED(misuses_owners)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watched_misuses_tasks),  cmocka_unit_test(watched_misuses_scopes),
        cmocka_unit_test(watched_misuses_sync),   cmocka_unit_test(watched_misuses_streams),
        cmocka_unit_test(watched_misuses_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
