/* Locks, events, conditions, semaphores, barriers and queues, with a waiter cancelled at each
 * point. */
#include "cancel_each.h"

static bool is_row_empty(const struct aglet_waiters *row) {
    return !row->next || row->next == row;
}

static aglet_lock lock;
static int inside;

static AGLET_COROUTINE int locks_thrice(void *arg) {
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = aglet_lock_acquire(&lock);
        if (rc < 0)
            break;
        assert_int_equal(inside++, 0);
        rc = aglet_yield();
        inside--;
        assert_int_equal(aglet_lock_release(&lock), 0);
    }
    return rc;
}

static AGLET_COROUTINE int a_lock(void *arg) {
    (void)arg;
    aglet_task *other = aglet_create(locks_thrice, NULL);
    strike(locks_thrice, NULL);
    assert_int_equal(aglet_await(other), 0);
    assert_false(aglet_lock_held(&lock));
    assert_true(is_row_empty(&lock.waiters));
    return 0;
}

static aglet_event event;

static AGLET_COROUTINE int waits_for_the_event(void *arg) {
    (void)arg;
    return aglet_event_wait(&event);
}

static AGLET_COROUTINE int sets_the_event(void *arg) {
    (void)arg;
    for (int i = 0; i < 3; i++)
        aglet_yield();
    aglet_event_set(&event);
    aglet_event_clear(&event);
    return aglet_yield();
}

static AGLET_COROUTINE int an_event(void *arg) {
    (void)arg;
    aglet_task *other = aglet_create(waits_for_the_event, NULL);
    aglet_task *setter = aglet_create(sets_the_event, NULL);
    strike(waits_for_the_event, NULL);
    assert_int_equal(aglet_await(other), 0);
    assert_int_equal(aglet_await(setter), 0);
    assert_true(is_row_empty(&event.waiters));
    return 0;
}

static aglet_condition condition;
static int items;

static AGLET_COROUTINE int takes_an_item(void *arg) {
    int *taken = arg;
    int rc = aglet_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    while (rc == 0 && items == 0)
        rc = aglet_condition_wait(&condition, &lock);
    /* Who was notified and is cut has to look too: nobody else was told of the item. */
    if (rc == 0) {
        items--;
        ++*taken;
    }
    assert_int_equal(aglet_lock_release(&lock), 0);
    return rc;
}

static AGLET_COROUTINE int makes_two_items(void *arg) {
    (void)arg;
    for (int i = 0; i < 2; i++) {
        aglet_yield();
        assert_int_equal(aglet_lock_acquire(&lock), 0);
        items++;
        aglet_condition_notify(&condition, 1);
        aglet_yield();
        assert_int_equal(aglet_lock_release(&lock), 0);
    }
    return 0;
}

static AGLET_COROUTINE int a_condition(void *arg) {
    (void)arg;
    int taken = 0;
    items = 0;
    aglet_task *maker = aglet_create(makes_two_items, NULL);
    aglet_task *other = aglet_create(takes_an_item, &taken);
    strike(takes_an_item, &taken);
    assert_int_equal(aglet_await(other), 0);
    assert_int_equal(aglet_await(maker), 0);
    assert_int_equal(taken + items, 2);
    assert_int_equal(taken, outcome == 0 ? 2 : 1);
    assert_false(aglet_lock_held(&lock));
    assert_true(is_row_empty(&condition.waiters) && is_row_empty(&lock.waiters));
    return 0;
}

static AGLET_COROUTINE int takes_permits(void *arg) {
    aglet_semaphore *semaphore = arg;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = aglet_semaphore_acquire(semaphore);
        if (rc < 0)
            break;
        rc = aglet_yield();
        assert_int_equal(aglet_semaphore_release(semaphore), 0);
    }
    return rc;
}

static AGLET_COROUTINE void share_permits(aglet_semaphore *semaphore) {
    aglet_task *other = aglet_create(takes_permits, semaphore);
    aglet_task *third = aglet_create(takes_permits, semaphore);
    strike(takes_permits, semaphore);
    assert_int_equal(aglet_await(other), 0);
    assert_int_equal(aglet_await(third), 0);
    assert_int_equal(semaphore->permits, 1);
    assert_true(is_row_empty(&semaphore->waiters));
}

static AGLET_COROUTINE int a_semaphore(void *arg) {
    (void)arg;
    aglet_semaphore semaphore = AGLET_SEMAPHORE_INIT(1);
    share_permits(&semaphore);
    return 0;
}

static AGLET_COROUTINE int a_bounded_semaphore(void *arg) {
    (void)arg;
    aglet_semaphore semaphore = AGLET_BOUNDED_SEMAPHORE_INIT(1);
    share_permits(&semaphore);
    return 0;
}

static AGLET_COROUTINE int waits_at_the_barrier(void *arg) {
    int rc = aglet_barrier_wait(arg);
    return rc < 0 ? rc : 0;
}

static AGLET_COROUTINE int comes_late(void *arg) {
    for (int i = 0; i < 3; i++)
        aglet_yield();
    return waits_at_the_barrier(arg);
}

static AGLET_COROUTINE int a_barrier(void *arg) {
    (void)arg;
    aglet_barrier barrier = AGLET_BARRIER_INIT(3);
    aglet_task *second = aglet_create(waits_at_the_barrier, &barrier);
    aglet_task *late = aglet_create(comes_late, &barrier);
    /* Who was cut does not count: another one comes for it. */
    if (strike(waits_at_the_barrier, &barrier) < 0)
        assert_true(aglet_barrier_wait(&barrier) >= 0);
    assert_int_equal(aglet_await(second), 0);
    assert_int_equal(aglet_await(late), 0);
    assert_true(is_row_empty(&barrier.waiters));
    return 0;
}

enum { ITEMS = 5 };
static int numbers[ITEMS];
static int put, got;

static AGLET_COROUTINE int puts_items(void *arg) {
    int rc = 0;
    for (int i = 0; i < ITEMS && rc == 0; i++) {
        rc = aglet_queue_put(arg, &numbers[i]);
        put += rc == 0;
    }
    return rc;
}

static AGLET_COROUTINE int gets_items(void *arg) {
    for (int i = 0; i < ITEMS; i++) {
        void *item = NULL;
        int rc = aglet_queue_get(arg, &item);
        if (rc < 0)
            return rc == -EPIPE ? 0 : rc;
        got++;
        numbers[(int *)item - numbers]++;
        assert_int_equal(aglet_queue_task_done(arg), 0);
    }
    return 0;
}

/* Whoever is cut, each item that was put is got once, or is still there. */
static AGLET_COROUTINE int drain(aglet_queue *queue) {
    void *item;
    while (aglet_queue_try_get(queue, &item) == 0) {
        got++;
        numbers[(int *)item - numbers]++;
        assert_int_equal(aglet_queue_task_done(queue), 0);
    }
    assert_int_equal(got, put);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(numbers[i], i < put);
    assert_int_equal(aglet_queue_join(queue), 0);
    return aglet_queue_free(queue);
}

static AGLET_COROUTINE void cut_the_getter(aglet_queue *queue) {
    memset(numbers, 0, sizeof numbers);
    put = got = 0;
    aglet_task *putter = aglet_create(puts_items, queue);
    if (strike(gets_items, queue) < 0)
        aglet_queue_shutdown(queue);
    int rc = aglet_await(putter);
    assert_true(rc == 0 || rc == -EPIPE);
    assert_int_equal(drain(queue), 0);
}

static AGLET_COROUTINE void cut_the_putter(aglet_queue *queue) {
    memset(numbers, 0, sizeof numbers);
    put = got = 0;
    aglet_task *getter = aglet_create(gets_items, queue);
    strike(puts_items, queue);
    aglet_queue_shutdown(queue);
    assert_int_equal(aglet_await(getter), 0);
    assert_int_equal(drain(queue), 0);
}

static int by_address(const void *a, const void *b) {
    return (a > b) - (a < b);
}

static AGLET_COROUTINE int getter_of_a_queue(void *arg) {
    (void)arg;
    cut_the_getter(aglet_queue_new(1));
    return 0;
}

static AGLET_COROUTINE int getter_of_a_lifo_queue(void *arg) {
    (void)arg;
    cut_the_getter(aglet_queue_new_lifo(2));
    return 0;
}

static AGLET_COROUTINE int getter_of_a_priority_queue(void *arg) {
    (void)arg;
    cut_the_getter(aglet_queue_new_priority(2, by_address));
    return 0;
}

static AGLET_COROUTINE int putter_of_a_queue(void *arg) {
    (void)arg;
    cut_the_putter(aglet_queue_new(1));
    return 0;
}

static AGLET_COROUTINE int putter_of_a_lifo_queue(void *arg) {
    (void)arg;
    cut_the_putter(aglet_queue_new_lifo(2));
    return 0;
}

static AGLET_COROUTINE int putter_of_a_priority_queue(void *arg) {
    (void)arg;
    cut_the_putter(aglet_queue_new_priority(2, by_address));
    return 0;
}

static AGLET_COROUTINE int joins(void *arg) {
    return aglet_queue_join(arg);
}

static AGLET_COROUTINE int join_of_a_queue(void *arg) {
    (void)arg;
    aglet_queue *queue = aglet_queue_new(1);
    memset(numbers, 0, sizeof numbers);
    put = got = 0;
    aglet_task *putter = aglet_create(puts_items, queue);
    aglet_yield();
    aglet_task *getter = aglet_create(gets_items, queue);
    aglet_task *other = aglet_create(joins, queue);
    strike(joins, queue);
    assert_int_equal(aglet_await(other), 0);
    assert_int_equal(aglet_await(putter), 0);
    assert_int_equal(aglet_await(getter), 0);
    return drain(queue);
}

static AGLET_COROUTINE int shuts_down(void *arg) {
    for (int i = 0; i < 3; i++)
        aglet_yield();
    aglet_queue_shutdown(arg);
    return aglet_yield();
}

static AGLET_COROUTINE int shutdown_of_a_queue(void *arg) {
    (void)arg;
    aglet_queue *queue = aglet_queue_new(1);
    aglet_task *other = aglet_create(gets_items, queue);
    aglet_task *closer = aglet_create(shuts_down, queue);
    strike(gets_items, queue);
    assert_int_equal(aglet_await(other), 0);
    assert_int_equal(aglet_await(closer), 0);
    return aglet_queue_free(queue);
}

CANCEL_AT_EACH(a_lock)
CANCEL_AT_EACH(an_event)
CANCEL_AT_EACH(a_condition)
CANCEL_AT_EACH(a_semaphore)
CANCEL_AT_EACH(a_bounded_semaphore)
CANCEL_AT_EACH(a_barrier)
CANCEL_AT_EACH(getter_of_a_queue)
CANCEL_AT_EACH(getter_of_a_lifo_queue)
CANCEL_AT_EACH(getter_of_a_priority_queue)
CANCEL_AT_EACH(putter_of_a_queue)
CANCEL_AT_EACH(putter_of_a_lifo_queue)
CANCEL_AT_EACH(putter_of_a_priority_queue)
CANCEL_AT_EACH(join_of_a_queue)
CANCEL_AT_EACH(shutdown_of_a_queue)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancel_a_lock),
        cmocka_unit_test(cancel_an_event),
        cmocka_unit_test(cancel_a_condition),
        cmocka_unit_test(cancel_a_semaphore),
        cmocka_unit_test(cancel_a_bounded_semaphore),
        cmocka_unit_test(cancel_a_barrier),
        cmocka_unit_test(cancel_getter_of_a_queue),
        cmocka_unit_test(cancel_getter_of_a_lifo_queue),
        cmocka_unit_test(cancel_getter_of_a_priority_queue),
        cmocka_unit_test(cancel_putter_of_a_queue),
        cmocka_unit_test(cancel_putter_of_a_lifo_queue),
        cmocka_unit_test(cancel_putter_of_a_priority_queue),
        cmocka_unit_test(cancel_join_of_a_queue),
        cmocka_unit_test(cancel_shutdown_of_a_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
