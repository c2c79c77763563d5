/*
 * Synchronisation of the tasks of one loop: lock, event, semaphore, condition.
 *
 * All of them are fair (first come, first served) and hand over directly: the one who releases
 * makes the first waiter the owner. So nothing is lost when a waiter is cancelled: either it was
 * handed the thing and its call returns 0, or it left the row and the next one gets it.
 *
 * The objects belong to the caller and need no end; initialise them with the macros or functions.
 * They must not be freed while somebody waits on them. They are not for use between threads.
 */
#ifndef AGLET_SYNC_H
#define AGLET_SYNC_H

#include <aglet/base.h>

/** A row of waiting tasks. The fields are private. */
struct aglet_waiters {
    struct aglet_waiters *next, *prev;
};

/** A lock; zero-initialised or AGLET_LOCK_INIT. Not recursive. The fields are private. */
struct aglet_lock {
    struct aglet_waiters waiters;
    uint64_t holder;
};
typedef struct aglet_lock aglet_lock;
#define AGLET_LOCK_INIT                                                                            \
    { {0, 0}, 0 }

/** Takes the lock, waiting for it if need be. @return 0; -ECANCELED or -ETIMEDOUT without the lock;
 *  -EDEADLK if this task holds it already; -EPERM outside a coroutine. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
    AGLET_LOCKS(1) int aglet_lock_acquire(aglet_lock *lock);

/** Takes the lock if it is free. @return 0, -EBUSY; -EDEADLK, -EPERM as above. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOCKS(1) int aglet_lock_try(aglet_lock *lock);

/** Gives the lock to the first waiter. @return 0; -EPERM if the running task does not hold it. */
AGLET_COROUTINE AGLET_UNLOCKS(1) int aglet_lock_release(aglet_lock *lock);

/** True if some task holds the lock. */
bool aglet_lock_held(const aglet_lock *lock);

/** An event: a flag to wait for; zero-initialised or AGLET_EVENT_INIT. The fields are private. */
struct aglet_event {
    struct aglet_waiters waiters;
    bool set;
};
typedef struct aglet_event aglet_event;
#define AGLET_EVENT_INIT                                                                           \
    { {0, 0}, false }

/** Waits until the event is set. @return 0, -ECANCELED, -ETIMEDOUT; -EPERM outside a coroutine. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
    AGLET_AWAITS_SIGNAL(1) int aglet_event_wait(aglet_event *event);
/** Sets the event and wakes all waiters; on the loop's thread only. */
AGLET_SIGNALS_BY(1) void aglet_event_set(aglet_event *event);
/** Clears the event; waiters that were woken stay woken. */
AGLET_CLEARS_SIGNALS void aglet_event_clear(aglet_event *event);
/** True if the event is set. */
AGLET_PURE bool aglet_event_is_set(const aglet_event *event);

/** A semaphore; AGLET_SEMAPHORE_INIT(permits), or AGLET_BOUNDED_SEMAPHORE_INIT(permits), which
 *  refuses to hold more permits than at first. The fields are private. */
struct aglet_semaphore {
    struct aglet_waiters waiters;
    size_t permits;
    size_t bound; /* 0: none */
};
typedef struct aglet_semaphore aglet_semaphore;
#define AGLET_SEMAPHORE_INIT(permits)                                                              \
    { {0, 0}, (permits), 0 }
#define AGLET_BOUNDED_SEMAPHORE_INIT(permits)                                                      \
    { {0, 0}, (permits), (permits) }

/** Takes a permit. @return 0; -ECANCELED or -ETIMEDOUT without one; -EPERM outside a coroutine. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_semaphore_acquire(aglet_semaphore *sem);
/** Takes a permit if there is one. @return 0, -EBUSY. */
AGLET_MUST_USE int aglet_semaphore_try(aglet_semaphore *sem);
/** Gives a permit back, to the first waiter if there is one; on the loop's thread only.
 *  @return 0; -ERANGE for one too many in a bounded semaphore. */
int aglet_semaphore_release(aglet_semaphore *sem);

/** A barrier: tasks wait until `parties` of them have come; AGLET_BARRIER_INIT(parties). It can be
 * used again and again. The fields are private. */
struct aglet_barrier {
    struct aglet_waiters waiters;
    size_t parties;
};
typedef struct aglet_barrier aglet_barrier;
#define AGLET_BARRIER_INIT(parties)                                                                \
    { {0, 0}, (parties) }

/** Waits for the others. A waiter that is cut does not count any more.
 *  @return 1 for the one that came last, 0 for the others; -ECANCELED, -ETIMEDOUT, -EPERM. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_barrier_wait(aglet_barrier *barrier);

/** A condition; zero-initialised or AGLET_CONDITION_INIT. The fields are private. */
struct aglet_condition {
    struct aglet_waiters waiters;
};
typedef struct aglet_condition aglet_condition;
#define AGLET_CONDITION_INIT                                                                       \
    {                                                                                              \
        { 0, 0 }                                                                                   \
    }

/**
 * Releases `lock`, waits to be notified and takes the lock again, which cannot be cut short: on
 * return the running task holds the lock, whatever is returned. Check the predicate in a loop.
 * @return 0 if it was notified; -ECANCELED, -ETIMEDOUT if not; -EPERM if the task does not hold
 *         `lock`.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_condition_wait(aglet_condition *condition,
                                                                       aglet_lock *lock);
/** Wakes up to `n` waiters; SIZE_MAX: all. @return how many. */
size_t aglet_condition_notify(aglet_condition *condition, size_t n);

#endif
