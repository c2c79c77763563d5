#include <aglet/time.h>

#include <errno.h>

#include "loop.h"
#include "seam.h"

int64_t aglet_now(void) {
    struct agl_loop *loop = agl_loop_current();
    return (loop ? agl_clock(loop) : agl_seam_clock()) / 1000000;
}

static int sleep_until_ns(aglet_task *self, int64_t when, bool from_now) {
    struct agl_wait wait = {.what = "sleep", .until = when, .from_now = from_now};
    int rc = agl_park(self, &wait);
    return rc == AGL_REACHED ? 0 : rc;
}

int(aglet_sleep)(int64_t ms) {
    aglet_task *self = agl_self("aglet_sleep");
    if (!self)
        return -EPERM;
    agl_place_drop();
    return sleep_until_ns(self, agl_after(0, ms), true);
}

int aglet_sleep_until(int64_t when) {
    aglet_task *self = agl_self("aglet_sleep_until");
    return self ? sleep_until_ns(self, agl_after(0, when), false) : -EPERM;
}
