/*
 * Streams: TCP, Unix sockets, pipes. Every operation obeys the deadlines in force, and the stream's
 * own time limits besides. One task may read while another writes; a second reader or writer gets
 * -EBUSY.
 */
#ifndef AGLET_STREAM_H
#define AGLET_STREAM_H

#include <aglet/base.h>

/**
 * Connects to host:port over TCP. Who finds the addresses of a name, tells resolver.h. Of several
 * addresses, each is tried 250 ms after the one before, or as soon as that has failed; the first to
 * answer wins ("happy eyeballs", RFC 8305).
 * @param host a name or a numeric address; @param port a number or a service's name
 * @return 0 and *out, owned by the caller; -ECANCELED, -ETIMEDOUT; -ENOENT if the name has no
 *         address, -EAGAIN if that could not be found out now, -EINVAL if the port is none (above
 *         65535, empty); the first address's error (-ECONNREFUSED …); -ENOMEM; -EPERM outside a
 *         coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER AGLET_FACTORY
    AGLET_ACQUIRES_OUT(stream, 3) int aglet_connect_tcp(const char *host, const char *port,
                                                        aglet_stream **out);

/** Connects to a Unix socket. @return as aglet_connect_tcp(); -ENAMETOOLONG. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_FACTORY
    AGLET_ACQUIRES_OUT(stream, 2) int aglet_connect_unix(const char *path, aglet_stream **out);

/** Makes two streams that are connected to each other. @return 0; a negative errno. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_ACQUIRES_OUT(stream, 1)
    AGLET_ACQUIRES_OUT(stream, 2) int aglet_stream_pair(aglet_stream **a, aglet_stream **b);

/** Makes a stream of a descriptor (socket, pipe, terminal), which is made non-blocking and belongs
 *  to the stream on success. @return 0; -EPERM outside a loop, -EBADF, -ENOMEM. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_LOOP_BOUND AGLET_TAKES(1)
    AGLET_ACQUIRES_OUT(stream, 2) int aglet_stream_from_fd(int fd, aglet_stream **out);

/** Own time limits of the stream in milliseconds for one read, one write and the close; 0: none.
 *  They hold besides the deadlines in force; when one passes, the call returns -ETIMEDOUT. */
AGLET_SETS_TIMEOUT(1)
void aglet_stream_set_timeouts(aglet_stream *stream, int64_t read_ms, int64_t write_ms,
                               int64_t close_ms);

/**
 * Reads what is there, at least one byte, at most `size`.
 * @return the count; 0 at the end of the stream (and for size 0); -ECANCELED, -ETIMEDOUT (nothing
 * was taken), -EBUSY, -EBADF if it is being closed, or the socket's error.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER ssize_t
aglet_stream_read(aglet_stream *stream, void *buffer, size_t size);

/** Reads `size` bytes. @return 0; -ENODATA if the stream ends before, or an error as above: then
 *  nothing is lost, what came already is kept for the next read. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER int
aglet_stream_read_exactly(aglet_stream *stream, void *buffer, size_t size);

/** Reads up to and including the first `delimiter`, a string that is not empty.
 *  @return the count; -ENOBUFS if it does not come within `size` bytes, -ENODATA if the stream ends
 *          before, or an error as above; nothing is lost then. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER ssize_t
aglet_stream_read_until(aglet_stream *stream, const char *delimiter, void *buffer, size_t size);

/**
 * Writes `size` bytes; suspends while the peer is slow to take them (back-pressure).
 * @return 0 when the kernel has them all; -ECANCELED, -ETIMEDOUT, -EPIPE, … when only a part may
 * have gone out: the stream is fit for closing only then.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER int
aglet_stream_write(aglet_stream *stream, const void *data, size_t size);

/** Writes what goes now, at least one byte. @return the count; an error, then nothing went out. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER ssize_t
aglet_stream_write_some(aglet_stream *stream, const void *data, size_t size);

/**
 * Puts a copy of `size` bytes into the stream's buffer and returns at once, without suspending.
 * They are sent in the background, in order and before any later write, half-close or close;
 * several small ones go out together. When sending fails, the next operation that writes returns
 * the error.
 * @return 0; -EAGAIN if more than the high limit is unsent: drain first; -EBUSY during a write,
 *         -EBADF, -ENOMEM, -EPERM outside a coroutine, or the error with which sending failed.
 */
AGLET_MUST_USE AGLET_COROUTINE int aglet_stream_put(aglet_stream *stream, const void *data,
                                                    size_t size);

/** Waits, if more than the high limit of bytes is unsent, until no more than the low limit is.
 *  @return 0; -ECANCELED, -ETIMEDOUT (what was put is sent all the same); -EBADF; the error with
 *          which sending failed. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER int aglet_stream_drain(aglet_stream *stream);

/** How many bytes that were put are unsent. */
size_t aglet_stream_unsent(const aglet_stream *stream);

/** The limits of the buffer in bytes; high 0: the default ones, 64 KiB and 16 KiB. */
void aglet_stream_set_limits(aglet_stream *stream, size_t high, size_t low);

/** Half-close: the peer reads the end of the stream. @return 0; -ENOTSOCK for a pipe; an error. */
AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER int aglet_stream_shutdown(aglet_stream *stream);

/** Closes and frees the stream, whatever is returned; a cancellation does not cut it short. What
 * was put is sent first, and TLS says goodbye, for at most the close limit (default 1 s). Tasks
 * that read or write get -EBADF. NULL is left alone. @return 0; an error of the goodbye. */
AGLET_COROUTINE
AGLET_SUSPENDS AGLET_RELEASES(stream, 1) int aglet_stream_close(aglet_stream *stream);

/** For getsockopt() and the like. @return the descriptor, which the stream still owns; there is no
 *  error. */
int aglet_stream_fd(const aglet_stream *stream);

#endif
