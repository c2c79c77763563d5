/* Locks, events, semaphores, conditions, queues: fair, and nothing is lost with a cancelled waiter.
 */
#include "harness.h"

static aglet_lock lock;
static char order[16];
static size_t length;

static AGLET_COROUTINE int locks_and_notes(void *arg) {
    int rc = aglet_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    order[length++] = *(const char *)arg;
    rc = aglet_sleep(1);
    aglet_lock_release(&lock);
    return rc;
}

static AGLET_COROUTINE int a_lock_is_fair(void *arg) {
    (void)arg;
    static char names[] = "abcd";
    aglet_task *tasks[4];
    length = 0;
    for (int i = 0; i < 4; i++)
        tasks[i] = aglet_create(locks_and_notes, &names[i]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(aglet_await(tasks[i]), 0);
    assert_memory_equal(order, "abcd", 4);
    assert_false(aglet_lock_held(&lock));
    return 0;
}

static AGLET_COROUTINE int a_lock_is_not_recursive(void *arg) {
    (void)arg;
    assert_int_equal(aglet_lock_acquire(&lock), 0);
    assert_int_equal(aglet_lock_acquire(&lock), -EDEADLK);
    assert_int_equal(aglet_lock_try(&lock), -EDEADLK);
    assert_int_equal(aglet_lock_release(&lock), 0);
    assert_int_equal(aglet_lock_release(&lock), -EPERM);
    return 0;
}

/* The waiter is cancelled after the lock was handed to it: it has the lock, and must pass it on. */
static AGLET_COROUTINE int a_cancelled_owner_passes_the_lock_on(void *arg) {
    (void)arg;
    static char names[] = "ab";
    length = 0;
    assert_int_equal(aglet_lock_acquire(&lock), 0);
    aglet_task *a = aglet_create(locks_and_notes, &names[0]);
    aglet_task *b = aglet_create(locks_and_notes, &names[1]);
    aglet_yield();
    aglet_lock_release(&lock);
    aglet_cancel(a);
    assert_int_equal(aglet_await(a), -ECANCELED);
    assert_int_equal(aglet_await(b), 0);
    assert_memory_equal(order, "ab", 2);
    return 0;
}

static AGLET_COROUTINE int a_cancelled_waiter_leaves_the_row(void *arg) {
    (void)arg;
    static char names[] = "ab";
    length = 0;
    assert_int_equal(aglet_lock_acquire(&lock), 0);
    aglet_task *a = aglet_create(locks_and_notes, &names[0]);
    aglet_task *b = aglet_create(locks_and_notes, &names[1]);
    aglet_yield();
    aglet_cancel(a);
    aglet_lock_release(&lock);
    assert_int_equal(aglet_await(a), -ECANCELED);
    assert_int_equal(aglet_await(b), 0);
    assert_memory_equal(order, "b", 1);
    return 0;
}

static aglet_event event;

static AGLET_COROUTINE int waits_for_the_event(void *arg) {
    (void)arg;
    return aglet_event_wait(&event);
}

static AGLET_COROUTINE int an_event_wakes_all(void *arg) {
    (void)arg;
    aglet_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = aglet_create(waits_for_the_event, NULL);
    aglet_yield();
    aglet_event_set(&event);
    aglet_event_clear(&event);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_await(tasks[i]), 0);
    assert_false(aglet_event_is_set(&event));
    aglet_event_set(&event);
    return aglet_event_wait(&event);
}

static aglet_semaphore semaphore = AGLET_SEMAPHORE_INIT(1);

static AGLET_COROUTINE int takes_a_permit(void *arg) {
    (void)arg;
    return aglet_semaphore_acquire(&semaphore);
}

static AGLET_COROUTINE int no_permit_is_lost(void *arg) {
    (void)arg;
    assert_int_equal(aglet_semaphore_acquire(&semaphore), 0);
    assert_int_equal(aglet_semaphore_try(&semaphore), -EBUSY);
    aglet_task *a = aglet_create(takes_a_permit, NULL);
    aglet_task *b = aglet_create(takes_a_permit, NULL);
    aglet_yield();
    aglet_semaphore_release(&semaphore);
    /* a has the permit already; the cancellation comes too late for it. */
    aglet_cancel(a);
    assert_int_equal(aglet_await(a), 0);
    aglet_cancel(b);
    assert_int_equal(aglet_await(b), -ECANCELED);
    aglet_semaphore_release(&semaphore);
    assert_int_equal(aglet_semaphore_try(&semaphore), 0);
    aglet_semaphore_release(&semaphore);
    return 0;
}

static aglet_condition condition;
static int ready;

static AGLET_COROUTINE int waits_until_ready(void *arg) {
    (void)arg;
    int rc = aglet_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    while (rc == 0 && !ready)
        rc = aglet_condition_wait(&condition, &lock);
    assert_int_equal(aglet_lock_release(&lock), 0);
    return rc;
}

static AGLET_COROUTINE int a_condition_holds_the_lock_on_return(void *arg) {
    (void)arg;
    aglet_task *a = aglet_create(waits_until_ready, NULL);
    aglet_task *b = aglet_create(waits_until_ready, NULL);
    aglet_yield();
    assert_int_equal(aglet_lock_acquire(&lock), 0);
    /* b is cut while another holds the lock: it must take the lock again all the same. */
    aglet_cancel(b);
    aglet_yield();
    ready = 1;
    assert_int_equal(aglet_condition_notify(&condition, SIZE_MAX), 1);
    aglet_lock_release(&lock);
    assert_int_equal(aglet_await(a), 0);
    assert_int_equal(aglet_await(b), -ECANCELED);
    assert_int_equal(aglet_condition_wait(&condition, &lock), -EPERM);
    return 0;
}

static AGLET_COROUTINE int puts_ten(void *arg) {
    static int numbers[10];
    int rc = 0;
    for (int i = 0; i < 10 && rc == 0; i++) {
        numbers[i] = i;
        rc = aglet_queue_put(arg, &numbers[i]);
    }
    return rc;
}

static AGLET_COROUTINE int a_queue_keeps_the_order(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new(2);
    aglet_task *putter = aglet_create(puts_ten, queue);
    for (int i = 0; i < 10; i++) {
        void *item;
        assert_int_equal(aglet_queue_get(queue, &item), 0);
        assert_int_equal(*(int *)item, i);
        assert_true(aglet_queue_length(queue) <= 2);
        assert_int_equal(aglet_queue_task_done(queue), 0);
    }
    assert_int_equal(aglet_queue_task_done(queue), -EINVAL);
    assert_int_equal(aglet_queue_join(queue), 0);
    return aglet_await(putter);
}

static AGLET_COROUTINE int gets_one(void *arg) {
    void *item;
    int rc = aglet_queue_get(arg, &item);
    return rc < 0 ? rc : *(int *)item;
}

static AGLET_COROUTINE int no_item_is_lost(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new(1);
    int seven = 7, eight = 8;
    aglet_task *a = aglet_create(gets_one, queue);
    aglet_task *b = aglet_create(gets_one, queue);
    aglet_yield();
    assert_int_equal(aglet_queue_put(queue, &seven), 0);
    aglet_cancel(a); /* too late: it has the item */
    aglet_cancel(b); /* in time: it gets none */
    assert_int_equal(aglet_await(a), 7);
    assert_int_equal(aglet_await(b), -ECANCELED);
    assert_int_equal(aglet_queue_put(queue, &eight), 0);
    assert_int_equal(gets_one(queue), 8);
    return 0;
}

static AGLET_COROUTINE int shutting_a_queue_down(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new(1);
    int one = 1;
    aglet_task *putter = aglet_create(puts_ten, queue);
    aglet_yield();
    aglet_queue_shutdown(queue);
    assert_int_equal(aglet_await(putter), -EPIPE);
    assert_int_equal(aglet_queue_put(queue, &one), -EPIPE);
    assert_int_equal(gets_one(queue), 0);
    assert_int_equal(gets_one(queue), -EPIPE);
    return 0;
}

static aglet_barrier barrier = AGLET_BARRIER_INIT(3);

static AGLET_COROUTINE int meets_the_others(void *arg) {
    (void)arg;
    return aglet_barrier_wait(&barrier);
}

static AGLET_COROUTINE int a_barrier_opens_for_all(void *arg) {
    (void)arg;
    for (int round = 0; round < 2; round++) {
        aglet_task *a = aglet_create(meets_the_others, NULL);
        aglet_task *b = aglet_create(meets_the_others, NULL);
        aglet_task *late = aglet_create(meets_the_others, NULL);
        aglet_cancel(late); /* does not count */
        aglet_sleep(1);
        assert_false(aglet_task_done(a) || aglet_task_done(b));
        assert_int_equal(aglet_barrier_wait(&barrier), 1);
        assert_int_equal(aglet_await(a), 0);
        assert_int_equal(aglet_await(b), 0);
        assert_int_equal(aglet_await(late), -ECANCELED);
    }
    return 0;
}

static AGLET_COROUTINE int a_bounded_semaphore_has_a_bound(void *arg) {
    (void)arg;
    aglet_semaphore bounded = AGLET_BOUNDED_SEMAPHORE_INIT(1);
    assert_int_equal(aglet_semaphore_release(&bounded), -ERANGE);
    assert_int_equal(aglet_semaphore_acquire(&bounded), 0);
    return aglet_semaphore_release(&bounded);
}

static AGLET_COROUTINE int the_last_in_is_the_first_out(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new_lifo(4);
    int numbers[] = {0, 1, 2, 3};
    for (int i = 0; i < 4; i++)
        assert_int_equal(aglet_queue_try_put(queue, &numbers[i]), 0);
    assert_int_equal(aglet_queue_try_put(queue, &numbers[0]), -EAGAIN);
    for (int i = 3; i >= 0; i--)
        assert_int_equal(gets_one(queue), i);
    return 0;
}

struct entry {
    int key, number;
};

static int by_key(const void *a, const void *b) {
    return ((const struct entry *)a)->key - ((const struct entry *)b)->key;
}

static AGLET_COROUTINE int the_least_is_the_first_out(void *arg) {
    (void)arg;
    enum { COUNT = 200 };
    static struct entry entries[COUNT];
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new_priority(COUNT, by_key);
    for (int i = 0; i < COUNT; i++) {
        entries[i] = (struct entry){(i * 7919) % 20, i};
        assert_int_equal(aglet_queue_put(queue, &entries[i]), 0);
    }
    const struct entry *last = NULL;
    for (int i = 0; i < COUNT; i++) {
        void *item;
        assert_int_equal(aglet_queue_get(queue, &item), 0);
        const struct entry *next = item;
        assert_true(!last || last->key < next->key ||
                    (last->key == next->key && last->number < next->number));
        last = next;
    }
    return 0;
}

IN_A_RUN(a_lock_is_fair)
IN_A_RUN(a_lock_is_not_recursive)
IN_A_RUN(a_cancelled_owner_passes_the_lock_on)
IN_A_RUN(a_cancelled_waiter_leaves_the_row)
IN_A_RUN(an_event_wakes_all)
IN_A_RUN(no_permit_is_lost)
IN_A_RUN(a_condition_holds_the_lock_on_return)
IN_A_RUN(a_queue_keeps_the_order)
IN_A_RUN(no_item_is_lost)
IN_A_RUN(shutting_a_queue_down)
IN_A_RUN(a_barrier_opens_for_all)
IN_A_RUN(a_bounded_semaphore_has_a_bound)
IN_A_RUN(the_last_in_is_the_first_out)
IN_A_RUN(the_least_is_the_first_out)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_a_lock_is_fair),
        cmocka_unit_test(run_a_lock_is_not_recursive),
        cmocka_unit_test(run_a_cancelled_owner_passes_the_lock_on),
        cmocka_unit_test(run_a_cancelled_waiter_leaves_the_row),
        cmocka_unit_test(run_an_event_wakes_all),
        cmocka_unit_test(run_no_permit_is_lost),
        cmocka_unit_test(run_a_condition_holds_the_lock_on_return),
        cmocka_unit_test(run_a_queue_keeps_the_order),
        cmocka_unit_test(run_no_item_is_lost),
        cmocka_unit_test(run_shutting_a_queue_down),
        cmocka_unit_test(run_a_barrier_opens_for_all),
        cmocka_unit_test(run_a_bounded_semaphore_has_a_bound),
        cmocka_unit_test(run_the_last_in_is_the_first_out),
        cmocka_unit_test(run_the_least_is_the_first_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
