#include <errno.h>

#include <aglet/sync.h>

#include "loop.h"

int aglet_event_wait(aglet_event *event) {
    aglet_task *self = agl_self("aglet_event_wait");
    if (!self)
        return -EPERM;
    int rc = agl_suspension(self);
    if (rc < 0 || event->set)
        return rc;
    struct agl_wait wait = {
        .what = "event", .object = event, .row = &event->waiters, .until = INT64_MAX};
    return agl_park(self, &wait);
}

void aglet_event_set(aglet_event *event) {
    event->set = true;
    while (agl_wake_first(&event->waiters, 0)) {
    }
}

void aglet_event_clear(aglet_event *event) {
    event->set = false;
}

bool aglet_event_is_set(const aglet_event *event) {
    return event->set;
}
