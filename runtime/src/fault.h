/*
 * A task that runs into the guard below its stack ends the process; the fault handler says whose
 * stack it was before that.
 */
#ifndef AGL_FAULT_H
#define AGL_FAULT_H

#include "loop.h"

/** Sets the handler up for this thread, unless the program has one of its own. */
void agl_fault_enter(struct agl_loop *loop);
/** Undoes that. */
void agl_fault_leave(struct agl_loop *loop);

#endif
