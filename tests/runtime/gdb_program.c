/* A program for gdb: stops in the loop while two tasks wait, one of them deep inside. */
#include <stdlib.h>

#include <aglet/aglet.h>

static aglet_lock lock = AGLET_LOCK_INIT;

static void stop(void *arg) {
    (void)arg;
    abort();
}

static __attribute__((noinline)) AGLET_COROUTINE int waits_inside(int extra) {
    int rc = aglet_lock_acquire(&lock);
    return rc + extra;
}

static AGLET_COROUTINE int wants_the_lock(void *arg) {
    aglet_task_set_name(aglet_current(), "second");
    int rc = waits_inside(*(int *)arg);
    return rc - 1;
}

static AGLET_COROUTINE int holds_the_lock(void *arg) {
    aglet_timer timer = {0};
    int rc = aglet_lock_acquire(&lock);
    if (rc == 0)
        rc = aglet_call_later(&timer, 5, stop, NULL);
    int result = aglet_await(aglet_create(wants_the_lock, arg));
    return rc < 0 ? rc : result;
}

int main(void) {
    int one = 1;
    return aglet_run(holds_the_lock, &one) < 0;
}
