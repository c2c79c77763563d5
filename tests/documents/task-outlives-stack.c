#include <aglet/aglet.h>
#include <errno.h>

AGLET_COROUTINE int count_down(void *from);

// program: Example 1
// text

static AGLET_COROUTINE int work(void *arg) {
    (void)arg;
    return begin();
}

int main(void) {
    return aglet_run(work, NULL) < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int work(void *arg) {
    (void)arg;
    // text
}

int main(void) {
    return aglet_run(work, NULL) < 0;
}
