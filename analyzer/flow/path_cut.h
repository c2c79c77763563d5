/*
 * The walk after a cancellation. From its arrival on, each call that it can cut short returns at
 * once, with the error that says so: cancellation is level-triggered. What the function then does
 * is walked like any path, but for those calls; memory that others can reach may have changed.
 *
 * Walked is a whole function, to learn what it returns then, or one loop, from its head with
 * nothing known, to learn whether any way leads out of it.
 */
#ifndef AGLET_PATH_CUT_H
#define AGLET_PATH_CUT_H

#include "flow/path.h"

/** What such a walk is for, and what it found. */
struct path_cut {
    ir_id head;               /* the loop's, or IR_NONE: the whole function */
    const bool *body;         /* the loop's blocks */
    bool ended;               /* the loop: some way leads out after the cancellation */
    bool round;               /* the loop: some way leads back to its head after it */
    bool returned;            /* the function: some way returns */
    int64_t low, high;        /* … bounds of what it returns */
    bool cut;                 /* some call was cut short */
    bool mixed;               /* calls were cut short by different cancellations */
    value_id object;          /* what was cancelled; VALUE_UNKNOWN: the task */
    struct path_stuck *stuck; /* the loop: the first call is noted here */
};

/** Walks `function` so; path->cut is set. End with path_end (path.c). */
void path_walk_cut(struct path *path, const struct ir_unit *unit,
                   const struct ir_function *function, const struct path_client *client,
                   struct path_cut *cut);

/** True when `holds` says so of a state that was at the start of `block` (path.c). */
bool path_any_at(const struct path *path, ir_id block, bool (*holds)(const struct state *state));

/** After a function was walked: tells the listeners which of its loops a cancelled task never
 *  leaves. */
void path_cut_loops(struct path *path);

/** The state in which the walk of a loop starts: nothing is known. */
struct state *path_cut_start(struct path *path);

/** Whether the walk goes on to the block `number` in `state`. */
bool path_cut_follows(struct path *path, ir_id number, const struct state *state);

/** A call is about to happen: in the walk, says in *callee what a cut makes of it. False: the walk
 *  ends here. Else notes that it can be cut. */
bool path_cut_call(struct path *path, const struct path_call *call, struct callee *callee);

/** True when `result` may be that of a call that was cut, for all that is known. */
bool path_may_be_cut(const struct path *path, value_id result);

/** The function returns in the walk. */
void path_cut_return(struct path *path, value_id value);

#endif
