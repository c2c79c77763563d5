/*
 * The tasks of a loop as a tree, for people: who waits for what, since when, and where.
 */
#ifndef AGL_DUMP_H
#define AGL_DUMP_H

#include "loop.h"

/** Writes all tasks, or only those that `wanted` accepts (NULL: all), to a descriptor. */
void agl_dump(struct agl_loop *loop, int fd, bool (*wanted)(const aglet_task *task));

#endif
