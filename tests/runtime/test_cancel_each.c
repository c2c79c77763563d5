/*
 * Cancels the main task at its k-th suspension point, for every k, and makes the k-th allocation
 * fail, for every k: whatever happens, run() returns, and nothing leaks or is torn.
 *
 * The two seams of this program take the place of the library's.
 */
#include "harness.h"

static aglet_task *victim;
static unsigned long suspensions, cancel_at;
static unsigned long allocations, fail_at;
static bool body_done; /* a cancellation after that comes too late to be the result */

void agl_seam_suspend(aglet_task *task);
void *agl_seam_alloc(size_t size);
void *agl_seam_realloc(void *memory, size_t size);

void agl_seam_suspend(aglet_task *task) {
    if (task == victim && ++suspensions == cancel_at)
        aglet_cancel(task);
}

void *agl_seam_alloc(size_t size) {
    return ++allocations == fail_at ? NULL : calloc(1, size);
}

void *agl_seam_realloc(void *memory, size_t size) {
    return ++allocations == fail_at ? NULL : realloc(memory, size);
}

static AGLET_COROUTINE int echoes(void *arg) {
    aglet_stream *stream = arg;
    char buffer[64];
    ssize_t count;
    while ((count = aglet_stream_read(stream, buffer, sizeof buffer)) > 0) {
        int rc = aglet_stream_write(stream, buffer, (size_t)count);
        if (rc < 0)
            return rc;
    }
    return (int)count;
}

static AGLET_COROUTINE int puts_items(void *arg) {
    static int item;
    int rc = 0;
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = aglet_queue_put(arg, &item);
    return rc;
}

static AGLET_COROUTINE int stores(void *arg) {
    (void)arg;
    aglet_mutation_begin("two writes");
    int rc = aglet_sleep(0);
    if (rc == 0)
        rc = aglet_sleep(1);
    if (rc == 0)
        aglet_mutation_end();
    return rc;
}

static int adds_one(void *arg) {
    return ++*(int *)arg;
}

static AGLET_COROUTINE int talks(aglet_stream *stream) {
    AGLET_AUTO(aglet_deadline) deadline = AGLET_DEADLINE_INIT;
    int rc = aglet_fail_after(&deadline, 60000);
    if (rc < 0)
        return rc;
    char text[6];
    rc = aglet_stream_write(stream, "hello\n", 6);
    if (rc < 0)
        return rc;
    ssize_t count = aglet_stream_read_until(stream, "\n", text, sizeof text);
    return count < 0 ? (int)count : 0;
}

static AGLET_COROUTINE int uses_a_queue(void) {
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new(1);
    if (!queue)
        return -ENOMEM;
    AGLET_AUTO(aglet_task) putter = aglet_create(puts_items, queue);
    if (!putter)
        return -ENOMEM;
    void *item;
    int rc = 0;
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = aglet_queue_get(queue, &item);
    return rc;
}

/* A bit of everything; every error is returned, everything is released. */
static AGLET_COROUTINE int program(void *arg) {
    (void)arg;
    victim = aglet_current();
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    int rc = aglet_stream_pair(&a, &b);
    if (rc < 0)
        return rc;
    AGLET_AUTO(aglet_group) group = NULL;
    rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    rc = aglet_group_spawn(group, echoes, b);
    if (rc < 0)
        return rc;
    rc = talks(a);
    if (rc < 0)
        return rc;
    rc = uses_a_queue();
    if (rc < 0)
        return rc;
    rc = aglet_shield(stores, NULL);
    if (rc < 0)
        return rc;
    int number = 1;
    rc = aglet_to_thread(adds_one, &number);
    if (rc == 2)
        rc = aglet_sleep(1);
    body_done = rc == 0;
    return rc;
}

static int run_once(void) {
    static char report[4096];
    suspensions = allocations = 0;
    body_done = false;
    int rc = run_watched(program, NULL, report, sizeof report);
    victim = NULL;
    if (report[0])
        print_message("cancel at %lu, fail at %lu: %s", cancel_at, fail_at, report);
    assert_string_equal(report, "");
    return rc;
}

static void cancelled_at_every_suspension(void **state) {
    (void)state;
    fail_at = 0;
    cancel_at = 0;
    assert_int_equal(run_once(), 0);
    unsigned long points = suspensions;
    assert_true(points > 10);
    for (cancel_at = 1; cancel_at <= points; cancel_at++) {
        int rc = run_once();
        assert_int_equal(rc, body_done ? 0 : -ECANCELED);
    }
    cancel_at = 0;
}

static void failing_at_every_allocation(void **state) {
    (void)state;
    fail_at = 0;
    assert_int_equal(run_once(), 0);
    unsigned long points = allocations;
    assert_true(points > 5);
    for (fail_at = 1; fail_at <= points; fail_at++)
        assert_int_equal(run_once(), -ENOMEM);
    fail_at = 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_at_every_suspension),
        cmocka_unit_test(failing_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
