/*
 * A peer that went away is an error to return, never a signal that ends the process.
 */
#ifndef AGL_SIGPIPE_H
#define AGL_SIGPIPE_H

#include "loop.h"

void agl_sigpipe_enter(struct agl_loop *loop);
void agl_sigpipe_leave(struct agl_loop *loop);

#endif
