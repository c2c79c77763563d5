#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "seam.h"
#include "worker.h"

struct query {
    const char *host, *port;
    struct addrinfo hints;
    struct addrinfo *list;
    int code; /* getaddrinfo's own */
    int system_error;
};

static int ask(void *arg) {
    struct query *query = arg;
    // aglet:ignore blocking-call -- numeric addresses only, where it isn't a worker that asks
    query->code = getaddrinfo(query->host, query->port, &query->hints, &query->list);
    query->system_error = errno;
    return 0;
}

static int errno_of(const struct query *query) {
    switch (query->code) {
    case 0:
        return 0;
    case EAI_AGAIN:
        return -EAGAIN;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_SYSTEM:
        return query->system_error ? -query->system_error : -EIO;
    case EAI_FAMILY:
        return -EAFNOSUPPORT;
    case EAI_SERVICE:
    case EAI_SOCKTYPE:
    case EAI_BADFLAGS:
        return -EINVAL;
    default:
        return -ENOENT;
    }
}

static void take(struct addrinfo *list, struct agl_addresses *found) {
    found->count = 0;
    for (const struct addrinfo *info = list; info && found->count < AGL_ADDRESSES_MAX;
         info = info->ai_next) {
        struct aglet_address *address = &found->list[found->count++];
        memcpy(&address->storage, info->ai_addr, info->ai_addrlen);
        address->length = info->ai_addrlen;
    }
    freeaddrinfo(list);
}

static int ask_on_thread(aglet_task *self, struct query *query, int flags,
                         struct agl_addresses *found) {
    query->hints.ai_flags = flags;
    int rc = agl_worker_call(self, ask, query, true, false);
    if (rc == 0)
        rc = errno_of(query);
    if (rc == 0)
        take(query->list, found);
    return rc;
}

/* What getaddrinfo() can tell without asking anybody else. */
static bool ask_at_once(struct query *query, int flags, struct agl_addresses *found) {
    query->hints.ai_flags = flags;
    ask(query);
    if (query->code == 0)
        take(query->list, found);
    return query->code == 0;
}

static in_port_t *port_of(struct sockaddr_storage *address) {
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

/* "localhost", "name.localhost", with or without the root's dot. */
static bool is_local_name(const char *host) {
    static const char local[] = "localhost";
    size_t length = strlen(host), own = sizeof local - 1;
    if (length > 0 && host[length - 1] == '.')
        length--;
    return length >= own && strncasecmp(host + length - own, local, own) == 0 &&
           (length == own || host[length - own - 1] == '.');
}

/* This machine: most of what listens there does so on the older protocol, so that comes first. */
static void prefer_ipv4(struct agl_addresses *found) {
    for (size_t i = 1; i < found->count; i++) {
        if (found->list[i].storage.ss_family != AF_INET ||
            found->list[0].storage.ss_family == AF_INET)
            continue;
        struct aglet_address other = found->list[0];
        found->list[0] = found->list[i];
        found->list[i] = other;
    }
}

/* The loopback addresses with the port, which may be a service's name. */
static int resolve_local(aglet_task *self, const char *port, int type,
                         struct agl_addresses *found) {
    struct query query = {.port = port, .hints.ai_socktype = type};
    int rc = ask_at_once(&query, AI_NUMERICSERV, found) ? 0 : ask_on_thread(self, &query, 0, found);
    if (rc == 0)
        prefer_ipv4(found);
    return rc;
}

static bool is_numeric(const char *host) {
    struct query query = {.host = host};
    struct agl_addresses found;
    return ask_at_once(&query, AI_NUMERICHOST, &found);
}

static int ask_resolver(aglet_task *self, const char *host, const char *port, int type,
                        struct agl_addresses *found) {
    const struct aglet_resolver *resolver = self->loop->options.resolver;
    int rc = resolve_local(self, port, type, found);
    if (rc < 0)
        return rc;
    in_port_t number = *port_of(&found->list[0].storage);
    rc = resolver->find(resolver->data, host, found->list, AGL_ADDRESSES_MAX);
    found->count = rc < 0 ? 0 : (size_t)rc;
    for (size_t i = 0; i < found->count; i++)
        *port_of(&found->list[i].storage) = number;
    return rc < 0 ? rc : 0;
}

/* A port's number or what may be a service's name. getaddrinfo() takes any number, signed ones too,
 * and cuts it to the 16 bits that a port has. */
static bool is_port(const char *port) {
    static const char digits[] = "0123456789";
    if (!port || !*port)
        return false;
    if (port[strspn(port, digits)])
        return strpbrk(port, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != NULL;
    return strtoul(port, NULL, 10) <= UINT16_MAX;
}

int agl_resolve(aglet_task *self, const char *host, const char *port, int type, bool passive,
                struct agl_addresses *found) {
    if (!is_port(port))
        return -EINVAL;
    struct query query = {.host = host, .port = port, .hints.ai_socktype = type};
    int passively = passive ? AI_PASSIVE : 0;
    if (ask_at_once(&query, passively | AI_NUMERICHOST | AI_NUMERICSERV, found))
        return 0;
    if (host && is_local_name(host))
        return resolve_local(self, port, type, found);
    if (host && self->loop->options.resolver && !is_numeric(host))
        return ask_resolver(self, host, port, type, found);
    return ask_on_thread(self, &query, passive ? AI_PASSIVE : AI_ADDRCONFIG, found);
}

int agl_unix_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path)
        return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return 0;
}
