#include <aglet/aglet.h>

struct work;
int work_some(struct work *work);

// program: Example 1, Use instead 1
static AGLET_COROUTINE int all(void *arg) {
    struct work *work = arg;
    // text
    return 0;
}

int main(void) {
    return aglet_run(all, NULL) < 0;
}
