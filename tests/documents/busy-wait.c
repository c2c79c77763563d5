#include <aglet/aglet.h>

// program: Example 1
struct job {
    int done;
};

static AGLET_COROUTINE int work(void *arg) {
    struct job *job = arg;
    int rc = aglet_sleep(100);
    job->done = 1;
    return rc;
}

static AGLET_COROUTINE int wait_for(struct job *job) {
    // text
    return 0;
}

static AGLET_COROUTINE int both(void *arg) {
    struct job job = {0};
    (void)arg;
    aglet_task *task = aglet_create(work, &job);
    int rc = wait_for(&job);
    int ended = task ? aglet_await(task) : 0;
    return rc < 0 ? rc : ended;
}

int main(void) {
    return aglet_run(both, NULL) < 0;
}

// program: Use instead 1
struct job {
    aglet_event done;
};

static AGLET_COROUTINE int wait_for(void *arg) {
    struct job *job = arg;
    // text
    return rc;
}

int main(void) {
    struct job job = {0};
    return aglet_run(wait_for, &job) < 0;
}
