/*
 * Timers: hierarchical wheels that are exact to the nanosecond (a radix heap).
 *
 * Of a timer's time and `last`, up to which all have fired, the highest digit that differs, to the
 * base 64, says where the timer stands: the digit's place is the level, the time's own digit the
 * slot. So the first slot in use of the lowest level in use has the earliest timers, and each slot
 * of level 0 one time only. When the clock has reached the beginning of the first slot, `last`
 * moves there, and its timers spread over the levels below, in their order. A timer is linked where
 * it stands and moves at most once a level: to arm, to cancel and to fire it takes constant time
 * and no memory but its own. (Varghese and Lauck 1987; Ahuja, Mehlhorn, Orlin and Tarjan 1990.)
 *
 * A timer that is to fire some time from now needs no look at the clock, which would cost more than
 * all the rest: it stands among the fresh ones with its span, until the loop reads the clock the
 * next time, to poll. From that moment its span counts. So it is never early, as it would be if it
 * counted from a time that was read before, and late by what is left of the loop's turn.
 */
#ifndef AGL_TIMER_H
#define AGL_TIMER_H

#include <stddef.h>
#include <stdint.h>

#include "list.h"

struct agl_timer;

/** Called by the loop when the time has come, outside of any task; must not suspend. */
typedef void (*agl_timer_fn)(struct agl_timer *timer);

/** A timer, embedded in what it wakes. Zeroed: not armed. */
struct agl_timer {
    agl_list link; /* in its slot or among the fresh ones; in none: not armed */
    int64_t when;  /* nanoseconds of the loop's clock; of a fresh one, its span */
    agl_timer_fn fire;
};

enum {
    AGL_TIMER_DIGIT = 6, /* bits */
    AGL_TIMER_SLOTS = 1 << AGL_TIMER_DIGIT,
    AGL_TIMER_LEVELS = 63 / AGL_TIMER_DIGIT + 1
};

/** All timers of one loop. Zeroed: none. */
struct agl_timers {
    int64_t last;                    /* no timer in a slot is for an earlier time */
    size_t count;                    /* of those armed */
    uint64_t levels;                 /* in use, a bit each */
    uint64_t used[AGL_TIMER_LEVELS]; /* slots in use, a bit each */
    agl_list fresh;
    agl_list slots[AGL_TIMER_LEVELS * AGL_TIMER_SLOTS];
};

static inline bool agl_timer_armed(const struct agl_timer *timer) {
    return timer->link.next != NULL;
}

/** Arms a timer that is not armed, for a time of the clock. Equal times fire in the order of
 * arming, and so do those that have passed; fresh ones count as armed when they are settled. */
void agl_timer_arm(struct agl_timers *timers, struct agl_timer *timer, int64_t when);
/** Arms a timer that is not armed, for `span` nanoseconds after agl_timers_settle(). */
void agl_timer_arm_after(struct agl_timers *timers, struct agl_timer *timer, int64_t span);
/** Lets the spans of the fresh timers count from `now`. */
void agl_timers_settle(struct agl_timers *timers, int64_t now);
/** Disarms a timer if it is armed. */
void agl_timer_cancel(struct agl_timers *timers, struct agl_timer *timer);
/** Disarms all timers. */
void agl_timers_clear(struct agl_timers *timers);

/** When agl_timers_fire() has to be called next, the fresh timers left out: when the first one
 *  fires, or, while many stand together, some time before. INT64_MAX: never. */
int64_t agl_timers_next(const struct agl_timers *timers);
/** Fires all that are due at `now`, the earliest first. */
void agl_timers_fire(struct agl_timers *timers, int64_t now);

#endif
