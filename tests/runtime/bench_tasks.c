/*
 * What tasks cost: a switch, a birth, a wait, a timer, an idle task's memory.
 *
 *     runtime_bench_tasks [IDLE_TASKS]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <aglet/aglet.h>

enum { ROUNDS = 2000000, BATCH = 1000, TIMERS = 300000 };

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void say(const char *what, double start, double count) {
    printf("%-32s %8.1f ns\n", what, (now_ns() - start) / count);
}

static AGLET_COROUTINE int yields(void *arg) {
    (void)arg;
    int rc = 0;
    for (int i = 0; i < ROUNDS / 2 && rc == 0; i++)
        rc = aglet_yield();
    return rc;
}

static AGLET_COROUTINE int returns(void *arg) {
    (void)arg;
    return 0;
}

static AGLET_COROUTINE int sleeps(void *arg) {
    (void)arg;
    return aglet_sleep(1000000);
}

static AGLET_COROUTINE int measure_switch(void) {
    double start = now_ns();
    aglet_task *a = aglet_create(yields, NULL);
    aglet_task *b = aglet_create(yields, NULL);
    int rc = aglet_await(a);
    int other = aglet_await(b);
    say("switch (yield)", start, ROUNDS);
    return rc < 0 ? rc : other;
}

static AGLET_COROUTINE int measure_birth(void) {
    static aglet_task *tasks[BATCH];
    double start = now_ns();
    int rc = 0;
    for (int round = 0; round < ROUNDS / 10 / BATCH; round++) {
        for (int i = 0; i < BATCH; i++)
            tasks[i] = aglet_create(returns, NULL);
        for (int i = 0; i < BATCH && rc == 0; i++)
            rc = aglet_await(tasks[i]);
    }
    say("create and await, in batches", start, ROUNDS / 10);
    return rc;
}

static AGLET_COROUTINE int measure_queue(void) {
    AGLET_AUTO(aglet_queue) queue = aglet_queue_new(16);
    void *item = NULL;
    double start = now_ns();
    int rc = 0;
    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        rc = aglet_queue_put(queue, &rc);
        if (rc == 0)
            rc = aglet_queue_get(queue, &item);
    }
    say("queue put and get, no wait", start, ROUNDS);
    return rc;
}

static void no_call(void *arg) {
    (void)arg;
}

static void measure_timers(void) {
    aglet_timer *timers = calloc(TIMERS, sizeof *timers);
    double start = now_ns();
    for (int i = 0; i < TIMERS; i++)
        (void)aglet_call_later(&timers[i], 1000 + (int64_t)i * 7919 % 100000, no_call, NULL);
    say("arm a timer (300k)", start, TIMERS);
    start = now_ns();
    for (int i = 0; i < TIMERS; i++)
        (void)aglet_timer_cancel(&timers[i]);
    say("cancel a timer (300k)", start, TIMERS);
    free(timers);
}

static long resident_kb(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%ld %ld", &pages, &resident) != 2)
            resident = 0;
        fclose(file);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static AGLET_COROUTINE int measure_idle(long count) {
    aglet_task **tasks = calloc((size_t)count, sizeof(aglet_task *));
    long before = resident_kb();
    double start = now_ns();
    long made = 0;
    while (made < count && (tasks[made] = aglet_create(sleeps, NULL)))
        made++;
    int rc = aglet_sleep(1);
    printf("%-32s %8.1f KB of %ld tasks\n", "an idle task",
           (double)(resident_kb() - before) / (double)made, made);
    say("birth and first wait", start, (double)made);
    start = now_ns();
    for (long i = 0; i < made; i++) {
        aglet_cancel(tasks[i]);
        int result = aglet_await(tasks[i]);
        if (result != -ECANCELED)
            rc = result;
    }
    say("cancel and await", start, (double)made);
    free(tasks);
    return rc;
}

static AGLET_COROUTINE int measure(void *arg) {
    int rc = measure_switch();
    if (rc == 0)
        rc = measure_birth();
    if (rc == 0)
        rc = measure_queue();
    measure_timers();
    return rc == 0 ? measure_idle(*(long *)arg) : rc;
}

int main(int argc, char **argv) {
    long idle = argc > 1 ? atol(argv[1]) : 100000;
    int rc = aglet_run(measure, &idle);
    if (rc < 0)
        fprintf(stderr, "failed: %s\n", strerror(-rc));
    return rc < 0;
}
