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
        rc = self ? agl_worker_call(self, do_close, &op, false, true) : do_close(&op);
        if (rc == -EAGAIN || rc == -ENOMEM)
            rc = do_close(&op);
    }
    agl_resource_close(&file->resource);
    free(file);
    return rc;
}
