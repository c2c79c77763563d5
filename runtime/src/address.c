#include "address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int agl_resolve(aglet_task *self, const char *host, const char *port, int type, bool passive,
                struct addrinfo **list) {
    struct query query = {.host = host, .port = port};
    query.hints.ai_socktype = type;
    query.hints.ai_flags = (passive ? AI_PASSIVE : 0) | AI_NUMERICHOST | AI_NUMERICSERV;
    /* What needs no look-up needs no thread. */
    ask(&query);
    if (query.code != 0) {
        query.hints.ai_flags = passive ? AI_PASSIVE : AI_ADDRCONFIG;
        int rc = agl_worker_call(self, ask, &query, true, false);
        if (rc < 0)
            return rc;
    }
    int rc = errno_of(&query);
    if (rc == 0)
        *list = query.list;
    return rc;
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
