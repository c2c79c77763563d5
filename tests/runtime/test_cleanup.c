/* Cleanup on every way out of a scope: each kind of AGLET_AUTO, own types, calls put off. */
#include "harness.h"

#include <signal.h>

static char trace[64];

static void note(void *text) {
    strcat(trace, text);
}

static int leaves(int way) {
    AGLET_DEFER(note, "a");
    for (int i = 0; i < 2; i++) {
        AGLET_DEFER(note, "b");
        if (way == 1)
            return 1;
        if (way == 2)
            break;
    }
    AGLET_DEFER(note, "c");
    return 0;
}

static void deferred_calls_come_last_in_first_out(void **state) {
    (void)state;
    static const char *const expected[] = {"bbca", "ba", "bca"};
    for (int way = 0; way < 3; way++) {
        trace[0] = 0;
        leaves(way);
        assert_string_equal(trace, expected[way]);
    }
}

struct box {
    int closed;
};

static void box_close(struct box *box) {
    box->closed++;
}

AGLET_DEFINE_AUTO(box, struct box *, box_close)

static void types_of_ones_own(void **state) {
    (void)state;
    struct box one = {0};
    {
        AGLET_AUTO(box) kept = &one;
        AGLET_AUTO(box) given_away = &one;
        AGLET_AUTO(box) none = NULL;
        (void)kept;
        (void)none;
        given_away = NULL;
        (void)given_away;
    }
    assert_int_equal(one.closed, 1);
}

static aglet_lock lock = AGLET_LOCK_INIT;

static AGLET_COROUTINE int fails_holding(void) {
    int rc = aglet_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    AGLET_AUTO(aglet_holding) holding = &lock;
    assert_true(aglet_lock_held(holding));
    return -EIO;
}

static AGLET_COROUTINE int a_lock_is_given_back(void *arg) {
    (void)arg;
    assert_int_equal(fails_holding(), -EIO);
    assert_false(aglet_lock_held(&lock));
    return 0;
}

static AGLET_COROUTINE int fails_shielded(void) {
    AGLET_AUTO(aglet_shield) shield = AGLET_SHIELD_INIT;
    int rc = aglet_shield_begin(&shield);
    return rc < 0 ? rc : aglet_sleep(0);
}

static AGLET_COROUTINE int shields_and_looks(void *arg) {
    int *inside = arg;
    *inside = fails_shielded();
    return aglet_sleep(0);
}

static AGLET_COROUTINE int a_shield_ends(void *arg) {
    (void)arg;
    int inside = 1;
    aglet_task *task = aglet_create(shields_and_looks, &inside);
    aglet_cancel(task);
    assert_int_equal(aglet_await(task), -ECANCELED);
    assert_int_equal(inside, 0);
    return 0;
}

static AGLET_COROUTINE int receives_a_signal(void) {
    AGLET_AUTO(aglet_signal) received = NULL;
    int rc = aglet_signal_open(SIGUSR1, &received);
    if (rc < 0)
        return rc;
    kill(getpid(), SIGUSR1);
    return aglet_signal_wait(received);
}

static AGLET_COROUTINE int a_signal_gets_its_effect_back(void *arg) {
    (void)arg;
    struct sigaction action;
    assert_int_equal(receives_a_signal(), 1);
    assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_DFL);
    return receives_a_signal() - 1;
}

static const struct aglet_var user = AGLET_VAR_INIT("user", "nobody");

static AGLET_COROUTINE int works_as(const char *name, int result) {
    AGLET_AUTO(aglet_var) token = AGLET_VAR_TOKEN_INIT;
    int rc = aglet_var_set(&user, (void *)(uintptr_t)name, &token);
    if (rc < 0)
        return rc;
    assert_string_equal(aglet_var_get(&user), name);
    if (strcmp(name, "anna") == 0)
        result = works_as("berta", result);
    assert_string_equal(aglet_var_get(&user), name);
    return result;
}

static AGLET_COROUTINE int a_variable_is_reset(void *arg) {
    (void)arg;
    assert_int_equal(works_as("anna", -EIO), -EIO);
    assert_string_equal(aglet_var_get(&user), "nobody");
    AGLET_AUTO(aglet_var) unused = AGLET_VAR_TOKEN_INIT;
    (void)unused;
    /* What was reset by hand is not reset again. */
    AGLET_AUTO(aglet_var) token = AGLET_VAR_TOKEN_INIT;
    assert_int_equal(aglet_var_set(&user, "clara", &token), 0);
    return aglet_var_reset(&token);
}

static void debug_mode_has_nothing_to_say(void **state) {
    (void)state;
    static char report[1024];
    const aglet_fn programs[] = {a_lock_is_given_back, a_shield_ends, a_signal_gets_its_effect_back,
                                 a_variable_is_reset};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        assert_int_equal(run_watched(programs[i], NULL, report, sizeof report), 0);
        assert_string_equal(report, "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deferred_calls_come_last_in_first_out),
        cmocka_unit_test(types_of_ones_own),
        cmocka_unit_test(debug_mode_has_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
