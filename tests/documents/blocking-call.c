#include <aglet/aglet.h>
#include <errno.h>
#include <netdb.h>
#include <unistd.h>

// program: Example 1
// text

int main(void) {
    return aglet_run(fetch, "example.org") < 0;
}

// program: Use instead 1
// text

int main(void) {
    return aglet_run(fetch, "example.org") < 0;
}

// program: Use instead 2
// text

int main(void) {
    return aglet_run(serve, "config") < 0;
}

// program: Suppress or state the intent 1
// text

static AGLET_COROUTINE int work(void *arg) {
    (void)arg;
    return pause_for(10);
}

int main(void) {
    pause_for(10);
    return aglet_run(work, NULL) < 0;
}
