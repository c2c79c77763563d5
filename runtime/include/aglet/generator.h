/*
 * Generators: a coroutine that gives items one by one, and may wait for things in between.
 *
 *     static AGLET_COROUTINE int lines(aglet_generator *self, void *stream) {
 *         ...
 *         int rc = aglet_generate(self, line);
 *         if (rc < 0)
 *             return rc;      the consumer has closed it: clean up and leave
 *     }
 *
 *     while ((rc = aglet_generator_next(generator, &line)) > 0)
 *         ...
 *     aglet_generator_close(generator);
 */
#ifndef AGLET_GENERATOR_H
#define AGLET_GENERATOR_H

#include <aglet/base.h>

/** A generator's body; its result below 0 ends the consumer's loop with that error. */
typedef int (*aglet_generator_fn)(aglet_generator *self, void *arg);

/** Makes a generator; its body starts at the first next. `arg` must live until the close.
 *  @return 0 and *out, owned by the caller; -EPERM outside a coroutine, -ENOMEM. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_DEFERS AGLET_ACQUIRES_OUT(generator, 3)
    AGLET_CALLS_BACK(1, coroutine, once)
        AGLET_BORROWS(2, completion) int aglet_generator_open(aglet_generator_fn body, void *arg,
                                                              aglet_generator **out);

/**
 * Lets the body run until it gives an item or ends.
 * @return 1 and *item; 0 when the body has ended; its error; -ECANCELED, -ETIMEDOUT if the consumer
 *         was cut: an item that comes meanwhile is kept for the next call; -EBUSY for a second
 *         consumer; -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
    AGLET_STARTS(1) int aglet_generator_next(aglet_generator *generator, void **item);

/** In the body: gives an item and waits until the next one is wanted.
 *  @return 0; -ECANCELED when the generator is closed or run() ends; -EPERM in another task. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_generate(aglet_generator *self, void *item);

/** Cancels the body if it has not ended, waits for it and frees the generator, whatever is
 * returned; a cancellation does not cut it short. NULL is left alone. @return 0; the body's own
 * failure. Wrong use, where the generator stays: -EBUSY while another task waits for an item,
 * -EPERM in the body. */
AGLET_COROUTINE
AGLET_SUSPENDS AGLET_RELEASES(generator, 1) int aglet_generator_close(aglet_generator *generator);

#endif
