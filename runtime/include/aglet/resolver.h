/*
 * Who finds the addresses of names. By default getaddrinfo() does, on a thread of its own: it knows
 * all that the system is configured for. A struct aglet_resolver in aglet_options.resolver takes
 * its place; cares.h has one.
 *
 * Nobody is asked for numeric addresses, nor for `localhost` and names that end in `.localhost`:
 * these are the loopback addresses (RFC 6761, 6.3), 127.0.0.1 first.
 */
#ifndef AGLET_RESOLVER_H
#define AGLET_RESOLVER_H

#include <aglet/base.h>

#include <sys/socket.h>

/** Where a datagram comes from or goes to, and what a name stands for. */
struct aglet_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/** A resolver; it has to live as long as the loops that use it. */
struct aglet_resolver {
    /** A coroutine that finds the addresses of `host` and puts at most `size` of them into `found`,
     *  the best first, with any port. It runs in the task that wants to know, so several may run at
     *  a time. Returns how many it has found, at least 1; -ENOENT if the name has no address,
     *  -EAGAIN if that cannot be found out now; -ECANCELED, -ETIMEDOUT; another negative errno. */
    AGLET_CALLED_BACK(coroutine)
    int (*find)(void *data, const char *host, struct aglet_address *found, size_t size);
    void *data;
};

#endif
