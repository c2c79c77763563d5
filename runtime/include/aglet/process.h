/*
 * Child processes: started with posix_spawn, waited for without a signal handler.
 */
#ifndef AGLET_PROCESS_H
#define AGLET_PROCESS_H

#include <aglet/base.h>

typedef struct aglet_process aglet_process;

/** Which of the child's standard streams are pipes to us; the others are shared with us. */
enum aglet_pipes { AGLET_PIPE_IN = 1, AGLET_PIPE_OUT = 2, AGLET_PIPE_ERR = 4 };

/** What to start; used during the start only. */
struct aglet_process_options {
    const char *const *argv; /**< ended by NULL; argv[0] is searched for in PATH */
    const char *const *env;  /**< ended by NULL; NULL: our environment */
    const char *directory;   /**< to run in; NULL: ours */
    unsigned pipes;          /**< of enum aglet_pipes */
};

/** Starts a process. @return 0 and *out, owned by the caller; -ENOENT if there is no such program,
 * or another error of posix_spawnp() or pipe2(); -EPERM outside a coroutine, -ENOMEM. */
AGLET_MUST_USE AGLET_COROUTINE
AGLET_ACQUIRES_OUT(process, 2) int aglet_process_start(const struct aglet_process_options *options,
                                                       aglet_process **out);

/** Our end of a pipe, owned by the process; NULL if there is none or it was taken or closed. */
aglet_stream *aglet_process_stream(const aglet_process *process, enum aglet_pipes which);

/** Closes our end of a pipe: the child reads the end of its input. @return 0; -EBADF. */
AGLET_COROUTINE int aglet_process_close_stream(aglet_process *process, enum aglet_pipes which);

/**
 * Waits until the process has ended; may be called again then.
 * @return its exit status, 0 to 255; 256 + N if signal N killed it; -ECANCELED, -ETIMEDOUT: it goes
 *         on; -EBUSY for a second waiter; -EPERM outside a coroutine.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int aglet_process_wait(aglet_process *process);

/** Sends it a signal. @return 0; -ESRCH if it has ended. */
int aglet_process_signal(const aglet_process *process, int signal);

/** The process's number. */
pid_t aglet_process_id(const aglet_process *process);

/** Kills the process if it has not ended (SIGKILL), waits for it, closes its streams and frees it,
 *  whatever is returned; a cancellation does not cut it short. NULL is left alone. @return 0. */
AGLET_COROUTINE
AGLET_SUSPENDS AGLET_RELEASES(process, 1) int aglet_process_close(aglet_process *process);

#endif
