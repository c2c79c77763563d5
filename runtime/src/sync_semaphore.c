#include <errno.h>

#include <aglet/sync.h>

#include "loop.h"
#include "report.h"

int aglet_semaphore_try(aglet_semaphore *sem) {
    if (!sem->permits)
        return -EBUSY;
    sem->permits--;
    return 0;
}

int aglet_semaphore_acquire(aglet_semaphore *sem) {
    aglet_task *self = agl_self("aglet_semaphore_acquire");
    if (!self)
        return -EPERM;
    int rc = agl_suspension(self);
    if (rc < 0 || aglet_semaphore_try(sem) == 0)
        return rc;
    struct agl_wait wait = {
        .what = "semaphore", .object = sem, .row = &sem->waiters, .until = INT64_MAX};
    return agl_park(self, &wait);
}

int aglet_semaphore_release(aglet_semaphore *sem) {
    /* The permit goes straight to the first waiter, so nobody can snatch it. */
    if (agl_wake_first(&sem->waiters, 0))
        return 0;
    if (sem->bound && sem->permits == sem->bound)
        return AGL_MISUSE(-ERANGE, "aglet_semaphore_release() of a permit too many");
    sem->permits++;
    return 0;
}
