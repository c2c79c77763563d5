/*
 * Signals of the operating system, received by a task.
 */
#ifndef AGLET_SIGNAL_H
#define AGLET_SIGNAL_H

#include <aglet/base.h>

typedef struct aglet_signal aglet_signal;

/** Begins to receive a signal instead of its former effect.
 *  @return 0 and *out, owned by the caller; -EBUSY if it is received somewhere in this process,
 *          -EINVAL for a signal that cannot be received, -EPERM outside a coroutine, -ENOMEM. */
AGLET_MUST_USE
AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES_OUT(signal,
                                                    2) int aglet_signal_open(int number,
                                                                             aglet_signal **out);

/** Waits for the signal. @return how many came since the last call, at least 1; -ECANCELED,
 *  -ETIMEDOUT, -EBUSY; -EPERM outside a coroutine. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_signal_wait(aglet_signal *signal);

/** Gives the signal its former effect back. NULL is left alone. @return 0; -EBUSY while it is
 * waited for. */
AGLET_COROUTINE AGLET_RELEASES(signal, 1) int aglet_signal_close(aglet_signal *signal);

#endif
