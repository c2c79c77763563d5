#include "timer.h"

/* So many timers of one slot are looked at to learn which of them is the first. */
enum { LOOKED_AT = 16 };

static struct agl_timer *timer_of(agl_list *link) {
    return AGL_CONTAINER(link, struct agl_timer, link);
}

/* Puts a timer where its time stands. */
static void place(struct agl_timers *timers, struct agl_timer *timer) {
    uint64_t differs = (uint64_t)timer->when ^ (uint64_t)timers->last;
    /* The highest bit of none is taken for the lowest. */
    unsigned level = (63 - (unsigned)__builtin_clzll(differs | 1)) / AGL_TIMER_DIGIT;
    unsigned slot = (uint64_t)timer->when >> level * AGL_TIMER_DIGIT & (AGL_TIMER_SLOTS - 1);
    timers->levels |= UINT64_C(1) << level;
    timers->used[level] |= UINT64_C(1) << slot;
    agl_list_append(&timers->slots[level * AGL_TIMER_SLOTS + slot], &timer->link);
}

void agl_timer_arm(struct agl_timers *timers, struct agl_timer *timer, int64_t when) {
    timer->when = when < timers->last ? timers->last : when;
    timers->count++;
    place(timers, timer);
}

void agl_timer_arm_after(struct agl_timers *timers, struct agl_timer *timer, int64_t span) {
    timer->when = span;
    timers->count++;
    agl_list_append(&timers->fresh, &timer->link);
}

void agl_timers_settle(struct agl_timers *timers, int64_t now) {
    agl_list *node = agl_list_first(&timers->fresh);
    /* Where no timer stands, none has to move when `last` does. */
    if (node && !timers->levels)
        timers->last = now;
    while (node) {
        struct agl_timer *timer = timer_of(node);
        node = agl_list_after(&timers->fresh, node);
        if (__builtin_add_overflow(now, timer->when, &timer->when))
            timer->when = INT64_MAX;
        place(timers, timer);
    }
    timers->fresh = (agl_list){0};
}

static void slot_empty(struct agl_timers *timers, size_t index) {
    size_t level = index / AGL_TIMER_SLOTS;
    timers->used[level] &= ~(UINT64_C(1) << index % AGL_TIMER_SLOTS);
    if (!timers->used[level])
        timers->levels &= ~(UINT64_C(1) << level);
}

void agl_timer_cancel(struct agl_timers *timers, struct agl_timer *timer) {
    if (!agl_timer_armed(timer))
        return;
    agl_list *next = timer->link.next, *previous = timer->link.prev;
    timers->count--;
    agl_list_remove(&timer->link);
    /* Only what was alone has its list's head on both sides. */
    if (next == previous && next != &timers->fresh)
        slot_empty(timers, (size_t)(next - timers->slots));
}

/** The slot of the earliest timers. */
struct first {
    size_t index;
    unsigned level;
    int64_t start; /* the earliest time that could stand there */
};

/* False if no timer stands in any slot. */
static bool find_first(const struct agl_timers *timers, struct first *first) {
    if (!timers->levels)
        return false;
    first->level = (unsigned)__builtin_ctzll(timers->levels);
    unsigned slot = (unsigned)__builtin_ctzll(timers->used[first->level]);
    unsigned shift = first->level * AGL_TIMER_DIGIT;
    uint64_t above = (uint64_t)timers->last >> shift & ~(uint64_t)(AGL_TIMER_SLOTS - 1);
    first->index = first->level * AGL_TIMER_SLOTS + slot;
    first->start = (int64_t)((above | slot) << shift);
    return true;
}

int64_t agl_timers_next(const struct agl_timers *timers) {
    struct first first;
    if (!find_first(timers, &first))
        return INT64_MAX;
    int64_t next = INT64_MAX;
    int left = LOOKED_AT;
    AGL_LIST_EACH(node, &timers->slots[first.index]) {
        if (left-- == 0)
            return first.start;
        if (timer_of(node)->when < next)
            next = timer_of(node)->when;
    }
    return next;
}

/* Moves `last` to where the first slot begins, and its timers to the levels below. */
static void spread(struct agl_timers *timers, const struct first *first) {
    agl_list *head = &timers->slots[first->index], *node = head->next;
    *head = (agl_list){0};
    slot_empty(timers, first->index);
    timers->last = first->start;
    while (node != head) {
        struct agl_timer *timer = timer_of(node);
        node = node->next;
        place(timers, timer);
    }
}

void agl_timers_fire(struct agl_timers *timers, int64_t now) {
    struct first first;
    while (find_first(timers, &first) && first.start <= now) {
        agl_list *head = &timers->slots[first.index];
        struct agl_timer *timer = timer_of(head->next);
        /* One that is alone in the first slot is the earliest of all. */
        if (first.level > 0 && head->next != head->prev) {
            spread(timers, &first);
            continue;
        }
        if (timer->when > now)
            break;
        timers->last = timer->when;
        agl_timer_cancel(timers, timer);
        timer->fire(timer);
    }
}

static void clear(agl_list *head) {
    agl_list *node;
    while ((node = agl_list_first(head)))
        agl_list_remove(node);
}

void agl_timers_clear(struct agl_timers *timers) {
    clear(&timers->fresh);
    for (size_t i = 0; i < AGL_TIMER_LEVELS * AGL_TIMER_SLOTS; i++)
        clear(&timers->slots[i]);
}
