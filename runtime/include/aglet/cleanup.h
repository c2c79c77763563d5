/*
 * Cleanup on every way out of a scope, by the compiler's cleanup attribute (gcc, clang).
 *
 *     AGLET_AUTO(aglet_stream) stream = NULL;      closed when the variable goes out of scope
 *     AGLET_AUTO(aglet_deadline) limit = AGLET_DEADLINE_INIT;      ended …
 *     AGLET_DEFER(free, buffer);                   free(buffer) …
 *
 * AGLET_AUTO(T) is for: aglet_stream, aglet_server, aglet_file, aglet_datagram, aglet_process,
 * aglet_signal, aglet_queue, aglet_jobs,
 * aglet_generator, aglet_group (cancelled and closed), aglet_task (cancelled and awaited),
 * aglet_deadline, aglet_shield, aglet_var (a token: the variable is reset), aglet_holding (a lock
 * that is held). AGLET_DEFINE_AUTO adds a type of your own. NULL is left alone: set a
 * variable to NULL when you release it by hand or give it away.
 */
#ifndef AGLET_CLEANUP_H
#define AGLET_CLEANUP_H

#include <aglet/base.h>
#include <aglet/contextvar.h>
#include <aglet/deadline.h>
#include <aglet/file.h>
#include <aglet/generator.h>
#include <aglet/group.h>
#include <aglet/jobs.h>
#include <aglet/datagram.h>
#include <aglet/process.h>
#include <aglet/queue.h>
#include <aglet/signal.h>
#include <aglet/server.h>
#include <aglet/shield.h>
#include <aglet/stream.h>
#include <aglet/sync.h>
#include <aglet/task.h>

/* For clang the cleanup is no use of a variable. */

/** Declares a variable of the type behind T that is cleaned up at the end of its scope. */
#define AGLET_AUTO(T) __attribute__((cleanup(T##_cleanup), unused)) T##_auto

/** Makes AGLET_AUTO(T) mean: a variable of `type`, on which `end`, a void function of `type`, is
 *  called unless it is zero. */
#define AGLET_DEFINE_AUTO(T, type, end)                                                            \
    typedef type T##_auto;                                                                         \
    static inline void T##_cleanup(T##_auto *variable) {                                           \
        if (*variable)                                                                             \
            end(*variable);                                                                        \
    }

AGLET_DEFINE_AUTO(aglet_stream, aglet_stream *, (void)aglet_stream_close)
AGLET_DEFINE_AUTO(aglet_server, aglet_server *, (void)aglet_server_close)
AGLET_DEFINE_AUTO(aglet_file, aglet_file *, (void)aglet_file_close)
AGLET_DEFINE_AUTO(aglet_jobs, aglet_jobs *, (void)aglet_jobs_close)
AGLET_DEFINE_AUTO(aglet_generator, aglet_generator *, (void)aglet_generator_close)
AGLET_DEFINE_AUTO(aglet_datagram, aglet_datagram *, (void)aglet_datagram_close)
AGLET_DEFINE_AUTO(aglet_process, aglet_process *, (void)aglet_process_close)
AGLET_DEFINE_AUTO(aglet_signal, aglet_signal *, (void)aglet_signal_close)
AGLET_DEFINE_AUTO(aglet_queue, aglet_queue *, (void)aglet_queue_free)

typedef aglet_group *aglet_group_auto;
static inline void aglet_group_cleanup(aglet_group **group) {
    if (*group) {
        (void)aglet_group_cancel(*group);
        (void)aglet_group_close(*group);
    }
}

typedef aglet_task *aglet_task_auto;
static inline void aglet_task_cleanup(aglet_task **task) {
    if (*task) {
        (void)aglet_cancel(*task);
        int result = aglet_await(*task);
        (void)result;
    }
}

typedef struct aglet_deadline aglet_deadline_auto;
static inline void aglet_deadline_cleanup(struct aglet_deadline *deadline) {
    if (deadline->scope)
        (void)aglet_deadline_end(deadline, 0);
}

typedef struct aglet_shield_scope aglet_shield_auto;
static inline void aglet_shield_cleanup(struct aglet_shield_scope *shield) {
    if (shield->scope)
        (void)aglet_shield_end(shield);
}

typedef struct aglet_var_token aglet_var_auto;
static inline void aglet_var_cleanup(struct aglet_var_token *token) {
    if (token->var)
        (void)aglet_var_reset(token);
}

AGLET_DEFINE_AUTO(aglet_holding, aglet_lock *, (void)aglet_lock_release)

/** A call put off to the end of the scope; made by AGLET_DEFER. */
struct aglet_deferred {
    void (*call)(void *);
    void *arg;
};
static inline void aglet_deferred_cleanup(struct aglet_deferred *deferred) {
    deferred->call(deferred->arg);
}

#define AGLET_DEFER_NAME_(line) aglet_deferred_at_##line
#define AGLET_DEFER_NAME(line)  AGLET_DEFER_NAME_(line)

/** Calls function(arg), a `void (void *)`, at the end of the enclosing scope; one a line. */
#define AGLET_DEFER(function, arg)                                                                 \
    struct aglet_deferred AGLET_DEFER_NAME(__LINE__)                                               \
        __attribute__((cleanup(aglet_deferred_cleanup), unused)) = {(function), (arg)}

#endif
