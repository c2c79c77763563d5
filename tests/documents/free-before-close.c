// requires: libuv
#include <stdlib.h>
#include <uv.h>

struct client {
    uv_tcp_t tcp;
};

// program: Example 1
struct client *client_open(uv_loop_t *loop, const struct sockaddr *address) {
    struct client *client = malloc(sizeof *client);
    if (!client)
        return NULL;
    // text
    return client;
}

// program: Use instead 1
// text 1

struct client *client_open(uv_loop_t *loop, const struct sockaddr *address) {
    struct client *client = malloc(sizeof *client);
    if (!client)
        return NULL;
    if (uv_tcp_init(loop, &client->tcp) < 0) {
        free(client);
        return NULL;
    }
    // text 2
    return client;
}
