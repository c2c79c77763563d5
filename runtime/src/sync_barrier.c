#include <errno.h>

#include <aglet/sync.h>

#include "loop.h"

int aglet_barrier_wait(aglet_barrier *barrier) {
    aglet_task *self = agl_self("aglet_barrier_wait");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc < 0)
        return rc;
    if (barrier->waiting + 1 >= barrier->parties) {
        barrier->waiting = 0;
        while (agl_wake_first(&barrier->waiters, 0)) {
        }
        return 1;
    }
    barrier->waiting++;
    struct agl_wait wait = {
        .what = "barrier", .object = barrier, .row = &barrier->waiters, .until = INT64_MAX};
    rc = agl_park(self, &wait);
    if (rc < 0)
        barrier->waiting--;
    return rc;
}
