/* The lock, and the condition, which has to take a lock again come what may. */
#include <errno.h>

#include <aglet/sync.h>

#include "loop.h"
#include "report.h"

static void hold(aglet_task *task, aglet_lock *lock) {
    lock->holder = task->id;
    task->locks++;
}

static uint64_t holder_of(const void *lock) {
    return ((const aglet_lock *)lock)->holder;
}

/* Inlined, so that the dump of a waiting task shows which function it called. */
AGL_INLINE int take(const char *function, aglet_lock *lock, bool wait_for_it,
                    struct agl_place place) {
    aglet_task *self = agl_self(function);
    if (!self)
        return -EPERM;
    if (lock->holder == self->id)
        return agl_misuse(place, -EDEADLK, "%s() of a lock that the task holds already", function);
    if (wait_for_it) {
        int rc = agl_suspension(self);
        if (rc < 0)
            return rc;
    }
    if (!lock->holder) {
        hold(self, lock);
    } else if (!wait_for_it) {
        return -EBUSY;
    } else {
        struct agl_wait wait = {.what = "lock",
                                .object = lock,
                                .row = &lock->waiters,
                                .until = INT64_MAX,
                                .whom = holder_of};
        int rc = agl_park(self, &wait);
        if (rc < 0)
            return rc;
    }
    self->locked_at = place;
    return 0;
}

int(aglet_lock_acquire)(aglet_lock *lock) {
    return take("aglet_lock_acquire", lock, true, AGL_PLACE_HERE());
}

int(aglet_lock_try)(aglet_lock *lock) {
    return take("aglet_lock_try", lock, false, AGL_PLACE_HERE());
}

/* The waiter owns the lock from here on, before it runs: nobody can come in between. */
static void pass_on(aglet_lock *lock) {
    lock->holder = 0;
    aglet_task *next = agl_wake_first(&lock->waiters, 0);
    if (next)
        hold(next, lock);
}

int aglet_lock_release(aglet_lock *lock) {
    aglet_task *self = agl_self("aglet_lock_release");
    if (!self)
        return -EPERM;
    if (lock->holder != self->id)
        return AGL_MISUSE(-EPERM, "aglet_lock_release() of a lock that the task does not hold");
    self->locks--;
    pass_on(lock);
    return 0;
}

bool aglet_lock_held(const aglet_lock *lock) {
    return lock->holder != 0;
}

/* Takes the lock again after a condition, whatever happens. */
static int retake(aglet_task *self, aglet_lock *lock) {
    if (!lock->holder) {
        hold(self, lock);
        return 0;
    }
    struct agl_wait wait = {.what = "lock of a condition",
                            .object = lock,
                            .row = &lock->waiters,
                            .until = INT64_MAX,
                            .firm = true,
                            .whom = holder_of};
    return agl_park(self, &wait);
}

int aglet_condition_wait(aglet_condition *condition, aglet_lock *lock) {
    aglet_task *self = agl_self("aglet_condition_wait");
    if (!self)
        return -EPERM;
    if (lock->holder != self->id)
        return AGL_MISUSE(-EPERM, "aglet_condition_wait() with a lock that is not held");
    int rc = agl_suspension(self);
    if (rc < 0)
        return rc;
    self->locks--;
    pass_on(lock);
    struct agl_wait wait = {
        .what = "condition", .object = condition, .row = &condition->waiters, .until = INT64_MAX};
    rc = agl_park(self, &wait);
    int retaken = retake(self, lock);
    return retaken < 0 ? retaken : rc;
}

size_t aglet_condition_notify(aglet_condition *condition, size_t n) {
    size_t woken = 0;
    while (woken < n && agl_wake_first(&condition->waiters, 0))
        woken++;
    return woken;
}
