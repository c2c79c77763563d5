/*
 * The path engine's inside: what one instruction does to a state.
 */
#ifndef AGLET_PATH_STEP_H
#define AGLET_PATH_STEP_H

#include "flow/path.h"

/** Executes one instruction (its index in the unit) in path->state. False: this path ends here
 *  (a call that does not return, a null pointer followed). */
bool path_step(struct path *path, ir_id instr);

/** A call (path_call.c); same result. */
bool path_step_call(struct path *path, ir_id instr);

/** True when the call's target has a role of that kind. */
bool path_call_has_role(const struct path *path, const struct ir_instr *call, enum role_kind kind);

/** The function's end: tells the listeners and settles what is still open. */
void path_step_return(struct path *path, const struct ir_block *block);

/** The value leaves the function's sight: it and what it leads to is no longer tracked. */
void path_escape(struct path *path, value_id value);

/** The values held in a region and its parts leave the function's sight. */
void path_escape_contents(struct path *path, region_id whole);

/** The region a place names, in the current state. *null is set when a null pointer is followed. */
region_id path_region(struct path *path, ir_id place, bool *null);

/** A duty ends well: released, returned or handed on. */
void path_discharge(struct path *path, const struct duty *duty);

/** Keeps a lost duty for the report: the first for each acquisition. `again`: as in path_loss. */
void path_note_loss(struct path *path, const struct duty *duty, ir_id exit, bool again);

#endif
