/* Streams, servers, files and worker threads. */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>

static AGLET_COROUTINE int bytes_come_through(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    char text[32] = {0};
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_write(a, "hello\nworld", 11), 0);
    assert_int_equal(aglet_stream_read_until(b, "\n", text, sizeof text), 6);
    assert_memory_equal(text, "hello\n", 6);
    assert_int_equal(aglet_stream_read_exactly(b, text, 5), 0);
    assert_memory_equal(text, "world", 5);
    assert_int_equal(aglet_stream_shutdown(a), 0);
    assert_int_equal(aglet_stream_read(b, text, sizeof text), 0);
    assert_int_equal(aglet_stream_read_exactly(b, text, 1), -ENODATA);
    return 0;
}

static AGLET_COROUTINE int a_cut_read_loses_nothing(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    struct aglet_deadline deadline;
    char text[8];
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_write(a, "abc", 3), 0);
    aglet_fail_after(&deadline, 5);
    int rc = aglet_stream_read_exactly(b, text, 6);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    assert_int_equal(aglet_stream_read_until(b, "d", text, 3), -ENOBUFS);
    assert_int_equal(aglet_stream_write(a, "def", 3), 0);
    assert_int_equal(aglet_stream_read_exactly(b, text, 6), 0);
    assert_memory_equal(text, "abcdef", 6);
    return 0;
}

static AGLET_COROUTINE int a_stream_has_its_own_limits(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    char text[8];
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_stream_set_timeouts(a, 5, 5, 5);
    assert_int_equal(aglet_stream_read(a, text, sizeof text), -ETIMEDOUT);
    static char much[1 << 20];
    assert_int_equal(aglet_stream_write(a, much, sizeof much), -ETIMEDOUT);
    return aglet_sleep(0);
}

static AGLET_COROUTINE int reads_one(void *arg) {
    char byte;
    ssize_t count = aglet_stream_read(arg, &byte, 1);
    return count <= 0 ? (int)count : byte;
}

static AGLET_COROUTINE int closing_wakes_the_reader(void *arg) {
    (void)arg;
    aglet_stream *a;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_task *reader = aglet_create(reads_one, a);
    aglet_sleep(1);
    assert_int_equal(reads_one(a), -EBUSY);
    aglet_stream_close(a);
    assert_int_equal(aglet_await(reader), -EBADF);
    return 0;
}

static AGLET_COROUTINE int writes_much(void *arg) {
    static char much[1 << 20];
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (char)(i * 7);
    int rc = aglet_stream_write(arg, much, sizeof much);
    return rc < 0 ? rc : aglet_stream_shutdown(arg);
}

static AGLET_COROUTINE int a_slow_reader_holds_the_writer_up(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_task *writer = aglet_create(writes_much, a);
    aglet_sleep(5);
    assert_false(aglet_task_done(writer));
    static char buffer[5000];
    size_t total = 0;
    ssize_t count;
    while ((count = aglet_stream_read(b, buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < count; i++, total++)
            assert_int_equal(buffer[i], (char)(total * 7));
    assert_int_equal(count, 0);
    assert_int_equal(total, 1 << 20);
    return aglet_await(writer);
}

static AGLET_COROUTINE int echo(aglet_stream *stream, void *arg) {
    (void)arg;
    char buffer[256];
    ssize_t count;
    while ((count = aglet_stream_read(stream, buffer, sizeof buffer)) > 0) {
        int rc = aglet_stream_write(stream, buffer, (size_t)count);
        if (rc < 0)
            return rc;
    }
    return (int)count;
}

static AGLET_COROUTINE int serves_echo(void *arg) {
    return aglet_serve(arg, echo, NULL, 10, 1000);
}

static AGLET_COROUTINE int asks(void *arg) {
    aglet_stream *stream = arg;
    char text[16] = {0};
    for (int i = 0; i < 50; i++) {
        snprintf(text, sizeof text, "message %d", i);
        size_t size = strlen(text);
        char back[16];
        int rc = aglet_stream_write(stream, text, size);
        if (rc == 0)
            rc = aglet_stream_read_exactly(stream, back, size);
        if (rc < 0)
            return rc;
        assert_memory_equal(text, back, size);
    }
    return 0;
}

static AGLET_COROUTINE int connects_and_asks(void *arg) {
    AGLET_AUTO(aglet_stream) stream = NULL;
    int rc = aglet_connect_tcp("127.0.0.1", arg, &stream);
    return rc < 0 ? rc : asks(stream);
}

static AGLET_COROUTINE int tcp_echo(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = NULL;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    static char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    aglet_task *serving = aglet_create(serves_echo, server);
    aglet_group *clients;
    assert_int_equal(aglet_group_open(&clients), 0);
    for (int i = 0; i < 25; i++)
        assert_int_equal(aglet_group_spawn(clients, connects_and_asks, port), 0);
    assert_int_equal(aglet_group_close(clients), 0);
    aglet_cancel(serving);
    assert_int_equal(aglet_await(serving), -ECANCELED);
    return 0;
}

static AGLET_COROUTINE int unix_echo(void *arg) {
    (void)arg;
    char path[64];
    snprintf(path, sizeof path, "/tmp/aglet-test-%d", (int)getpid());
    aglet_server *server;
    AGLET_AUTO(aglet_stream) stream = NULL;
    assert_int_equal(aglet_listen_unix(path, &server), 0);
    aglet_task *serving = aglet_create(serves_echo, server);
    assert_int_equal(aglet_connect_unix(path, &stream), 0);
    assert_int_equal(asks(stream), 0);
    assert_int_equal(aglet_stream_shutdown(stream), 0);
    assert_int_equal(reads_one(stream), 0);
    aglet_server_close(server);
    assert_int_equal(aglet_await(serving), 0);
    assert_int_not_equal(access(path, F_OK), 0);
    aglet_stream *none;
    assert_int_equal(aglet_connect_unix(path, &none), -ENOENT);
    return 0;
}

static aglet_event may_end = AGLET_EVENT_INIT;

static AGLET_COROUTINE int waits_for_the_end(aglet_stream *stream, void *arg) {
    (void)stream;
    (void)arg;
    return aglet_event_wait(&may_end);
}

static AGLET_COROUTINE int serves_one_at_a_time(void *arg) {
    return aglet_serve(arg, waits_for_the_end, NULL, 1, 1000);
}

static AGLET_COROUTINE int closing_while_all_places_are_taken(void *arg) {
    (void)arg;
    aglet_server *server;
    AGLET_AUTO(aglet_stream) first = NULL;
    AGLET_AUTO(aglet_stream) second = NULL;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    aglet_task *serving = aglet_create(serves_one_at_a_time, server);
    assert_int_equal(aglet_connect_tcp("127.0.0.1", port, &first), 0);
    assert_int_equal(aglet_connect_tcp("127.0.0.1", port, &second), 0);
    assert_int_equal(aglet_sleep(20), 0); /* the second is accepted, and has no place yet */
    aglet_server_close(server);
    aglet_event_set(&may_end);
    assert_int_equal(aglet_await(serving), 0);
    return 0;
}

static AGLET_COROUTINE int refused_connections_and_unknown_names(void *arg) {
    (void)arg;
    aglet_stream *stream;
    aglet_server *server;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    aglet_server_close(server);
    assert_int_equal(aglet_connect_tcp("127.0.0.1", port, &stream), -ECONNREFUSED);
    assert_null(stream);
    assert_int_equal(aglet_connect_tcp("localhost", port, &stream), -ECONNREFUSED);
    return 0;
}

static AGLET_COROUTINE int a_stream_of_a_pipe(void *arg) {
    (void)arg;
    int fds[2];
    AGLET_AUTO(aglet_stream) in = NULL;
    AGLET_AUTO(aglet_stream) out = NULL;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(aglet_stream_from_fd(fds[0], &in), 0);
    assert_int_equal(aglet_stream_from_fd(fds[1], &out), 0);
    aglet_task *reader = aglet_create(reads_one, in);
    aglet_sleep(1);
    assert_int_equal(aglet_stream_write(out, "x", 1), 0);
    assert_int_equal(aglet_await(reader), 'x');
    aglet_stream *none;
    assert_int_equal(aglet_stream_from_fd(-1, &none), -EBADF);
    return 0;
}

static int doubles(void *arg) {
    int *number = arg;
    usleep(2000);
    *number *= 2;
    return *number;
}

static AGLET_COROUTINE int calls_a_thread(void *arg) {
    return aglet_to_thread(doubles, arg);
}

static AGLET_COROUTINE int worker_threads(void *arg) {
    (void)arg;
    int numbers[20];
    aglet_task *tasks[20];
    for (int i = 0; i < 20; i++) {
        numbers[i] = i;
        tasks[i] = aglet_create(calls_a_thread, &numbers[i]);
    }
    aglet_sleep(1);
    for (int i = 0; i < 20; i++)
        aglet_cancel(tasks[i]);
    /* What a thread had begun is done, what it had not begun is undone: never half. */
    for (int i = 0; i < 20; i++) {
        int rc = aglet_await(tasks[i]);
        assert_true(rc == -ECANCELED ? numbers[i] == i : rc == 2 * i && numbers[i] == 2 * i);
    }
    return 0;
}

static AGLET_COROUTINE int files(void *arg) {
    (void)arg;
    char path[32];
    int fd = unnamed_file(path);
    aglet_file *file;
    assert_int_equal(aglet_file_open(path, O_RDWR, 0, &file), 0);
    assert_int_equal(aglet_file_write(file, "0123456789", 10, 0), 0);
    assert_int_equal(aglet_file_sync(file), 0);
    char text[8];
    assert_int_equal(aglet_file_read(file, text, 4, 3), 4);
    assert_memory_equal(text, "3456", 4);
    assert_int_equal(aglet_file_read(file, text, 4, 10), 0);
    assert_int_equal(aglet_file_close(file), 0);
    close(fd);
    assert_int_equal(aglet_file_open(path, O_RDONLY, 0, &file), -ENOENT);
    return 0;
}

static aglet_stream *kept;

static AGLET_COROUTINE int leaves_a_stream_open(void *arg) {
    (void)arg;
    aglet_stream *other;
    int rc = aglet_stream_pair(&kept, &other);
    aglet_stream_close(other);
    return rc;
}

static void a_stream_left_open_is_a_leak(void **state) {
    (void)state;
    static char report[1024];
    assert_int_equal(run_watched(leaves_a_stream_open, NULL, report, sizeof report), 0);
    assert_non_null(strstr(report, "\"kind\":\"leak\""));
    assert_non_null(strstr(report, "test_stream.c:"));
    assert_int_equal(aglet_stream_fd(kept), -1);
    assert_int_equal(aglet_stream_close(kept), 0);
}

IN_A_RUN(bytes_come_through)
IN_A_RUN(a_cut_read_loses_nothing)
IN_A_RUN(a_stream_has_its_own_limits)
IN_A_RUN(closing_wakes_the_reader)
IN_A_RUN(a_slow_reader_holds_the_writer_up)
IN_A_RUN(tcp_echo)
IN_A_RUN(unix_echo)
IN_A_RUN(closing_while_all_places_are_taken)
IN_A_RUN(refused_connections_and_unknown_names)
IN_A_RUN(a_stream_of_a_pipe)
IN_A_RUN(worker_threads)
IN_A_RUN(files)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_bytes_come_through),
        cmocka_unit_test(run_a_cut_read_loses_nothing),
        cmocka_unit_test(run_a_stream_has_its_own_limits),
        cmocka_unit_test(run_closing_wakes_the_reader),
        cmocka_unit_test(run_a_slow_reader_holds_the_writer_up),
        cmocka_unit_test(run_tcp_echo),
        cmocka_unit_test(run_unix_echo),
        cmocka_unit_test(run_closing_while_all_places_are_taken),
        cmocka_unit_test(run_refused_connections_and_unknown_names),
        cmocka_unit_test(run_a_stream_of_a_pipe),
        cmocka_unit_test(run_worker_threads),
        cmocka_unit_test(run_files),
        cmocka_unit_test(a_stream_left_open_is_a_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
