/* The resolver by c-ares. */
#include "name_server.h"

#include <dirent.h>

enum { NAMES = 50 };

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

static AGLET_COROUTINE int asks(aglet_server *server) {
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
    return rc;
}

static AGLET_COROUTINE int asks_all(void *arg) {
    (void)arg;
    return with_a_name_server(asks);
}

static void the_name_server_is_asked(void **state) {
    (void)state;
    make_resolver();
    const struct aglet_options options = {.resolver = resolver};
    static char report[4096];
    int rc = run_watched_with(&options, asks_all, NULL, report, sizeof report);
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
