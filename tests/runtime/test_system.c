/* Datagrams, signals, child processes, sendfile. */
#include "harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

static AGLET_COROUTINE int datagrams_find_their_way(void *arg) {
    (void)arg;
    AGLET_AUTO(aglet_datagram) a = NULL;
    AGLET_AUTO(aglet_datagram) b = NULL;
    struct aglet_address to, from;
    char port[8], text[16];
    assert_int_equal(aglet_datagram_open("127.0.0.1", "0", &a), 0);
    assert_int_equal(aglet_datagram_open("127.0.0.1", "0", &b), 0);
    snprintf(port, sizeof port, "%u", (unsigned)aglet_datagram_port(b));
    assert_int_equal(aglet_address_find("127.0.0.1", port, &to), 0);
    assert_int_equal(aglet_datagram_send(a, "ping", 4, &to), 0);
    assert_int_equal(aglet_datagram_receive(b, text, sizeof text, &from), 4);
    assert_int_equal(aglet_datagram_send(b, "pong!", 5, &from), 0);
    assert_int_equal(aglet_datagram_receive(a, text, sizeof text, NULL), 5);
    assert_memory_equal(text, "pong!", 5);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 5);
    int rc = (int)aglet_datagram_receive(a, text, sizeof text, NULL);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    return 0;
}

static AGLET_COROUTINE int receives(void *arg) {
    char text[8];
    return (int)aglet_datagram_receive(arg, text, sizeof text, NULL);
}

static AGLET_COROUTINE int closing_wakes_a_receiver(void *arg) {
    (void)arg;
    aglet_datagram *socket;
    assert_int_equal(aglet_datagram_open("127.0.0.1", "0", &socket), 0);
    aglet_task *task = aglet_create(receives, socket);
    aglet_sleep(1);
    aglet_datagram_close(socket);
    return aglet_await(task) == -EBADF ? 0 : -EINVAL;
}

static AGLET_COROUTINE int raises_later(void *arg) {
    (void)arg;
    int rc = aglet_sleep(2);
    raise(SIGUSR1);
    raise(SIGUSR1);
    return rc;
}

static AGLET_COROUTINE int signals_are_counted(void *arg) {
    (void)arg;
    aglet_signal *signal, *second;
    assert_int_equal(aglet_signal_open(SIGUSR1, &signal), 0);
    assert_int_equal(aglet_signal_open(SIGUSR1, &second), -EBUSY);
    assert_int_equal(aglet_signal_open(SIGKILL, &second), -EINVAL);
    aglet_task *task = aglet_create(raises_later, NULL);
    assert_int_equal(aglet_signal_wait(signal), 2);
    assert_int_equal(aglet_await(task), 0);
    assert_int_equal(aglet_signal_close(signal), 0);
    struct sigaction action;
    sigaction(SIGUSR1, NULL, &action);
    assert_true(action.sa_handler == SIG_DFL);
    return 0;
}

static pthread_t loop_thread;
static volatile int sent; /* looked at behind ThreadSanitizer's back */

static void *sends_a_signal(void *arg) {
    usleep(10000);
    pthread_kill(loop_thread, SIGUSR1);
    usleep(10000);
    sent = 1;
    return arg;
}

__attribute__((no_sanitize_thread)) static void compute_until_sent(void) {
    while (!sent) {
    }
}

static AGLET_COROUTINE int computes_and_parks(void *arg) {
    (void)arg;
    compute_until_sent();
    return aglet_sleep_until(AGLET_FOREVER);
}

/* The task that it came upon does nothing more, and must not take it along. */
static AGLET_COROUTINE int a_signal_comes_while_a_task_computes(void *arg) {
    (void)arg;
    aglet_signal *signal;
    pthread_t sender;
    loop_thread = pthread_self();
    assert_int_equal(aglet_signal_open(SIGUSR1, &signal), 0);
    aglet_task *task = aglet_create(computes_and_parks, NULL);
    assert_int_equal(pthread_create(&sender, NULL, sends_a_signal, NULL), 0);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 30000);
    assert_int_equal(aglet_deadline_end(&deadline, aglet_signal_wait(signal)), 1);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(pthread_join(sender, NULL), 0);
    return aglet_signal_close(signal);
}

static AGLET_COROUTINE int a_process_is_a_filter(void *arg) {
    (void)arg;
    const char *const argv[] = {"tr", "a-z", "A-Z", NULL};
    const struct aglet_process_options options = {.argv = argv,
                                                  .pipes = AGLET_PIPE_IN | AGLET_PIPE_OUT};
    AGLET_AUTO(aglet_process) process = NULL;
    char text[8];
    assert_int_equal(aglet_process_start(&options, &process), 0);
    assert_null(aglet_process_stream(process, AGLET_PIPE_ERR));
    assert_int_equal(aglet_stream_write(aglet_process_stream(process, AGLET_PIPE_IN), "hello", 5),
                     0);
    assert_int_equal(aglet_process_close_stream(process, AGLET_PIPE_IN), 0);
    aglet_stream *out = aglet_process_stream(process, AGLET_PIPE_OUT);
    assert_int_equal(aglet_stream_read_exactly(out, text, 5), 0);
    assert_memory_equal(text, "HELLO", 5);
    assert_int_equal(aglet_stream_read(out, text, 1), 0);
    assert_int_equal(aglet_process_wait(process), 0);
    assert_int_equal(aglet_process_signal(process, SIGTERM), -ESRCH);
    return aglet_process_wait(process);
}

static AGLET_COROUTINE int statuses(void *arg) {
    (void)arg;
    const char *const fails[] = {"sh", "-c", "exit 7", NULL};
    const char *const hangs[] = {"sleep", "1000", NULL};
    const char *const absent[] = {"no-such-program-here", NULL};
    struct aglet_process_options options = {.argv = fails, .directory = "/"};
    aglet_process *process;
    assert_int_equal(aglet_process_start(&options, &process), 0);
    assert_int_equal(aglet_process_wait(process), 7);
    aglet_process_close(process);
    options.argv = hangs;
    assert_int_equal(aglet_process_start(&options, &process), 0);
    struct aglet_deadline deadline;
    aglet_fail_after(&deadline, 5);
    int rc = aglet_process_wait(process);
    /* The close kills it and waits, though the deadline has passed. */
    pid_t pid = aglet_process_id(process);
    aglet_process_close(process);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(aglet_deadline_end(&deadline, rc), -ETIMEDOUT);
    options.argv = absent;
    rc = aglet_process_start(&options, &process);
    if (rc == 0) {
        /* Where vfork() is a fork() (Valgrind), only the child learns of the failure. */
        assert_int_equal(aglet_process_wait(process), 127);
        return aglet_process_close(process);
    }
    assert_int_equal(rc, -ENOENT);
    return 0;
}

enum { FILE_SIZE = 300000 };

static AGLET_COROUTINE int reads_the_file(void *arg) {
    static char buffer[FILE_SIZE];
    int rc = aglet_stream_read_exactly(arg, buffer, FILE_SIZE - 5);
    for (int i = 5; i < FILE_SIZE && rc == 0; i++)
        assert_int_equal(buffer[i - 5], (char)(i * 3));
    return rc;
}

static AGLET_COROUTINE int a_file_is_sent(void *arg) {
    (void)arg;
    static char data[FILE_SIZE];
    char path[32];
    int fd = unnamed_file(path);
    AGLET_AUTO(aglet_file) file = NULL;
    AGLET_AUTO(aglet_stream) a = NULL;
    AGLET_AUTO(aglet_stream) b = NULL;
    for (int i = 0; i < FILE_SIZE; i++)
        data[i] = (char)(i * 3);
    assert_int_equal(aglet_stream_pair(&a, &b), 0);
    assert_int_equal(aglet_file_open(path, O_RDWR, 0, &file), 0);
    assert_int_equal(aglet_file_write(file, data, FILE_SIZE, 0), 0);
    aglet_task *reader = aglet_create(reads_the_file, b);
    assert_int_equal(aglet_sendfile(a, file, 5, SIZE_MAX / 4), FILE_SIZE - 5);
    close(fd);
    return aglet_await(reader);
}

IN_A_RUN(datagrams_find_their_way)
IN_A_RUN(closing_wakes_a_receiver)
IN_A_RUN(signals_are_counted)
IN_A_RUN(a_signal_comes_while_a_task_computes)
IN_A_RUN(a_process_is_a_filter)
IN_A_RUN(statuses)
IN_A_RUN(a_file_is_sent)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_datagrams_find_their_way),
        cmocka_unit_test(run_closing_wakes_a_receiver),
        cmocka_unit_test(run_signals_are_counted),
        cmocka_unit_test(run_a_signal_comes_while_a_task_computes),
        cmocka_unit_test(run_a_process_is_a_filter),
        cmocka_unit_test(run_statuses),
        cmocka_unit_test(run_a_file_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
