/*
 * Reading from a stream. What read_exactly and read_until gather stays in the stream's buffer until
 * they are complete, so that a cancellation in between loses nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "seam.h"
#include "stream.h"

enum { READ_AHEAD = 4096 };

static size_t take(aglet_stream *stream, void *out, size_t size) {
    size_t count = size < stream->length ? size : stream->length;
    if (!count)
        return 0;
    memcpy(out, stream->buffer + stream->first, count);
    stream->length -= count;
    stream->first = stream->length ? stream->first + count : 0;
    return count;
}

/* Makes room for `size` bytes altogether from `first` on. */
static int reserve(aglet_stream *stream, size_t size) {
    if (stream->first + size <= stream->capacity)
        return 0;
    if (stream->first) {
        memmove(stream->buffer, stream->buffer + stream->first, stream->length);
        stream->first = 0;
    }
    if (size <= stream->capacity)
        return 0;
    size_t capacity = size > READ_AHEAD ? size : READ_AHEAD;
    char *buffer = agl_seam_realloc(stream->buffer, capacity);
    if (!buffer)
        return -ENOMEM;
    stream->buffer = buffer;
    stream->capacity = capacity;
    return 0;
}

/* Reads some more into the buffer, which holds less than `goal` bytes. Returns 0, -ENODATA at the
 * stream's end, or an error. */
static int fill(aglet_task *self, aglet_stream *stream, size_t goal, int64_t until) {
    int rc = reserve(stream, goal);
    if (rc < 0)
        return rc;
    size_t end = stream->first + stream->length;
    ssize_t count =
        stream->transport->read(self, stream, stream->buffer + end, stream->capacity - end, until);
    if (count <= 0)
        return count ? (int)count : -ENODATA;
    stream->length += (size_t)count;
    agl_io_share(self);
    return stream->closed ? -EBADF : 0;
}

ssize_t aglet_stream_read(aglet_stream *stream, void *buffer, size_t size) {
    aglet_task *self = agl_self("aglet_stream_read");
    int rc = agl_stream_enter(self, stream, &stream->reading);
    if (rc < 0)
        return rc;
    ssize_t count;
    if (stream->length || !size)
        count = (ssize_t)take(stream, buffer, size);
    else
        count = stream->transport->read(self, stream, buffer, size,
                                        agl_stream_until(self, stream->read_ms));
    agl_stream_leave(stream, &stream->reading);
    return count;
}

int aglet_stream_read_exactly(aglet_stream *stream, void *buffer, size_t size) {
    aglet_task *self = agl_self("aglet_stream_read_exactly");
    int rc = agl_stream_enter(self, stream, &stream->reading);
    if (rc < 0)
        return rc;
    int64_t until = agl_stream_until(self, stream->read_ms);
    while (rc == 0 && stream->length < size)
        rc = fill(self, stream, size, until);
    if (rc == 0 && size > 0)
        take(stream, buffer, size);
    agl_stream_leave(stream, &stream->reading);
    return rc;
}

ssize_t aglet_stream_read_until(aglet_stream *stream, const char *delimiter, void *buffer,
                                size_t size) {
    size_t width = strlen(delimiter);
    if (!width)
        return AGL_MISUSE(-EINVAL, "aglet_stream_read_until() of an empty delimiter");
    aglet_task *self = agl_self("aglet_stream_read_until");
    int rc = agl_stream_enter(self, stream, &stream->reading);
    if (rc < 0)
        return rc;
    int64_t until = agl_stream_until(self, stream->read_ms);
    ssize_t count = 0;
    size_t seen = 0; /* no delimiter begins before this offset */
    while (count == 0) {
        size_t limit = stream->length < size ? stream->length : size;
        char *start = stream->length ? stream->buffer + stream->first : NULL;
        char *hit = limit - seen >= width && start
                        ? memmem(start + seen, limit - seen, delimiter, width)
                        : NULL;
        if (hit) {
            count = (ssize_t)take(stream, buffer, (size_t)(hit - start) + width);
            break;
        }
        if (limit == size)
            count = -ENOBUFS;
        else
            count = fill(self, stream, stream->length + 1, until);
        seen = limit >= width ? limit - width + 1 : 0;
    }
    agl_stream_leave(stream, &stream->reading);
    return count;
}
