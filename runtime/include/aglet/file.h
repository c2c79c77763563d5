/*
 * Files, read and written on the worker pool: a disk can make a read wait, and epoll knows no
 * files.
 */
#ifndef AGLET_FILE_H
#define AGLET_FILE_H

#include <aglet/base.h>

/** Opens a file; flags and mode as of open(2), O_CLOEXEC is added.
 *  @return 0 and *out, owned by the caller; -ECANCELED, -ETIMEDOUT or open's error. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
AGLET_FACTORY AGLET_ACQUIRES_OUT(file, 4) int aglet_file_open(const char *path, int flags,
                                                              mode_t mode, aglet_file **out);

/** Reads up to `size` bytes at `offset`. @return the count, 0 at the end; an error. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS ssize_t aglet_file_read(aglet_file *file,
                                                                      void *buffer, size_t size,
                                                                      off_t offset);

/** Writes all `size` bytes at `offset`. @return 0; -ECANCELED, -ETIMEDOUT (nothing was written);
 *  another error, then a part may be written. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int
aglet_file_write(aglet_file *file, const void *data, size_t size, off_t offset);

/** Writes what the kernel still holds to the disk. @return 0; an error. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_file_sync(aglet_file *file);

/**
 * Sends a part of a file to a stream, without copying it through the program where the kernel can
 * (not over TLS). @return how many bytes were sent, less than `count` at the file's end; an error
 * of the file or the stream, then a part may have gone out. While the disk is slow, the loop waits.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER ssize_t
aglet_sendfile(aglet_stream *stream, const aglet_file *file, off_t offset, size_t count);

/** Closes and frees the file, whatever is returned; a cancellation does not cut it short. NULL is
 *  left alone. @return 0; close's error. */
AGLET_COROUTINE AGLET_SUSPENDS AGLET_RELEASES(file, 1) int aglet_file_close(aglet_file *file);

#endif
