/*
 * A name server of the tests' own, over UDP and TCP: it answers, says that there is no such name,
 * fails, keeps silent, or sends the asker to TCP.
 */
#ifndef NAME_SERVER_H
#define NAME_SERVER_H

#include "harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <aglet/cares.h>

enum { HEADER = 12, PACKET = 512, TYPE_A = 1, TYPE_AAAA = 28 };
enum { NO_ERROR = 0, SERVER_FAILURE = 2, NO_NAME = 3 };

/* What the server was asked. */
struct question {
    char name[256];
    int type;
    size_t end; /* of the question in the packet */
};

static int asked, dropped, asked_by_tcp;
static struct aglet_resolver *resolver;
static uint16_t port;

static int number(const uint8_t *bytes) {
    return bytes[0] << 8 | bytes[1];
}

static struct question parse(const uint8_t *packet, size_t size) {
    struct question question = {.name = ""};
    size_t at = HEADER;
    while (at < size && packet[at]) {
        snprintf(question.name + strlen(question.name), 64, "%s%.*s", *question.name ? "." : "",
                 packet[at], (const char *)&packet[at + 1]);
        at += packet[at] + 1u;
    }
    assert_true(at + 5 <= size);
    question.type = number(&packet[at + 1]);
    question.end = at + 5;
    return question;
}

/* Appends the record of a name that starts where the question does. */
static size_t add_answer(uint8_t *packet, size_t size, int type, const void *data, uint8_t length) {
    const uint8_t record[] = {0xC0, HEADER, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, 0, length};
    memcpy(packet + size, record, sizeof record);
    memcpy(packet + size + sizeof record, data, length);
    packet[7]++;
    return size + sizeof record + length;
}

static bool is(const struct question *question, const char *name) {
    return strcmp(question->name, name) == 0;
}

/* Makes the answer of the question in `packet`, in its place. Returns its size; 0: none. */
static size_t answer(uint8_t *packet, size_t size, bool tcp) {
    struct question question = parse(packet, size);
    static const struct in6_addr loopback6 = IN6ADDR_LOOPBACK_INIT;
    struct in_addr address = {htonl(INADDR_LOOPBACK)};
    int host, rcode = NO_NAME;
    asked++;
    asked_by_tcp += tcp;
    if (is(&question, "silent.test"))
        return 0;
    if (is(&question, "lossy.test") && dropped++ < 2)
        return 0;
    if (is(&question, "empty.test") || is(&question, "two.test") || is(&question, "lossy.test") ||
        is(&question, "big.test"))
        rcode = NO_ERROR;
    if (is(&question, "down.test"))
        rcode = SERVER_FAILURE;
    if (sscanf(question.name, "n%d.test", &host) == 1) {
        rcode = NO_ERROR;
        address.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)host);
    }
    memset(packet + 6, 0, 6);
    packet[2] = 0x81;
    packet[3] = (uint8_t)(0x80 | rcode);
    size = question.end;
    if (is(&question, "big.test") && !tcp)
        packet[2] |= 2; /* truncated */
    else if (rcode == NO_ERROR && !is(&question, "empty.test") && question.type == TYPE_A)
        size = add_answer(packet, size, TYPE_A, &address, sizeof address);
    else if (is(&question, "two.test") && question.type == TYPE_AAAA)
        size = add_answer(packet, size, TYPE_AAAA, &loopback6, sizeof loopback6);
    return size;
}

static AGLET_COROUTINE int serve_udp(void *arg) {
    aglet_datagram *socket = arg;
    uint8_t packet[PACKET];
    struct aglet_address from;
    ssize_t size;
    while ((size = aglet_datagram_receive(socket, packet, sizeof packet, &from)) > 0) {
        size_t length = answer(packet, (size_t)size, false);
        if (length) {
            int rc = aglet_datagram_send(socket, packet, length, &from);
            if (rc < 0)
                return rc;
        }
    }
    return (int)size;
}

/* Over TCP, each message comes after its length; the answer comes in two parts here. */
static AGLET_COROUTINE int serve_tcp(aglet_stream *stream, void *arg) {
    (void)arg;
    uint8_t packet[PACKET + 2];
    for (;;) {
        int rc = aglet_stream_read_exactly(stream, packet, 2);
        if (rc == 0)
            rc = aglet_stream_read_exactly(stream, packet + 2, (size_t)number(packet));
        if (rc < 0)
            return rc == -ENODATA ? 0 : rc;
        size_t length = answer(packet + 2, (size_t)number(packet), true);
        packet[0] = (uint8_t)(length >> 8);
        packet[1] = (uint8_t)length;
        rc = aglet_stream_write(stream, packet, 7);
        if (rc == 0)
            rc = aglet_sleep(5);
        if (rc == 0)
            rc = aglet_stream_write(stream, packet + 7, length - 5);
        if (rc < 0)
            return rc;
    }
}

static AGLET_COROUTINE int accept_tcp(void *arg) {
    return aglet_serve(arg, serve_tcp, NULL, 0, 0);
}

static AGLET_COROUTINE int find(const char *name, struct in_addr *address) {
    struct aglet_address found;
    int rc = aglet_address_find(name, "4711", &found);
    if (rc < 0)
        return rc;
    const struct sockaddr_in *in = (const struct sockaddr_in *)&found.storage;
    assert_int_equal(in->sin_family, AF_INET);
    assert_int_equal(ntohs(in->sin_port), 4711);
    *address = in->sin_addr;
    return 0;
}

/** Runs `body` with the name server beside it, which listens on `port`. */
static inline AGLET_COROUTINE int with_a_name_server(AGLET_COROUTINE int (*body)(aglet_server *)) {
    aglet_datagram *socket;
    AGLET_AUTO(aglet_server) server = NULL;
    char text[8];
    snprintf(text, sizeof text, "%u", (unsigned)port);
    assert_int_equal(aglet_datagram_open("127.0.0.1", text, &socket), 0);
    assert_int_equal(aglet_listen_tcp("127.0.0.1", text, &server), 0);
    aglet_task *udp = aglet_create(serve_udp, socket);
    aglet_task *tcp = aglet_create(accept_tcp, server);
    int rc = body(server);
    aglet_cancel(udp);
    aglet_cancel(tcp);
    assert_int_equal(aglet_await(udp), -ECANCELED);
    assert_int_equal(aglet_await(tcp), -ECANCELED);
    aglet_datagram_close(socket);
    return rc;
}

static AGLET_COROUTINE int finds_a_port(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = NULL;
    int rc = aglet_listen_tcp("127.0.0.1", "0", &server);
    if (rc == 0)
        port = aglet_server_port(server);
    return rc;
}

/** Makes `resolver`, which asks a server on `port`. */
static inline void make_resolver(void) {
    char servers[32];
    assert_int_equal(aglet_run(finds_a_port, NULL), 0);
    snprintf(servers, sizeof servers, "127.0.0.1:%u", (unsigned)port);
    const struct aglet_cares_options cares = {.servers = servers, .timeout_ms = 1000, .tries = 2};
    assert_int_equal(aglet_cares_new(&cares, &resolver), 0);
}

#endif
