#include <aglet/aglet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>

struct client {
    int family;
    const char *host;
    aglet_stream *stream;
};

static inline int family_of(const char *host) {
    struct addrinfo *list;
    if (getaddrinfo(host, "http", NULL, &list) != 0)
        return AF_UNSPEC;
    int family = list->ai_family;
    freeaddrinfo(list);
    return family;
}

// program: Example 1, Use instead 1
// text

// program: Use instead 2
struct client *client_new(const char *host);
AGLET_COROUTINE AGLET_SUSPENDS int client_connect(struct client *client);
// text

// program: Suppress or state the intent 1
// text

struct client *client_create(const char *host) {
    struct client *client = calloc(1, sizeof *client);
    if (client)
        client->family = family_of(host);
    return client;
}
