/* Values, regions and abstract states: what is known, what goes together, what a join keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/effect.h"
#include "flow/state.h"
#include "ir_sample.h"

struct world {
    struct ir_unit *unit;
    struct cfg cfg;
    struct state_context c;
    struct state *state;
};

static int begin(void **test) {
    struct world *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    w->unit = sample_unit();
    cfg_init(&w->cfg, w->unit, &w->unit->functions.data[SAMPLE_WATCH]);
    w->c.cfg = &w->cfg;
    state_context_init(&w->c);
    w->state = state_new(&w->c);
    *test = w;
    return 0;
}

static int end(void **test) {
    struct world *w = *test;
    state_context_free(&w->c);
    cfg_free(&w->cfg);
    ir_unit_free(w->unit);
    free(w);
    return 0;
}

/* A value about which nothing is known; op 1 keeps it apart from results of calls. */
static value_id unknown(struct world *w, uint32_t number) {
    return value_intern(&w->c.values,
                        (struct value){.kind = VALUE_SYMBOL, .op = 1, .a = number, .b = 7});
}

static value_id compare(struct world *w, value_id a, unsigned op, value_id b) {
    return value_intern(&w->c.values,
                        (struct value){.kind = VALUE_BINARY, .op = (uint8_t)op, .a = a, .b = b});
}

static bool assume(struct world *w, value_id value, bool truth) {
    return state_assume(&w->c, w->state, value, truth);
}

static unsigned classes(struct world *w, value_id value) {
    return state_classes(&w->c, w->state, value);
}

/* ---- values and regions ---------------------------------------------------------------- */

static void equal_values_have_equal_ids(void **test) {
    struct world *w = *test;
    for (int i = 0; i < 2000; i++)
        assert_int_equal(value_int(&w->c.values, i), value_int(&w->c.values, i));
    assert_int_not_equal(unknown(w, 1), unknown(w, 2));
    assert_int_equal(compare(w, unknown(w, 1), IR_LT, unknown(w, 2)),
                     compare(w, unknown(w, 1), IR_LT, unknown(w, 2)));
}

static void parts_lie_within_the_whole(void **test) {
    struct world *w = *test;
    struct value_table *t = &w->c.values;
    region_id local = region_intern(t, REGION_LOCAL, 1, 0),
              other = region_intern(t, REGION_LOCAL, 2, 0);
    region_id field = region_intern(t, REGION_FIELD, local, 5);
    region_id element = region_intern(t, REGION_ELEMENT, field, value_int(t, 3));
    assert_int_equal(region_root(t, element), local);
    assert_true(region_within(t, element, local) && region_within(t, element, field));
    assert_false(region_within(t, local, element) || region_within(t, element, other));
    value_id address = value_address(t, element);
    assert_int_equal(region_pointee(t, address), element);
    value_id pointer = unknown(w, 1);
    region_id behind = region_intern(t, REGION_FIELD, region_pointee(t, pointer), 5);
    assert_int_equal(value_base(t, value_address(t, behind)), pointer);
    assert_true(value_mentions(t, value_address(t, behind), pointer));
    assert_false(value_mentions(t, address, pointer));
}

/* ---- what is known --------------------------------------------------------------------- */

static void comparisons_narrow_both_ways(void **test) {
    struct world *w = *test;
    value_id x = unknown(w, 1), five = value_int(&w->c.values, 5);
    assert_int_equal(classes(w, x), RETURNS_ANY);
    assert_true(assume(w, compare(w, x, IR_LT, five), false));
    assert_int_equal(classes(w, x), RETURNS_POSITIVE);
    assert_false(assume(w, compare(w, x, IR_LE, value_int(&w->c.values, 4)), true));
    assert_true(assume(w, compare(w, x, IR_LE, five), true));
    struct constraint range = state_range(&w->c, w->state, x);
    assert_int_equal(range.low, 5);
    assert_int_equal(range.high, 5);
    assert_false(assume(w, compare(w, x, IR_NE, five), true));
}

static void zero_can_be_left_out(void **test) {
    struct world *w = *test;
    value_id x = unknown(w, 1), zero = value_int(&w->c.values, 0);
    assert_true(assume(w, compare(w, x, IR_GE, zero), true));
    assert_true(assume(w, x, true));
    assert_int_equal(classes(w, x), RETURNS_POSITIVE);
    assert_false(assume(w, compare(w, x, IR_EQ, zero), true));
}

static void negations_of_conditions_reach_the_value(void **test) {
    struct world *w = *test;
    value_id x = unknown(w, 1), zero = value_int(&w->c.values, 0);
    value_id negative = compare(w, x, IR_LT, zero);
    value_id not_negative = compare(w, negative, IR_EQ, zero);
    assert_true(assume(w, compare(w, not_negative, IR_EQ, zero), true));
    assert_int_equal(classes(w, x), RETURNS_NEGATIVE);
}

static void addresses_are_not_null(void **test) {
    struct world *w = *test;
    region_id local = region_intern(&w->c.values, REGION_LOCAL, 1, 0);
    assert_int_equal(classes(w, value_address(&w->c.values, local)), RETURNS_POSITIVE);
}

/* ---- what goes together ---------------------------------------------------------------- */

static struct duty *error_of(struct world *w, value_id error, value_id result, uint8_t status) {
    return state_add_duty(&w->c, w->state,
                          (struct duty){.entity = error,
                                        .subject = "gerror",
                                        .status = status,
                                        .when = RETURNS_ZERO,
                                        .guard = result});
}

static void an_error_tells_of_the_result(void **test) {
    struct world *w = *test;
    value_id error = unknown(w, 1), result = unknown(w, 2);
    error_of(w, error, result, DUTY_OPEN);
    assert_true(assume(w, error, true));
    assert_int_equal(classes(w, result), RETURNS_ZERO);
    assert_false(assume(w, result, true));
}

static void no_error_tells_of_success(void **test) {
    struct world *w = *test;
    value_id error = unknown(w, 1), result = unknown(w, 2);
    struct duty *duty = error_of(w, error, result, DUTY_OPEN);
    assert_true(state_duty_is_real(&w->c, w->state, duty));
    assert_true(assume(w, error, false));
    assert_int_equal(classes(w, result) & RETURNS_ZERO, 0);
    assert_false(state_duty_is_real(&w->c, w->state, duty));
}

static void what_may_be_set_tells_only_when_it_is(void **test) {
    struct world *w = *test;
    value_id error = unknown(w, 1), result = unknown(w, 2);
    error_of(w, error, result, DUTY_NONE);
    assert_true(assume(w, error, false));
    assert_int_equal(classes(w, result), RETURNS_ANY);
    assert_null(state_duty(w->state, error));
}

static void a_guard_is_decided_by_its_classes(void **test) {
    struct world *w = *test;
    value_id result = unknown(w, 2);
    struct duty *duty = error_of(w, unknown(w, 1), result, DUTY_OPEN);
    assert_false(state_guard_is_decided(&w->c, w->state, duty));
    assert_true(assume(w, result, false));
    assert_true(state_guard_is_decided(&w->c, w->state, duty));
}

/* ---- joining --------------------------------------------------------------------------- */

static void a_join_keeps_what_both_know(void **test) {
    struct world *w = *test;
    struct value_table *t = &w->c.values;
    region_id same = region_intern(t, REGION_LOCAL, 0, 0),
              differs = region_intern(t, REGION_LOCAL, 1, 0);
    state_bind(&w->c, w->state, same, value_int(t, 1));
    state_bind(&w->c, w->state, differs, value_int(t, 1));
    struct state *other = state_copy(&w->c, w->state);
    state_bind(&w->c, other, differs, value_int(t, 2));
    error_of(w, unknown(w, 1), VALUE_UNKNOWN, DUTY_OPEN);
    *state_add_duty(&w->c, other, w->state->duties[0]) = w->state->duties[0];
    assert_true(state_same_property(w->state, other));
    assert_true(state_join(&w->c, w->state, other, 0, false));
    bool found;
    assert_int_equal(state_lookup(w->state, same, &found), value_int(t, 1));
    assert_int_equal(value_at(t, state_lookup(w->state, differs, &found))->kind, VALUE_SYMBOL);
    assert_true(w->state->duties[0].joined);
    assert_false(state_join(&w->c, w->state, other, 0, false));
}

static void counters_of_loops_cost_no_evidence(void **test) {
    struct world *w = *test;
    struct value_table *t = &w->c.values;
    region_id counter = region_intern(t, REGION_LOCAL, 1, 0);
    state_bind(&w->c, w->state, counter, value_int(t, 1));
    error_of(w, unknown(w, 1), VALUE_UNKNOWN, DUTY_OPEN);
    struct state *other = state_copy(&w->c, w->state);
    state_bind(&w->c, other, counter, value_int(t, 2));
    assert_true(state_join(&w->c, w->state, other, 0, true));
    assert_false(w->state->duties[0].joined);
    assert_true(w->state->duties[0].widened);
}

static void equal_states_are_equal(void **test) {
    struct world *w = *test;
    region_id local = region_intern(&w->c.values, REGION_LOCAL, 1, 0);
    state_bind(&w->c, w->state, local, unknown(w, 1));
    assert_true(assume(w, unknown(w, 1), true));
    struct state *copy = state_copy(&w->c, w->state);
    state_seal(w->state);
    state_seal(copy);
    assert_true(state_equal(w->state, copy));
    copy->scopes[SCOPE_SHIELD]++;
    state_seal(copy);
    assert_false(state_equal(w->state, copy));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(equal_values_have_equal_ids),
        TEST(parts_lie_within_the_whole),
        TEST(comparisons_narrow_both_ways),
        TEST(zero_can_be_left_out),
        TEST(negations_of_conditions_reach_the_value),
        TEST(addresses_are_not_null),
        TEST(an_error_tells_of_the_result),
        TEST(no_error_tells_of_success),
        TEST(what_may_be_set_tells_only_when_it_is),
        TEST(a_guard_is_decided_by_its_classes),
        TEST(a_join_keeps_what_both_know),
        TEST(counters_of_loops_cost_no_evidence),
        TEST(equal_states_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
