#include <aglet/aglet.h>
#include <errno.h>

AGLET_COROUTINE int serve(void *stream);

// program: Example 1
static AGLET_COROUTINE int listen_on(void *arg) {
    aglet_server *server = arg;
    // text
}

int main(void) {
    return aglet_run(listen_on, NULL) < 0;
}

// program: Use instead 1
static aglet_semaphore places;

static AGLET_COROUTINE int listen_on(void *arg) {
    aglet_server *server = arg;
    // text
}

int main(void) {
    return aglet_run(listen_on, NULL) < 0;
}
