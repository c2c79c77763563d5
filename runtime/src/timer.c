#include "timer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "seam.h"

enum { ARITY = 4, FIRST_CAPACITY = 16 };

static bool before(const struct agl_timer_entry *a, const struct agl_timer_entry *b) {
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void put(struct agl_timers *timers, size_t slot, struct agl_timer_entry entry) {
    timers->heap[slot] = entry;
    entry.timer->slot = slot + 1;
}

static void sift_up(struct agl_timers *timers, size_t slot, struct agl_timer_entry entry) {
    while (slot > 0) {
        size_t parent = (slot - 1) / ARITY;
        if (!before(&entry, &timers->heap[parent]))
            break;
        put(timers, slot, timers->heap[parent]);
        slot = parent;
    }
    put(timers, slot, entry);
}

static void sift_down(struct agl_timers *timers, size_t slot, struct agl_timer_entry entry) {
    for (;;) {
        size_t child = slot * ARITY + 1;
        if (child >= timers->count)
            break;
        size_t end = child + ARITY < timers->count ? child + ARITY : timers->count;
        size_t least = child;
        while (++child < end)
            if (before(&timers->heap[child], &timers->heap[least]))
                least = child;
        if (!before(&timers->heap[least], &entry))
            break;
        put(timers, slot, timers->heap[least]);
        slot = least;
    }
    put(timers, slot, entry);
}

int agl_timers_reserve(struct agl_timers *timers) {
    if (timers->reserved == timers->capacity) {
        size_t capacity = timers->capacity ? timers->capacity * 2 : FIRST_CAPACITY;
        void *heap = agl_seam_realloc(timers->heap, capacity * sizeof *timers->heap);
        if (!heap)
            return -ENOMEM;
        timers->heap = heap;
        timers->capacity = capacity;
    }
    timers->reserved++;
    return 0;
}

void agl_timers_unreserve(struct agl_timers *timers) {
    timers->reserved--;
}

void agl_timer_arm(struct agl_timers *timers, struct agl_timer *timer, int64_t when) {
    struct agl_timer_entry entry = {when, timers->order++, timer};
    /* The heap grows by the slot of the first fresh one, which goes behind the last. */
    if (timers->fresh)
        put(timers, timers->count + timers->fresh, timers->heap[timers->count]);
    sift_up(timers, timers->count++, entry);
}

void agl_timer_arm_after(struct agl_timers *timers, struct agl_timer *timer, int64_t span) {
    struct agl_timer_entry entry = {span, timers->order++, timer};
    put(timers, timers->count + timers->fresh++, entry);
}

void agl_timers_settle(struct agl_timers *timers, int64_t now) {
    for (; timers->fresh; timers->fresh--) {
        struct agl_timer_entry entry = timers->heap[timers->count];
        if (__builtin_add_overflow(now, entry.when, &entry.when))
            entry.when = INT64_MAX;
        sift_up(timers, timers->count++, entry);
    }
}

static void remove_from_heap(struct agl_timers *timers, size_t slot) {
    struct agl_timer_entry last = timers->heap[--timers->count];
    if (slot == timers->count)
        return;
    if (slot > 0 && before(&last, &timers->heap[(slot - 1) / ARITY]))
        sift_up(timers, slot, last);
    else
        sift_down(timers, slot, last);
}

void agl_timer_cancel(struct agl_timers *timers, struct agl_timer *timer) {
    if (!timer->slot)
        return;
    size_t hole = timer->slot - 1;
    timer->slot = 0;
    size_t last = timers->count + timers->fresh - 1;
    if (hole < timers->count) {
        remove_from_heap(timers, hole);
        hole = timers->count;
    } else {
        timers->fresh--;
    }
    /* The last fresh one fills the hole that is left, in the heap's end or among its like. */
    if (hole < last)
        put(timers, hole, timers->heap[last]);
}

int64_t agl_timers_next(const struct agl_timers *timers) {
    return timers->count ? timers->heap[0].when : INT64_MAX;
}

void agl_timers_fire(struct agl_timers *timers, int64_t now) {
    while (timers->count && timers->heap[0].when <= now) {
        struct agl_timer *timer = timers->heap[0].timer;
        agl_timer_cancel(timers, timer);
        timer->fire(timer);
    }
}

void agl_timers_free(struct agl_timers *timers) {
    for (size_t i = 0; i < timers->count + timers->fresh; i++)
        timers->heap[i].timer->slot = 0;
    free(timers->heap);
}
