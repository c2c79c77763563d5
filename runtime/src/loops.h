/*
 * All loops of the process: for the signal that asks for the tasks, and for debuggers
 * (runtime/gdb/aglet.py reads agl_loops).
 */
#ifndef AGL_LOOPS_H
#define AGL_LOOPS_H

#include "loop.h"

/** Enters the loop and, if its options say so, begins to receive the signal that asks for its
 *  tasks. */
void agl_loops_enter(struct agl_loop *loop);
/** Undoes that; before the loop's descriptors are closed. */
void agl_loops_leave(struct agl_loop *loop);
/** Writes the tasks to stderr if the signal has come since the last call. */
void agl_loops_answer(struct agl_loop *loop);

#endif
