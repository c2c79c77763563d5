/*
 * Time: the loop's monotonic clock, sleeping, and callbacks at a time.
 *
 * A span of time counts from when the loop next polls, after the present turn of the ready tasks:
 * nothing comes early, and what was begun in the same turn comes in the order of its spans.
 */
#ifndef AGLET_TIME_H
#define AGLET_TIME_H

#include <aglet/base.h>

/** Milliseconds of a monotonic clock with an arbitrary zero, as the loop sees it. */
AGLET_MIXED AGLET_TELLS_TIME_MS int64_t aglet_now(void);

/**
 * Sleeps for `ms` milliseconds; 0 or less lets the other ready tasks run once.
 * @return 0 after the whole time; -ECANCELED, -ETIMEDOUT; -EPERM outside a coroutine.
 */
AGLET_COROUTINE AGLET_SUSPENDS_FOR_TIME AGLET_TAKES_TIMEOUT_MS(1) int aglet_sleep(int64_t ms);

/** Sleeps until aglet_now() >= `when`, in milliseconds; AGLET_FOREVER waits for a cancellation.
 *  @return as aglet_sleep(). */
AGLET_COROUTINE
AGLET_SUSPENDS_FOR_TIME AGLET_TAKES_DEADLINE_MS(1) int aglet_sleep_until(int64_t when);

/** A callback at a time; owned by the caller, who keeps it in memory until it has been called or
 *  cancelled. Zero-initialise. The fields are private. */
struct aglet_timer {
    void *private_fields[4];
    void (*call)(void *arg);
    void *arg;
    void *loop;
};
typedef struct aglet_timer aglet_timer;

/**
 * Calls call(arg) in the loop, outside of any coroutine, in `ms` milliseconds; it must not block.
 * The timers that are left when the main task ends are dropped.
 * @return 0; -EPERM outside a loop, -EBUSY if the timer is set already.
 */
AGLET_MIXED AGLET_LOOP_BOUND AGLET_CALLS_BACK(3, loop, once) AGLET_BORROWS(1, callback)
    AGLET_BORROWS(4, callback)
        AGLET_TAKES_TIMEOUT_MS(2) int aglet_call_later(aglet_timer *timer, int64_t ms,
                                                       void (*call)(void *arg), void *arg);

/** As aglet_call_later(), as soon as the loop next polls; in the order of the calls. */
AGLET_MIXED AGLET_LOOP_BOUND AGLET_CALLS_BACK(2, loop, once) AGLET_BORROWS(1, callback)
    AGLET_BORROWS(3, callback) int aglet_call_soon(aglet_timer *timer, void (*call)(void *arg),
                                                   void *arg);

/** As aglet_call_later(), at the time `when` of aglet_now(). */
AGLET_MIXED AGLET_LOOP_BOUND AGLET_CALLS_BACK(3, loop, once) AGLET_BORROWS(1, callback)
    AGLET_BORROWS(4, callback)
        AGLET_TAKES_DEADLINE_MS(2) int aglet_call_at(aglet_timer *timer, int64_t when,
                                                     void (*call)(void *arg), void *arg);

/** Takes the timer back. @return true if it had not been called yet. */
AGLET_MIXED bool aglet_timer_cancel(aglet_timer *timer);

#endif
