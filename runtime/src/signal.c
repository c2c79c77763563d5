/*
 * Signals. The handler adds to a counter of the kernel's (an eventfd), which a task reads: no more
 * is safe to do in a handler, and no signal is lost or has to be blocked in other threads.
 */
#include <aglet/signal.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "poll.h"
#include "report.h"
#include "resource.h"
#include "seam.h"

struct aglet_signal {
    struct agl_resource resource;
    struct agl_watch watch;
    int number;
    struct sigaction before;
};

/* The eventfd of each signal, plus one; 0: not received. */
static atomic_int counters[NSIG];

static void on_signal(int number) {
    int saved = errno;
    uint64_t one = 1;
    int fd = atomic_load(&counters[number]) - 1;
    if (fd >= 0)
        (void)!write(fd, &one, sizeof one);
    errno = saved;
}

static void give_back(aglet_signal *signal) {
    sigaction(signal->number, &signal->before, NULL);
    atomic_store(&counters[signal->number], 0);
    agl_watch_close(signal->resource.loop, &signal->watch);
    close(signal->watch.fd);
    signal->watch.fd = -1;
}

static void reclaim(struct agl_resource *resource) {
    give_back(AGL_CONTAINER(resource, aglet_signal, resource));
}

static int take(aglet_signal *signal) {
    int none = 0;
    if (!atomic_compare_exchange_strong(&counters[signal->number], &none, signal->watch.fd + 1))
        return -EBUSY;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    if (sigaction(signal->number, &action, &signal->before) == 0)
        return 0;
    int rc = -errno;
    atomic_store(&counters[signal->number], 0);
    return rc;
}

int(aglet_signal_open)(int number, aglet_signal **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_signal_open");
    if (!self)
        return -EPERM;
    if (number <= 0 || number >= NSIG)
        return agl_misuse(place, -EINVAL, "aglet_signal_open() of number %d", number);
    aglet_signal *signal = agl_seam_alloc(sizeof *signal);
    if (!signal)
        return -ENOMEM;
    signal->number = number;
    signal->watch.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc = signal->watch.fd < 0 ? -errno : take(signal);
    if (rc < 0) {
        if (signal->watch.fd >= 0)
            close(signal->watch.fd);
        free(signal);
        return rc;
    }
    agl_resource_open(&signal->resource, self, "signal", reclaim, place);
    *out = signal;
    return 0;
}

int aglet_signal_wait(aglet_signal *signal) {
    aglet_task *self = agl_self("aglet_signal_wait");
    int rc = self ? agl_io_begin(self) : -EPERM;
    while (rc == 0) {
        uint64_t count;
        ssize_t got = agl_seam_read(signal->watch.fd, &count, sizeof count);
        if (got == (ssize_t)sizeof count)
            return count > INT32_MAX ? INT32_MAX : (int)count;
        rc = got == -EAGAIN ? agl_watch_wait(self, &signal->watch, AGL_READS, INT64_MAX, "signal")
                            : -EBADF;
    }
    return rc;
}

int aglet_signal_close(aglet_signal *signal) {
    if (!signal)
        return 0;
    if (signal->watch.waiter[AGL_READS])
        return AGL_MISUSE(-EBUSY, "aglet_signal_close() while another task waits for it");
    if (signal->resource.loop)
        give_back(signal);
    agl_resource_close(&signal->resource);
    free(signal);
    return 0;
}
