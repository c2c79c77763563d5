/* Writing in the background, its limits, and peers that have gone: an error, never a signal. */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static char much[1 << 20], back[1 << 20];

static AGLET_COROUTINE int bytes_are_put_in_order(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    char text[16] = {0};
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_put(a, "one ", 4), 0);
    assert_int_equal(aglet_stream_put(a, "", 0), 0);
    assert_int_equal(aglet_stream_put(a, "two ", 4), 0);
    assert_int_equal(aglet_stream_unsent(a), 8);
    /* A direct write comes after what was put. */
    assert_int_equal(aglet_stream_write(a, "three", 5), 0);
    assert_int_equal(aglet_stream_unsent(a), 0);
    assert_int_equal(aglet_stream_put(a, "!", 1), 0);
    assert_int_equal(aglet_stream_shutdown(a), 0);
    assert_int_equal(aglet_stream_read_exactly(b, text, 14), 0);
    assert_string_equal(text, "one two three!");
    assert_int_equal(aglet_stream_read(b, text, 1), 0);
    return 0;
}

static AGLET_COROUTINE int reads_all(void *arg) {
    int rc = aglet_stream_read_exactly(arg, back, sizeof back);
    return rc;
}

static AGLET_COROUTINE int a_full_buffer_wants_a_drain(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (char)(i * 13);
    aglet_stream_set_limits(a, 1000, 100);
    assert_int_equal(aglet_stream_put(a, much, 1000), 0);
    assert_int_equal(aglet_stream_drain(a), 0); /* not above the limit: nothing to wait for */
    assert_int_equal(aglet_stream_unsent(a), 1000);
    assert_int_equal(aglet_stream_put(a, much + 1000, sizeof much - 1000), 0);
    assert_int_equal(aglet_stream_put(a, "x", 1), -EAGAIN);
    aglet_task *reader = aglet_create(reads_all, b);
    assert_int_equal(aglet_stream_drain(a), 0);
    assert_in_range(aglet_stream_unsent(a), 0, 100);
    assert_int_equal(aglet_await(reader), 0);
    assert_memory_equal(much, back, sizeof much);
    return 0;
}

static AGLET_COROUTINE int a_cut_drain_loses_nothing(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    struct aglet_deadline deadline;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_put(a, much, sizeof much), 0);
    aglet_fail_after(&deadline, 5);
    assert_int_equal(aglet_deadline_end(&deadline, aglet_stream_drain(a)), -ETIMEDOUT);
    aglet_stream_set_timeouts(a, 0, 5, 0);
    assert_int_equal(aglet_stream_drain(a), -ETIMEDOUT);
    assert_int_equal(aglet_stream_write(a, "x", 1), -ETIMEDOUT);
    assert_int_equal(reads_all(b), 0);
    assert_memory_equal(much, back, sizeof much);
    return 0;
}

static AGLET_COROUTINE int closing_sends_what_was_put(void *arg) {
    (void)arg;
    aglet_stream *a;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_put(a, much, sizeof much), 0);
    aglet_task *reader = aglet_create(reads_all, b);
    assert_int_equal(aglet_stream_close(a), 0);
    assert_int_equal(aglet_await(reader), 0);
    assert_memory_equal(much, back, sizeof much);
    char byte;
    assert_int_equal(aglet_stream_read(b, &byte, 1), 0);
    return 0;
}

static AGLET_COROUTINE int closing_waits_only_so_long(void *arg) {
    (void)arg;
    aglet_stream *a;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_stream_set_timeouts(a, 0, 0, 20);
    assert_int_equal(aglet_stream_put(a, much, sizeof much), 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_stream_close(a), -ETIMEDOUT);
    assert_in_range(aglet_now() - start, 19, 900);
    return 0;
}

static AGLET_COROUTINE int an_error_comes_with_the_next_call(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    aglet_stream *b;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_stream_close(b);
    assert_int_equal(aglet_stream_put(a, "x", 1), 0);
    aglet_sleep(1);
    assert_int_equal(aglet_stream_put(a, "x", 1), -EPIPE);
    assert_int_equal(aglet_stream_drain(a), -EPIPE);
    assert_int_equal(aglet_stream_write(a, "x", 1), -EPIPE);
    aglet_stream *last = a;
    a = NULL;
    assert_int_equal(aglet_stream_close(last), -EPIPE);
    return 0;
}

static AGLET_COROUTINE int drains(void *arg) {
    return aglet_stream_drain(arg);
}

static AGLET_COROUTINE int closing_wakes_who_drains(void *arg) {
    (void)arg;
    aglet_stream *a;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_stream_set_timeouts(a, 0, 0, 5);
    assert_int_equal(aglet_stream_put(a, much, sizeof much), 0);
    aglet_task *task = aglet_create(drains, a);
    aglet_task *other = aglet_create(drains, a);
    aglet_sleep(1);
    assert_int_equal(aglet_stream_close(a), -ETIMEDOUT);
    assert_int_equal(aglet_await(task), -EBADF);
    assert_int_equal(aglet_await(other), -EBADF);
    return 0;
}

/* Run() ends with bytes unsent and the stream open. */
static AGLET_COROUTINE int leaves_bytes_unsent(void *arg) {
    aglet_stream **streams = arg;
    int rc = aglet_stream_pair(&streams[0], &streams[1]);
    return rc < 0 ? rc : aglet_stream_put(streams[0], much, sizeof much);
}

static void run_ends_with_bytes_unsent(void **state) {
    (void)state;
    static char report[4096];
    aglet_stream *streams[2];
    assert_int_equal(run_watched(leaves_bytes_unsent, streams, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"leak\""));
    aglet_stream_close(streams[0]);
    aglet_stream_close(streams[1]);
}

static AGLET_COROUTINE int a_pipe_without_reader(void *arg) {
    (void)arg;
    int fds[2];
    AGLET_AUTO(aglet_stream) out = NULL;
    AGLET_AUTO(aglet_file) file = NULL;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(aglet_stream_from_fd(fds[1], &out), 0);
    close(fds[0]);
    assert_int_equal(aglet_stream_write(out, "x", 1), -EPIPE);
    assert_int_equal(aglet_stream_write_some(out, "x", 1), -EPIPE);
    assert_int_equal(aglet_file_open("/proc/self/exe", O_RDONLY, 0, &file), 0);
    assert_int_equal(aglet_sendfile(out, file, 0, 100), -EPIPE);
    assert_int_equal(aglet_stream_put(out, "x", 1), 0);
    assert_int_equal(aglet_stream_shutdown(out), -EPIPE);
    return 0;
}

static AGLET_COROUTINE int a_process_that_does_not_read(void *arg) {
    (void)arg;
    const char *const argv[] = {"true", NULL};
    const struct aglet_process_options options = {.argv = argv, .pipes = AGLET_PIPE_IN};
    AGLET_AUTO(aglet_process) process = NULL;
    assert_int_equal(aglet_process_start(&options, &process), 0);
    assert_int_equal(aglet_process_wait(process), 0);
    aglet_stream *in = aglet_process_stream(process, AGLET_PIPE_IN);
    assert_int_equal(aglet_stream_write(in, "x", 1), -EPIPE);
    return 0;
}

/* What the runtime blocks for itself is not blocked in a child. */
static AGLET_COROUTINE int a_child_dies_of_the_signal(void *arg) {
    (void)arg;
    const char *const argv[] = {"sh", "-c", "kill -PIPE $$; exit 3", NULL};
    const struct aglet_process_options options = {.argv = argv};
    AGLET_AUTO(aglet_process) process = NULL;
    assert_int_equal(aglet_process_start(&options, &process), 0);
    return aglet_process_wait(process) == 256 + SIGPIPE ? 0 : -EINVAL;
}

static void the_signal_is_as_before_afterwards(void **state) {
    (void)state;
    sigset_t blocked, pending;
    assert_int_equal(aglet_run(a_pipe_without_reader, NULL), 0);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGPIPE));
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
}

IN_A_RUN(bytes_are_put_in_order)
IN_A_RUN(a_full_buffer_wants_a_drain)
IN_A_RUN(a_cut_drain_loses_nothing)
IN_A_RUN(closing_sends_what_was_put)
IN_A_RUN(closing_waits_only_so_long)
IN_A_RUN(an_error_comes_with_the_next_call)
IN_A_RUN(closing_wakes_who_drains)
IN_A_RUN(a_process_that_does_not_read)
IN_A_RUN(a_child_dies_of_the_signal)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_bytes_are_put_in_order),
        cmocka_unit_test(run_a_full_buffer_wants_a_drain),
        cmocka_unit_test(run_a_cut_drain_loses_nothing),
        cmocka_unit_test(run_closing_sends_what_was_put),
        cmocka_unit_test(run_closing_waits_only_so_long),
        cmocka_unit_test(run_an_error_comes_with_the_next_call),
        cmocka_unit_test(run_closing_wakes_who_drains),
        cmocka_unit_test(run_ends_with_bytes_unsent),
        cmocka_unit_test(the_signal_is_as_before_afterwards),
        cmocka_unit_test(run_a_process_that_does_not_read),
        cmocka_unit_test(run_a_child_dies_of_the_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
