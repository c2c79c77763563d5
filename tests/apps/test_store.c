/*
 * The service's store on a database that takes its time: which waits a cancellation cuts, and which
 * not. One worker thread only, so that a write can be made to wait for it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "database.h"

enum { STEP_MS = 100 };

/* In place of database.c: counts what is done. */
struct database {
    int puts, gets, closes;
};

static struct database made; /* what database_open() gives away: there is one at a time */

static void take_time(void) {
    struct timespec pause = {0, STEP_MS * 1000000};
    nanosleep(&pause, NULL);
}

int database_open(void *arg) {
    struct query *query = arg;
    made = (struct database){0};
    query->database = &made;
    return 0;
}

int database_close(void *arg) {
    ((struct query *)arg)->database->closes++;
    return 0;
}

int database_get(void *arg) {
    ((struct query *)arg)->database->gets++;
    return -ENOENT;
}

int database_put(void *arg) {
    take_time();
    ((struct query *)arg)->database->puts++;
    return 1;
}

int database_delete(void *arg) {
    (void)arg;
    return -ENOENT;
}

static AGLET_COROUTINE int put(void *store) {
    struct item item = {0};
    return store_put(store, "a", aglet_now() + 10000, &item);
}

static AGLET_COROUTINE int get(void *store) {
    struct item item;
    return store_get(store, "a", aglet_now() + 10000, &item);
}

static int hold_worker(void *arg) {
    (void)arg;
    take_time();
    return 0;
}

static AGLET_COROUTINE int occupy(void *arg) {
    return aglet_to_thread(hold_worker, arg);
}

/* Starts the task, lets it come to its wait, and cancels it. Returns its result. */
static AGLET_COROUTINE int cut(aglet_fn fn, struct store *store) {
    AGLET_AUTO(aglet_task) task = aglet_create(fn, store);
    assert_non_null(task);
    assert_int_equal(aglet_sleep(STEP_MS / 4), 0);
    assert_int_equal(aglet_cancel(task), 0);
    int result = aglet_await(task);
    task = NULL;
    return result;
}

static AGLET_COROUTINE int a_write_that_has_begun(void *store) {
    assert_int_equal(cut(put, store), 1);
    assert_int_equal(made.puts, 1);
    return 0;
}

static AGLET_COROUTINE int a_write_that_waits_for_a_thread(void *store) {
    AGLET_AUTO(aglet_task) other = aglet_create(occupy, NULL);
    assert_non_null(other);
    assert_int_equal(aglet_yield(), 0);
    assert_int_equal(cut(put, store), 1);
    assert_int_equal(made.puts, 1);
    return 0;
}

static AGLET_COROUTINE int a_read_that_waits_for_a_thread(void *store) {
    AGLET_AUTO(aglet_task) other = aglet_create(occupy, NULL);
    assert_non_null(other);
    assert_int_equal(aglet_yield(), 0);
    assert_int_equal(cut(get, store), -ECANCELED);
    assert_int_equal(made.gets, 0);
    assert_int_equal(get(store), -ENOENT); /* the connection is free again */
    return 0;
}

static AGLET_COROUTINE int a_write_that_waits_for_the_connection(void *store) {
    AGLET_AUTO(aglet_task) other = aglet_create(put, store);
    assert_non_null(other);
    assert_int_equal(aglet_yield(), 0);
    assert_int_equal(cut(put, store), -ECANCELED);
    assert_int_equal(aglet_await(other), 1);
    other = NULL;
    assert_int_equal(made.puts, 1);
    assert_int_equal(put(store), 1);
    return 0;
}

static AGLET_COROUTINE int close_late(void *store) {
    int rc = aglet_sleep(10 * STEP_MS);
    assert_int_equal(store_close(store), 0);
    return rc;
}

static AGLET_COROUTINE int close_when_cancelled(void *unused) {
    (void)unused;
    struct store *store;
    assert_int_equal(store_open("", &store), 0);
    assert_int_equal(cut(close_late, store), -ECANCELED);
    assert_int_equal(made.closes, 1);
    return 0;
}

static AGLET_COROUTINE int with_store(void *arg) {
    aglet_fn body = *(aglet_fn *)arg;
    AGLET_AUTO(store) store = NULL;
    assert_int_equal(store_open("", &store), 0);
    return body(store);
}

static void run(aglet_fn fn, void *arg) {
    const struct aglet_options options = {.worker_limit = 1};
    assert_int_equal(aglet_run_with(&options, fn, arg), 0);
    assert_int_equal(made.closes, 1);
}

static void run_with_store(void **state) {
    run(with_store, *state);
}

static void close_is_not_cut(void **state) {
    (void)state;
    run(close_when_cancelled, NULL);
}

int main(void) {
    static aglet_fn bodies[] = {a_write_that_has_begun, a_write_that_waits_for_a_thread,
                                a_read_that_waits_for_a_thread,
                                a_write_that_waits_for_the_connection};
    const struct CMUnitTest tests[] = {
        {"a write that has begun is finished", run_with_store, NULL, NULL, &bodies[0]},
        {"a write that waits for a thread is made", run_with_store, NULL, NULL, &bodies[1]},
        {"a read that waits for a thread is cut", run_with_store, NULL, NULL, &bodies[2]},
        {"a write that waits for the connection is cut", run_with_store, NULL, NULL, &bodies[3]},
        cmocka_unit_test(close_is_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
