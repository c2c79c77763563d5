/*
 * Cancels the main task at its k-th suspension point, for every k, and makes the k-th allocation
 * fail, for every k, in three programs: whatever happens, run() returns, and nothing leaks or is
 * torn.
 *
 * The two seams of this program take the place of the library's.
 */
#include "harness.h"

#include <fcntl.h>

static aglet_task *victim;
static unsigned long suspensions, cancel_at;
static unsigned long allocations, fail_at;
static bool body_done; /* a cancellation after that comes too late to be the result */

void (*agl_seam_suspend(void))(aglet_task *task);
void *agl_seam_alloc(size_t size);
void *agl_seam_realloc(void *memory, size_t size);

static void cancel_one(aglet_task *task) {
    if (task == victim && ++suspensions == cancel_at)
        aglet_cancel(task);
}

void (*agl_seam_suspend(void))(aglet_task *task) {
    return cancel_one;
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
    /* A server without memory may leave us without an answer. */
    int rc = aglet_fail_after(&deadline, fail_at ? 300 : 60000);
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

static AGLET_COROUTINE int counts_to_three(aglet_generator *self, void *arg) {
    static int numbers[] = {1, 2, 3};
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = aglet_sleep(0);
        if (rc == 0)
            rc = aglet_generate(self, &numbers[i]);
    }
    return rc;
}

static AGLET_COROUTINE int naps(void *arg) {
    (void)arg;
    return aglet_sleep(1);
}

static AGLET_COROUTINE int uses_a_generator(void) {
    AGLET_AUTO(aglet_generator) generator = NULL;
    int rc = aglet_generator_open(counts_to_three, NULL, &generator);
    if (rc < 0)
        return rc;
    void *item;
    while ((rc = aglet_generator_next(generator, &item)) > 0) {
    }
    return rc;
}

static AGLET_COROUTINE int uses_jobs(void) {
    const struct aglet_jobs_options options = {.limit = 1, .pending_limit = 1};
    AGLET_AUTO(aglet_jobs) jobs = NULL;
    int rc = aglet_jobs_open(&options, &jobs);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = aglet_jobs_spawn(jobs, naps, NULL, NULL);
    if (rc < 0)
        return rc;
    aglet_jobs *last = jobs;
    jobs = NULL;
    rc = aglet_jobs_wait_and_close(last);
    return rc < 0 ? rc : aglet_checkpoint();
}

static const struct aglet_var user = AGLET_VAR_INIT("user", NULL);

/* Many at once, and a context around them. */
static AGLET_COROUTINE int many(void *arg) {
    (void)arg;
    victim = aglet_current();
    struct aglet_var_token token;
    int rc = aglet_var_set(&user, "somebody", &token);
    if (rc < 0)
        return rc;
    const struct aglet_call calls[] = {{naps, NULL}, {naps, NULL}, {naps, NULL}};
    rc = aglet_gather(calls, 3, NULL);
    if (rc == 0)
        rc = aglet_race(calls, 3, NULL);
    if (rc == 0)
        rc = uses_a_generator();
    if (rc == 0)
        rc = uses_jobs();
    body_done = rc == 0;
    int reset = aglet_var_reset(&token);
    return rc < 0 ? rc : reset;
}

static AGLET_COROUTINE int echoes_connection(aglet_stream *stream, void *arg) {
    (void)arg;
    return echoes(stream);
}

static AGLET_COROUTINE int serves(void *arg) {
    return aglet_serve(arg, echoes_connection, NULL, 2, 50);
}

static AGLET_COROUTINE int asks_the_server(aglet_server *server) {
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    AGLET_AUTO(aglet_stream) stream = NULL;
    int rc = aglet_connect_tcp("127.0.0.1", port, &stream);
    return rc < 0 ? rc : talks(stream);
}

static AGLET_COROUTINE int runs_a_process(void) {
    const char *const argv[] = {"true", NULL};
    const struct aglet_process_options options = {.argv = argv, .pipes = AGLET_PIPE_OUT};
    AGLET_AUTO(aglet_process) process = NULL;
    int rc = aglet_process_start(&options, &process);
    return rc < 0 ? rc : aglet_process_wait(process);
}

/* The outside: sockets, files, processes. */
static AGLET_COROUTINE int outside(void *arg) {
    (void)arg;
    victim = aglet_current();
    AGLET_AUTO(aglet_server) server = NULL;
    int rc = aglet_listen_tcp("127.0.0.1", "0", &server);
    if (rc < 0)
        return rc;
    AGLET_AUTO(aglet_task) serving = aglet_create(serves, server);
    if (!serving)
        return -ENOMEM;
    rc = asks_the_server(server);
    if (rc < 0)
        return rc;
    AGLET_AUTO(aglet_file) file = NULL;
    rc = aglet_file_open("/dev/null", O_RDWR, 0, &file);
    if (rc == 0)
        rc = aglet_file_write(file, "x", 1, 0);
    if (rc == 0)
        rc = runs_a_process();
    body_done = rc == 0;
    return rc;
}

static const aglet_fn programs[] = {program, many, outside};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static int run_once(aglet_fn main) {
    static char report[4096];
    suspensions = allocations = 0;
    body_done = false;
    int rc = run_watched(main, NULL, report, sizeof report);
    victim = NULL;
    if (report[0])
        print_message("cancel at %lu, fail at %lu: %s", cancel_at, fail_at, report);
    assert_string_equal(report, "");
    return rc;
}

static void cancelled_at_every_suspension(void **state) {
    (void)state;
    fail_at = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        cancel_at = 0;
        assert_int_equal(run_once(programs[i]), 0);
        unsigned long points = suspensions;
        assert_true(points > 5);
        for (cancel_at = 1; cancel_at <= points; cancel_at++) {
            int rc = run_once(programs[i]);
            assert_int_equal(rc, body_done ? 0 : -ECANCELED);
        }
    }
}

static void failing_at_every_allocation(void **state) {
    (void)state;
    cancel_at = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        fail_at = 0;
        assert_int_equal(run_once(programs[i]), 0);
        unsigned long points = allocations;
        assert_true(points > 5);
        for (fail_at = 1; fail_at <= points; fail_at++) {
            int rc = run_once(programs[i]);
            /* Not always -ENOMEM: a server's lack of memory is a reset or a silence to its client.
             */
            assert_true(rc < 0 || body_done);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_at_every_suspension),
        cmocka_unit_test(failing_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
