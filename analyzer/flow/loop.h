/*
 * Loops as their text shows them: which blocks belong to one, what its ways out ask, and what is
 * done each round.
 */
#ifndef AGLET_LOOP_H
#define AGLET_LOOP_H

#include "flow/path.h"

/** The natural loop of `head`: one bool a block, true for what leads back to the head without
 *  passing it. The caller frees it. */
bool *loop_body(const struct cfg *cfg, ir_id head);

/** True if the instruction, by its index in the unit, stands in a loop of the function. */
bool loop_holds(const struct path *path, ir_id instr);

/** After a function was walked: tells the listeners of each of its loops that was reached. */
void loop_tell(struct path *path);

#endif
