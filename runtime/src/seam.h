/*
 * The seams: every point at which the runtime depends on something outside of itself. Each function
 * stands alone in its file seam_*.c, so that another library which defines it, linked before this
 * one, takes its place: a virtual clock, seeded scheduling, failing allocations and system calls,
 * cancellation at the k-th suspension.
 */
#ifndef AGL_SEAM_H
#define AGL_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

struct agl_loop;
struct aglet_task;
struct aglet_waiters;

/** Chooses the task to run next of those that are ready, a ring of their rows of which `first` has
 *  waited longest. */
typedef struct aglet_task *agl_pick_fn(struct agl_loop *loop, struct aglet_waiters *first);

/** Each loop asks once who chooses. NULL: nobody, the first one runs. */
agl_pick_fn *agl_seam_pick(void);

/** Nanoseconds of a monotonic clock. */
int64_t agl_seam_clock(void);

/** Waits for events of the loop's descriptors at most `timeout_ns` nanoseconds (< 0: for ever).
 *  Returns their number, or a negative errno. */
int agl_seam_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);

/** The task passes a suspension point, before its cancellation is looked at. */
typedef void agl_suspend_fn(struct aglet_task *task);

/** Each loop asks once who is to be told of suspension points. NULL: nobody. */
agl_suspend_fn *agl_seam_suspend(void);

/** Zeroed memory, or NULL. */
void *agl_seam_alloc(size_t size);
/** As realloc(). */
void *agl_seam_realloc(void *memory, size_t size);

/* System calls on descriptors; a negative errno instead of -1. EINTR does not come through. */
ssize_t agl_seam_read(int fd, void *buffer, size_t size);
ssize_t agl_seam_write(int fd, const void *data, size_t size);
/** True if a read of `wanted` bytes from a TCP socket that gave `got` tells that no more are there.
 * A seam that gives less than is there has to say no. */
bool agl_seam_drained(size_t wanted, size_t got);
ssize_t agl_seam_receive(int fd, void *buffer, size_t size, struct sockaddr *from,
                         socklen_t *length);
ssize_t agl_seam_send(int fd, const void *data, size_t size, const struct sockaddr *to,
                      socklen_t length);
ssize_t agl_seam_sendfile(int out, int in, off_t *offset, size_t count);
int agl_seam_accept(int fd);
int agl_seam_connect(int fd, const struct sockaddr *address, socklen_t length);

#endif
