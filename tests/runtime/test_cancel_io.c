/* Streams, servers, datagrams, signals, processes, names and files, with who uses them cancelled at
 * each point. */
#include "cancel_each.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#ifdef WITH_TLS
#include "certificate.h"
#endif

/* The transports. */

typedef int open_fn(aglet_stream **near, aglet_stream **far);

static AGLET_COROUTINE int open_tcp(aglet_stream **near, aglet_stream **far) {
    AGLET_AUTO(aglet_server) server = NULL;
    char port[8];
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    assert_int_equal(aglet_connect_tcp("127.0.0.1", port, near), 0);
    return aglet_accept(server, far);
}

#ifdef WITH_TLS
static AGLET_COROUTINE int greets(void *arg) {
    return aglet_start_tls(arg, server_context, NULL, AGLET_TLS_UNREAD_FAILS);
}

static AGLET_COROUTINE int shakes_hands(void *arg) {
    return aglet_start_tls(arg, client_context, "test.example", AGLET_TLS_UNREAD_FAILS);
}

static AGLET_COROUTINE int open_tls(aglet_stream **near, aglet_stream **far) {
    assert_int_equal(aglet_stream_pair(near, far), 0);
    aglet_task *server = aglet_create(greets, *far);
    assert_int_equal(shakes_hands(*near), 0);
    return aglet_await(server);
}
#endif

/* Reading: what one read did not take is there for the next. */

static const char text[] = "first lines\nsecond line\nthird lines\nfourth line\n";
enum { LINE = 12, LENGTH = sizeof text - 1 };
static char received[2 * LENGTH];
static size_t received_count;

static void keep(const char *data, ssize_t count) {
    if (count > 0) {
        assert_true(received_count + (size_t)count <= LENGTH);
        memcpy(received + received_count, data, (size_t)count);
        received_count += (size_t)count;
    }
}

static AGLET_COROUTINE int sends_in_pieces(void *arg) {
    int rc = 0;
    for (size_t at = 0; at < LENGTH && rc == 0; at += LINE / 2) {
        rc = aglet_stream_write(arg, text + at, LINE / 2);
        if (rc == 0)
            rc = aglet_sleep(0);
    }
    return rc == 0 ? aglet_stream_shutdown(arg) : rc;
}

static AGLET_COROUTINE int reads_in_each_way(void *arg) {
    char data[2 * LINE];
    for (;;) {
        ssize_t count = aglet_stream_read(arg, data, 3);
        keep(data, count);
        if (count <= 0)
            return (int)count;
        int rc = aglet_stream_read_exactly(arg, data, 4);
        if (rc < 0)
            return rc;
        keep(data, 4);
        count = aglet_stream_read_until(arg, "\n", data, sizeof data);
        if (count < 0)
            return (int)count;
        keep(data, count);
    }
}

static AGLET_COROUTINE int cut_the_reader(open_fn *open) {
    AGLET_AUTO(aglet_stream) near = NULL;
    AGLET_AUTO(aglet_stream) far = NULL;
    assert_int_equal(open(&near, &far), 0);
    received_count = 0;
    aglet_task *sender = aglet_create(sends_in_pieces, near);
    strike(reads_in_each_way, far);
    char data[LENGTH];
    ssize_t count;
    while ((count = aglet_stream_read(far, data, sizeof data)) > 0)
        keep(data, count);
    assert_int_equal(count, 0);
    assert_int_equal(received_count, LENGTH);
    assert_memory_equal(received, text, LENGTH);
    return aglet_await(sender);
}

/* Writing: what arrives is a beginning of what was written, and all of it unless it was cut. */

enum { BLOCK = 150000, BLOCKS = 3 };
static char block[BLOCK];
static size_t arrived;

static AGLET_COROUTINE int checks_what_comes(void *arg) {
    static char data[BLOCK];
    ssize_t count;
    while ((count = aglet_stream_read(arg, data, sizeof data)) > 0)
        for (ssize_t i = 0; i < count; i++, arrived++)
            assert_true(data[i] == block[arrived % BLOCK]);
    return (int)count;
}

static AGLET_COROUTINE int writes_and_puts(void *arg) {
    int rc = aglet_stream_write(arg, block, BLOCK);
    if (rc == 0)
        rc = aglet_stream_put(arg, block, BLOCK);
    if (rc == 0)
        rc = aglet_stream_drain(arg);
    if (rc == 0)
        rc = aglet_stream_write(arg, block, BLOCK);
    return rc;
}

static AGLET_COROUTINE int cut_the_writer(open_fn *open) {
    AGLET_AUTO(aglet_stream) near = NULL;
    AGLET_AUTO(aglet_stream) far = NULL;
    assert_int_equal(open(&near, &far), 0);
    for (int i = 0; i < BLOCK; i++)
        block[i] = (char)(i * 31);
    arrived = 0;
    aglet_task *reader = aglet_create(checks_what_comes, far);
    strike(writes_and_puts, near);
    int closed = aglet_stream_close(near);
    near = NULL;
    int rc = aglet_await(reader);
    assert_true(arrived <= (size_t)BLOCK * BLOCKS);
    if (outcome == 0) {
        assert_int_equal(closed, 0);
        assert_int_equal(rc, 0);
        assert_int_equal(arrived, BLOCK * BLOCKS);
    }
    return 0;
}

/* A close sends what was put, cancelled or not. */

static AGLET_COROUTINE int puts_and_closes(void *arg) {
    int rc = aglet_stream_put(arg, block, BLOCK);
    int closed = aglet_stream_close(arg);
    assert_int_equal(rc, 0);
    assert_int_equal(closed, 0);
    return aglet_checkpoint();
}

static AGLET_COROUTINE int cut_the_closer(open_fn *open) {
    aglet_stream *near = NULL;
    AGLET_AUTO(aglet_stream) far = NULL;
    assert_int_equal(open(&near, &far), 0);
    arrived = 0;
    aglet_task *reader = aglet_create(checks_what_comes, far);
    strike(puts_and_closes, near);
    int rc = aglet_await(reader);
    assert_int_equal(arrived, BLOCK);
    return rc;
}

static AGLET_COROUTINE int reader_of_a_pair(void *arg) {
    (void)arg;
    return cut_the_reader(aglet_stream_pair);
}
static AGLET_COROUTINE int reader_of_tcp(void *arg) {
    (void)arg;
    return cut_the_reader(open_tcp);
}
static AGLET_COROUTINE int writer_of_a_pair(void *arg) {
    (void)arg;
    return cut_the_writer(aglet_stream_pair);
}
static AGLET_COROUTINE int writer_of_tcp(void *arg) {
    (void)arg;
    return cut_the_writer(open_tcp);
}
static AGLET_COROUTINE int closer_of_a_pair(void *arg) {
    (void)arg;
    return cut_the_closer(aglet_stream_pair);
}
static AGLET_COROUTINE int closer_of_tcp(void *arg) {
    (void)arg;
    return cut_the_closer(open_tcp);
}

CANCEL_AT_EACH(reader_of_a_pair)
CANCEL_AT_EACH(reader_of_tcp)
CANCEL_AT_EACH(writer_of_a_pair)
CANCEL_AT_EACH(writer_of_tcp)
CANCEL_AT_EACH(closer_of_a_pair)
CANCEL_AT_EACH(closer_of_tcp)

#ifdef WITH_TLS
static AGLET_COROUTINE int reader_of_tls(void *arg) {
    (void)arg;
    return cut_the_reader(open_tls);
}
static AGLET_COROUTINE int writer_of_tls(void *arg) {
    (void)arg;
    return cut_the_writer(open_tls);
}
static AGLET_COROUTINE int closer_of_tls(void *arg) {
    (void)arg;
    return cut_the_closer(open_tls);
}

static AGLET_COROUTINE int a_handshake(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) near = NULL;
    AGLET_AUTO(aglet_stream) far = NULL;
    assert_int_equal(aglet_stream_pair(&near, &far), 0);
    aglet_task *server = aglet_create(greets, far);
    if (strike(shakes_hands, near) < 0) {
        aglet_stream_close(near);
        near = NULL;
    }
    int rc = aglet_await(server);
    assert_true(rc == 0 || outcome < 0);
    return 0;
}

CANCEL_AT_EACH(reader_of_tls)
CANCEL_AT_EACH(writer_of_tls)
CANCEL_AT_EACH(closer_of_tls)
CANCEL_AT_EACH(a_handshake)
#endif

/* Servers and clients. */

static char port[8]; /* of the server, which may be closed before its clients have ended */

static AGLET_COROUTINE aglet_server *listens(void) {
    aglet_server *server = NULL;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    return server;
}

static AGLET_COROUTINE int says_hello(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) stream = NULL;
    int rc = aglet_connect_tcp("127.0.0.1", port, &stream);
    return rc < 0 ? rc : aglet_stream_write(stream, "hello", 5);
}

static AGLET_COROUTINE int hears_hello(void *arg) {
    AGLET_AUTO(aglet_stream) stream = NULL;
    char data[5];
    int rc = aglet_accept(arg, &stream);
    if (rc < 0)
        return rc;
    assert_int_equal(aglet_stream_read_exactly(stream, data, 5), 0);
    assert_memory_equal(data, "hello", 5);
    received_count++;
    return 0;
}

static AGLET_COROUTINE int accepts_one(void *arg) {
    AGLET_AUTO(aglet_stream) stream = NULL;
    int rc = aglet_accept(arg, &stream);
    if (rc < 0)
        return rc;
    received_count++;
    return 0;
}

/* A connection that is not accepted by who is cut is accepted by the next. */
static AGLET_COROUTINE int an_accept(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = listens();
    received_count = 0;
    aglet_task *client = aglet_create(says_hello, NULL);
    if (strike(accepts_one, server) < 0)
        assert_int_equal(hears_hello(server), 0);
    assert_int_equal(received_count, 1);
    (void)!aglet_await(client); /* its stream may have been closed before it wrote */
    return 0;
}

static AGLET_COROUTINE int a_connect(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = listens();
    strike(says_hello, NULL);
    return 0;
}

static AGLET_COROUTINE int answers(aglet_stream *stream, void *arg) {
    char data[5];
    (void)arg;
    int rc = aglet_stream_read_exactly(stream, data, 5);
    return rc < 0 ? rc : aglet_stream_write(stream, data, 5);
}

static AGLET_COROUTINE int serves(void *arg) {
    int rc = aglet_serve(arg, answers, NULL, 2, 50);
    return rc == -EBADF ? 0 : rc;
}

static AGLET_COROUTINE int asks_twice(void *arg) {
    (void)arg;
    for (int i = 0; i < 2; i++) {
        AGLET_AUTO(aglet_stream) stream = NULL;
        char data[5];
        int rc = aglet_connect_tcp("127.0.0.1", port, &stream);
        if (rc == 0)
            rc = aglet_stream_write(stream, "hello", 5);
        if (rc == 0)
            rc = aglet_stream_read_exactly(stream, data, 5);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static AGLET_COROUTINE int a_server(void *arg) {
    (void)arg;
    aglet_server *server = listens();
    aglet_task *clients = aglet_create(asks_twice, NULL);
    victim = aglet_create(serves, server);
    aglet_task *const tasks[] = {clients, victim};
    assert_true(aglet_wait(tasks, 2, AGLET_FIRST_DONE) > 0);
    /* This ends who serves, if it still does, or the connections that nobody has accepted. */
    aglet_server_close(server);
    outcome = aglet_await(victim);
    victim = NULL;
    int rc = aglet_await(clients);
    assert_true(rc == 0 || outcome < 0);
    return 0;
}

CANCEL_AT_EACH(an_accept)
CANCEL_AT_EACH(a_connect)
CANCEL_AT_EACH(a_server)

/* The rest of the outside. */

static AGLET_COROUTINE int sends_datagrams(void *arg) {
    AGLET_AUTO(aglet_datagram) socket = NULL;
    struct aglet_address to;
    snprintf(port, sizeof port, "%u", (unsigned)aglet_datagram_port(arg));
    int rc = aglet_datagram_open("127.0.0.1", "0", &socket);
    if (rc == 0)
        rc = aglet_address_find("127.0.0.1", port, &to);
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = aglet_datagram_send(socket, "ping", 4, &to);
        if (rc == 0)
            rc = aglet_sleep(0);
    }
    return rc;
}

static AGLET_COROUTINE int receives_three(void *arg) {
    char data[8];
    while (received_count < 3) {
        ssize_t count = aglet_datagram_receive(arg, data, sizeof data, NULL);
        if (count < 0)
            return (int)count;
        received_count++;
    }
    return 0;
}

static AGLET_COROUTINE int some_datagrams(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_datagram) socket = NULL;
    assert_int_equal(aglet_datagram_open("127.0.0.1", "0", &socket), 0);
    received_count = 0;
    aglet_task *sender = aglet_create(sends_datagrams, socket);
    strike(receives_three, socket);
    assert_int_equal(receives_three(socket), 0);
    return aglet_await(sender);
}

static AGLET_COROUTINE int raises_two(void *arg) {
    (void)arg;
    for (int i = 0; i < 2; i++) {
        raise(SIGUSR1);
        int rc = aglet_sleep(1);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static AGLET_COROUTINE int awaits_two(void *arg) {
    while (received_count < 2) {
        int count = aglet_signal_wait(arg);
        if (count < 0)
            return count;
        received_count += (size_t)count;
    }
    return 0;
}

static AGLET_COROUTINE int a_signal(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_signal) signal = NULL;
    assert_int_equal(aglet_signal_open(SIGUSR1, &signal), 0);
    received_count = 0;
    aglet_task *raiser = aglet_create(raises_two, NULL);
    strike(awaits_two, signal);
    assert_int_equal(awaits_two(signal), 0);
    assert_int_equal(received_count, 2);
    return aglet_await(raiser);
}

static AGLET_COROUTINE int runs_a_process(void *arg) {
    (void)arg;
    const char *const argv[] = {"cat", NULL};
    const struct aglet_process_options options = {.argv = argv,
                                                  .pipes = AGLET_PIPE_IN | AGLET_PIPE_OUT};
    AGLET_AUTO(aglet_process) process = NULL;
    char data[5];
    int rc = aglet_process_start(&options, &process);
    if (rc == 0)
        rc = aglet_stream_write(aglet_process_stream(process, AGLET_PIPE_IN), "hello", 5);
    if (rc == 0)
        rc = aglet_stream_read_exactly(aglet_process_stream(process, AGLET_PIPE_OUT), data, 5);
    if (rc == 0)
        rc = aglet_process_close_stream(process, AGLET_PIPE_IN);
    return rc < 0 ? rc : aglet_process_wait(process);
}

/* Afterwards there is no child, be it one that has ended. */
static AGLET_COROUTINE int a_process(void *arg) {
    (void)arg;
    strike(runs_a_process, NULL);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return 0;
}

static AGLET_COROUTINE int finds_a_name(void *arg) {
    (void)arg;
    struct aglet_address address;
    int rc = aglet_address_find("localhost", "80", &address);
    return rc < 0 ? rc : aglet_checkpoint();
}

static AGLET_COROUTINE int a_name(void *arg) {
    (void)arg;
    strike(finds_a_name, NULL);
    return 0;
}

static AGLET_COROUTINE int uses_a_file(void *arg) {
    AGLET_AUTO(aglet_file) file = NULL;
    char data[5];
    int rc = aglet_file_open(arg, O_RDWR, 0, &file);
    if (rc < 0)
        return rc;
    ssize_t count = aglet_file_write(file, "hello", 5, 0);
    if (count >= 0)
        count = aglet_file_read(file, data, 5, 0);
    if (count < 0)
        return (int)count;
    assert_int_equal(count, 5);
    return aglet_checkpoint();
}

static AGLET_COROUTINE int a_file(void *arg) {
    (void)arg;
    char path[32];
    int fd = unnamed_file(path);
    strike(uses_a_file, path);
    close(fd);
    return 0;
}

CANCEL_AT_EACH(some_datagrams)
CANCEL_AT_EACH(a_signal)
CANCEL_AT_EACH(a_process)
CANCEL_AT_EACH(a_name)
CANCEL_AT_EACH(a_file)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancel_reader_of_a_pair), cmocka_unit_test(cancel_reader_of_tcp),
        cmocka_unit_test(cancel_writer_of_a_pair), cmocka_unit_test(cancel_writer_of_tcp),
        cmocka_unit_test(cancel_closer_of_a_pair), cmocka_unit_test(cancel_closer_of_tcp),
#ifdef WITH_TLS
        cmocka_unit_test(cancel_reader_of_tls),    cmocka_unit_test(cancel_writer_of_tls),
        cmocka_unit_test(cancel_closer_of_tls),    cmocka_unit_test(cancel_a_handshake),
#endif
        cmocka_unit_test(cancel_an_accept),        cmocka_unit_test(cancel_a_connect),
        cmocka_unit_test(cancel_a_server),         cmocka_unit_test(cancel_some_datagrams),
        cmocka_unit_test(cancel_a_signal),         cmocka_unit_test(cancel_a_process),
        cmocka_unit_test(cancel_a_name),           cmocka_unit_test(cancel_a_file),
    };
#ifdef WITH_TLS
    return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
#else
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
