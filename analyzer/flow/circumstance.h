/*
 * What a branch tells of the circumstances in which all that follows happens: inside a coroutine or
 * not, and whether it is the first time, when what the program needs once is made.
 */
#ifndef AGLET_CIRCUMSTANCE_H
#define AGLET_CIRCUMSTANCE_H

#include "flow/path.h"

/** Notes in `state` what `condition`, whose outcome the state has assumed, tells. False if that
 *  cannot be: a test before has told otherwise, and where a function runs does not change. */
bool circumstance_see(const struct path *path, struct state *state, value_id condition);

#endif
