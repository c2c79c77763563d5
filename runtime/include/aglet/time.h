/*
 * Time: the loop's monotonic clock, sleeping, and callbacks at a time.
 */
#ifndef AGLET_TIME_H
#define AGLET_TIME_H

#include <aglet/base.h>

/** Milliseconds of a monotonic clock with an arbitrary zero, as the loop sees it. */
AGLET_MIXED int64_t aglet_now(void);

/**
 * Sleeps for `ms` milliseconds; 0 or less lets the other ready tasks run once.
 * @return 0 after the whole time; -ECANCELED, -ETIMEDOUT; -EPERM outside a coroutine.
 */
AGLET_COROUTINE AGLET_SUSPENDS int aglet_sleep(int64_t ms);

/** Sleeps until aglet_now() >= `when`, in milliseconds; AGLET_FOREVER waits for a cancellation. */
AGLET_COROUTINE AGLET_SUSPENDS int aglet_sleep_until(int64_t when);

#endif
