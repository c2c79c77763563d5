#include <aglet/aglet.h>

struct session;
AGLET_COROUTINE AGLET_SUSPENDS int serve(struct session *session);
struct table {
    aglet_lock lock;
    int present;
};
extern struct table table;

static AGLET_COROUTINE int leave(struct session *session) {
    (void)session;
    int rc = aglet_lock_acquire(&table.lock);
    if (rc < 0)
        return rc;
    table.present--;
    aglet_lock_release(&table.lock);
    return 0;
}

// program: Example 1
static AGLET_COROUTINE int visit(void *arg) {
    struct session *session = arg;
    // text
    return leave(session);
}

int main(void) {
    return aglet_run(visit, NULL) < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int visit(void *arg) {
    struct session *session = arg;
    int rc = serve(session);
    // text
    return leave(session);
}

int main(void) {
    return aglet_run(visit, NULL) < 0;
}
