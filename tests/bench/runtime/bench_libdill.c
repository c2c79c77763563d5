/*
 * libdill: bench_libdill switch | spawn | idle COUNT
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

static void measure_spawn(void) {
    static int handles[BATCH];
    double start = bench_cpu();
    for (int round = 0; round < SPAWNS / BATCH; round++) {
        for (int i = 0; i < BATCH; i++)
            handles[i] = go(returns());
        for (int i = 0; i < BATCH; i++)
            hclose(handles[i]);
    }
    bench_tell("spawn", start, SPAWNS);
}

static coroutine void sleeps(void) {
    msleep(-1);
}

static void measure_idle(long wanted) {
    double before = bench_resident_kb();
    long made = 0;
    while (made < wanted && go(sleeps()) >= 0)
        made++;
    bench_tell_idle(before, made);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "switch") == 0)
        measure_switch();
    else if (strcmp(what, "spawn") == 0)
        measure_spawn();
    else if (strcmp(what, "idle") == 0)
        measure_idle(argc > 2 ? atol(argv[2]) : 1000);
    else
        return 2;
    return 0;
}
