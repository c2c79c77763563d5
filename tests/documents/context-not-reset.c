#include <aglet/aglet.h>

struct request;
AGLET_COROUTINE AGLET_SUSPENDS int answer(struct request *request);
static struct aglet_var current;

// program: Example 1, Use instead 1
// text

static AGLET_COROUTINE int work(void *request) {
    return handle(request);
}

int main(void) {
    return aglet_run(work, NULL) < 0;
}
