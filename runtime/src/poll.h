/*
 * Readiness of descriptors. Each is registered once, edge-triggered, for both directions, when an
 * operation first has to wait. Operations try first and wait only after EAGAIN; so an edge that
 * nobody waited for is not lost: the next operation finds what it announced.
 *
 * Where a short read says that all has been read (TCP: epoll(7), questions and answers, 9), the
 * next read waits without trying, which saves a system call a message. Bytes that come later are a
 * new edge. The end of the stream may have come with the last bytes, so after its edge reads always
 * try.
 */
#ifndef AGL_POLL_H
#define AGL_POLL_H

#include "loop.h"

enum agl_direction { AGL_READS, AGL_WRITES };

/** A watched descriptor, embedded in its owner. */
struct agl_watch {
    int fd;
    bool registered;
    bool closing;
    bool drains;           /* a short read says that all has been read */
    bool empty;            /* all has been read, and no edge has come since */
    bool ended;            /* the peer's end, or an error, has come */
    aglet_task *waiter[2]; /* by direction */
};

/** Waits until the descriptor may be ready. Returns 0, -ECANCELED, -ETIMEDOUT (also at `until`),
 *  -EBUSY for a second waiter, -EBADF when it is being closed. */
int agl_watch_wait(aglet_task *self, struct agl_watch *watch, enum agl_direction direction,
                   int64_t until, const char *what);

/** Before close(2): deregisters and wakes the waiters with -EBADF. */
void agl_watch_close(struct agl_loop *loop, struct agl_watch *watch);

/** After a system call that did not have to wait: gives the others their turn when the task has
 * made many of them. */
void agl_io_share(aglet_task *self);

/** At the start of an operation on a descriptor: its suspension point, and its turn for others when
 *  the task has done many without waiting. Returns 0 or the error that cuts it. */
int agl_io_begin(aglet_task *self);

#endif
