/*
 * Each name has a channel of its own, so that cancelling one is to destroy its channel. c-ares's
 * sockets stand in an epoll of their own, which is the one descriptor that the task waits for.
 */
#include <aglet/cares.h>

#include <ares.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../loop.h"
#include "../poll.h"
#include "../seam.h"

enum { EVENTS_MAX = 16 };

struct cares {
    struct aglet_resolver resolver;
    char *servers;
    int timeout_ms, tries;
};

/* A name that is looked for. */
struct query {
    ares_channel channel;
    int epoll;
    struct aglet_address *found;
    size_t size;
    int result; /* how many were found, or a negative errno */
    bool done;
};

static int errno_of(int status) {
    switch (status) {
    case ARES_SUCCESS:
        return 0;
    case ARES_ENOMEM:
        return -ENOMEM;
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_EBADNAME:
        return -ENOENT;
    case ARES_EBADSTR:
        return -EINVAL;
    default:
        return -EAGAIN; /* no server, or none that answers well */
    }
}

static int take(const struct query *query, const struct ares_addrinfo *info) {
    size_t count = 0;
    for (const struct ares_addrinfo_node *node = info->nodes; node && count < query->size;
         node = node->ai_next) {
        struct aglet_address *address = &query->found[count++];
        memcpy(&address->storage, node->ai_addr, node->ai_addrlen);
        address->length = node->ai_addrlen;
    }
    return count ? (int)count : -ENOENT;
}

static void answered(void *arg, int status, int timeouts, struct ares_addrinfo *info) {
    struct query *query = arg;
    (void)timeouts;
    query->result = status == ARES_SUCCESS ? take(query, info) : errno_of(status);
    query->done = true;
    ares_freeaddrinfo(info);
}

/* c-ares has opened a socket, waits for another of its directions, or is about to close it. */
static void socket_changed(void *arg, ares_socket_t fd, int reads, int writes) {
    const struct query *query = arg;
    struct epoll_event event = {.events = (reads ? (uint32_t)EPOLLIN : 0) |
                                          (writes ? (uint32_t)EPOLLOUT : 0),
                                .data = {.fd = fd}};
    if (!event.events)
        epoll_ctl(query->epoll, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(query->epoll, EPOLL_CTL_MOD, fd, &event) < 0)
        epoll_ctl(query->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_channel(const struct cares *cares, struct query *query) {
    struct ares_options options = {.timeout = cares->timeout_ms,
                                   .tries = cares->tries,
                                   .sock_state_cb = socket_changed,
                                   .sock_state_cb_data = query};
    int mask = ARES_OPT_SOCK_STATE_CB | (cares->timeout_ms ? ARES_OPT_TIMEOUTMS : 0) |
               (cares->tries ? ARES_OPT_TRIES : 0);
    int status = ares_init_options(&query->channel, &options, mask);
    if (status != ARES_SUCCESS)
        return errno_of(status);
    if (cares->servers)
        status = ares_set_servers_ports_csv(query->channel, cares->servers);
    if (status != ARES_SUCCESS)
        ares_destroy(query->channel);
    return errno_of(status);
}

/* Hands c-ares what has happened on its sockets, until nothing more has: its epoll tells the loop
 * only of what is new. */
static void process(struct query *query) {
    struct epoll_event events[EVENTS_MAX];
    int count;
    ares_process_fd(query->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* what is overdue */
    while (!query->done && (count = epoll_wait(query->epoll, events, EVENTS_MAX, 0)) > 0) {
        for (int i = 0; i < count; i++) {
            uint32_t seen = events[i].events;
            int fd = events[i].data.fd;
            ares_process_fd(query->channel, seen & ~(uint32_t)EPOLLOUT ? fd : ARES_SOCKET_BAD,
                            seen & ~(uint32_t)EPOLLIN ? fd : ARES_SOCKET_BAD);
        }
    }
}

/* Waits until something has happened or is overdue. Returns 0 or the error that cuts the wait. */
static int wait_for_news(aglet_task *self, const struct query *query, struct agl_watch *watch) {
    struct timeval left;
    int64_t until = INT64_MAX;
    if (ares_timeout(query->channel, NULL, &left))
        until = agl_after(agl_clock(self->loop), left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
    int rc = agl_watch_wait(self, watch, AGL_READS, until, "name resolution");
    return rc == -ETIMEDOUT ? agl_cut(self) : rc;
}

static int ask(aglet_task *self, struct query *query, const char *host) {
    const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC};
    struct agl_watch watch = {.fd = query->epoll};
    ares_getaddrinfo(query->channel, host, NULL, &hints, answered, query);
    int rc = 0;
    while (rc == 0 && !query->done) {
        rc = wait_for_news(self, query, &watch);
        if (rc == 0)
            process(query);
    }
    agl_watch_close(self->loop, &watch);
    return rc;
}

static int find(void *data, const char *host, struct aglet_address *found, size_t size) {
    aglet_task *self = agl_self("struct aglet_resolver's find");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc < 0)
        return rc;
    struct query query = {.found = found, .size = size};
    query.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (query.epoll < 0)
        return -errno;
    rc = open_channel(data, &query);
    if (rc == 0) {
        rc = ask(self, &query, host);
        /* If the answer has not come, this is the last that c-ares does with the query. */
        ares_destroy(query.channel);
    }
    close(query.epoll);
    return rc < 0 ? rc : query.result;
}

/* Tells now what every query would only find out by itself. */
static int check_servers(const struct cares *cares) {
    struct query query = {.epoll = -1};
    int rc = open_channel(cares, &query);
    if (rc == 0)
        ares_destroy(query.channel);
    return rc;
}

int aglet_cares_new(const struct aglet_cares_options *options, struct aglet_resolver **out) {
    static const struct aglet_cares_options defaults;
    if (!options)
        options = &defaults;
    *out = NULL;
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS)
        return errno_of(status);
    struct cares *cares = agl_seam_alloc(sizeof *cares);
    char *servers = options->servers ? strdup(options->servers) : NULL;
    if (!cares || (options->servers && !servers)) {
        free(cares);
        free(servers);
        ares_library_cleanup();
        return -ENOMEM;
    }
    *cares = (struct cares){.resolver = {find, cares},
                            .servers = servers,
                            .timeout_ms = options->timeout_ms,
                            .tries = options->tries};
    int rc = check_servers(cares);
    if (rc < 0)
        aglet_cares_free(&cares->resolver);
    else
        *out = &cares->resolver;
    return rc;
}

void aglet_cares_free(struct aglet_resolver *resolver) {
    if (!resolver)
        return;
    struct cares *cares = resolver->data;
    free(cares->servers);
    free(cares);
    ares_library_cleanup();
}
