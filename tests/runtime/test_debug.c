/* Looking into a running loop: the tree of tasks, the signal that asks for it, a full stack. */
#include "child.h"

static char text[65536];
static aglet_lock lock;
static aglet_event looked_at;

/* The names of these functions are looked for, so no call may be their last. */
static AGLET_COROUTINE int holds_the_lock(void *arg) {
    struct aglet_shield_scope shield;
    (void)arg;
    int rc = aglet_lock_acquire(&lock);
    aglet_shield_begin(&shield);
    if (rc == 0)
        rc = aglet_event_wait(&looked_at);
    aglet_shield_end(&shield);
    aglet_lock_release(&lock);
    return rc;
}

static AGLET_COROUTINE int wants_the_lock(void *arg) {
    struct aglet_deadline deadline;
    (void)arg;
    aglet_task_set_name(aglet_current(), "second");
    aglet_fail_after(&deadline, 5000);
    int rc = aglet_lock_acquire(&lock);
    if (rc == 0)
        aglet_lock_release(&lock);
    return aglet_deadline_end(&deadline, rc);
}

static AGLET_COROUTINE int has_a_group(void *arg) {
    aglet_group *group;
    (void)arg;
    int rc = aglet_group_open(&group);
    if (rc == 0)
        rc = aglet_group_spawn(group, holds_the_lock, NULL);
    if (rc == 0)
        rc = aglet_group_spawn(group, wants_the_lock, NULL);
    int closed = aglet_group_close(group);
    return rc < 0 ? rc : closed;
}

/* main, below it has_a_group (task-2), below that the two of the group. */
static AGLET_COROUTINE int has_a_tree(void *arg) {
    aglet_event_clear(&looked_at);
    aglet_task *task = aglet_create(has_a_group, NULL);
    int rc = aglet_sleep(2);
    if (rc == 0)
        rc = arg ? aglet_dump_tasks(*(int *)arg) : raise(SIGQUIT);
    if (rc == 0)
        rc = aglet_sleep(1);
    aglet_event_set(&looked_at);
    int result = aglet_await(task);
    return rc < 0 ? rc : result;
}

static void expect(const char *part) {
    if (!strstr(text, part))
        print_message("no \"%s\" in:\n%s", part, text);
    assert_non_null(strstr(text, part));
}

/* After `part` stands a number of seconds. */
static void expect_seconds(const char *part, double least, double most) {
    expect(part);
    double seconds = atof(strstr(text, part) + strlen(part));
    assert_true(seconds >= least && seconds <= most);
}

static void expect_the_tree(void) {
    expect("main: ");
    expect("\n  task-2: waits for: the tasks of a group, for ");
    expect("\n    task-3: waits for: event, for ");
    expect(", shielded; owned by a group, created at ");
    expect("test_debug.c:");
    expect("in holds_the_lock+0x");
    expect("\n    second: waits for: lock (task-3), for ");
    expect_seconds("lock (task-3), for ", 0, 5);
    expect_seconds(", deadline in ", 0, 5);
    expect("in wants_the_lock+0x");
    expect("in has_a_group+0x");
    expect(" in aglet_lock_acquire+0x");
    assert_null(strstr(text, "switch_away"));
    assert_null(strstr(text, "agl_task_body"));
}

static void a_dump_is_a_tree(void **state) {
    (void)state;
    char path[32];
    int fd = unnamed_file(path);
    assert_int_equal(aglet_run(has_a_tree, &fd), 0);
    ssize_t count = pread(fd, text, sizeof text - 1, 0);
    close(fd);
    assert_true(count > 0);
    text[count] = 0;
    expect_the_tree();
    assert_null(strstr(text, "of stack"));
}

static int runs_in_debug_mode(void) {
    const struct aglet_options options = {.debug = true};
    return aglet_run_with(&options, has_a_tree, NULL);
}

static void the_signal_writes_the_tree(void **state) {
    (void)state;
    int status = run_child(runs_in_debug_mode, text, sizeof text);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    expect("aglet: task main has the thread now");
    expect_the_tree();
}

static int runs_without_the_signal(void) {
    const struct aglet_options options = {.debug = true, .dump_signal = -1};
    return aglet_run_with(&options, has_a_tree, NULL);
}

static int runs_without_debug_mode(void) {
    return aglet_run(has_a_tree, NULL);
}

static void the_signal_is_left_alone_unless_wanted(void **state) {
    (void)state;
    int status = run_child(runs_without_the_signal, text, sizeof text);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
    status = run_child(runs_without_debug_mode, text, sizeof text);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
}

static AGLET_COROUTINE int sends_itself(void *arg) {
    raise(*(int *)arg);
    return aglet_sleep(1);
}

static int another_signal(void) {
    int number = SIGUSR2;
    const struct aglet_options options = {.dump_signal = SIGUSR2};
    int rc = aglet_run_with(&options, sends_itself, &number);
    /* After the run it has its usual effect again. */
    raise(SIGUSR2);
    return rc;
}

static void another_signal_may_be_chosen(void **state) {
    (void)state;
    int status = run_child(another_signal, text, sizeof text);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR2);
    expect("main: waits for: sleep");
}

static AGLET_COROUTINE int never_waits(void *arg) {
    (void)arg;
    raise(SIGQUIT);
    raise(SIGQUIT);
    return 0;
}

static int holds_the_loop(void) {
    const struct aglet_options options = {.debug = true};
    return aglet_run_with(&options, never_waits, NULL);
}

static void a_second_signal_ends_a_loop_that_is_held(void **state) {
    (void)state;
    int status = run_child(holds_the_loop, text, sizeof text);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
    expect("aglet: task main has the thread now");
}

static aglet_lock first, second;

static AGLET_COROUTINE int takes_both(aglet_lock *one, aglet_lock *other) {
    int rc = aglet_lock_acquire(one);
    if (rc == 0)
        rc = aglet_sleep(1);
    if (rc == 0)
        rc = aglet_lock_acquire(other);
    if (rc == 0)
        aglet_lock_release(other);
    aglet_lock_release(one);
    return rc;
}

static AGLET_COROUTINE int first_then_second(void *arg) {
    (void)arg;
    int rc = takes_both(&first, &second);
    return rc;
}

static AGLET_COROUTINE int second_then_first(void *arg) {
    (void)arg;
    int rc = takes_both(&second, &first);
    return rc;
}

static AGLET_COROUTINE int locks_itself_up(void *arg) {
    (void)arg;
    const struct aglet_call calls[] = {{first_then_second, NULL}, {second_then_first, NULL}};
    return aglet_gather(calls, 2, NULL);
}

static int runs_into_a_deadlock(void) {
    return aglet_run(locks_itself_up, NULL) == -EDEADLK ? 0 : 1;
}

static void a_deadlock_is_told_as_a_tree(void **state) {
    (void)state;
    int status = run_child(runs_into_a_deadlock, text, sizeof text);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    expect("aglet: suspended-forever: nothing can ever wake these tasks:\n");
    expect("\nmain: waits for: the tasks of a group");
    /* Each waits for a lock of the other's. */
    expect("\n  task-2: waits for: lock (task-3)");
    expect("\n  task-3: waits for: lock (task-2)");
    expect("in takes_both+0x");
}

/* Each call takes more than a kilobyte, so the guard is met and not jumped over. It uses its
 * caller's frame, else a compiler may make a loop of it all. */
static int goes_deep(int depth, const volatile char *outer) {
    volatile char room[1024];
    room[0] = (char)(depth + outer[0]);
    int rc = depth ? goes_deep(depth - 1, room) : 0;
    return rc + room[0];
}

static AGLET_COROUTINE int overflows(void *arg) {
    aglet_task_set_name(aglet_current(), "digger");
    return goes_deep(*(int *)arg, "");
}

static int overflows_its_stack(void) {
    int depth = 1000;
    return aglet_run(overflows, &depth);
}

static void an_overflow_names_the_task(void **state) {
    (void)state;
    int status = run_child(overflows_its_stack, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    expect("aglet: task digger has overflowed its stack of ");
    expect("raise stack_size in struct aglet_options");
}

static AGLET_COROUTINE int uses_stack(void *arg) {
    int rc = goes_deep(16, "");
    (void)rc;
    return aglet_dump_tasks(*(int *)arg);
}

static AGLET_COROUTINE int uses_a_stack_again(void *arg) {
    int first_use = aglet_await(aglet_create(uses_stack, arg));
    return first_use < 0 ? first_use : aglet_dump_tasks(*(int *)arg);
}

static void the_dump_tells_how_deep_a_stack_was_used(void **state) {
    (void)state;
    char path[32];
    int fd = unnamed_file(path);
    const struct aglet_options options = {.debug = true};
    assert_int_equal(aglet_run_with(&options, uses_a_stack_again, &fd), 0);
    ssize_t count = pread(fd, text, sizeof text - 1, 0);
    close(fd);
    assert_true(count > 0);
    text[count] = 0;
    const char *line = strstr(text, "task-2: running");
    assert_non_null(line);
    const char *used = strstr(line, "used ");
    if (!used)
        skip(); /* under Valgrind, which knows stacks as forbidden below their pointers */
    int kb, whole;
    assert_int_equal(sscanf(used, "used %d of %d KB", &kb, &whole), 2);
    assert_in_range(kb, 17, whole * 3 / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_is_a_tree),
        cmocka_unit_test(the_signal_writes_the_tree),
        cmocka_unit_test(the_signal_is_left_alone_unless_wanted),
        cmocka_unit_test(another_signal_may_be_chosen),
        cmocka_unit_test(a_second_signal_ends_a_loop_that_is_held),
        cmocka_unit_test(a_deadlock_is_told_as_a_tree),
        cmocka_unit_test(an_overflow_names_the_task),
        cmocka_unit_test(the_dump_tells_how_deep_a_stack_was_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
