/*
 * Connecting: "happy eyeballs" where a name has several addresses.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <aglet/deadline.h>
#include <aglet/sync.h>
#include <aglet/task.h>
#include <aglet/time.h>
#include <aglet/together.h>

#include "address.h"
#include "seam.h"
#include "stream.h"

enum { RETRY_MS = 5, STAGGER_MS = 250 };

/* Waits for the outcome of a connect() under way. */
static int finish(aglet_task *self, aglet_stream *stream) {
    int rc = agl_watch_wait(self, &stream->watch, AGL_WRITES, INT64_MAX, "connect");
    if (rc < 0)
        return rc;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(stream->watch.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

static int connect_one(aglet_task *self, const struct sockaddr *address, socklen_t length,
                       struct agl_place place, aglet_stream **out) {
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    aglet_stream *stream;
    int rc = agl_stream_new(self, fd, place, &stream);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    while ((rc = agl_seam_connect(fd, address, length)) == -EAGAIN) {
        /* A Unix socket's row of pending connections is full; no event tells when it is not. */
        int cut = aglet_sleep(RETRY_MS);
        if (cut < 0) {
            rc = cut;
            break;
        }
    }
    if (rc == -EINPROGRESS)
        rc = finish(self, stream);
    stream->watch.drains = address->sa_family != AF_UNIX;
    if (rc < 0) {
        aglet_stream_close(stream);
        return rc;
    }
    *out = stream;
    return 0;
}

/* One address of several (RFC 8305): it starts when the one before has failed, or has kept
 * everybody waiting for STAGGER_MS. */
struct attempt {
    const struct aglet_address *address;
    struct attempt *previous; /* NULL for the first */
    aglet_event failed;
    struct agl_place place;
    aglet_stream *stream;
};

static int wait_for_turn(struct attempt *attempt) {
    struct aglet_deadline stagger;
    int rc = aglet_move_on_after(&stagger, STAGGER_MS);
    if (rc < 0)
        return rc;
    return aglet_deadline_end(&stagger, aglet_event_wait(&attempt->previous->failed));
}

static int try_address(void *arg) {
    struct attempt *attempt = arg;
    const struct aglet_address *address = attempt->address;
    int rc = attempt->previous ? wait_for_turn(attempt) : 0;
    if (rc == 0)
        rc = connect_one(aglet_current(), (const struct sockaddr *)&address->storage,
                         address->length, attempt->place, &attempt->stream);
    if (rc < 0)
        aglet_event_set(&attempt->failed);
    return rc;
}

/* The addresses in the resolver's order, but the second one of the other family (RFC 8305, 4). */
static size_t order_addresses(const struct agl_addresses *found,
                              const struct aglet_address **order) {
    size_t count = found->count;
    for (size_t i = 0; i < count; i++)
        order[i] = &found->list[i];
    sa_family_t first = order[0]->storage.ss_family;
    for (size_t i = 2; i < count && order[1]->storage.ss_family == first; i++) {
        const struct aglet_address *other = order[i];
        if (other->storage.ss_family == first)
            continue;
        for (size_t k = i; k > 1; k--)
            order[k] = order[k - 1];
        order[1] = other;
    }
    return count;
}

static int connect_any(const struct agl_addresses *found, struct agl_place place,
                       aglet_stream **out) {
    const struct aglet_address *order[AGL_ADDRESSES_MAX];
    struct attempt attempts[AGL_ADDRESSES_MAX];
    struct aglet_call calls[AGL_ADDRESSES_MAX] = {{0}};
    size_t count = order_addresses(found, order), winner = AGL_ADDRESSES_MAX;
    for (size_t i = 0; i < count; i++) {
        attempts[i] = (struct attempt){
            .address = order[i], .previous = i ? &attempts[i - 1] : NULL, .place = place};
        calls[i] = (struct aglet_call){try_address, &attempts[i]};
    }
    int rc = aglet_race(calls, count, &winner);
    /* Two may have succeeded before the race could end the slower one. */
    for (size_t i = 0; i < count; i++)
        if (attempts[i].stream && (rc < 0 || i != winner))
            aglet_stream_close(attempts[i].stream);
    if (rc == 0)
        *out = attempts[winner].stream;
    return rc;
}

int(aglet_connect_tcp)(const char *host, const char *port, aglet_stream **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_connect_tcp");
    int rc = self ? agl_io_begin(self) : -EPERM;
    struct agl_addresses found;
    if (rc == 0)
        rc = agl_resolve(self, host, port, SOCK_STREAM, false, &found);
    if (rc < 0)
        return rc;
    if (found.count > 1)
        rc = connect_any(&found, place, out);
    else
        rc = connect_one(self, (const struct sockaddr *)&found.list[0].storage,
                         found.list[0].length, place, out);
    if (rc == 0) {
        /* Writes are whole messages here; waiting to join them with later ones only delays them. */
        int on = 1;
        setsockopt((*out)->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return rc;
}

int(aglet_connect_unix)(const char *path, aglet_stream **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_connect_unix");
    int rc = self ? agl_io_begin(self) : -EPERM;
    struct sockaddr_un address;
    if (rc == 0)
        rc = agl_unix_address(path, &address);
    if (rc == 0)
        rc = connect_one(self, (const struct sockaddr *)&address, sizeof address, place, out);
    return rc;
}
