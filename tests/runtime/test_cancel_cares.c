/* Names that c-ares asks for, with who asks cancelled at each point. */
#include "cancel_each.h"
#include "name_server.h"

/* After a cancelled question the same loop gets answers to others. */
static AGLET_COROUTINE int struck(aglet_fn fn, void *arg) {
    struct in_addr address = {0};
    int rc = strike(fn, arg);
    assert_true(rc == 0 || rc == -ECANCELED);
    assert_int_equal(find("n8.test", &address), 0);
    assert_int_equal(ntohl(address.s_addr), INADDR_LOOPBACK + 8);
    return 0;
}

static AGLET_COROUTINE int finds(void *name) {
    struct in_addr address;
    return find(name, &address);
}

/* Two questions under way in one task's children: the one's end does not touch the other's. */
static AGLET_COROUTINE int finds_two(void *arg) {
    (void)arg;
    static char names[2][8] = {"n7.test", "n9.test"};
    const struct aglet_call calls[] = {{finds, names[0]}, {finds, names[1]}};
    return aglet_gather(calls, 2, NULL);
}

static AGLET_COROUTINE int gives_up(void *arg) {
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 1);
    int rc = aglet_deadline_end(&deadline, finds(arg));
    return rc == -ETIMEDOUT ? 0 : rc;
}

static AGLET_COROUTINE int connects(void *arg) {
    char text[8];
    AGLET_AUTO(aglet_stream) stream = NULL;
    snprintf(text, sizeof text, "%u", (unsigned)aglet_server_port(arg));
    return aglet_connect_tcp("two.test", text, &stream);
}

static AGLET_COROUTINE int by_udp(aglet_server *server) {
    static char name[] = "n7.test";
    (void)server;
    return struck(finds, name);
}

/* The answer by UDP is cut off, so that the question is asked again by TCP. */
static AGLET_COROUTINE int by_tcp(aglet_server *server) {
    static char name[] = "big.test";
    (void)server;
    int rc = struck(finds, name);
    /* The server's end of the connection goes in its own time. */
    return rc < 0 ? rc : aglet_sleep(1);
}

static AGLET_COROUTINE int by_two(aglet_server *server) {
    (void)server;
    return struck(finds_two, NULL);
}

static AGLET_COROUTINE int by_one_that_gives_up(aglet_server *server) {
    static char name[] = "silent.test";
    (void)server;
    return struck(gives_up, name);
}

static AGLET_COROUTINE int by_a_connection(aglet_server *server) {
    return struck(connects, server);
}

#define PROGRAM(name, body)                                                                        \
    static AGLET_COROUTINE int name(void *arg) {                                                   \
        (void)arg;                                                                                 \
        return with_a_name_server(body);                                                           \
    }                                                                                              \
    CANCEL_AT_EACH(name)

PROGRAM(a_name_asked_for_by_udp, by_udp)
PROGRAM(a_name_asked_for_by_tcp, by_tcp)
PROGRAM(two_names_at_a_time, by_two)
PROGRAM(a_name_that_is_given_up, by_one_that_gives_up)
PROGRAM(a_connection_to_a_name, by_a_connection)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancel_a_name_asked_for_by_udp),
        cmocka_unit_test(cancel_a_name_asked_for_by_tcp),
        cmocka_unit_test(cancel_two_names_at_a_time),
        cmocka_unit_test(cancel_a_name_that_is_given_up),
        cmocka_unit_test(cancel_a_connection_to_a_name),
    };
    make_resolver();
    const struct aglet_options options = {.resolver = resolver};
    cancel_options = &options;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    aglet_cares_free(resolver);
    return failed;
}
