/*
 * What a switch keeps, and who is next: also when a program's own scheduler picks.
 */
#include "harness.h"

#include "../../runtime/src/loop.h"

static agl_pick_fn *picks; /* of the loops that start from now on; NULL: nobody */

agl_pick_fn *agl_seam_pick(void) {
    return picks;
}

static aglet_task *pick_last(struct agl_loop *loop, agl_list *first) {
    (void)loop;
    return AGL_CONTAINER(first->prev, aglet_task, row);
}

static char order[64];

static void note(const char *what) {
    strcat(order, what);
}

static AGLET_COROUTINE int notes_twice(void *arg) {
    note(arg);
    aglet_yield();
    note(arg);
    return 0;
}

static AGLET_COROUTINE int three_tasks(void *arg) {
    (void)arg;
    static const char *const names[] = {"a", "b", "c"};
    aglet_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = aglet_create(notes_twice, (void *)(uintptr_t)names[i]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(aglet_await(tasks[i]), 0);
    return 0;
}

static AGLET_COROUTINE int eager_tasks(void *arg) {
    (void)arg;
    aglet_task *plain = aglet_create(notes_twice, (void *)(uintptr_t) "p");
    aglet_task *eager = aglet_create_eager(notes_twice, (void *)(uintptr_t) "e");
    note("m");
    assert_int_equal(aglet_await(eager), 0);
    return aglet_await(plain);
}

static void expect_order(agl_pick_fn *pick, aglet_fn main, const char *expected) {
    picks = pick;
    order[0] = 0;
    assert_int_equal(aglet_run(main, NULL), 0);
    picks = NULL;
    assert_string_equal(order, expected);
}

static void tasks_run_in_the_order_in_which_they_became_ready(void **state) {
    (void)state;
    expect_order(NULL, three_tasks, "abcabc");
    expect_order(NULL, eager_tasks, "empep");
}

static void whoever_picks_decides_who_is_next(void **state) {
    (void)state;
    expect_order(pick_last, three_tasks, "ccbbaa");
    /* Not over who comes after an eager task's first step: its creator. */
    expect_order(pick_last, eager_tasks, "emepp");
}

static AGLET_COROUTINE int yields_often(void *arg) {
    int rc = 0;
    for (int i = 0; i < 1000 && rc == 0; i++)
        rc = aglet_yield();
    *(bool *)arg = true;
    return rc;
}

/* Those that only yield leave time to poll. */
static AGLET_COROUTINE int sleeps_beside_yields(void *arg) {
    (void)arg;
    bool over[2] = {false, false};
    aglet_task *a = aglet_create(yields_often, &over[0]);
    aglet_task *b = aglet_create(yields_often, &over[1]);
    assert_int_equal(aglet_sleep(0), 0);
    assert_false(over[0] || over[1]);
    assert_int_equal(aglet_await(a), 0);
    return aglet_await(b);
}

static void the_ready_ones_let_the_loop_poll(void **state) {
    (void)state;
    expect_order(NULL, sleeps_beside_yields, "");
    expect_order(pick_last, sleeps_beside_yields, "");
}

#ifdef __x86_64__
#include <xmmintrin.h>

enum { SSE_DOWN = 1 << 13, X87_DOWN = 1 << 10 };

static unsigned short x87_word(void) {
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word;
}

static void set_x87_word(unsigned short word) {
    __asm__ volatile("fldcw %0" : : "m"(word));
}

static AGLET_COROUTINE void keeps_its_words(bool sse_down, bool x87_down) {
    for (int i = 0; i < 5; i++) {
        aglet_yield();
        assert_int_equal((_mm_getcsr() & SSE_DOWN) != 0, sse_down);
        assert_int_equal((x87_word() & X87_DOWN) != 0, x87_down);
    }
}

static AGLET_COROUTINE int computes_as_it_began(void *arg) {
    (void)arg;
    keeps_its_words(false, false);
    return 0;
}

static AGLET_COROUTINE int rounds_down(void *arg) {
    const bool by_sse = *(const bool *)arg;
    if (by_sse)
        _mm_setcsr(_mm_getcsr() | SSE_DOWN);
    else
        set_x87_word(x87_word() | X87_DOWN);
    keeps_its_words(by_sse, !by_sse);
    return 0;
}

/* The ABI makes a call preserve the control words of SSE and x87, and a suspension is a call. */
static AGLET_COROUTINE int each_task_rounds_as_it_wants(void *arg) {
    (void)arg;
    static bool yes = true, no = false;
    aglet_task *plain = aglet_create(computes_as_it_began, NULL);
    aglet_task *sse = aglet_create(rounds_down, &yes);
    aglet_task *x87 = aglet_create(rounds_down, &no);
    assert_int_equal(aglet_await(plain), 0);
    assert_int_equal(aglet_await(sse), 0);
    assert_int_equal(aglet_await(x87), 0);
    return computes_as_it_began(NULL);
}
#else
static AGLET_COROUTINE int each_task_rounds_as_it_wants(void *arg) {
    (void)arg;
    return 0;
}
#endif
IN_A_RUN(each_task_rounds_as_it_wants)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_in_the_order_in_which_they_became_ready),
        cmocka_unit_test(whoever_picks_decides_who_is_next),
        cmocka_unit_test(the_ready_ones_let_the_loop_poll),
        cmocka_unit_test(run_each_task_rounds_as_it_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
