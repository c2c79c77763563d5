#include <aglet/aglet.h>

struct pool {
    int used, limit;
};

// program: Example 1, Use instead 1
static AGLET_COROUTINE int use_one(void *arg) {
    struct pool *pool = arg;
    const char *host = "127.0.0.1";
    const char *port = "80";
    aglet_stream *stream = NULL;
    // text
    return stream ? aglet_stream_close(stream) : 0;
}

static AGLET_COROUTINE int all(void *arg) {
    aglet_group *group;
    int rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    for (int i = 0; i < 20 && rc == 0; i++)
        rc = aglet_group_spawn(group, use_one, arg);
    int closed = aglet_group_close(group);
    return rc < 0 ? rc : closed;
}

int main(void) {
    struct pool pool = {.limit = 4};
    return aglet_run(all, &pool) < 0;
}
