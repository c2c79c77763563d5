/*
 * Cancels a task at every suspension point that any task of a program passes: before its own waits,
 * while it waits, and after it was woken but before it runs. Whatever happens, nothing may be lost
 * or leaked.
 */
#ifndef CANCEL_EACH_H
#define CANCEL_EACH_H

#include "harness.h"

#include <dirent.h>
#include <pthread.h>

static aglet_task *victim;
static unsigned long suspensions, cancel_at;       /* 0: at none */
static int outcome;                                /* the victim's result */
static const struct aglet_options *cancel_options; /* of the runs; NULL: all defaults */

void (*agl_seam_suspend(void))(aglet_task *task);

static void cancel_victim(aglet_task *task) {
    (void)task;
    if (victim && ++suspensions == cancel_at)
        aglet_cancel(victim);
}

void (*agl_seam_suspend(void))(aglet_task *task) {
    return cancel_victim;
}

/** Runs fn(arg) as the victim until it has ended, and returns its result. */
static inline AGLET_COROUTINE int strike(aglet_fn fn, void *arg) {
    victim = aglet_create(fn, arg);
    assert_non_null(victim);
    aglet_yield();
    outcome = aglet_await(victim);
    victim = NULL;
    return outcome;
}

/* The library's memory, by its seam; the linker sends calls of free() to __wrap_free(). */
enum { LIVE_MAX = 4096 };
static void *live[LIVE_MAX];
static pthread_mutex_t live_mutex = PTHREAD_MUTEX_INITIALIZER;

void *agl_seam_alloc(size_t size);
void *agl_seam_realloc(void *memory, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);

/* Puts `to` in the place of `from`; of two NULL nothing. */
static inline void exchange(const void *from, void *to) {
    pthread_mutex_lock(&live_mutex);
    for (int i = 0; i < LIVE_MAX && (from || to); i++)
        if (live[i] == from) {
            live[i] = to;
            break;
        }
    pthread_mutex_unlock(&live_mutex);
}

void *agl_seam_alloc(size_t size) {
    void *memory = calloc(1, size);
    exchange(NULL, memory);
    return memory;
}

void *agl_seam_realloc(void *memory, size_t size) {
    if (memory)
        exchange(memory, NULL);
    void *moved = realloc(memory, size);
    exchange(NULL, moved);
    return moved;
}

void __wrap_free(void *memory) {
    if (memory)
        exchange(memory, NULL);
    __real_free(memory);
}

static inline size_t live_blocks(void) {
    size_t count = 0;
    for (int i = 0; i < LIVE_MAX; i++)
        count += live[i] != NULL;
    return count;
}

static inline size_t open_descriptors(void) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static inline void run_and_expect_no_report(const char *name, aglet_fn main) {
    static char report[4096];
    suspensions = 0;
    outcome = 1;
    int rc = run_watched_with(cancel_options, main, NULL, report, sizeof report);
    if (report[0] || rc != 0 || (outcome != 0 && outcome != -ECANCELED))
        print_message("%s, cancelled at %lu: run %d, victim %d, %s\n", name, cancel_at, rc, outcome,
                      report);
    assert_string_equal(report, "");
    assert_int_equal(rc, 0);
    assert_true(outcome == 0 || outcome == -ECANCELED);
}

/** Runs `main`, which calls strike(), once for each point. */
static inline void cancel_at_each(const char *name, aglet_fn main) {
    size_t blocks = live_blocks();
    cancel_at = 0;
    run_and_expect_no_report(name, main);
    unsigned long points = suspensions, cut = 0;
    size_t descriptors = open_descriptors();
    for (cancel_at = 1; cancel_at <= points; cancel_at++) {
        run_and_expect_no_report(name, main);
        cut += outcome == -ECANCELED;
        assert_int_equal(open_descriptors(), descriptors);
        assert_int_equal(live_blocks(), blocks);
    }
    /* Else the program waits too little to show anything. */
    assert_true(points >= 3 && cut >= 1);
}

/** Defines cancel_NAME, the test which does that with the coroutine NAME. */
#define CANCEL_AT_EACH(name)                                                                       \
    static void cancel_##name(void **state) {                                                      \
        (void)state;                                                                               \
        cancel_at_each(#name, name);                                                               \
    }

#endif
