/*
 * What other libraries lost: a wake-up and a cancellation (or a deadline) that come in the same
 * turn of the loop. Each operation either completed or was cut, never both and never neither, and
 * no cancellation gets lost on the way.
 */
#include "harness.h"

#include <netinet/in.h>
#include <sys/socket.h>

static aglet_queue *queue;
static aglet_semaphore semaphore = AGLET_SEMAPHORE_INIT(0);
static aglet_lock lock = AGLET_LOCK_INIT;
static aglet_event event = AGLET_EVENT_INIT;

/* A deadline of 50 ms around an operation. */
static AGLET_COROUTINE int in_time(int (*operation)(void)) {
    struct aglet_deadline deadline;
    int rc = aglet_fail_after(&deadline, 50);
    return rc < 0 ? rc : aglet_deadline_end(&deadline, operation());
}

static AGLET_COROUTINE int gets_from_the_queue(void) {
    void *item;
    return aglet_queue_get(queue, &item);
}

static AGLET_COROUTINE int takes_a_permit(void) {
    return aglet_semaphore_acquire(&semaphore);
}

static AGLET_COROUTINE int takes_the_lock(void) {
    return aglet_lock_acquire(&lock);
}

static AGLET_COROUTINE int waits_for_the_event(void) {
    return aglet_event_wait(&event);
}

static AGLET_COROUTINE int gets_in_time(void *arg) {
    (void)arg;
    return in_time(gets_from_the_queue);
}

static AGLET_COROUTINE int permit_in_time(void *arg) {
    (void)arg;
    return in_time(takes_a_permit);
}

static AGLET_COROUTINE int lock_in_time(void *arg) {
    (void)arg;
    int rc = in_time(takes_the_lock);
    if (rc == 0)
        rc = aglet_lock_release(&lock);
    return rc;
}

static AGLET_COROUTINE int event_in_time(void *arg) {
    (void)arg;
    return in_time(waits_for_the_event);
}

static void puts_an_item(void *arg) {
    assert_int_equal(aglet_queue_try_put(queue, arg), 0);
}

static void gives_a_permit(void *arg) {
    (void)arg;
    assert_int_equal(aglet_semaphore_release(&semaphore), 0);
}

static void sets_the_event(void *arg) {
    (void)arg;
    aglet_event_set(&event);
}

/* Lets the waiter begin, holds the loop until the callback and the deadline are both due, and
 * returns what the wait came to. The callback is due first if `early`. */
static AGLET_COROUTINE int both_at_once(aglet_fn waiter, void (*callback)(void *), bool early) {
    aglet_timer timer = {0};
    static int item;
    aglet_task *task = aglet_create(waiter, NULL);
    aglet_yield();
    assert_int_equal(aglet_call_at(&timer, aglet_now() + (early ? 1 : 100), callback, &item), 0);
    usleep(120000);
    int rc = aglet_await(task);
    aglet_sleep(0);
    return rc;
}

static AGLET_COROUTINE int an_item_and_a_deadline(void *arg) {
    (void)arg;
    queue = aglet_queue_new(1);
    for (int early = 0; early < 2; early++) {
        int rc = both_at_once(gets_in_time, puts_an_item, early);
        assert_int_equal(rc, early ? 0 : -ETIMEDOUT);
        assert_int_equal(aglet_queue_length(queue), rc == 0 ? 0 : 1);
        if (rc < 0)
            assert_int_equal(gets_from_the_queue(), 0);
    }
    return aglet_queue_free(queue);
}

static AGLET_COROUTINE int a_permit_and_a_deadline(void *arg) {
    (void)arg;
    for (int early = 0; early < 2; early++) {
        int rc = both_at_once(permit_in_time, gives_a_permit, early);
        assert_int_equal(rc, early ? 0 : -ETIMEDOUT);
        assert_int_equal(aglet_semaphore_try(&semaphore), rc == 0 ? -EBUSY : 0);
    }
    return 0;
}

static AGLET_COROUTINE int an_event_and_a_deadline(void *arg) {
    (void)arg;
    for (int early = 0; early < 2; early++) {
        aglet_event_clear(&event);
        int rc = both_at_once(event_in_time, sets_the_event, early);
        assert_int_equal(rc, early ? 0 : -ETIMEDOUT);
    }
    return 0;
}

static AGLET_COROUTINE int holds_the_lock_for_a_while(void *arg) {
    (void)arg;
    int rc = aglet_lock_acquire(&lock);
    if (rc == 0)
        rc = aglet_sleep(1);
    aglet_lock_release(&lock);
    return rc;
}

static AGLET_COROUTINE int a_lock_and_a_deadline(void *arg) {
    (void)arg;
    aglet_task *holder = aglet_create(holds_the_lock_for_a_while, NULL);
    aglet_task *waiter = aglet_create(lock_in_time, NULL);
    aglet_yield();
    usleep(8000);
    int rc = aglet_await(waiter);
    assert_true(rc == 0 || rc == -ETIMEDOUT);
    assert_int_equal(aglet_await(holder), 0);
    assert_false(aglet_lock_held(&lock));
    return 0;
}

/* The waiter that was woken is cancelled before it runs: it has the permit and gives it back; the
 * others still get theirs, in their order. */
struct permit {
    int rank, *next;
};

static AGLET_COROUTINE int takes_and_gives(void *arg) {
    struct permit *permit = arg;
    int rc = aglet_semaphore_acquire(&semaphore);
    if (rc < 0)
        return rc;
    permit->rank = (*permit->next)++;
    rc = aglet_sleep(0);
    aglet_semaphore_release(&semaphore);
    return rc;
}

static AGLET_COROUTINE int a_woken_waiter_passes_its_permit_on(void *arg) {
    (void)arg;
    int next = 1;
    struct permit permits[4];
    aglet_task *tasks[4];
    for (int i = 0; i < 4; i++) {
        permits[i] = (struct permit){0, &next};
        tasks[i] = aglet_create(takes_and_gives, &permits[i]);
    }
    aglet_yield();
    aglet_semaphore_release(&semaphore);
    aglet_cancel(tasks[0]); /* it has the permit */
    aglet_cancel(tasks[2]); /* it stands in the row */
    assert_int_equal(aglet_await(tasks[0]), -ECANCELED);
    assert_int_equal(aglet_await(tasks[1]), 0);
    assert_int_equal(aglet_await(tasks[2]), -ECANCELED);
    assert_int_equal(aglet_await(tasks[3]), 0);
    assert_int_equal(permits[0].rank, 1);
    assert_int_equal(permits[1].rank, 2);
    assert_int_equal(permits[2].rank, 0);
    assert_int_equal(permits[3].rank, 3);
    assert_int_equal(aglet_semaphore_try(&semaphore), 0);
    return 0;
}

/* Whoever waits with a deadline for something that completes in the very turn in which he is
 * cancelled keeps the result, and learns of the cancellation at his next suspension. */
struct outcome {
    int result, next;
};

static AGLET_COROUTINE int waits_then_sleeps(void *arg) {
    struct outcome *outcome = arg;
    outcome->result = in_time(waits_for_the_event);
    outcome->next = aglet_sleep(0);
    return outcome->next;
}

static AGLET_COROUTINE int a_completed_wait_hides_no_cancellation(void *arg) {
    (void)arg;
    struct outcome outcome;
    aglet_event_clear(&event);
    aglet_task *task = aglet_create(waits_then_sleeps, &outcome);
    aglet_yield();
    aglet_event_set(&event);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(outcome.result, 0);
    assert_int_equal(outcome.next, -ECANCELED);
    return 0;
}

/* A deadline that means "go on" does not turn a cancellation from outside into one. */
static AGLET_COROUTINE int moves_on(void *arg) {
    struct outcome *outcome = arg;
    struct aglet_deadline deadline;
    aglet_move_on_after(&deadline, 1);
    int rc = aglet_sleep(60000);
    outcome->result = aglet_deadline_end(&deadline, rc);
    outcome->next = aglet_sleep(0);
    return outcome->next;
}

static AGLET_COROUTINE int moving_on_hides_no_cancellation(void *arg) {
    (void)arg;
    struct outcome outcome;
    aglet_task *task = aglet_create(moves_on, &outcome);
    aglet_yield();
    usleep(3000);
    (void)aglet_now();  /* the loop sees that the deadline has passed */
    aglet_cancel(task); /* and this in the same turn */
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(outcome.result, -ECANCELED);
    assert_int_equal(outcome.next, -ECANCELED);
    return 0;
}

/* A group's task fails in the turn in which the host is cancelled: the failure comes out of the
 * close, and the cancellation is still there after it. */
static AGLET_COROUTINE int fails_at_the_event(void *arg) {
    (void)arg;
    int rc = waits_for_the_event();
    return rc < 0 ? rc : -EIO;
}

static AGLET_COROUTINE int hosts_a_failure(void *arg) {
    struct outcome *outcome = arg;
    aglet_group *group;
    int rc = aglet_group_open(&group);
    if (rc == 0)
        rc = aglet_group_spawn(group, fails_at_the_event, NULL);
    int closed = aglet_group_close(group);
    outcome->result = rc < 0 ? rc : closed;
    outcome->next = aglet_sleep(0);
    return outcome->next;
}

static AGLET_COROUTINE int a_failure_hides_no_cancellation(void *arg) {
    (void)arg;
    for (int order = 0; order < 2; order++) {
        struct outcome outcome;
        aglet_event_clear(&event);
        aglet_task *task = aglet_create(hosts_a_failure, &outcome);
        aglet_sleep(0);
        aglet_yield();
        if (order)
            aglet_cancel(task);
        aglet_event_set(&event);
        if (!order)
            aglet_cancel(task);
        assert_int_equal(aglet_await(task), -ECANCELED);
        assert_int_equal(outcome.result, -EIO);
        assert_int_equal(outcome.next, -ECANCELED);
    }
    return 0;
}

static aglet_condition condition = AGLET_CONDITION_INIT;

static AGLET_COROUTINE int waits_for_the_condition(void *arg) {
    (void)arg;
    int rc = aglet_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    rc = aglet_condition_wait(&condition, &lock);
    assert_true(aglet_lock_held(&lock));
    aglet_lock_release(&lock);
    return rc;
}

static AGLET_COROUTINE int a_notification_has_one_receiver(void *arg) {
    (void)arg;
    aglet_task *first = aglet_create(waits_for_the_condition, NULL);
    aglet_task *second = aglet_create(waits_for_the_condition, NULL);
    aglet_sleep(0);
    assert_int_equal(aglet_condition_notify(&condition, 1), 1);
    aglet_cancel(first); /* too late: it has been notified */
    assert_int_equal(aglet_await(first), 0);
    assert_false(aglet_task_done(second));
    aglet_cancel(second);
    assert_int_equal(aglet_condition_notify(&condition, 1), 0); /* it left the row */
    assert_int_equal(aglet_await(second), -ECANCELED);
    assert_false(aglet_lock_held(&lock));
    return 0;
}

static aglet_barrier barrier = AGLET_BARRIER_INIT(2);

static AGLET_COROUTINE int meets(void *arg) {
    (void)arg;
    return aglet_barrier_wait(&barrier);
}

static AGLET_COROUTINE int a_cut_party_does_not_count(void *arg) {
    (void)arg;
    aglet_task *gone = aglet_create(meets, NULL);
    aglet_yield();
    aglet_cancel(gone);
    assert_int_equal(aglet_await(gone), -ECANCELED);
    aglet_task *first = aglet_create(meets, NULL);
    aglet_yield();
    assert_false(aglet_task_done(first));
    assert_int_equal(meets(NULL), 1);
    assert_int_equal(aglet_await(first), 0);
    return 0;
}

/* The party that was cut has not run yet when the next one comes. */
static AGLET_COROUTINE int a_party_does_not_count_from_its_cut_on(void *arg) {
    (void)arg;
    aglet_task *gone = aglet_create(meets, NULL);
    aglet_yield();
    aglet_task *first = aglet_create(meets, NULL);
    aglet_cancel(gone);
    aglet_yield();
    assert_false(aglet_task_done(first));
    assert_int_equal(aglet_await(gone), -ECANCELED);
    assert_int_equal(meets(NULL), 1);
    assert_int_equal(aglet_await(first), 0);
    return 0;
}

static AGLET_COROUTINE int accepts(void *arg) {
    AGLET_AUTO(aglet_stream) stream = NULL;
    return aglet_accept(arg, &stream);
}

/* Connects at once, so that the loop has not seen the connection yet. */
static int connect_now(const aglet_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(aglet_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static AGLET_COROUTINE int a_connection_is_accepted_or_stays(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = NULL;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    int left = 0, taken = 0;
    for (int i = 0; i < 20; i++) {
        aglet_task *task = aglet_create(accepts, server);
        aglet_yield();
        int client = connect_now(server);
        if (i % 2)
            aglet_sleep(1);
        aglet_cancel(task);
        int rc = aglet_await(task);
        assert_true(rc == 0 || rc == -ECANCELED);
        taken += rc == 0;
        left += rc < 0;
        if (rc < 0)
            assert_int_equal(accepts(server), 0);
        close(client);
    }
    assert_true(left > 0 && taken > 0);
    return 0;
}

static AGLET_COROUTINE int a_put_that_was_cut_is_not_put(void *arg) {
    (void)arg;
    int one = 1, two = 2;
    void *item;
    struct aglet_deadline deadline;
    queue = aglet_queue_new(1);
    assert_int_equal(aglet_queue_put(queue, &one), 0);
    aglet_fail_after(&deadline, 2);
    int rc = aglet_queue_put(queue, &two);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    assert_int_equal(aglet_queue_get(queue, &item), 0);
    assert_ptr_equal(item, &one);
    assert_int_equal(aglet_queue_try_get(queue, &item), -EAGAIN);
    return aglet_queue_free(queue);
}

IN_A_RUN(an_item_and_a_deadline)
IN_A_RUN(a_permit_and_a_deadline)
IN_A_RUN(an_event_and_a_deadline)
IN_A_RUN(a_lock_and_a_deadline)
IN_A_RUN(a_woken_waiter_passes_its_permit_on)
IN_A_RUN(a_completed_wait_hides_no_cancellation)
IN_A_RUN(moving_on_hides_no_cancellation)
IN_A_RUN(a_failure_hides_no_cancellation)
IN_A_RUN(a_notification_has_one_receiver)
IN_A_RUN(a_cut_party_does_not_count)
IN_A_RUN(a_party_does_not_count_from_its_cut_on)
IN_A_RUN(a_connection_is_accepted_or_stays)
IN_A_RUN(a_put_that_was_cut_is_not_put)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_an_item_and_a_deadline),
        cmocka_unit_test(run_a_permit_and_a_deadline),
        cmocka_unit_test(run_an_event_and_a_deadline),
        cmocka_unit_test(run_a_lock_and_a_deadline),
        cmocka_unit_test(run_a_woken_waiter_passes_its_permit_on),
        cmocka_unit_test(run_a_completed_wait_hides_no_cancellation),
        cmocka_unit_test(run_moving_on_hides_no_cancellation),
        cmocka_unit_test(run_a_failure_hides_no_cancellation),
        cmocka_unit_test(run_a_notification_has_one_receiver),
        cmocka_unit_test(run_a_cut_party_does_not_count),
        cmocka_unit_test(run_a_party_does_not_count_from_its_cut_on),
        cmocka_unit_test(run_a_connection_is_accepted_or_stays),
        cmocka_unit_test(run_a_put_that_was_cut_is_not_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
