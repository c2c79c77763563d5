/*
 * Reports of defects that were observed, and of failures that nobody can retrieve.
 */
#ifndef AGL_REPORT_H
#define AGL_REPORT_H

#include "loop.h"

/** In debug mode, writes one report. `task` may be NULL (outside of any task). */
void agl_report(struct agl_loop *loop, const char *kind, const aglet_task *task,
                const struct agl_place *place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** As agl_report(), outside of debug mode too: for what changes the program's course. */
void agl_report_always(const char *kind, const aglet_task *task, const struct agl_place *place,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/** In debug mode, reports a use that is not allowed, by the running task if there is one: at
 * `place` if its line is known, else at the task's creation. Returns `error`. */
int agl_misuse(struct agl_place place, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold, noinline));

/** agl_misuse() of the public function that it stands in. */
#define AGL_MISUSE(error, ...) agl_misuse(AGL_PLACE_HERE(), error, __VA_ARGS__)

/** Debug mode: a task gets the thread. */
void agl_report_step_begins(struct agl_loop *loop);

/** Debug mode: reports the running task if its step took too long. */
void agl_report_slow_step(aglet_task *task);

/** Reports all tasks, none of which can ever be woken. */
void agl_report_deadlock(struct agl_loop *loop);

/** Gives a failure of the task to the failure handler. */
void agl_report_failure(const aglet_task *task, int error, const char *reason);

/** True if the environment asks for debug mode. */
bool agl_debug_wanted(void);

#endif
