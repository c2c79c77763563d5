#include "seam.h"

#include <errno.h>
#include <limits.h>

int agl_seam_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns) {
    int timeout = -1;
    if (timeout_ns >= 0) {
        /* Rounded up: waking before the time would spin. */
        int64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
        timeout = ms > INT_MAX ? INT_MAX : (int)ms;
    }
    int count = epoll_wait(epoll, events, capacity, timeout);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    return count;
}
