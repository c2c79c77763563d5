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
    ALIVE = 10000, /* started in batches of which all wait at once */
    TIMERS = 300000,
    MESSAGE = 64 /* bytes of an echo */
};

static inline double bench_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/** Nanoseconds on the wall. */
static inline double bench_now(void) {
    return bench_clock(CLOCK_MONOTONIC);
}

/** Nanoseconds that this thread had a processor, in the kernel too: what else the machine does in
 *  between does not count. */
static inline double bench_cpu(void) {
    return bench_clock(CLOCK_THREAD_CPUTIME_ID);
}

/** Tells the nanoseconds that each of `count` operations took since bench_cpu() was `start`. */
static inline void bench_tell(const char *name, double start, double count) {
    printf("%s %.3f\n", name, (bench_cpu() - start) / count);
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

/** Tells what a parked task costs, when `made` of them came since bench_resident_kb() was `before`.
 */
static inline void bench_tell_idle(double before, long made) {
    printf("idle_kb %.3f\nidle_count %ld\n", (bench_resident_kb() - before) / (double)made, made);
    fflush(stdout);
}

/** Spread over about 100 seconds, the same in every program. */
static inline long bench_delay_ms(int i) {
    return 1000 + (long)i * 7919 % 100000;
}

#endif
