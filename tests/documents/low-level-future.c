#include <aglet/aglet.h>
#include <errno.h>

struct sum {
    aglet_event done;
    int result;
};

static AGLET_COROUTINE int fetch(int *result) {
    int rc = aglet_sleep(1);
    *result = 42;
    return rc;
}

// program: Example 1
// text 1

static AGLET_COROUTINE int ask(void *arg) {
    struct sum sum = {.result = *(int *)arg};
    // text 2
    if (task)
        rc = aglet_await(task);
    return rc < 0 ? rc : sum.result;
}

int main(void) {
    int start = 0;
    return aglet_run(ask, &start) < 0;
}

// program: Use instead 1
// text 1

static AGLET_COROUTINE int ask(void *arg) {
    struct sum sum = {.result = *(int *)arg};
    // text 2
    return rc < 0 ? rc : sum.result;
}

int main(void) {
    int start = 0;
    return aglet_run(ask, &start) < 0;
}
