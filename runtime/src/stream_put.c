/*
 * Writing behind the caller's back: bytes are put into a buffer, and a task of the stream's own
 * sends them. It exists only while there is something to send.
 *
 * There are two buffers: what is being sent must not move while the sender waits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <aglet/task.h>

#include "report.h"
#include "seam.h"
#include "stream.h"

enum { HIGH_LIMIT = 65536, LOW_LIMIT = 16384, FIRST_CAPACITY = 1024 };

void aglet_stream_set_limits(aglet_stream *stream, size_t high, size_t low) {
    stream->high = high;
    stream->low = low;
}

static size_t high_limit(const aglet_stream *stream) {
    return stream->high ? stream->high : HIGH_LIMIT;
}

static size_t low_limit(const aglet_stream *stream) {
    return stream->high ? stream->low : LOW_LIMIT;
}

size_t aglet_stream_unsent(const aglet_stream *stream) {
    return stream->unsent;
}

static int append(struct agl_out *out, const void *data, size_t size) {
    size_t need;
    if (__builtin_add_overflow(out->length, size, &need))
        return -ENOMEM;
    if (need > out->capacity) {
        size_t capacity = out->capacity ? out->capacity : FIRST_CAPACITY;
        while (capacity < need)
            capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
        char *bytes = agl_seam_realloc(out->data, capacity);
        if (!bytes)
            return -ENOMEM;
        out->data = bytes;
        out->capacity = capacity;
    }
    memcpy(out->data + out->length, data, size);
    out->length = need;
    return 0;
}

static void wake_drainers(aglet_stream *stream) {
    while (agl_wake_first(&stream->drainers, 0)) {
    }
}

static int send_all(aglet_task *self, aglet_stream *stream) {
    while (stream->put.length) {
        struct agl_out sending = stream->put;
        stream->put = stream->sent;
        stream->sent = sending;
        stream->put.length = 0;
        for (size_t done = 0; done < sending.length;) {
            ssize_t count = stream->transport->write(self, stream, sending.data + done,
                                                     sending.length - done, INT64_MAX);
            if (count < 0)
                return (int)count;
            done += (size_t)count;
            stream->unsent -= (size_t)count;
            wake_drainers(stream);
            agl_io_share(self);
            if (stream->closed)
                return -EBADF;
        }
    }
    return 0;
}

static int run_sender(void *arg) {
    aglet_stream *stream = arg;
    int rc = send_all(aglet_current(), stream);
    if (rc < 0)
        stream->put_error = rc;
    return 0;
}

static void sender_ended(aglet_task *task) {
    aglet_stream *stream = task->owner_data;
    wake_drainers(stream);
    agl_stream_leave(stream, &stream->sending);
}

/* Sends as the caller would do who waits for it, so it belongs to no scope of the caller's. */
static int start_sender(aglet_task *self, aglet_stream *stream) {
    aglet_task *task =
        agl_task_new(self->loop, run_sender, stream, AGL_OWNER_DETACHED, stream->resource.acquired);
    if (!task)
        return -ENOMEM;
    aglet_task_set_name(task, "stream sender");
    task->ended = sender_ended;
    task->owner_data = stream;
    stream->sending = true;
    stream->users++;
    return 0;
}

int aglet_stream_put(aglet_stream *stream, const void *data, size_t size) {
    aglet_task *self = agl_self("aglet_stream_put");
    if (!self)
        return -EPERM;
    if (stream->resource.loop != self->loop || stream->closed)
        return -EBADF;
    if (stream->writing)
        return AGL_MISUSE(-EBUSY, "aglet_stream_put() while another task writes");
    if (stream->put_error)
        return stream->put_error;
    if (stream->unsent > high_limit(stream))
        return -EAGAIN;
    int rc = size ? append(&stream->put, data, size) : 0;
    if (rc == 0 && size && !stream->sending) {
        rc = start_sender(self, stream);
        if (rc < 0)
            stream->put.length -= size;
    }
    if (rc == 0)
        stream->unsent += size;
    return rc;
}

int agl_stream_drain(aglet_task *self, aglet_stream *stream, size_t goal, int64_t until) {
    struct agl_wait wait = {
        .what = "drain", .object = stream, .row = &stream->drainers, .until = until};
    while (stream->unsent > goal && stream->sending && !stream->put_error && !stream->closed) {
        int rc = agl_park(self, &wait);
        if (rc != 0)
            return rc == AGL_REACHED ? -ETIMEDOUT : rc;
    }
    return stream->closed ? -EBADF : stream->put_error;
}

int aglet_stream_drain(aglet_stream *stream) {
    aglet_task *self = agl_self("aglet_stream_drain");
    bool busy = false; /* several may drain at the same time */
    int rc = agl_stream_enter(self, stream, &busy);
    if (rc < 0)
        return rc;
    size_t goal = stream->unsent > high_limit(stream) ? low_limit(stream) : high_limit(stream);
    rc = agl_stream_drain(self, stream, goal, agl_stream_until(self, stream->write_ms));
    agl_stream_leave(stream, &busy);
    return rc;
}
