/*
 * Timers: a 4-ary heap whose entries know their slot, so that one can be cancelled in O(log n).
 *
 * A timer that is to fire some time from now needs no look at the clock, which would cost more than
 * all the rest: it is put behind the heap, as a fresh one with its span, until the loop reads the
 * clock the next time, to poll. From that moment its span counts. So it is never early, as it would
 * be if it counted from a time that was read before, and late by what is left of the loop's turn.
 * One that is cancelled in the turn in which it was armed never gets into the heap at all.
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
    int64_t when;   /* nanoseconds of the loop's clock; of a fresh one, its span */
    uint64_t order; /* equal times fire in the order of arming */
    struct agl_timer *timer;
};

struct agl_timers {
    struct agl_timer_entry *heap;
    size_t count; /* in the heap */
    size_t fresh; /* behind them */
    size_t capacity, reserved;
    uint64_t order;
};

/** Makes room for one more timer, so that arming cannot fail. Returns 0 or -ENOMEM. */
int agl_timers_reserve(struct agl_timers *timers);
/** Gives that room back. */
void agl_timers_unreserve(struct agl_timers *timers);

/** Arms a timer that is not armed, for a time of the clock; room for it was reserved. */
void agl_timer_arm(struct agl_timers *timers, struct agl_timer *timer, int64_t when);
/** Arms a timer that is not armed, for `span` nanoseconds after agl_timers_settle(). */
void agl_timer_arm_after(struct agl_timers *timers, struct agl_timer *timer, int64_t span);
/** Puts the fresh timers into the heap: their spans count from `now`. */
void agl_timers_settle(struct agl_timers *timers, int64_t now);
/** Disarms a timer if it is armed. */
void agl_timer_cancel(struct agl_timers *timers, struct agl_timer *timer);

/** Disarms all timers and frees the heap. */
void agl_timers_free(struct agl_timers *timers);

/** When the next timer fires, the fresh ones left out; INT64_MAX if none is armed. */
int64_t agl_timers_next(const struct agl_timers *timers);
/** Fires all that are due at `now`. */
void agl_timers_fire(struct agl_timers *timers, int64_t now);

#endif
