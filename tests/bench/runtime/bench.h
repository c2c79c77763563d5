/*
 * What the measuring programs share: the clock, and how a figure is told to run.py.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SWITCHES = 4000000,
    SPAWNS = 400000,
    BATCH = 1000,
    TIMERS = 300000,
    MESSAGE = 64 /* bytes of an echo */
};

static inline double bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/** Tells the nanoseconds that each of `count` operations took since `start`. */
static inline void bench_tell(const char *name, double start, double count) {
    printf("%s %.3f\n", name, (bench_now() - start) / count);
    fflush(stdout);
}

/** The memory of this process that is in use, in KB. */
static inline double bench_resident_kb(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    fclose(file);
    return (double)resident * ((double)sysconf(_SC_PAGESIZE) / 1024);
}

/** Spread over about 100 seconds, the same in every program. */
static inline long bench_delay_ms(int i) {
    return 1000 + (long)i * 7919 % 100000;
}

#endif
