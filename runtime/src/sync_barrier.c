#include <errno.h>

#include <aglet/sync.h>

#include "loop.h"

/* Counted anew each time: who is cut leaves the row at once, but only runs later. */
static size_t waiting(const aglet_barrier *barrier) {
    size_t count = 0;
    AGL_LIST_EACH(node, &barrier->waiters)
    count++;
    return count;
}

int aglet_barrier_wait(aglet_barrier *barrier) {
    aglet_task *self = agl_self("aglet_barrier_wait");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc < 0)
        return rc;
    if (waiting(barrier) + 1 >= barrier->parties) {
        while (agl_wake_first(&barrier->waiters, 0)) {
        }
        return 1;
    }
    struct agl_wait wait = {
        .what = "barrier", .object = barrier, .row = &barrier->waiters, .until = INT64_MAX};
    return agl_park(self, &wait);
}
