/*
 * Deadlines: a scope in which suspensions end in time.
 *
 *     struct aglet_deadline deadline;
 *     aglet_fail_after(&deadline, 500);
 *     rc = aglet_deadline_end(&deadline, fetch(stream));
 *
 * Once the time is over, every suspension in the scope outside a shield returns -ETIMEDOUT. Scopes
 * nest; the nearest deadline counts. A scope is ended in the function that began it, by the same
 * task, the innermost first; AGLET_AUTO(aglet_deadline) in cleanup.h ends it on every way out.
 */
#ifndef AGLET_DEADLINE_H
#define AGLET_DEADLINE_H

#include <aglet/base.h>

/** A deadline's scope; owned by the caller, may be a local variable. The fields are private. */
struct aglet_deadline {
    void *scope;
    uint64_t serial;
};

#define AGLET_DEADLINE_INIT {0, 0}

/**
 * Begins a scope that fails with -ETIMEDOUT `ms` milliseconds from now; 0 or less: at once.
 * @return 0; -EPERM outside a coroutine, -ENOMEM (only beyond four scopes in one task); on an error
 *         no scope is open, and aglet_deadline_end() returns -EINVAL.
 */
AGLET_COROUTINE AGLET_DEADLINE_BEGIN AGLET_ACQUIRES_ARG(deadline, 1)
    AGLET_TAKES_TIMEOUT_MS(2) int aglet_fail_after(struct aglet_deadline *deadline, int64_t ms);

/** As aglet_fail_after(), at the time `when` of aglet_now(), in milliseconds. */
AGLET_COROUTINE AGLET_DEADLINE_BEGIN AGLET_ACQUIRES_ARG(deadline, 1)
    AGLET_TAKES_DEADLINE_MS(2) int aglet_fail_at(struct aglet_deadline *deadline, int64_t when);

/** As aglet_fail_after(), but running out of time is no failure: aglet_deadline_end() turns the
 *  -ETIMEDOUT of this scope into 0. */
AGLET_COROUTINE AGLET_DEADLINE_BEGIN AGLET_ACQUIRES_ARG(deadline, 1)
    AGLET_TAKES_TIMEOUT_MS(2) int aglet_move_on_after(struct aglet_deadline *deadline, int64_t ms);

/** Moves the deadline to `when`; AGLET_FOREVER lifts it. A deadline that has passed stays passed.
 *  @return 0; -ETIMEDOUT if it has passed already; -EINVAL if the scope is not open. */
AGLET_COROUTINE
AGLET_TAKES_DEADLINE_MS(2) int aglet_deadline_reschedule(struct aglet_deadline *deadline,
                                                         int64_t when);

/**
 * Ends the scope. Scopes begun inside and left open are ended with it, and reported in debug mode.
 *
 * @param result what the body came to
 * @return `result`; 0 instead of -ETIMEDOUT if the scope is a move-on scope and it was its own
 *         deadline that passed; -EINVAL if the scope is not open (a second end).
 */
AGLET_COROUTINE AGLET_DEADLINE_END
    AGLET_RELEASES(deadline, 1) int aglet_deadline_end(struct aglet_deadline *deadline, int result);

/** True if this scope's own deadline has passed and cut a suspension; also after its end. */
bool aglet_deadline_expired(const struct aglet_deadline *deadline);

#endif
