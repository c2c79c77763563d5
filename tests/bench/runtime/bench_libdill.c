/*
 * libdill: bench_libdill switch | spawn | alive | idle COUNT
 */
#include "bench.h"

#include <libdill.h>

static coroutine void yields(int count) {
    for (int i = 0; i < count; i++)
        (void)yield();
}

static void measure_switch(void) {
    double start = bench_cpu();
    int a = go(yields(SWITCHES / 2));
    int b = go(yields(SWITCHES / 2));
    bundle_wait(a, -1);
    bundle_wait(b, -1);
    bench_tell("switch", start, SWITCHES);
    hclose(a);
    hclose(b);
}

static coroutine void returns(void) {
}

static void batch(void) {
    static int handles[BATCH];
    for (int i = 0; i < BATCH; i++)
        handles[i] = go(returns());
    for (int i = 0; i < BATCH; i++)
        hclose(handles[i]);
}

static void measure_spawn(void) {
    double start = bench_cpu();
    batch();
    bench_tell("spawn_first", start, BATCH);
    start = bench_cpu();
    for (int round = 0; round < SPAWNS / BATCH; round++)
        batch();
    bench_tell("spawn", start, SPAWNS);
}

/* Until its handle is closed. */
static coroutine void waits(void) {
    msleep(-1);
}

static void batch_that_waits(void) {
    static int handles[BATCH];
    for (int i = 0; i < BATCH; i++)
        handles[i] = go(waits());
    for (int i = 0; i < BATCH; i++)
        hclose(handles[i]);
}

static void measure_alive(void) {
    batch_that_waits();
    double start = bench_cpu();
    for (int round = 0; round < ALIVE / BATCH; round++)
        batch_that_waits();
    bench_tell("alive", start, ALIVE);
}

static void measure_idle(long wanted) {
    double before = bench_resident_kb();
    long made = 0;
    while (made < wanted && go(waits()) >= 0)
        made++;
    bench_tell_idle(before, made);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "switch") == 0)
        measure_switch();
    else if (strcmp(what, "spawn") == 0)
        measure_spawn();
    else if (strcmp(what, "alive") == 0)
        measure_alive();
    else if (strcmp(what, "idle") == 0)
        measure_idle(argc > 2 ? atol(argv[2]) : 1000);
    else
        return 2;
    return 0;
}
