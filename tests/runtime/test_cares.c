/*
 * The resolver by c-ares, on a name server of this program's own: it answers, says that there is no
 * such name, fails, keeps silent, or sends the asker to TCP.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>

#include <aglet/cares.h>

enum { HEADER = 12, PACKET = 512, TYPE_A = 1, TYPE_AAAA = 28, NAMES = 50 };
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

static AGLET_COROUTINE int names_have_answers(void) {
    struct in_addr address = {0};
    assert_int_equal(find("n7.test", &address), 0);
    assert_int_equal(ntohl(address.s_addr), INADDR_LOOPBACK + 7);
    assert_int_equal(find("nowhere.test", &address), -ENOENT);
    assert_int_equal(find("empty.test", &address), -ENOENT);
    assert_int_equal(find("down.test", &address), -EAGAIN);
    assert_int_equal(find("lossy.test", &address), 0);
    assert_in_range(dropped, 3, 10);
    asked = 0;
    assert_int_equal(find("localhost", &address), 0);
    assert_int_equal(find("127.0.0.9", &address), 0);
    assert_int_equal(asked, 0);
    assert_int_equal(find("big.test", &address), 0);
    assert_in_range(asked_by_tcp, 1, 10);
    return 0;
}

/* Both addresses are tried: the server listens on one of them. */
static AGLET_COROUTINE int names_can_be_connected_to(aglet_server *server) {
    char text[8];
    AGLET_AUTO(aglet_stream) stream = NULL;
    snprintf(text, sizeof text, "%u", (unsigned)aglet_server_port(server));
    return aglet_connect_tcp("two.test", text, &stream);
}

static AGLET_COROUTINE int finds_its_own(void *arg) {
    int own = *(const int *)arg;
    struct in_addr address;
    char name[16];
    snprintf(name, sizeof name, "n%d.test", own);
    int rc = find(name, &address);
    if (rc == 0)
        assert_int_equal(ntohl(address.s_addr), INADDR_LOOPBACK + (uint32_t)own);
    return rc;
}

static AGLET_COROUTINE int many_names_at_a_time(void) {
    static int numbers[NAMES];
    struct aglet_call calls[NAMES];
    for (int i = 0; i < NAMES; i++) {
        numbers[i] = i + 1;
        calls[i] = (struct aglet_call){finds_its_own, &numbers[i]};
    }
    return aglet_gather(calls, NAMES, NULL);
}

static AGLET_COROUTINE int finds_silence(void *arg) {
    struct in_addr address;
    (void)arg;
    return find("silent.test", &address);
}

static AGLET_COROUTINE int silence_can_be_cut(void) {
    struct in_addr address;
    struct aglet_deadline deadline;
    int64_t start = aglet_now();
    aglet_fail_after(&deadline, 5);
    assert_int_equal(find("silent.test", &address), -ETIMEDOUT);
    assert_int_equal(aglet_deadline_end(&deadline, 0), 0);
    aglet_task *task = aglet_create(finds_silence, NULL);
    assert_int_equal(aglet_sleep(5), 0);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_true(aglet_now() - start < 2000);
    /* By itself it ends too: 50 ms, and longer each time it is asked again. */
    assert_int_equal(find("silent.test", &address), -EAGAIN);
    assert_true(aglet_now() - start >= 50);
    return 0;
}

static int open_files(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static AGLET_COROUTINE int with_a_name_server(void *arg) {
    aglet_datagram *socket = arg;
    AGLET_AUTO(aglet_server) server = NULL;
    char text[8];
    snprintf(text, sizeof text, "%u", (unsigned)port);
    assert_int_equal(aglet_datagram_open("127.0.0.1", text, &socket), 0);
    assert_int_equal(aglet_listen_tcp("127.0.0.1", text, &server), 0);
    aglet_task *udp = aglet_create(serve_udp, socket);
    aglet_task *tcp = aglet_create(accept_tcp, server);
    int rc = names_have_answers();
    if (rc == 0)
        rc = names_can_be_connected_to(server);
    /* The server's end of the last connection by TCP goes in its own time. */
    assert_int_equal(aglet_sleep(10), 0);
    int files = open_files();
    if (rc == 0)
        rc = many_names_at_a_time();
    if (rc == 0)
        rc = silence_can_be_cut();
    assert_int_equal(open_files(), files);
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

static void the_name_server_is_asked(void **state) {
    (void)state;
    char servers[32];
    assert_int_equal(aglet_run(finds_a_port, NULL), 0);
    snprintf(servers, sizeof servers, "127.0.0.1:%u", (unsigned)port);
    const struct aglet_cares_options cares = {.servers = servers, .timeout_ms = 1000, .tries = 2};
    assert_int_equal(aglet_cares_new(&cares, &resolver), 0);
    const struct aglet_options options = {.resolver = resolver};
    static char report[4096];
    int rc = run_watched_with(&options, with_a_name_server, NULL, report, sizeof report);
    assert_string_equal(report, "");
    assert_int_equal(rc, 0);
    aglet_cares_free(resolver);
}

static void wrong_servers_are_told_at_once(void **state) {
    (void)state;
    const struct aglet_cares_options cares = {.servers = "not an address"};
    assert_int_equal(aglet_cares_new(&cares, &resolver), -EINVAL);
    assert_null(resolver);
    aglet_cares_free(NULL);
    assert_int_equal(aglet_cares_new(NULL, &resolver), 0);
    aglet_cares_free(resolver);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_server_is_asked),
        cmocka_unit_test(wrong_servers_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
