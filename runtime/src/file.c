/*
 * Files: each operation is one call on the worker pool. Once a thread has begun it, it is waited
 * for, so buffers may be local variables.
 */
#include <aglet/file.h>
#include <aglet/task.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "resource.h"
#include "seam.h"
#include "stream.h"
#include "worker.h"

struct aglet_file {
    struct agl_resource resource;
    int fd;
};

struct operation {
    int fd;
    const char *path;
    int flags;
    mode_t mode;
    char *buffer;
    const char *data;
    size_t size;
    off_t offset;
    ssize_t count;
};

static int do_open(void *arg) {
    struct operation *op = arg;
    op->fd = open(op->path, op->flags | O_CLOEXEC, op->mode);
    return op->fd < 0 ? -errno : 0;
}

static int do_read(void *arg) {
    struct operation *op = arg;
    do
        op->count = pread(op->fd, op->buffer, op->size, op->offset);
    while (op->count < 0 && errno == EINTR);
    return op->count < 0 ? -errno : 0;
}

static int do_write(void *arg) {
    struct operation *op = arg;
    while (op->size > 0) {
        ssize_t count = pwrite(op->fd, op->data, op->size, op->offset);
        if (count < 0 && errno != EINTR)
            return -errno;
        if (count > 0) {
            op->data += count;
            op->size -= (size_t)count;
            op->offset += count;
        }
    }
    return 0;
}

static int do_sync(void *arg) {
    const struct operation *op = arg;
    return fsync(op->fd) < 0 ? -errno : 0;
}

static int do_close(void *arg) {
    const struct operation *op = arg;
    return close(op->fd) < 0 ? -errno : 0;
}

static ssize_t send_by_kernel(aglet_task *self, aglet_stream *stream, int fd, off_t offset,
                              size_t count, int64_t until) {
    size_t sent = 0;
    while (sent < count) {
        ssize_t part = agl_seam_sendfile(stream->watch.fd, fd, &offset, count - sent);
        if (part == 0)
            break;
        if (part == -EAGAIN)
            part = agl_watch_wait(self, &stream->watch, AGL_WRITES, until, "sendfile");
        if (part < 0)
            return part;
        sent += (size_t)part;
        agl_io_share(self);
        if (stream->closed)
            return -EBADF;
    }
    return (ssize_t)sent;
}

static ssize_t send_by_copying(aglet_task *self, aglet_stream *stream, int fd, off_t offset,
                               size_t count, int64_t until) {
    char buffer[4096];
    size_t sent = 0;
    while (sent < count) {
        size_t want = count - sent < sizeof buffer ? count - sent : sizeof buffer;
        struct operation op = {.fd = fd, .buffer = buffer, .size = want, .offset = offset};
        int rc = agl_worker_call(self, do_read, &op, false, false);
        if (rc < 0 || op.count == 0)
            return rc < 0 ? rc : (ssize_t)sent;
        for (ssize_t at = 0; at < op.count;) {
            ssize_t part =
                stream->transport->write(self, stream, buffer + at, (size_t)(op.count - at), until);
            if (part < 0)
                return part;
            at += part;
        }
        sent += (size_t)op.count;
        offset += op.count;
    }
    return (ssize_t)sent;
}

ssize_t aglet_sendfile(aglet_stream *stream, const aglet_file *file, off_t offset, size_t count) {
    aglet_task *self = agl_self("aglet_sendfile");
    int rc = agl_stream_enter(self, stream, &stream->writing);
    if (rc < 0)
        return rc;
    bool plain = stream->transport == &agl_descriptor_transport;
    int64_t until = agl_stream_until(self, stream->write_ms);
    ssize_t sent = agl_stream_drain(self, stream, 0, until);
    if (sent == 0)
        sent = (plain ? send_by_kernel : send_by_copying)(self, stream, file->fd, offset, count,
                                                          until);
    agl_stream_leave(stream, &stream->writing);
    return sent;
}

static void reclaim(struct agl_resource *resource) {
    aglet_file *file = AGL_CONTAINER(resource, aglet_file, resource);
    close(file->fd);
    file->fd = -1;
}

static int perform(const char *function, int (*fn)(void *), struct operation *op) {
    aglet_task *self = agl_self(function);
    return self ? agl_worker_call(self, fn, op, false, false) : -EPERM;
}

int(aglet_file_open)(const char *path, int flags, mode_t mode, aglet_file **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_file *file = agl_seam_alloc(sizeof *file);
    if (!file)
        return -ENOMEM;
    struct operation op = {.path = path, .flags = flags, .mode = mode};
    int rc = perform("aglet_file_open", do_open, &op);
    if (rc < 0) {
        free(file);
        return rc;
    }
    file->fd = op.fd;
    agl_resource_open(&file->resource, aglet_current(), "file", reclaim, place);
    *out = file;
    return 0;
}

ssize_t aglet_file_read(aglet_file *file, void *buffer, size_t size, off_t offset) {
    struct operation op = {.fd = file->fd, .buffer = buffer, .size = size, .offset = offset};
    int rc = perform("aglet_file_read", do_read, &op);
    return rc < 0 ? rc : op.count;
}

int aglet_file_write(aglet_file *file, const void *data, size_t size, off_t offset) {
    struct operation op = {.fd = file->fd, .data = data, .size = size, .offset = offset};
    return perform("aglet_file_write", do_write, &op);
}

int aglet_file_sync(aglet_file *file) {
    struct operation op = {.fd = file->fd};
    return perform("aglet_file_sync", do_sync, &op);
}

int aglet_file_close(aglet_file *file) {
    if (!file)
        return 0;
    aglet_task *self = aglet_current();
    struct operation op = {.fd = file->fd};
    int rc = 0;
    if (op.fd >= 0) {
        /* close(2) can wait for a network's file system; without a thread it is done here. */
        rc = self ? agl_worker_call(self, do_close, &op, false, true) : -EAGAIN;
        if (rc == -EAGAIN || rc == -ENOMEM)
            rc = do_close(&op);
    }
    agl_resource_close(&file->resource);
    free(file);
    return rc;
}
