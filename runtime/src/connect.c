/*
 * Connecting: one address after the other until one answers.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <aglet/time.h>

#include "address.h"
#include "seam.h"
#include "stream.h"

enum { RETRY_MS = 5 };

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
    if (rc < 0) {
        aglet_stream_close(stream);
        return rc;
    }
    *out = stream;
    return 0;
}

int(aglet_connect_tcp)(const char *host, const char *port, aglet_stream **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_connect_tcp");
    int rc = self ? agl_io_begin(self) : -EPERM;
    struct addrinfo *list = NULL;
    if (rc == 0)
        rc = agl_resolve(self, host, port, false, &list);
    if (rc < 0)
        return rc;
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        rc = connect_one(self, info->ai_addr, info->ai_addrlen, place, out);
        if (rc == 0 || agl_cut(self))
            break;
    }
    freeaddrinfo(list);
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
