/*
 * Connecting to a name with several addresses, and a server's graceful end. The resolver of this
 * program takes the place of the system's.
 */
#include "harness.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct sockaddr_in addresses[2];
static struct addrinfo infos[2];

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list) {
    (void)node;
    for (int i = 0; i < 2; i++) {
        /* 127.0.0.2, then 127.0.0.1; a server listens on the second. */
        addresses[i] =
            (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)atoi(service)),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (i ? 0 : 1))};
        infos[i] = (struct addrinfo){.ai_family = AF_INET,
                                     .ai_socktype = SOCK_STREAM,
                                     .ai_addrlen = sizeof addresses[i],
                                     .ai_addr = (struct sockaddr *)&addresses[i],
                                     .ai_next = i ? NULL : &infos[1]};
    }
    *list = hints->ai_flags & AI_PASSIVE ? &infos[1] : &infos[0];
    return 0;
}

void freeaddrinfo(struct addrinfo *list) {
    (void)list;
}

static AGLET_COROUTINE int64_t connect_takes(const char *port, int expected) {
    aglet_stream *stream;
    int64_t start = aglet_now();
    assert_int_equal(aglet_connect_tcp("name", port, &stream), expected);
    if (stream) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        assert_int_equal(getpeername(aglet_stream_fd(stream), (struct sockaddr *)&peer, &size), 0);
        assert_int_equal(ntohl(peer.sin_addr.s_addr), INADDR_LOOPBACK);
        aglet_stream_close(stream);
    }
    return aglet_now() - start;
}

/* A listener whose row of connections is full answers nobody. Fills fds[0..2]. */
static void make_black_hole(uint16_t port, int *fds) {
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1)};
    for (int i = 0; i < 3; i++)
        fds[i] = socket(AF_INET, SOCK_STREAM | (i ? SOCK_NONBLOCK : 0), 0);
    assert_int_equal(bind(fds[0], (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    for (int i = 1; i < 3; i++)
        (void)connect(fds[i], (const struct sockaddr *)&address, sizeof address);
    usleep(5000);
}

static AGLET_COROUTINE int the_next_address_is_tried(void *arg) {
    (void)arg;
    aglet_server *server;
    char port[8];
    int fds[3];
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    uint16_t number = aglet_server_port(server);
    snprintf(port, sizeof port, "%u", (unsigned)number);
    /* Refused: at once, if the machine is not too busy each time. */
    int64_t ms = connect_takes(port, 0);
    for (int i = 0; i < 20 && ms > 200; i++)
        ms = connect_takes(port, 0);
    assert_in_range(ms, 0, 200);
    /* Silent: after a while, without waiting for its end. */
    make_black_hole(number, fds);
    assert_in_range(connect_takes(port, 0), 240, 9000);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    aglet_server_close(server);
    /* All refused: the first one's error. */
    connect_takes(port, -ECONNREFUSED);
    return 0;
}

struct handled {
    int delay, finished, cancelled;
};

static AGLET_COROUTINE int handles(aglet_stream *stream, void *arg) {
    struct handled *handled = arg;
    char byte;
    ssize_t count = aglet_stream_read(stream, &byte, 1);
    int rc = count == 1 ? aglet_sleep(byte == 's' ? 20 : 60000) : (int)count;
    if (rc == 0)
        handled->finished++;
    else
        handled->cancelled++;
    return rc;
}

struct serving {
    aglet_server *server;
    struct handled handled;
};

static AGLET_COROUTINE int serves(void *arg) {
    struct serving *serving = arg;
    return aglet_serve(serving->server, handles, &serving->handled, 10, 200);
}

/* Those that are done within the grace finish, the others are cancelled. */
static AGLET_COROUTINE int a_server_ends_gracefully(void *arg) {
    (void)arg;
    struct serving serving = {0};
    aglet_stream *quick, *slow;
    char port[8];
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &serving.server), 0);
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(serving.server));
    aglet_task *task = aglet_create(serves, &serving);
    assert_int_equal(aglet_connect_tcp("name", port, &quick), 0);
    assert_int_equal(aglet_connect_tcp("name", port, &slow), 0);
    assert_int_equal(aglet_stream_write(quick, "s", 1), 0);
    assert_int_equal(aglet_stream_write(slow, "l", 1), 0);
    aglet_sleep(5);
    int64_t start = aglet_now();
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_in_range(aglet_now() - start, 190, 2000);
    assert_int_equal(serving.handled.finished, 1);
    assert_int_equal(serving.handled.cancelled, 1);
    aglet_stream_close(quick);
    aglet_stream_close(slow);
    return aglet_server_close(serving.server);
}

IN_A_RUN(the_next_address_is_tried)
IN_A_RUN(a_server_ends_gracefully)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_the_next_address_is_tried),
        cmocka_unit_test(run_a_server_ends_gracefully),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
