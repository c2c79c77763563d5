/*
 * Streams: their making, writing and end. Reading is in stream_read.c.
 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <aglet/task.h>

#include "report.h"
#include "seam.h"

enum { FAREWELL_MS = 1000 };

static ssize_t descriptor_read(aglet_task *self, aglet_stream *stream, void *buffer, size_t size,
                               int64_t until) {
    struct agl_watch *watch = &stream->watch;
    for (;;) {
        ssize_t count = watch->empty ? -EAGAIN : agl_seam_read(watch->fd, buffer, size);
        if (count != -EAGAIN) {
            watch->empty = count > 0 && watch->drains && !watch->ended &&
                           agl_seam_drained(size, (size_t)count);
            return count;
        }
        int rc = agl_watch_wait(self, watch, AGL_READS, until, "read");
        if (rc < 0)
            return rc;
    }
}

static ssize_t descriptor_write(aglet_task *self, aglet_stream *stream, const void *data,
                                size_t size, int64_t until) {
    for (;;) {
        ssize_t count = agl_seam_write(stream->watch.fd, data, size);
        if (count != -EAGAIN)
            return count;
        int rc = agl_watch_wait(self, &stream->watch, AGL_WRITES, until, "write");
        if (rc < 0)
            return rc;
    }
}

static int descriptor_shutdown(aglet_task *self, aglet_stream *stream, int64_t until) {
    (void)self;
    (void)until;
    return shutdown(stream->watch.fd, SHUT_WR) == 0 ? 0 : -errno;
}

const struct agl_transport agl_descriptor_transport = {
    .read = descriptor_read, .write = descriptor_write, .shutdown = descriptor_shutdown};

/* At the loop's end: later calls on the stream find it closed. */
static void reclaim(struct agl_resource *resource) {
    aglet_stream *stream = AGL_CONTAINER(resource, aglet_stream, resource);
    agl_watch_close(resource->loop, &stream->watch);
    close(stream->watch.fd);
    stream->watch.fd = -1;
}

int agl_stream_new(aglet_task *self, int fd, struct agl_place place, aglet_stream **out) {
    aglet_stream *stream = agl_seam_alloc(sizeof *stream);
    if (!stream)
        return -ENOMEM;
    stream->transport = &agl_descriptor_transport;
    stream->watch.fd = fd;
    agl_resource_open(&stream->resource, self, "stream", reclaim, place);
    *out = stream;
    return 0;
}

int(aglet_stream_from_fd)(int fd, aglet_stream **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_stream_from_fd");
    if (!self)
        return -EPERM;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    return agl_stream_new(self, fd, place, out);
}

int(aglet_stream_pair)(aglet_stream **a, aglet_stream **b) {
    struct agl_place place = AGL_PLACE_HERE();
    int fds[2];
    *a = *b = NULL;
    aglet_task *self = agl_self("aglet_stream_pair");
    if (!self)
        return -EPERM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    if (agl_stream_new(self, fds[0], place, a) < 0) {
        close(fds[0]);
        close(fds[1]);
        return -ENOMEM;
    }
    if (agl_stream_new(self, fds[1], place, b) < 0) {
        close(fds[1]);
        aglet_stream_close(*a);
        *a = NULL;
        return -ENOMEM;
    }
    return 0;
}

void aglet_stream_set_timeouts(aglet_stream *stream, int64_t read_ms, int64_t write_ms,
                               int64_t close_ms) {
    stream->read_ms = read_ms;
    stream->write_ms = write_ms;
    stream->close_ms = close_ms;
}

int64_t agl_stream_until(const aglet_task *self, int64_t ms) {
    return ms > 0 ? agl_after(agl_clock(self->loop), ms) : INT64_MAX;
}

static void destroy(aglet_stream *stream) {
    if (stream->watch.fd >= 0)
        close(stream->watch.fd);
    if (stream->transport->destroy)
        stream->transport->destroy(stream);
    free(stream->buffer);
    free(stream->put.data);
    free(stream->sent.data);
    free(stream);
}

int agl_stream_enter(aglet_task *self, aglet_stream *stream, bool *busy) {
    if (!self)
        return -EPERM;
    if (stream->resource.loop != self->loop)
        return -EBADF;
    if (*busy)
        return agl_misuse((struct agl_place){0}, -EBUSY, "a stream has a second %s",
                          busy == &stream->reading ? "reader" : "writer");
    *busy = true;
    stream->users++;
    int rc = agl_io_begin(self);
    if (rc == 0 && stream->closed)
        rc = -EBADF;
    if (rc < 0)
        agl_stream_leave(stream, busy);
    return rc;
}

void agl_stream_leave(aglet_stream *stream, bool *busy) {
    *busy = false;
    if (--stream->users == 0 && stream->closed)
        destroy(stream);
}

ssize_t aglet_stream_write_some(aglet_stream *stream, const void *data, size_t size) {
    aglet_task *self = agl_self("aglet_stream_write_some");
    int rc = agl_stream_enter(self, stream, &stream->writing);
    if (rc < 0)
        return rc;
    int64_t until = agl_stream_until(self, stream->write_ms);
    ssize_t count = agl_stream_drain(self, stream, 0, until);
    if (count == 0)
        count = stream->transport->write(self, stream, data, size, until);
    agl_stream_leave(stream, &stream->writing);
    return count;
}

int aglet_stream_write(aglet_stream *stream, const void *data, size_t size) {
    aglet_task *self = agl_self("aglet_stream_write");
    int rc = agl_stream_enter(self, stream, &stream->writing);
    if (rc < 0)
        return rc;
    int64_t until = agl_stream_until(self, stream->write_ms);
    const char *rest = data;
    rc = agl_stream_drain(self, stream, 0, until);
    while (rc == 0 && size > 0) {
        ssize_t count = stream->transport->write(self, stream, rest, size, until);
        if (count < 0) {
            rc = (int)count;
            break;
        }
        rest += count;
        size -= (size_t)count;
        if (size > 0)
            agl_io_share(self);
        if (stream->closed && size > 0)
            rc = -EBADF;
    }
    agl_stream_leave(stream, &stream->writing);
    return rc;
}

int aglet_stream_shutdown(aglet_stream *stream) {
    aglet_task *self = agl_self("aglet_stream_shutdown");
    int rc = agl_stream_enter(self, stream, &stream->writing);
    if (rc < 0)
        return rc;
    int64_t until = agl_stream_until(self, stream->write_ms);
    rc = agl_stream_drain(self, stream, 0, until);
    if (rc == 0)
        rc = stream->transport->shutdown(self, stream, until);
    agl_stream_leave(stream, &stream->writing);
    return rc;
}

/* What was put is still sent, and the transport says goodbye. A peer that does not read must not
 * hold the close up; nor may a cancellation cut it. */
static int say_farewell(aglet_stream *stream) {
    aglet_task *self = aglet_current();
    if (!stream->resource.loop || !self || stream->writing ||
        (!stream->unsent && !stream->transport->close))
        return 0;
    int64_t ms = stream->close_ms > 0 ? stream->close_ms : FAREWELL_MS;
    struct agl_scope *shield =
        agl_scope_open(self, AGL_SCOPE_SHIELD, INT64_MAX, stream->resource.acquired);
    if (!shield)
        return -ENOMEM;
    int64_t until = agl_stream_until(self, ms);
    int rc = agl_stream_drain(self, stream, 0, until);
    if (rc == 0 && stream->transport->close)
        rc = stream->transport->close(self, stream, until);
    agl_scope_close(self, shield);
    return rc;
}

int aglet_stream_close(aglet_stream *stream) {
    if (!stream)
        return 0;
    int rc = say_farewell(stream);
    if (stream->resource.loop) {
        agl_watch_close(stream->resource.loop, &stream->watch);
        agl_resource_close(&stream->resource);
    }
    stream->closed = true;
    if (stream->users == 0)
        destroy(stream);
    return rc;
}

int aglet_stream_fd(const aglet_stream *stream) {
    return stream->watch.fd;
}
