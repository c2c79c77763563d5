/*
 * Who is asked for the addresses of names: nobody for this machine's own, the run's resolver if it
 * has one, and else the system, whose answers this program makes up.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>

typedef int lookup_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int system_asked;

/* The system knows no name at all, not even localhost: it has no /etc/hosts. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list) {
    if (node && !(hints->ai_flags & AI_NUMERICHOST)) {
        system_asked++;
        return EAI_NONAME;
    }
    lookup_fn *next = (lookup_fn *)(uintptr_t)dlsym(RTLD_NEXT, "getaddrinfo");
    return next(node, service, hints, list);
}

static AGLET_COROUTINE int find(const char *host, const char *port, char text[static 64]) {
    struct aglet_address address;
    int rc = aglet_address_find(host, port, &address);
    if (rc < 0)
        return rc;
    char name[INET6_ADDRSTRLEN];
    const struct sockaddr_in *in = (const struct sockaddr_in *)&address.storage;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address.storage;
    bool old = address.storage.ss_family == AF_INET;
    assert_int_equal(address.length, old ? sizeof *in : sizeof *in6);
    inet_ntop(address.storage.ss_family,
              old ? (const void *)&in->sin_addr : (const void *)&in6->sin6_addr, name, sizeof name);
    snprintf(text, 64, "%s %d", name, ntohs(old ? in->sin_port : in6->sin6_port));
    return 0;
}

static AGLET_COROUTINE int localhost_is_this_machine(void *arg) {
    (void)arg;
    static const char *const names[] = {"localhost", "LocalHost.", "db.localhost", "a.b.LOCALHOST"};
    char text[64];
    system_asked = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(find(names[i], "7", text), 0);
        assert_string_equal(text, "127.0.0.1 7");
    }
    assert_int_equal(find("127.0.0.3", "7", text), 0);
    assert_string_equal(text, "127.0.0.3 7");
    assert_int_equal(system_asked, 0);
    static const char *const others[] = {"notlocalhost", "localhost.example", "", "."};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(find(others[i], "7", text), -ENOENT);
    assert_int_equal(system_asked, 4);
    return 0;
}

static AGLET_COROUTINE int localhost_has_services(void *arg) {
    (void)arg;
    char text[64];
    system_asked = 0;
    int rc = find("localhost", "http", text);
    /* A machine without /etc/services knows none. */
    if (rc == 0)
        assert_string_equal(text, "127.0.0.1 80");
    else
        assert_int_equal(rc, -EINVAL);
    assert_int_equal(find("localhost", "no-such-service", text), -EINVAL);
    assert_int_equal(system_asked, 0);
    return 0;
}

/* getaddrinfo() cuts a number to 16 bits: 65616 would be port 80. */
static AGLET_COROUTINE int a_port_has_16_bits(void *arg) {
    (void)arg;
    static const char *const bad[] = {"65536", "65616", "-1", "+80",
                                      " 80",   "",      NULL, "99999999999999999999999"};
    static const char *const hosts[] = {"127.0.0.1", "localhost", "example.org"};
    char text[64];
    system_asked = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        aglet_stream *stream;
        aglet_server *server;
        aglet_datagram *datagram;
        for (size_t k = 0; k < sizeof hosts / sizeof hosts[0]; k++)
            assert_int_equal(find(hosts[k], bad[i], text), -EINVAL);
        assert_int_equal(aglet_connect_tcp("127.0.0.1", bad[i], &stream), -EINVAL);
        assert_null(stream);
        assert_int_equal(aglet_listen_tcp(NULL, bad[i], &server), -EINVAL);
        assert_null(server);
        assert_int_equal(aglet_datagram_open(NULL, bad[i], &datagram), -EINVAL);
        assert_null(datagram);
    }
    assert_int_equal(system_asked, 0);
    assert_int_equal(find("127.0.0.1", "65535", text), 0);
    assert_string_equal(text, "127.0.0.1 65535");
    return 0;
}

static AGLET_COROUTINE int says_hello(void *arg) {
    aglet_stream *stream;
    int rc = aglet_accept(arg, &stream);
    if (rc < 0)
        return rc;
    rc = aglet_stream_write(stream, "hello", 5);
    aglet_stream_close(stream);
    return rc;
}

static AGLET_COROUTINE int hears_hello(const char *host, aglet_server *server) {
    char port[8], text[5];
    AGLET_AUTO(aglet_stream) stream = NULL;
    snprintf(port, sizeof port, "%u", (unsigned)aglet_server_port(server));
    aglet_task *task = aglet_create(says_hello, server);
    assert_int_equal(aglet_connect_tcp(host, port, &stream), 0);
    assert_int_equal(aglet_stream_read_exactly(stream, text, sizeof text), 0);
    assert_memory_equal(text, "hello", sizeof text);
    return aglet_await(task);
}

static AGLET_COROUTINE int localhost_connects(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_server) server = NULL;
    assert_int_equal(aglet_listen_tcp("localhost", "0", &server), 0);
    assert_int_equal(hears_hello("localhost", server), 0);
    return hears_hello("127.0.0.1", server);
}

/* A resolver that takes its time: example.org has an address that nobody listens on, and ours. */
static AGLET_COROUTINE int knows_example(void *data, const char *host, struct aglet_address *found,
                                         size_t size) {
    ++*(int *)data;
    assert_non_null(aglet_current());
    int rc = aglet_sleep(strcmp(host, "slow.example") == 0 ? 60000 : 2);
    if (rc < 0)
        return rc;
    if (strcmp(host, "example.org") != 0)
        return strcmp(host, "down.example") == 0 ? -EAGAIN : -ENOENT;
    assert_in_range(size, 2, 100);
    for (uint32_t i = 0; i < 2; i++) {
        struct sockaddr_in in = {.sin_family = AF_INET,
                                 .sin_port = 12345,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 - i)};
        memcpy(&found[i].storage, &in, sizeof in);
        found[i].length = sizeof in;
    }
    return 2;
}

static int resolver_asked;
static const struct aglet_resolver resolver = {knows_example, &resolver_asked};

static AGLET_COROUTINE int asks_the_resolver(void *arg) {
    (void)arg;
    char text[64];
    AGLET_AUTO(aglet_server) server = NULL;
    assert_int_equal(aglet_listen_tcp("127.0.0.1", "0", &server), 0);
    assert_int_equal(find("localhost", "1", text), 0);
    assert_int_equal(find("::1", "1", text), 0);
    assert_string_equal(text, "::1 1");
    assert_int_equal(find("127.0.0.1", "no-such-service", text), -ENOENT);
    assert_int_equal(resolver_asked, 0);
    assert_int_equal(find("example.org", "4711", text), 0);
    assert_string_equal(text, "127.0.0.2 4711");
    assert_int_equal(hears_hello("example.org", server), 0);
    assert_int_equal(find("example.net", "1", text), -ENOENT);
    assert_int_equal(find("down.example", "1", text), -EAGAIN);
    assert_int_equal(resolver_asked, 4);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 10);
    assert_int_equal(find("slow.example", "1", text), -ETIMEDOUT);
    return aglet_deadline_end(&deadline, 0);
}

static void a_run_may_have_its_own_resolver(void **state) {
    (void)state;
    const struct aglet_options options = {.resolver = &resolver};
    system_asked = 0;
    assert_int_equal(aglet_run_with(&options, asks_the_resolver, NULL), 0);
    assert_int_equal(system_asked, 1); /* for the service */
}

IN_A_RUN(localhost_is_this_machine)
IN_A_RUN(localhost_has_services)
IN_A_RUN(a_port_has_16_bits)
IN_A_RUN(localhost_connects)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_localhost_is_this_machine),
        cmocka_unit_test(run_localhost_has_services),
        cmocka_unit_test(run_a_port_has_16_bits),
        cmocka_unit_test(run_localhost_connects),
        cmocka_unit_test(a_run_may_have_its_own_resolver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
