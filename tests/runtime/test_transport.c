/*
 * What every stream does, whatever moves its bytes: one suite, run over pipes, socket pairs, TCP,
 * Unix sockets and TLS, each with whole and with short reads and writes.
 *
 * In each behaviour, `near` is the end that writes and `far` the one that reads; only a pipe cannot
 * do it the other way round. The seams of this program take the place of the library's.
 */
#include "harness.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#ifdef WITH_TLS
#include "certificate.h"
#endif

/* More than the buffers of any transport hold. */
enum { MUCH = 8 << 20, SHORT_MAX = 3000 };

static bool chopping;
static unsigned chop_state;
static unsigned long reads;

/* A pseudo-random length up to `size`, the same in every run. */
static size_t chop(size_t size) {
    if (!chopping || size < 2)
        return size;
    chop_state = chop_state * 1664525 + 1013904223;
    size_t most = 1 + (chop_state >> 8) % SHORT_MAX;
    return size < most ? size : most;
}

static ssize_t outcome(ssize_t count) {
    return count < 0 ? -errno : count;
}

ssize_t agl_seam_read(int fd, void *buffer, size_t size);
ssize_t agl_seam_write(int fd, const void *data, size_t size);
bool agl_seam_drained(size_t wanted, size_t got);
ssize_t agl_seam_receive(int fd, void *buffer, size_t size, struct sockaddr *from,
                         socklen_t *length);
ssize_t agl_seam_send(int fd, const void *data, size_t size, const struct sockaddr *to,
                      socklen_t length);
ssize_t agl_seam_sendfile(int out, int in, off_t *offset, size_t count);
int agl_seam_accept(int fd);
int agl_seam_connect(int fd, const struct sockaddr *address, socklen_t length);

ssize_t agl_seam_read(int fd, void *buffer, size_t size) {
    reads++;
    return outcome(read(fd, buffer, chop(size)));
}

bool agl_seam_drained(size_t wanted, size_t got) {
    return !chopping && got < wanted;
}

ssize_t agl_seam_write(int fd, const void *data, size_t size) {
    return outcome(write(fd, data, chop(size)));
}

ssize_t agl_seam_receive(int fd, void *buffer, size_t size, struct sockaddr *from,
                         socklen_t *length) {
    return outcome(recvfrom(fd, buffer, size, 0, from, length));
}

ssize_t agl_seam_send(int fd, const void *data, size_t size, const struct sockaddr *to,
                      socklen_t length) {
    return outcome(sendto(fd, data, size, 0, to, length));
}

ssize_t agl_seam_sendfile(int out, int in, off_t *offset, size_t count) {
    return outcome(sendfile(out, in, offset, chop(count)));
}

int agl_seam_accept(int fd) {
    return (int)outcome(accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int agl_seam_connect(int fd, const struct sockaddr *address, socklen_t length) {
    return (int)outcome(connect(fd, address, length));
}

/* The transports. */

struct transport {
    const char *name;
    int (*open)(aglet_stream **near, aglet_stream **far);
    bool duplex;
};

static AGLET_COROUTINE int open_pipe(aglet_stream **near, aglet_stream **far) {
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(aglet_stream_from_fd(fds[0], far), 0);
    return aglet_stream_from_fd(fds[1], near);
}

static AGLET_COROUTINE int open_pair(aglet_stream **near, aglet_stream **far) {
    return aglet_stream_pair(near, far);
}

static AGLET_COROUTINE int open_tcp(aglet_stream **near, aglet_stream **far) {
    AGLET_AUTO(aglet_server) server = NULL;
    char port[8];
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    assert_int_equal(aglet_connect_tcp("127.0.0.1", port, near), 0);
    return aglet_accept(server, far);
}

static AGLET_COROUTINE int open_unix(aglet_stream **near, aglet_stream **far) {
    AGLET_AUTO(aglet_server) server = NULL;
    char path[64];
    snprintf(path, sizeof path, "/tmp/aglet-transport-%d", (int)getpid());
    assert_int_equal(aglet_listen_unix(path, &server), 0);
    assert_int_equal(aglet_connect_unix(path, near), 0);
    return aglet_accept(server, far);
}

#ifdef WITH_TLS
static AGLET_COROUTINE int serves_tls(void *arg) {
    return aglet_start_tls(arg, server_context, NULL, AGLET_TLS_UNREAD_FAILS);
}

static AGLET_COROUTINE int open_tls(aglet_stream **near, aglet_stream **far) {
    assert_int_equal(open_tcp(near, far), 0);
    aglet_task *server = aglet_create(serves_tls, *far);
    assert_int_equal(aglet_start_tls(*near, client_context, "test.example", AGLET_TLS_UNREAD_FAILS),
                     0);
    return aglet_await(server);
}
#endif

static const struct transport transports[] = {
    {"pipe", open_pipe, false}, {"pair", open_pair, true},
    {"tcp", open_tcp, true},    {"unix", open_unix, true},
#ifdef WITH_TLS
    {"tls", open_tls, true},
#endif
};

/* What the behaviours have in common. */

static const struct transport *transport;
static char much[MUCH], received[MUCH];

static AGLET_COROUTINE int writes_much(void *arg) {
    return aglet_stream_write(arg, much, MUCH);
}

static AGLET_COROUTINE int reads_much(void *arg) {
    return aglet_stream_read_exactly(arg, received, MUCH);
}

static AGLET_COROUTINE int reads_a_byte(void *arg) {
    char byte;
    ssize_t count = aglet_stream_read(arg, &byte, 1);
    return count <= 0 ? (int)count : (unsigned char)byte;
}

static AGLET_COROUTINE int reads_six(void *arg) {
    char text[6];
    return aglet_stream_read_exactly(arg, text, sizeof text);
}

static AGLET_COROUTINE void says(aglet_stream *stream, const char *text) {
    assert_int_equal(aglet_stream_write(stream, text, strlen(text)), 0);
}

static AGLET_COROUTINE void expect_bytes(aglet_stream *stream, const char *text) {
    char buffer[64] = {0};
    assert_true(strlen(text) < sizeof buffer);
    assert_int_equal(aglet_stream_read_exactly(stream, buffer, strlen(text)), 0);
    assert_string_equal(buffer, text);
}

/* Reads until the end or an error, and wants a beginning of `much`; returns how long it was. */
static AGLET_COROUTINE size_t expect_prefix(aglet_stream *stream) {
    size_t total = 0;
    ssize_t count;
    while ((count = aglet_stream_read(stream, received + total, MUCH - total)) > 0)
        total += (size_t)count;
    assert_true(count == 0 || count == -ECONNRESET);
    assert_memory_equal(received, much, total);
    return total;
}

/* The behaviours. */

static AGLET_COROUTINE void read_gives_what_is_there(aglet_stream *near, aglet_stream *far) {
    char text[64] = {0};
    says(near, "hello");
    size_t total = 0;
    while (total < 5) {
        ssize_t count = aglet_stream_read(far, text + total, sizeof text - total);
        assert_in_range(count, 1, 5 - total);
        total += (size_t)count;
    }
    assert_string_equal(text, "hello");
    says(near, "xyz");
    assert_int_equal(reads_a_byte(far), 'x');
    assert_int_equal(reads_a_byte(far), 'y');
    assert_int_equal(reads_a_byte(far), 'z');
}

static AGLET_COROUTINE void nothing_is_nothing(aglet_stream *near, aglet_stream *far) {
    char byte;
    assert_int_equal(aglet_stream_write(near, "", 0), 0);
    assert_int_equal(aglet_stream_write_some(near, "", 0), 0);
    assert_int_equal(aglet_stream_read(far, &byte, 0), 0);
    assert_int_equal(aglet_stream_read_exactly(far, &byte, 0), 0);
    says(near, "x");
    assert_int_equal(aglet_stream_read(far, &byte, 0), 0);
    assert_int_equal(reads_a_byte(far), 'x');
}

static AGLET_COROUTINE void read_exactly_puts_pieces_together(aglet_stream *near,
                                                              aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_six, far);
    says(near, "ab");
    aglet_sleep(1);
    says(near, "cd");
    aglet_sleep(1);
    assert_false(aglet_task_done(reader));
    says(near, "efgh");
    assert_int_equal(aglet_await(reader), 0);
    expect_bytes(far, "gh");
}

static AGLET_COROUTINE int reads_a_line(void *arg) {
    char line[32];
    return (int)aglet_stream_read_until(arg, "\r\n", line, sizeof line);
}

static AGLET_COROUTINE void read_until_finds_the_delimiter(aglet_stream *near, aglet_stream *far) {
    char line[32];
    says(near, "one\r\ntwo\rthree\r\n\r\n");
    assert_int_equal(reads_a_line(far), 5);
    assert_int_equal(aglet_stream_read_until(far, "\r\n", line, sizeof line), 11);
    assert_memory_equal(line, "two\rthree\r\n", 11);
    assert_int_equal(reads_a_line(far), 2);
    /* The delimiter comes in two pieces. */
    aglet_task *reader = aglet_create(reads_a_line, far);
    says(near, "last\r");
    aglet_sleep(1);
    says(near, "\nrest");
    assert_int_equal(aglet_await(reader), 6);
    expect_bytes(far, "rest");
}

static AGLET_COROUTINE void read_until_has_a_limit(aglet_stream *near, aglet_stream *far) {
    char line[8];
    says(near, "12345678\nx");
    assert_int_equal(aglet_stream_read_until(far, "\n", line, sizeof line), -ENOBUFS);
    assert_int_equal(aglet_stream_read_until(far, "\n", line, sizeof line), -ENOBUFS);
    expect_bytes(far, "12");
    assert_int_equal(aglet_stream_read_until(far, "\n", line, sizeof line), 7);
    assert_memory_equal(line, "345678\n", 7);
    expect_bytes(far, "x");
}

static AGLET_COROUTINE void the_end_comes_after_the_bytes(aglet_stream *near, aglet_stream *far) {
    char text[8];
    says(near, "abc");
    assert_int_equal(aglet_stream_close(near), 0);
    assert_int_equal(aglet_stream_read_exactly(far, text, 4), -ENODATA);
    assert_int_equal(aglet_stream_read_until(far, "d", text, sizeof text), -ENODATA);
    expect_bytes(far, "abc");
    assert_int_equal(reads_a_byte(far), 0);
    assert_int_equal(reads_a_byte(far), 0);
    aglet_stream_close(far);
}

static AGLET_COROUTINE void the_end_wakes_a_reader(aglet_stream *near, aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_a_byte, far);
    aglet_sleep(1);
    assert_int_equal(aglet_stream_close(near), 0);
    assert_int_equal(aglet_await(reader), 0);
    aglet_stream_close(far);
}

/* All has been read when the next thing comes: bytes, which nobody waits for, and the end. */
static AGLET_COROUTINE void what_comes_between_reads_is_found(aglet_stream *near,
                                                              aglet_stream *far) {
    char text[64];
    for (int i = 0; i < 3; i++) {
        says(near, "a");
        assert_int_equal(aglet_stream_read(far, text, sizeof text), 1);
        says(near, "b");
        aglet_sleep(2);
        assert_int_equal(aglet_stream_read(far, text, sizeof text), 1);
        assert_int_equal(text[0], 'b');
    }
    says(near, "c");
    assert_int_equal(aglet_stream_read(far, text, sizeof text), 1);
    aglet_stream_close(near);
    aglet_sleep(2);
    assert_int_equal(reads_a_byte(far), 0);
    assert_int_equal(reads_a_byte(far), 0);
    aglet_stream_close(far);
}

static AGLET_COROUTINE int reads_to_the_end(void *arg) {
    char text[64];
    ssize_t count;
    while ((count = aglet_stream_read(arg, text, sizeof text)) > 0) {
    }
    return (int)count;
}

/* One edge tells of both. */
static AGLET_COROUTINE void the_end_comes_with_the_bytes(aglet_stream *near, aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_to_the_end, far);
    aglet_sleep(1);
    says(near, "last words");
    aglet_stream_close(near);
    assert_int_equal(aglet_await(reader), 0);
    aglet_stream_close(far);
}

static AGLET_COROUTINE int answers(void *arg) {
    char text[64];
    ssize_t count;
    while ((count = aglet_stream_read(arg, text, sizeof text)) > 0) {
        int rc = aglet_stream_write(arg, text, (size_t)count);
        if (rc < 0)
            return rc;
    }
    return (int)count;
}

static AGLET_COROUTINE void a_message_costs_one_read(aglet_stream *near, aglet_stream *far) {
    enum { MESSAGES = 100 };
    if (!transport->duplex)
        return;
    char text[64];
    aglet_task *task = aglet_create(answers, far);
    reads = 0;
    for (int i = 0; i < MESSAGES; i++) {
        says(near, "x");
        assert_int_equal(aglet_stream_read(near, text, sizeof text), 1);
    }
    /* Each message is read twice, here and there; only TCP tells when no more is to come. */
    bool tells = !chopping && strcmp(transport->name, "tcp") == 0;
    assert_in_range(reads, 2 * MESSAGES, tells ? 2 * MESSAGES + 4 : 4 * MESSAGES + 4);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
}

static AGLET_COROUTINE void half_a_close(aglet_stream *near, aglet_stream *far) {
    if (!transport->duplex) {
        assert_int_equal(aglet_stream_shutdown(near), -ENOTSOCK);
        return;
    }
    says(near, "question");
    assert_int_equal(aglet_stream_shutdown(near), 0);
    expect_bytes(far, "question");
    assert_int_equal(reads_a_byte(far), 0);
    says(far, "answer");
    expect_bytes(near, "answer");
    assert_int_equal(aglet_stream_shutdown(far), 0);
    assert_int_equal(reads_a_byte(near), 0);
    assert_true(aglet_stream_write(near, "x", 1) < 0);
}

static AGLET_COROUTINE void a_slow_reader_holds_the_writer_up(aglet_stream *near,
                                                              aglet_stream *far) {
    aglet_task *writer = aglet_create(writes_much, near);
    aglet_sleep(20);
    assert_false(aglet_task_done(writer));
    assert_int_equal(reads_much(far), 0);
    assert_memory_equal(received, much, MUCH);
    assert_int_equal(aglet_await(writer), 0);
}

static AGLET_COROUTINE void both_ways_at_once(aglet_stream *near, aglet_stream *far) {
    if (!transport->duplex)
        return;
    aglet_task *there = aglet_create(writes_much, near);
    aglet_task *back = aglet_create(writes_much, far);
    aglet_task *reader = aglet_create(reads_much, far);
    size_t total = 0;
    static char piece[100000];
    while (total < MUCH) {
        ssize_t count = aglet_stream_read(near, piece, sizeof piece);
        assert_true(count > 0);
        assert_memory_equal(piece, much + total, (size_t)count);
        total += (size_t)count;
    }
    assert_int_equal(aglet_await(reader), 0);
    assert_memory_equal(received, much, MUCH);
    assert_int_equal(aglet_await(there), 0);
    assert_int_equal(aglet_await(back), 0);
}

static AGLET_COROUTINE void a_cancelled_read_loses_nothing(aglet_stream *near, aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_six, far);
    says(near, "abc");
    aglet_sleep(2);
    aglet_cancel(reader);
    assert_int_equal(aglet_await(reader), -ECANCELED);
    says(near, "def");
    expect_bytes(far, "abcdef");
}

/* The byte and the cancellation come in the same turn: either the read has it, or it is still
 * there; never both and never neither. */
static AGLET_COROUTINE void a_read_completes_or_is_cancelled(aglet_stream *near,
                                                             aglet_stream *far) {
    int taken = 0, left = 0;
    for (int i = 0; i < 50; i++) {
        aglet_task *reader = aglet_create(reads_a_byte, far);
        aglet_sleep(0);
        if (i % 2)
            aglet_cancel(reader);
        says(near, "x");
        if (i % 4 == 0)
            aglet_yield();
        aglet_cancel(reader);
        int rc = aglet_await(reader);
        assert_true(rc == 'x' || rc == -ECANCELED);
        if (rc == 'x') {
            taken++;
            continue;
        }
        left++;
        assert_int_equal(reads_a_byte(far), 'x');
    }
    assert_int_equal(taken + left, 50);
    assert_true(left > 0);
}

static AGLET_COROUTINE void a_cancelled_write_leaves_a_beginning(aglet_stream *near,
                                                                 aglet_stream *far) {
    aglet_task *writer = aglet_create(writes_much, near);
    aglet_sleep(5);
    aglet_cancel(writer);
    assert_int_equal(aglet_await(writer), -ECANCELED);
    aglet_stream_set_timeouts(near, 0, 0, 5);
    aglet_stream_close(near);
    assert_in_range(expect_prefix(far), 1, MUCH - 1);
    aglet_stream_close(far);
}

static AGLET_COROUTINE void reads_have_a_time_limit(aglet_stream *near, aglet_stream *far) {
    struct aglet_deadline deadline;
    aglet_stream_set_timeouts(far, 5, 0, 0);
    assert_int_equal(reads_a_byte(far), -ETIMEDOUT);
    says(near, "abc");
    assert_int_equal(reads_six(far), -ETIMEDOUT);
    assert_int_equal(reads_a_line(far), -ETIMEDOUT);
    aglet_stream_set_timeouts(far, 60000, 0, 0);
    aglet_fail_after(&deadline, 5);
    assert_int_equal(aglet_deadline_end(&deadline, reads_six(far)), -ETIMEDOUT);
    says(near, "def");
    expect_bytes(far, "abcdef");
}

static AGLET_COROUTINE void a_deadline_that_has_passed_counts(aglet_stream *near,
                                                              aglet_stream *far) {
    struct aglet_deadline deadline;
    says(near, "x");
    aglet_fail_after(&deadline, 0);
    assert_int_equal(reads_a_byte(far), -ETIMEDOUT);
    assert_int_equal(aglet_stream_write(near, "y", 1), -ETIMEDOUT);
    assert_int_equal(aglet_deadline_end(&deadline, 0), 0);
    says(near, "z");
    expect_bytes(far, "xz");
}

static AGLET_COROUTINE void writes_have_a_time_limit(aglet_stream *near, aglet_stream *far) {
    aglet_stream_set_timeouts(near, 0, 10, 5);
    assert_int_equal(writes_much(near), -ETIMEDOUT);
    aglet_stream_close(near);
    assert_in_range(expect_prefix(far), 1, MUCH - 1);
    aglet_stream_close(far);
}

static AGLET_COROUTINE void a_close_has_a_time_limit(aglet_stream *near, aglet_stream *far) {
    aglet_stream_set_timeouts(near, 0, 0, 20);
    assert_int_equal(aglet_stream_put(near, much, MUCH), 0);
    int64_t start = aglet_now();
    assert_int_equal(aglet_stream_close(near), -ETIMEDOUT);
    assert_in_range(aglet_now() - start, 19, 9000);
    assert_in_range(expect_prefix(far), 1, MUCH - 1);
    aglet_stream_close(far);
}

static AGLET_COROUTINE void closing_ends_a_read(aglet_stream *near, aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_a_byte, far);
    aglet_sleep(1);
    aglet_stream_close(far);
    assert_int_equal(aglet_await(reader), -EBADF);
    aglet_stream_close(near);
}

static AGLET_COROUTINE void closing_ends_a_write(aglet_stream *near, aglet_stream *far) {
    aglet_task *writer = aglet_create(writes_much, near);
    aglet_sleep(5);
    aglet_stream_close(near);
    assert_int_equal(aglet_await(writer), -EBADF);
    aglet_stream_close(far);
}

static AGLET_COROUTINE void one_reader_and_one_writer(aglet_stream *near, aglet_stream *far) {
    aglet_task *reader = aglet_create(reads_much, far);
    aglet_sleep(1);
    assert_int_equal(reads_a_byte(far), -EBUSY);
    assert_int_equal(reads_six(far), -EBUSY);
    assert_int_equal(reads_a_line(far), -EBUSY);
    aglet_cancel(reader);
    assert_int_equal(aglet_await(reader), -ECANCELED);
    aglet_task *writer = aglet_create(writes_much, near);
    aglet_sleep(1);
    assert_int_equal(aglet_stream_write(near, "x", 1), -EBUSY);
    assert_int_equal(aglet_stream_write_some(near, "x", 1), -EBUSY);
    assert_int_equal(aglet_stream_put(near, "x", 1), -EBUSY);
    assert_int_equal(aglet_stream_shutdown(near), -EBUSY);
    assert_int_equal(reads_much(far), 0);
    assert_int_equal(aglet_await(writer), 0);
}

static AGLET_COROUTINE void a_peer_that_has_gone(aglet_stream *near, aglet_stream *far) {
    aglet_stream_close(far);
    int rc = 0;
    for (int i = 0; i < 100 && rc == 0; i++) {
        rc = aglet_stream_write(near, "x", 1);
        aglet_sleep(1);
    }
    assert_true(rc == -EPIPE || rc == -ECONNRESET);
    aglet_stream_close(near);
}

static AGLET_COROUTINE void a_peer_that_goes_ends_a_write(aglet_stream *near, aglet_stream *far) {
    aglet_task *writer = aglet_create(writes_much, near);
    aglet_sleep(5);
    aglet_stream_close(far);
    int rc = aglet_await(writer);
    assert_true(rc == -EPIPE || rc == -ECONNRESET);
    aglet_stream_close(near);
}

static AGLET_COROUTINE void what_is_put_arrives(aglet_stream *near, aglet_stream *far) {
    assert_int_equal(aglet_stream_put(near, much, MUCH - 4), 0);
    assert_int_equal(aglet_stream_put(near, "no", 2), -EAGAIN);
    aglet_task *reader = aglet_create(reads_much, far);
    assert_int_equal(aglet_stream_drain(near), 0);
    assert_int_equal(aglet_stream_put(near, much + MUCH - 4, 2), 0);
    assert_int_equal(aglet_stream_write(near, much + MUCH - 2, 2), 0);
    assert_int_equal(aglet_await(reader), 0);
    assert_memory_equal(received, much, MUCH);
}

struct behaviour {
    const char *name;
    void (*run)(aglet_stream *near, aglet_stream *far);
    bool closes; /* both ends by itself */
};

static const struct behaviour behaviours[] = {
    {"read gives what is there", read_gives_what_is_there, false},
    {"nothing is nothing", nothing_is_nothing, false},
    {"read exactly puts pieces together", read_exactly_puts_pieces_together, false},
    {"read until finds the delimiter", read_until_finds_the_delimiter, false},
    {"read until has a limit", read_until_has_a_limit, false},
    {"the end comes after the bytes", the_end_comes_after_the_bytes, true},
    {"the end wakes a reader", the_end_wakes_a_reader, true},
    {"what comes between reads is found", what_comes_between_reads_is_found, true},
    {"the end comes with the bytes", the_end_comes_with_the_bytes, true},
    {"a message costs one read", a_message_costs_one_read, false},
    {"half a close", half_a_close, false},
    {"a slow reader holds the writer up", a_slow_reader_holds_the_writer_up, false},
    {"both ways at once", both_ways_at_once, false},
    {"a cancelled read loses nothing", a_cancelled_read_loses_nothing, false},
    {"a read completes or is cancelled", a_read_completes_or_is_cancelled, false},
    {"a cancelled write leaves a beginning", a_cancelled_write_leaves_a_beginning, true},
    {"reads have a time limit", reads_have_a_time_limit, false},
    {"a deadline that has passed counts", a_deadline_that_has_passed_counts, false},
    {"writes have a time limit", writes_have_a_time_limit, true},
    {"a close has a time limit", a_close_has_a_time_limit, true},
    {"closing ends a read", closing_ends_a_read, true},
    {"closing ends a write", closing_ends_a_write, true},
    {"one reader and one writer", one_reader_and_one_writer, false},
    {"a peer that has gone", a_peer_that_has_gone, true},
    {"a peer that goes ends a write", a_peer_that_goes_ends_a_write, true},
    {"what is put arrives", what_is_put_arrives, false},
};

enum {
    TRANSPORTS = sizeof transports / sizeof transports[0],
    BEHAVIOURS = sizeof behaviours / sizeof behaviours[0],
    CASES = TRANSPORTS * BEHAVIOURS * 2
};

struct test_case {
    const struct transport *transport;
    const struct behaviour *behaviour;
    bool chopped;
    char name[96];
};

static AGLET_COROUTINE int run_case(void *arg) {
    const struct test_case *test = arg;
    aglet_stream *near, *far;
    assert_int_equal(test->transport->open(&near, &far), 0);
    test->behaviour->run(near, far);
    if (!test->behaviour->closes) {
        aglet_stream_close(near);
        aglet_stream_close(far);
    }
    return 0;
}

/* The number of lines, each of which has to report a wrong use. */
static int count_misuses(const char *report) {
    static const char start[] = "{\"kind\":\"misuse\"";
    int count = 0;
    for (; *report; report = strchr(report, '\n') + 1, count++)
        assert_memory_equal(report, start, sizeof start - 1);
    return count;
}

static void test_one(void **state) {
    static char report[4096];
    struct test_case *test = *state;
    transport = test->transport;
    chopping = test->chopped;
    chop_state = 1;
    /* How long a step takes is not the question here. */
    const struct aglet_options options = {.slow_step_ms = 600000};
    int rc = run_watched_with(&options, run_case, test, report, sizeof report);
    chopping = false;
    if (test->behaviour->run == one_reader_and_one_writer)
        assert_int_equal(count_misuses(report), 7); /* and nothing else */
    else
        assert_string_equal(report, "");
    assert_int_equal(rc, 0);
}

static int prepare(void **state) {
    for (size_t i = 0; i < MUCH; i++)
        much[i] = (char)(i * 2654435761u >> 13);
#ifdef WITH_TLS
    return make_certificate(state);
#else
    (void)state;
    return 0;
#endif
}

static int tidy(void **state) {
#ifdef WITH_TLS
    return remove_certificate(state);
#else
    (void)state;
    return 0;
#endif
}

int main(void) {
    static struct test_case cases[CASES];
    static struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++) {
        struct test_case *test = &cases[i];
        test->transport = &transports[i / 2 % TRANSPORTS];
        test->behaviour = &behaviours[i / 2 / TRANSPORTS];
        test->chopped = i % 2;
        snprintf(test->name, sizeof test->name, "%s over %s%s", test->behaviour->name,
                 test->transport->name, test->chopped ? ", in short pieces" : "");
        tests[i] =
            (struct CMUnitTest){.name = test->name, .test_func = test_one, .initial_state = test};
    }
    return cmocka_run_group_tests(tests, prepare, tidy);
}
