/*
 * Code after which only the end of the process comes: what it does, nobody waits for.
 */
#ifndef AGLET_ENDING_H
#define AGLET_ENDING_H

#include <stdbool.h>

#include "ir/ir.h"

/** True when every way on from the instruction (an index into the unit's, within `function`) runs
 *  straight into a call that never returns, as in a forked child or before abort(): no return and
 * no loop is reached. */
bool flow_is_ending(const struct ir_unit *unit, const struct ir_function *function, ir_id instr);

#endif
