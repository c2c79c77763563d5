/*
 * Timers: a 4-ary heap whose entries know their slot, so that one can be cancelled in O(log n).
 */
#ifndef AGL_TIMER_H
#define AGL_TIMER_H

#include <stddef.h>
#include <stdint.h>

struct agl_timer;

/** Called by the loop when the time has come, outside of any task; must not suspend. */
typedef void (*agl_timer_fn)(struct agl_timer *timer);

/** A timer, embedded in what it wakes. Zeroed: not armed. */
struct agl_timer {
    size_t slot; /* in the heap, counted from 1; 0: not armed */
    agl_timer_fn fire;
};

struct agl_timer_entry {
    int64_t when;   /* nanoseconds of the loop's clock */
    uint64_t order; /* equal times fire in the order of arming */
    struct agl_timer *timer;
};

struct agl_timers {
    struct agl_timer_entry *heap;
    size_t count, capacity, reserved;
    uint64_t order;
};

/** Makes room for one more timer, so that arming cannot fail. Returns 0 or -ENOMEM. */
int agl_timers_reserve(struct agl_timers *timers);
/** Gives that room back. */
void agl_timers_unreserve(struct agl_timers *timers);

/** Arms a timer that is not armed; room for it was reserved. */
void agl_timer_arm(struct agl_timers *timers, struct agl_timer *timer, int64_t when);
/** Disarms a timer if it is armed. */
void agl_timer_cancel(struct agl_timers *timers, struct agl_timer *timer);

/** Disarms all timers and frees the heap. */
void agl_timers_free(struct agl_timers *timers);

/** When the next timer fires; INT64_MAX if none is armed. */
int64_t agl_timers_next(const struct agl_timers *timers);
/** Fires all that are due at `now`. */
void agl_timers_fire(struct agl_timers *timers, int64_t now);

#endif
