/*
 * What a function makes of a call's result, and where control gets from a call: seen from its
 * instructions alone.
 */
#ifndef AGLET_USE_H
#define AGLET_USE_H

#include <stdbool.h>

#include "ir/ir.h"

/** True when nothing depends on the result of the call (an index into the unit's instructions,
 *  within `function`): it is dropped, or put into a local that nobody asks. */
bool flow_is_dropped(const struct ir_unit *unit, const struct ir_function *function, ir_id call);

/** True when control can get from the instruction `from` to the instruction `to`, both of
 *  `function`, without passing the block of the instruction `without` (IR_NONE: any way). */
bool flow_reaches(const struct ir_unit *unit, const struct ir_function *function, ir_id from,
                  ir_id to, ir_id without);

/** True when the function does nothing behind that instruction which others could see. */
bool flow_is_last(const struct ir_unit *unit, const struct ir_function *function, ir_id instr);

#endif
