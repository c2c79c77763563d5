/*
 * Listening sockets, and a serve loop on top of accept.
 */
#include <aglet/server.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <aglet/group.h>
#include <aglet/time.h>

#include "address.h"
#include "poll.h"
#include "report.h"
#include "resource.h"
#include "seam.h"
#include "stream.h"

enum { BACKLOG = 512, SERVE_LIMIT = 1000, RETRY_MS = 50 };

struct aglet_server {
    struct agl_resource resource;
    struct agl_watch watch;
    unsigned users; /* functions that are at work with it; the last one frees what is closed */
    bool accepting, closed;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* to remove; empty for TCP */
};

static void let_go(aglet_server *server) {
    if (--server->users == 0 && server->closed)
        free(server);
}

static void close_socket(aglet_server *server) {
    agl_watch_close(server->resource.loop, &server->watch);
    close(server->watch.fd);
    server->watch.fd = -1;
    if (server->path[0])
        unlink(server->path);
}

static void reclaim(struct agl_resource *resource) {
    close_socket(AGL_CONTAINER(resource, aglet_server, resource));
}

static int server_new(aglet_task *self, int fd, struct agl_place place, aglet_server **out) {
    if (listen(fd, BACKLOG) < 0)
        return -errno;
    aglet_server *server = agl_seam_alloc(sizeof *server);
    if (!server)
        return -ENOMEM;
    server->watch.fd = fd;
    agl_resource_open(&server->resource, self, "server", reclaim, place);
    *out = server;
    return 0;
}

static int listen_on(aglet_task *self, const struct sockaddr *address, socklen_t length,
                     struct agl_place place, aglet_server **out) {
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1;
    if (address->sa_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int rc = bind(fd, address, length) < 0 ? -errno : server_new(self, fd, place, out);
    if (rc < 0)
        close(fd);
    return rc;
}

int(aglet_listen_tcp)(const char *host, const char *port, aglet_server **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_listen_tcp");
    int rc = self ? agl_suspension(self) : -EPERM;
    struct agl_addresses found;
    if (rc == 0)
        rc = agl_resolve(self, host, port, SOCK_STREAM, true, &found);
    if (rc < 0)
        return rc;
    rc = -EADDRNOTAVAIL;
    for (size_t i = 0; i < found.count && rc < 0; i++)
        rc = listen_on(self, (const struct sockaddr *)&found.list[i].storage, found.list[i].length,
                       place, out);
    return rc;
}

int(aglet_listen_unix)(const char *path, aglet_server **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_listen_unix");
    if (!self)
        return -EPERM;
    struct sockaddr_un address;
    int rc = agl_unix_address(path, &address);
    if (rc == 0)
        rc = listen_on(self, (const struct sockaddr *)&address, sizeof address, place, out);
    if (rc == 0)
        memcpy((*out)->path, address.sun_path, sizeof address.sun_path);
    return rc;
}

uint16_t aglet_server_port(const aglet_server *server) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(server->watch.fd, (struct sockaddr *)&address, &length) < 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

static int accept_fd(aglet_task *self, aglet_server *server) {
    int rc = agl_io_begin(self);
    while (rc == 0 && !server->closed) {
        int fd = agl_seam_accept(server->watch.fd);
        if (fd != -EAGAIN)
            return fd;
        rc = agl_watch_wait(self, &server->watch, AGL_READS, INT64_MAX, "accept");
    }
    return rc ? rc : -EBADF;
}

static int accept_stream(aglet_task *self, aglet_server *server, struct agl_place place,
                         aglet_stream **out) {
    if (server->resource.loop != self->loop)
        return -EBADF;
    if (server->accepting)
        return agl_misuse(place, -EBUSY, "a server has a second task that accepts");
    server->accepting = true;
    server->users++;
    int fd = accept_fd(self, server);
    server->accepting = false;
    bool tcp = !server->path[0];
    let_go(server);
    if (fd < 0)
        return fd;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int rc = agl_stream_new(self, fd, place, out);
    if (rc < 0)
        close(fd);
    else
        (*out)->watch.drains = tcp;
    return rc;
}

int(aglet_accept)(aglet_server *server, aglet_stream **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_accept");
    return self ? accept_stream(self, server, place, out) : -EPERM;
}

int aglet_server_close(aglet_server *server) {
    if (!server)
        return 0;
    if (server->resource.loop)
        close_socket(server);
    agl_resource_close(&server->resource);
    server->closed = true;
    server->users++;
    let_go(server);
    return 0;
}

struct connection {
    aglet_stream *stream;
    aglet_handler handler;
    void *arg;
};

static int serve_one(void *arg) {
    struct connection connection = *(struct connection *)arg;
    free(arg);
    (void)connection.handler(connection.stream, connection.arg);
    aglet_stream_close(connection.stream);
    return 0; /* one connection's failure is not the server's */
}

static int start_connection(aglet_group *group, const struct connection *connection) {
    struct connection *copy = agl_seam_alloc(sizeof *copy);
    if (!copy)
        return -ENOMEM;
    *copy = *connection;
    int rc = (aglet_group_spawn)(group, serve_one, copy);
    if (rc < 0)
        free(copy);
    return rc;
}

/* Out of descriptors or memory: connections that end will give some back. */
static bool passes(int error) {
    return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

static int accept_all(aglet_task *self, aglet_server *server, aglet_group *group,
                      struct connection *connection, struct agl_place place) {
    for (;;) {
        int rc = accept_stream(self, server, place, &connection->stream);
        if (rc == 0) {
            rc = start_connection(group, connection);
            if (rc < 0)
                aglet_stream_close(connection->stream);
        }
        if (passes(rc))
            rc = aglet_sleep(RETRY_MS);
        if (rc < 0)
            return rc == -EBADF ? 0 : rc;
    }
}

int aglet_serve(aglet_server *server, aglet_handler handler, void *arg, size_t limit,
                int64_t grace_ms) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_serve");
    if (!self)
        return -EPERM;
    aglet_group *group;
    int rc = (aglet_group_open)(&group);
    if (rc < 0)
        return rc;
    aglet_group_limit(group, limit ? limit : SERVE_LIMIT);
    struct connection connection = {.handler = handler, .arg = arg};
    server->users++; /* it may be closed while this waits for a place */
    rc = accept_all(self, server, group, &connection, place);
    let_go(server);
    (void)aglet_group_drain(group, grace_ms); /* its tasks do not fail */
    return rc;
}
