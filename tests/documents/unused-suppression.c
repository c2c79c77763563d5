#include <aglet/aglet.h>

// program: Example 1, Use instead 1
static AGLET_COROUTINE int work(void *arg) {
    (void)arg;
    // text
    return 0;
}

int main(void) {
    return aglet_run(work, NULL) < 0;
}
