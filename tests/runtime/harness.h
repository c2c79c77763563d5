/*
 * What the tests of the runtime share: cmocka, a run around a coroutine, and the reports of debug
 * mode.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <aglet/aglet.h>

/** Defines run_NAME, a test which runs the coroutine NAME and wants 0. An assertion that fails in a
 *  task leaves its stack by longjmp, so the process ends there (see CMOCKA_TEST_ABORT). */
#define IN_A_RUN(name)                                                                             \
    static void run_##name(void **state) {                                                         \
        (void)state;                                                                               \
        assert_int_equal(aglet_run(name, NULL), 0);                                                \
    }

/** Makes a file that has no name in any folder, so that nothing is left behind by a test that ends
 *  half way. Returns its descriptor; a path to it, good in this process, is then in `path`. */
static inline int unnamed_file(char path[static 32]) {
    int fd = memfd_create("aglet-test", 0);
    assert_true(fd >= 0);
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

/** Runs `main` in debug mode, with options; what was reported, one JSON object a line, is then in
 * `report`. A step is slow only where the options say so: on a busy machine and under Valgrind, any
 * may be. */
static inline int run_watched_with(const struct aglet_options *options, aglet_fn main, void *arg,
                                   char *report, size_t size) {
    char path[32];
    int fd = unnamed_file(path);
    struct aglet_options patient = {0};
    if (options)
        patient = *options;
    if (!patient.slow_step_ms)
        patient.slow_step_ms = 60000;
    setenv("AGLET_WITNESS", path, 1);
    int rc = aglet_run_with(&patient, main, arg);
    unsetenv("AGLET_WITNESS");
    ssize_t count = read(fd, report, size - 1);
    report[count > 0 ? count : 0] = 0;
    close(fd);
    return rc;
}

/** As run_watched_with(), with all defaults. */
static inline int run_watched(aglet_fn main, void *arg, char *report, size_t size) {
    return run_watched_with(NULL, main, arg, report, size);
}

#endif
