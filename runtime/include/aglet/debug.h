/*
 * Looking into a running loop, and telling the witness what it cannot see.
 *
 * In debug mode (aglet_options.debug, AGLET_DEBUG=1, or AGLET_WITNESS set) each defect is reported
 * as it is observed: as text on stderr or, if AGLET_WITNESS names a descriptor's number or a file
 * (which is appended to), as one line of JSON:
 *
 *     {"kind":"leak","task":"main","place":"bad_return.c:14","detail":"stream not released …"}
 *
 *     task-abandoned         a handle neither awaited, detached nor owned when run() ended
 *     error-never-retrieved  an abandoned task failed, and nobody asked why
 *     pending-at-close       a task was still running when the main task returned
 *     leak                   a stream, server, group, file, queue, generator … not released
 *     lock-held              a task ended holding a lock
 *     scope-left-open        a task ended, or an outer scope did, inside a deadline or shield
 *     context-not-reset      a task ended with a context variable set that it had a token for
 *     slow-step              a coroutine held the loop for too long
 *     suspended-forever      all tasks wait and nothing can wake them
 *     swallowed-cancel       a task goes on after it was cancelled
 *     torn-write             a task ended between mutation begin and end
 *     nested-run             run() in a running loop
 *     outside-coroutine      a coroutine function called outside of any
 *     misuse                 another call that is not allowed here
 *
 * `place` is "file:line" in programs compiled with -DAGLET_PLACES, else "module+offset".
 */
#ifndef AGLET_DEBUG_H
#define AGLET_DEBUG_H

#include <aglet/base.h>

/**
 * Writes the loop's tasks to a descriptor, as a tree: under each task those of its groups and those
 * it created. A line says the task's state, what it waits for (and which task could end that) and
 * since when, whether it is cancelled, shielded or under a deadline, who owns it, where it was
 * created and, in debug mode, how much of its stack it has ever used. Below it stand the calls in
 * which it waits.
 * @return 0; -EPERM outside a loop.
 */
AGLET_MIXED int aglet_dump_tasks(int fd);

/** True in debug mode. */
AGLET_MIXED bool aglet_debugging(void);

/** Turns the running loop's debug mode on or off. @return 0; -EPERM outside a loop. */
AGLET_MIXED int aglet_set_debugging(bool on);

/**
 * Marks the beginning of a change that must not be torn: several writes to a database, a file or a
 * peer that only make sense together. In debug mode a task that ends before aglet_mutation_end() is
 * reported as `torn-write`. Changes nest.
 * @param what a phrase for the message, which must live until the end
 */
AGLET_COROUTINE void aglet_mutation_begin(const char *what);

/** Marks the end of the innermost change: it is whole, or undone. */
AGLET_COROUTINE void aglet_mutation_end(void);

#endif
