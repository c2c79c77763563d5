/*
 * Datagram sockets.
 */
#include <aglet/datagram.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "poll.h"
#include "resource.h"
#include "seam.h"

struct aglet_datagram {
    struct agl_resource resource;
    struct agl_watch watch;
    unsigned users; /* operations under way; the last one frees a closed socket */
    bool closed;
};

static void reclaim(struct agl_resource *resource) {
    aglet_datagram *socket = AGL_CONTAINER(resource, aglet_datagram, resource);
    agl_watch_close(resource->loop, &socket->watch);
    close(socket->watch.fd);
    socket->watch.fd = -1;
}

static int open_one(aglet_task *self, const struct aglet_address *address, struct agl_place place,
                    aglet_datagram **out) {
    int fd = socket(address->storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (bind(fd, (const struct sockaddr *)&address->storage, address->length) < 0) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    aglet_datagram *datagram = agl_seam_alloc(sizeof *datagram);
    if (!datagram) {
        close(fd);
        return -ENOMEM;
    }
    datagram->watch.fd = fd;
    agl_resource_open(&datagram->resource, self, "datagram", reclaim, place);
    *out = datagram;
    return 0;
}

int(aglet_datagram_open)(const char *host, const char *port, aglet_datagram **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_datagram_open");
    struct agl_addresses found;
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc == 0)
        rc = agl_resolve(self, host, port, SOCK_DGRAM, true, &found);
    if (rc < 0)
        return rc;
    rc = -EADDRNOTAVAIL;
    for (size_t i = 0; i < found.count && rc < 0; i++)
        rc = open_one(self, &found.list[i], place, out);
    return rc;
}

int aglet_address_find(const char *host, const char *port, struct aglet_address *address) {
    aglet_task *self = agl_self("aglet_address_find");
    struct agl_addresses found;
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc == 0)
        rc = agl_resolve(self, host, port, SOCK_DGRAM, false, &found);
    if (rc == 0)
        *address = found.list[0];
    return rc;
}

uint16_t aglet_datagram_port(const aglet_datagram *socket) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(socket->watch.fd, (struct sockaddr *)&address, &length) < 0)
        return 0;
    return address.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)&address)->sin6_port)
                                         : ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

static int enter(aglet_task *self, aglet_datagram *socket) {
    if (!self)
        return -EPERM;
    if (socket->resource.loop != self->loop)
        return -EBADF;
    socket->users++;
    return agl_io_begin(self);
}

static void leave(aglet_datagram *socket) {
    if (--socket->users == 0 && socket->closed) {
        close(socket->watch.fd);
        free(socket);
    }
}

int aglet_datagram_send(aglet_datagram *socket, const void *data, size_t size,
                        const struct aglet_address *to) {
    aglet_task *self = agl_self("aglet_datagram_send");
    int rc = enter(self, socket);
    if (rc == -EPERM || rc == -EBADF)
        return rc;
    while (rc == 0) {
        ssize_t count = socket->closed
                            ? -EBADF
                            : agl_seam_send(socket->watch.fd, data, size,
                                            (const struct sockaddr *)&to->storage, to->length);
        if (count >= 0)
            break;
        rc = (int)count;
        if (rc == -EAGAIN)
            rc = agl_watch_wait(self, &socket->watch, AGL_WRITES, INT64_MAX, "send");
    }
    leave(socket);
    return rc;
}

ssize_t aglet_datagram_receive(aglet_datagram *socket, void *buffer, size_t size,
                               struct aglet_address *from) {
    aglet_task *self = agl_self("aglet_datagram_receive");
    ssize_t count = enter(self, socket);
    if (count == -EPERM || count == -EBADF)
        return count;
    while (count == 0) {
        struct aglet_address sender = {.length = sizeof sender.storage};
        count = socket->closed
                    ? -EBADF
                    : agl_seam_receive(socket->watch.fd, buffer, size,
                                       (struct sockaddr *)&sender.storage, &sender.length);
        if (count != -EAGAIN) {
            if (count >= 0 && from)
                *from = sender;
            break;
        }
        count = agl_watch_wait(self, &socket->watch, AGL_READS, INT64_MAX, "receive");
    }
    leave(socket);
    return count;
}

int aglet_datagram_close(aglet_datagram *socket) {
    if (!socket)
        return 0;
    if (socket->resource.loop) {
        agl_watch_close(socket->resource.loop, &socket->watch);
        agl_resource_close(&socket->resource);
    }
    socket->closed = true;
    socket->users++;
    leave(socket);
    return 0;
}
