/*
 * Runs a program in a child process, for what ends a process or is said on stderr.
 */
#ifndef CHILD_H
#define CHILD_H

#include "harness.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/** Calls fn() in a child, which then exits with what it returned. What it wrote to stderr is in
 *  `text`. Returns the status of waitpid(). */
static inline int run_child(int (*fn)(void), char *text, size_t size) {
    int fds[2], status;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, SIG_DFL); /* not cmocka's */
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        alarm(60);
        _exit(fn());
    }
    close(fds[1]);
    size_t used = 0;
    ssize_t count;
    while ((count = read(fds[0], text + used, size - 1 - used)) > 0)
        used += (size_t)count;
    text[used] = 0;
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

#endif
