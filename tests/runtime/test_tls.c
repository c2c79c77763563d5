/* TLS: upgrade of a live stream, verification, goodbye. */
#include "harness.h"

#include <sys/socket.h>

#include "certificate.h"

static AGLET_COROUTINE int echoes(void *arg) {
    aglet_stream *stream = arg;
    int rc = aglet_start_tls(stream, server_context, NULL, AGLET_TLS_UNREAD_FAILS);
    static char buffer[30000];
    ssize_t count = rc;
    while (rc == 0 && (count = aglet_stream_read(stream, buffer, sizeof buffer)) > 0)
        rc = aglet_stream_write(stream, buffer, (size_t)count);
    return rc < 0 ? rc : (int)count;
}

static char sent[400000], received[sizeof sent];

static AGLET_COROUTINE int writes_all(void *arg) {
    int rc = aglet_stream_write(arg, sent, sizeof sent);
    return rc < 0 ? rc : aglet_stream_shutdown(arg);
}

static AGLET_COROUTINE int a_live_stream_is_upgraded(void *arg) {
    (void)arg;
    aglet_stream *a, *b;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_null(aglet_tls_version(a));
    aglet_task *server = aglet_create(echoes, b);
    assert_int_equal(aglet_start_tls(a, client_context, "test.example", AGLET_TLS_UNREAD_FAILS), 0);
    char protocol[16];
    assert_int_equal(aglet_tls_protocol(a, protocol, sizeof protocol), 8);
    assert_string_equal(protocol, "http/1.1");
    assert_string_equal(aglet_tls_version(a), "TLSv1.3");
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 31);
    /* Both directions at once, more than the socket buffers hold. */
    aglet_task *writer = aglet_create(writes_all, a);
    assert_int_equal(aglet_stream_read_exactly(a, received, sizeof received), 0);
    assert_memory_equal(sent, received, sizeof sent);
    assert_int_equal(aglet_await(writer), 0);
    assert_int_equal(aglet_await(server), 0);
    assert_int_equal(aglet_stream_close(b), 0);
    char byte;
    assert_int_equal(aglet_stream_read(a, &byte, 1), 0);
    assert_int_equal(aglet_stream_close(a), 0);
    return 0;
}

static AGLET_COROUTINE int a_wrong_name_is_refused(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_task *server = aglet_create(echoes, b);
    assert_int_equal(aglet_start_tls(a, client_context, NULL, AGLET_TLS_UNREAD_FAILS), -EINVAL);
    assert_int_equal(aglet_start_tls(a, client_context, "other.example", AGLET_TLS_UNREAD_FAILS),
                     -EKEYREJECTED);
    assert_int_equal(aglet_await(server), -EPROTO);
    return 0;
}

static AGLET_COROUTINE int bytes_read_ahead_are_refused(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    char line[32];
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_write(a, "STARTTLS\nRSET\n", 14), 0);
    assert_int_equal(aglet_stream_read_until(b, "\n", line, sizeof line), 9);
    assert_int_equal(aglet_start_tls(b, server_context, NULL, AGLET_TLS_UNREAD_FAILS), -EBADMSG);
    return 0;
}

static AGLET_COROUTINE int asks_with_starttls(void *arg) {
    aglet_stream *stream = arg;
    char byte;
    int rc = aglet_start_tls(stream, client_context, "test.example", AGLET_TLS_UNREAD_FAILS);
    return rc < 0 ? rc : (int)aglet_stream_read(stream, &byte, 1);
}

/* The handshake's first bytes came together with the line before it; a file goes out after it. */
static AGLET_COROUTINE int bytes_read_ahead_may_be_fed(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    AGLET_AUTO(aglet_file) file = NULL;
    char line[32];
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_stream_write(a, "STARTTLS\n", 9), 0);
    aglet_task *client = aglet_create(asks_with_starttls, a);
    aglet_sleep(5);
    assert_int_equal(aglet_stream_read_until(b, "\n", line, sizeof line), 9);
    assert_int_equal(aglet_start_tls(b, server_context, NULL, AGLET_TLS_UNREAD_FEED), 0);
    assert_int_equal(aglet_file_open(certificate, 0, 0, &file), 0);
    assert_int_equal(aglet_sendfile(b, file, 0, 1), 1);
    assert_int_equal(aglet_await(client), 1);
    return 0;
}

static AGLET_COROUTINE int an_end_without_goodbye_is_an_error(void *arg) {
    (void)arg;
    aglet_stream *a, *b;
    char byte;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_task *server = aglet_create(echoes, b);
    assert_int_equal(aglet_start_tls(a, client_context, "127.0.0.1", AGLET_TLS_UNREAD_FAILS), 0);
    assert_int_equal(aglet_stream_write(a, "x", 1), 0);
    assert_int_equal(aglet_stream_read(a, &byte, 1), 1);
    assert_int_equal(shutdown(aglet_stream_fd(a), SHUT_WR), 0);
    assert_int_equal(aglet_await(server), -ECONNRESET);
    aglet_stream_close(b);
    aglet_stream_close(a);
    return 0;
}

static AGLET_COROUTINE int a_deadline_cuts_a_handshake(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    struct aglet_deadline deadline;
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    aglet_fail_after(&deadline, 5);
    int rc = aglet_start_tls(a, client_context, "test.example", AGLET_TLS_UNREAD_FAILS);
    return aglet_deadline_end(&deadline, rc) == -ETIMEDOUT ? 0 : -EINVAL;
}

static void contexts_need_their_files(void **state) {
    (void)state;
    aglet_tls_context *context;
    const struct aglet_tls_options none = {.server = true};
    assert_int_equal(aglet_tls_context_new(&none, &context), -EINVAL);
    const struct aglet_tls_options absent = {.ca_file = "/nonexistent/ca.pem"};
    assert_int_equal(aglet_tls_context_new(&absent, &context), -ENOENT);
    const struct aglet_tls_options swapped = {
        .server = true, .certificate_file = key, .key_file = certificate};
    assert_int_equal(aglet_tls_context_new(&swapped, &context), -EINVAL);
}

IN_A_RUN(a_live_stream_is_upgraded)
IN_A_RUN(a_wrong_name_is_refused)
IN_A_RUN(bytes_read_ahead_are_refused)
IN_A_RUN(bytes_read_ahead_may_be_fed)
IN_A_RUN(an_end_without_goodbye_is_an_error)
IN_A_RUN(a_deadline_cuts_a_handshake)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_a_live_stream_is_upgraded),
        cmocka_unit_test(run_a_wrong_name_is_refused),
        cmocka_unit_test(run_bytes_read_ahead_are_refused),
        cmocka_unit_test(run_bytes_read_ahead_may_be_fed),
        cmocka_unit_test(run_an_end_without_goodbye_is_an_error),
        cmocka_unit_test(run_a_deadline_cuts_a_handshake),
        cmocka_unit_test(contexts_need_their_files),
    };
    return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
}
