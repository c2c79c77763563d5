/*
 * neco: bench_neco switch | spawn | alive | idle COUNT
 */
#include "bench.h"

#include <neco.h>

static void yields(int argc, void **argv) {
    (void)argc;
    (void)argv;
    for (int i = 0; i < SWITCHES / 2; i++)
        neco_yield();
}

static void measure_switch(void) {
    double start = bench_cpu();
    neco_start(yields, 0);
    int64_t a = neco_lastid();
    neco_start(yields, 0);
    int64_t b = neco_lastid();
    neco_join(a);
    neco_join(b);
    bench_tell("switch", start, SWITCHES);
}

/* A coroutine takes its first step when it is started, where the others wait for their turn. */
static void returns(int argc, void **argv) {
    (void)argc;
    (void)argv;
    neco_yield();
}

static void batch(void) {
    static int64_t ids[BATCH];
    for (int i = 0; i < BATCH; i++) {
        neco_start(returns, 0);
        ids[i] = neco_lastid();
    }
    for (int i = 0; i < BATCH; i++)
        neco_join(ids[i]);
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

static void sleeps(int argc, void **argv) {
    (void)argc;
    (void)argv;
    neco_suspend();
}

static void batch_that_waits(void) {
    static int64_t ids[BATCH];
    for (int i = 0; i < BATCH; i++) {
        neco_start(sleeps, 0);
        ids[i] = neco_lastid();
    }
    for (int i = 0; i < BATCH; i++) {
        neco_resume(ids[i]);
        neco_join(ids[i]);
    }
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
    while (made < wanted && neco_start(sleeps, 0) == NECO_OK)
        made++;
    bench_tell_idle(before, made);
    exit(0); /* nobody resumes them */
}

static void measures(int argc, void **argv) {
    const char *what = argv[0];
    (void)argc;
    if (strcmp(what, "switch") == 0)
        measure_switch();
    else if (strcmp(what, "spawn") == 0)
        measure_spawn();
    else if (strcmp(what, "alive") == 0)
        measure_alive();
    else
        measure_idle(atol(argv[1]));
}

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    return neco_start(measures, 2, argv[1], argc > 2 ? argv[2] : "1000") == NECO_OK ? 0 : 1;
}
