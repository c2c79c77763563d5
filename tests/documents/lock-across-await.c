#include <aglet/aglet.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int count;

// program: Example 1, Use instead 1
static AGLET_COROUTINE int work(void *arg) {
    int rc;
    (void)arg;
    // text
    return rc;
}

int main(void) {
    return aglet_run(work, NULL) < 0;
}
