/*
 * A stream: a transport, a buffer for what was read ahead, and time limits.
 */
#ifndef AGL_STREAM_H
#define AGL_STREAM_H

#include <aglet/stream.h>

#include "poll.h"
#include "resource.h"

/** What moves the bytes: a descriptor, or TLS on top of another stream. All of them suspend and
 *  end at `until`; they return as aglet_stream_read() and aglet_stream_write_some(). */
struct agl_transport {
    ssize_t (*read)(aglet_task *self, aglet_stream *stream, void *buffer, size_t size,
                    int64_t until);
    ssize_t (*write)(aglet_task *self, aglet_stream *stream, const void *data, size_t size,
                     int64_t until);
    int (*shutdown)(aglet_task *self, aglet_stream *stream, int64_t until);
    /** The farewell at the close, before the descriptor goes; NULL: none. */
    int (*close)(aglet_task *self, aglet_stream *stream, int64_t until);
    /** Frees `layer`; NULL: there is none. */
    void (*destroy)(aglet_stream *stream);
};

/** Bytes on their way out. */
struct agl_out {
    char *data;
    size_t length, capacity;
};

struct aglet_stream {
    struct agl_resource resource;
    const struct agl_transport *transport;
    void *layer; /* the transport's own */
    struct agl_watch watch;
    char *buffer; /* read ahead: `length` bytes from `first` on */
    size_t first, length, capacity;
    struct agl_out put, sent; /* that wait; that the sender sends now */
    size_t unsent, high, low; /* bytes of both; limits, 0: the default ones */
    agl_list drainers;
    int put_error; /* why the sender gave up */
    bool sending;
    int64_t read_ms, write_ms, close_ms;
    bool reading, writing;
    unsigned users; /* operations under way; the last one frees a closed stream */
    bool closed;
};

/** The transport of a plain descriptor. */
extern const struct agl_transport agl_descriptor_transport;

/** Makes a stream of a non-blocking descriptor, which it owns on success. */
int agl_stream_new(aglet_task *self, int fd, struct agl_place place, aglet_stream **out);

/** Begins and ends an operation that uses the stream while it is suspended. */
int agl_stream_enter(aglet_task *self, aglet_stream *stream, bool *busy);
void agl_stream_leave(aglet_stream *stream, bool *busy);

/** Waits until at most `goal` bytes that were put are unsent. Returns 0, -ECANCELED, -ETIMEDOUT, or
 *  the error of their sending. */
int agl_stream_drain(aglet_task *self, aglet_stream *stream, size_t goal, int64_t until);

/** When an operation with the limit `ms` (0: none) ends. */
int64_t agl_stream_until(const aglet_task *self, int64_t ms);

#endif
