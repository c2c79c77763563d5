/*
 * The entry: run() makes a loop, runs the main coroutine in it and closes the loop.
 */
#ifndef AGLET_RUN_H
#define AGLET_RUN_H

#include <aglet/base.h>
#include <aglet/resolver.h>

/** An error that nobody can retrieve any more; given to the exception handler. */
struct aglet_failure {
    const char *task;    /**< name of the task; valid during the call */
    int error;           /**< its result, a negative errno */
    const char *created; /**< where it was created, "file:line" or "module+offset" */
    const char *reason;  /**< why nobody retrieves it, a phrase such as "detached task failed" */
};

/** Called on the loop's thread, outside of any coroutine; must not suspend. */
typedef void (*aglet_failure_fn)(void *data, const struct aglet_failure *failure);

/** Options of a run; zero-initialise: every zero means the default. */
struct aglet_options {
    bool debug; /**< debug mode; also set by AGLET_DEBUG=1 or AGLET_WITNESS in the environment */
    int slow_step_ms; /**< debug: a step longer than this is reported; default 100 */
    /** Bytes of a task's stack, rounded up to 16K, 64K (default) or 256K. */
    size_t stack_size AGLET_SETS_STACK;
    int close_timeout_ms; /**< how long shielded tasks may go on at the end; default 60000 */
    int worker_limit;     /**< most threads for aglet_to_thread; default 8 */
    /** Who finds the addresses of names; NULL: getaddrinfo(), on a thread of its own. */
    const struct aglet_resolver *resolver;
    /** A signal that makes the loop write its tasks to stderr as aglet_dump_tasks() does; 0:
     * SIGQUIT in debug mode, if nobody has taken it; -1: none. Sent again while a task holds the
     * loop, it has its usual effect. */
    int dump_signal;
    aglet_failure_fn on_failure; /**< default: one line on stderr */
    void *on_failure_data;
};

/**
 * Runs `main` as the main task of a new loop on this thread until it returns, then
 *   1. cancels every task that is left, except shielded ones,
 *   2. waits for all of them, the shielded ones included (these are cancelled when the close
 *      timeout passes),
 *   3. gives each error that nobody retrieved to the failure handler,
 *   4. closes the descriptors of streams, servers and files that were left open (in debug mode each
 *      is reported as a leak), ends the worker threads and frees the loop.
 *
 * A task that ignores its cancellation cannot hold this up for ever: after 1000 suspensions that
 * were cut it is reported as `swallowed-cancel` and ended where it is, with -ECANCELED. When all
 * tasks wait and nothing can wake them, each is reported as `suspended-forever` and its wait,
 * shielded or not, returns -EDEADLK.
 *
 * SIGPIPE is blocked in this thread meanwhile: writing to a peer that has gone is an error
 * (-EPIPE).
 *
 * A task that overflows its stack ends the process by SIGSEGV, after a line on stderr that names
 * the task (unless the program handles that signal itself).
 *
 * @return what `main` returned; -EPERM inside a running loop (run() does not nest); -ENOMEM or
 *         another error of the kernel if no loop could be made, and then `main` was not called.
 */
AGLET_MUST_USE AGLET_RUNS_LOOP AGLET_SYNC_ONLY AGLET_STACK(65536) AGLET_TELLS_OUTCOME
    AGLET_CALLS_BACK(1, coroutine, once)
int aglet_run(aglet_fn main, void *arg);

/** As aglet_run(), with options, which are copied; NULL means all defaults. */
AGLET_MUST_USE AGLET_RUNS_LOOP AGLET_SYNC_ONLY AGLET_STACK(65536) AGLET_TELLS_OUTCOME
    AGLET_CALLS_BACK(2, coroutine, once)
int aglet_run_with(const struct aglet_options *options, aglet_fn main, void *arg);

/** True while this thread is inside aglet_run(). */
AGLET_MIXED bool aglet_running(void);

#endif
