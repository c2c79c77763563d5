/*
 * Queues: a bounded row of pointers between tasks; first in first out, last in first out, or the
 * least first.
 */
#ifndef AGLET_QUEUE_H
#define AGLET_QUEUE_H

#include <aglet/base.h>

/**
 * Makes a queue for at most `capacity` items. It belongs to the running loop.
 * @return the queue, which the caller frees; NULL with errno: EPERM outside a loop, EINVAL for 0,
 *         ENOMEM.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES(queue)
aglet_queue *aglet_queue_new(size_t capacity);

/** As aglet_queue_new(), but the item that was put last is got first. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES(queue)
aglet_queue *aglet_queue_new_lifo(size_t capacity);

/** Orders two items: below 0 if `a` is to be got before `b`. */
typedef int (*aglet_compare)(const void *a, const void *b);

/** As aglet_queue_new(), but the least item is got first; equal ones in the order of putting. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES(queue)
aglet_queue *aglet_queue_new_priority(size_t capacity, aglet_compare compare);

/** Frees the queue, not the items. @return 0; -EBUSY while somebody waits on it. */
AGLET_RELEASES(queue, 1) int aglet_queue_free(aglet_queue *queue);

/** Puts an item, waiting while the queue is full. The item belongs to the getter from return 0 on.
 *  @return 0; -ECANCELED, -ETIMEDOUT (not put); -EPIPE after shutdown; -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_queue_put(aglet_queue *queue, void *item);

/** As put, without waiting. @return 0; -EAGAIN if the queue is full; -EPIPE after shutdown. */
AGLET_MUST_USE int aglet_queue_try_put(aglet_queue *queue, void *item);

/** Gets the item whose turn it is, waiting while the queue is empty.
 *  @return 0 and *item; -ECANCELED, -ETIMEDOUT (nothing taken); -EPIPE if it is shut down and
 * empty. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_queue_get(aglet_queue *queue, void **item);

/** As get, without waiting. @return 0 and *item; -EAGAIN if the queue is empty; -EPIPE if it is
 * shut down besides. */
AGLET_MUST_USE AGLET_TAKES_ITEM(1) int aglet_queue_try_get(aglet_queue *queue, void **item);

/** States that an item that was got is dealt with. @return 0; -EINVAL if there was none. */
int aglet_queue_task_done(aglet_queue *queue);

/** Waits until every item that was put is dealt with. @return 0, -ECANCELED, -ETIMEDOUT, -EPERM. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_queue_join(aglet_queue *queue);

/** No more puts; gets empty the queue, then return -EPIPE. Waiting putters get -EPIPE. */
void aglet_queue_shutdown(aglet_queue *queue);

/** Items in the queue. */
size_t aglet_queue_length(const aglet_queue *queue);

#endif
