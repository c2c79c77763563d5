/*
 * The timers beneath the loop, without one: what fires, when and in which order, against a model
 * that looks at all of them.
 */
#include "harness.h"

#include "../../runtime/src/timer.h"

enum { COUNT = 300, STEPS = 4000, SEEDS = 12 };

struct item {
    struct agl_timer timer;
    int64_t when; /* the model's; of a fresh one, its span */
    uint64_t order;
    bool armed, fresh, fired;
};

static struct agl_timers timers;
static struct item items[COUNT];
static uint64_t next_order, fired;
static int64_t now;
static uint64_t random_state;

static uint64_t pick(uint64_t below) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

/* Of any magnitude, so that all levels come into use. */
static int64_t span(void) {
    uint64_t wide = (uint64_t)pick(1u << 30) << 30 | pick(1u << 30);
    return (int64_t)(wide >> pick(60));
}

static bool earlier(const struct item *a, const struct item *b) {
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

/* The one that is to fire next by what the model says, NULL: none is due. */
static struct item *due(int64_t until) {
    struct item *first = NULL;
    for (size_t i = 0; i < COUNT; i++)
        if (items[i].armed && !items[i].fresh && items[i].when <= until &&
            (!first || earlier(&items[i], first)))
            first = &items[i];
    return first;
}

static void fires(struct agl_timer *timer) {
    struct item *item = AGL_CONTAINER(timer, struct item, timer);
    assert_ptr_equal(item, due(now));
    assert_false(agl_timer_armed(timer));
    item->armed = false;
    fired++;
}

static void arm(struct item *item) {
    item->armed = true;
    item->fresh = pick(2);
    item->order = next_order++;
    item->timer.fire = fires;
    if (item->fresh) {
        item->when = pick(20) ? span() : INT64_MAX;
        agl_timer_arm_after(&timers, &item->timer, item->when);
        return;
    }
    item->when = pick(4) ? now + span() : now - span();
    agl_timer_arm(&timers, &item->timer, item->when);
    /* For what is before, it is too late: such timers are the first, one after another. */
    assert_true(timers.last <= now);
    if (item->when < timers.last)
        item->when = timers.last;
}

static void cancel(struct item *item) {
    item->armed = false;
    agl_timer_cancel(&timers, &item->timer);
    assert_false(agl_timer_armed(&item->timer));
}

/* The fresh ones get behind those that stand in a slot, in the order of their arming. */
static void settle(void) {
    AGL_LIST_EACH(node, &timers.fresh) {
        struct item *item = AGL_CONTAINER(node, struct item, timer.link);
        item->fresh = false;
        item->order = next_order++;
        if (__builtin_add_overflow(now, item->when, &item->when))
            item->when = INT64_MAX;
    }
    agl_timers_settle(&timers, now);
}

static void poll(void) {
    settle();
    assert_true(agl_list_empty(&timers.fresh));
    const struct item *first = due(INT64_MAX);
    int64_t next = agl_timers_next(&timers);
    assert_true(next <= (first ? first->when : INT64_MAX));
    agl_timers_fire(&timers, now);
    assert_null(due(now));
}

static void begin(uint64_t seed) {
    memset(&timers, 0, sizeof timers);
    memset(items, 0, sizeof items);
    random_state = seed;
    now = 0;
    fired = 0;
}

static void end(void) {
    size_t armed = 0;
    for (size_t i = 0; i < COUNT; i++)
        armed += items[i].armed;
    assert_int_equal(timers.count, armed);
    agl_timers_clear(&timers);
    for (size_t i = 0; i < COUNT; i++)
        assert_false(agl_timer_armed(&items[i].timer));
}

static void each_fires_in_its_turn(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        begin(seed);
        for (int step = 0; step < STEPS; step++) {
            struct item *item = &items[pick(COUNT)];
            if (item->armed)
                cancel(item);
            else
                arm(item);
            if (pick(8) == 0) {
                now += pick(3) ? span() / COUNT : 0;
                poll();
            }
        }
        assert_true(fired > STEPS / 20);
        end();
    }
}

/* The next call is never too late, and not more often too early than timers move. */
static void time_jumps_from_one_to_the_next(void **state) {
    (void)state;
    begin(7);
    uint64_t jumps = 0;
    for (size_t i = 0; i < COUNT; i++) {
        items[i].armed = true;
        items[i].order = next_order++;
        items[i].timer.fire = fires;
        items[i].when = span();
        agl_timer_arm(&timers, &items[i].timer, items[i].when);
    }
    for (; timers.count; jumps++) {
        now = agl_timers_next(&timers);
        agl_timers_fire(&timers, now);
    }
    assert_int_equal(fired, COUNT);
    assert_true(jumps < COUNT + AGL_TIMER_LEVELS * AGL_TIMER_SLOTS);
    end();
}

/* Few timers are known exactly: the loop is not woken in vain. */
static void few_are_waited_for_exactly(void **state) {
    (void)state;
    static const int64_t times[] = {3000000007, 3000000001, 3000000003};
    begin(1);
    for (size_t i = 0; i < 3; i++)
        agl_timer_arm(&timers, &items[i].timer, times[i]);
    assert_int_equal(agl_timers_next(&timers), 3000000001);
    agl_timer_cancel(&timers, &items[1].timer);
    assert_int_equal(agl_timers_next(&timers), 3000000003);
    agl_timers_clear(&timers);
}

/* Where too many stand together to look at each, the loop may be woken early, but not late. */
static void many_are_not_waited_for_too_long(void **state) {
    (void)state;
    begin(1);
    for (size_t i = 0; i < COUNT; i++)
        agl_timer_arm(&timers, &items[i].timer, 3000000000 - (int64_t)i);
    for (size_t i = COUNT; i-- > 0; agl_timer_cancel(&timers, &items[i].timer)) {
        int64_t first = 3000000000 - (int64_t)i, next;
        while ((next = agl_timers_next(&timers)) < first)
            agl_timers_fire(&timers, next);
        assert_int_equal(next, first);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fires_in_its_turn),
        cmocka_unit_test(time_jumps_from_one_to_the_next),
        cmocka_unit_test(few_are_waited_for_exactly),
        cmocka_unit_test(many_are_not_waited_for_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
