/*
 * Out-parameters: pointers through which a function hands something out, such as an error. What
 * they point to has a value of its own at the entry; as long as that is there, nothing was stored.
 */
#ifndef AGLET_OUTS_H
#define AGLET_OUTS_H

#include "flow/path.h"

/** True when the parameter points to a pointer or a number. */
bool outs_has(const struct path *path, uint32_t param);

/** Binds what the out-parameters point to, at the function's entry. */
void outs_enter(struct path *path, struct state *state);

/** True for the region that an out-parameter points to: nobody else writes it while it is only
 * known to this function. */
bool outs_is_own(const struct path *path, region_id region);

/** True for an argument that is an out-parameter behind which nothing has been stored yet. */
bool outs_untouched(const struct path *path, value_id argument);

/** Of `classes`, which the returned value is in, those in which something may have been stored. */
unsigned outs_touched(struct path *path, uint32_t param, value_id returned, unsigned classes);

/** The value that stands behind an out-parameter at the entry. */
bool outs_is_initial(const struct value *value);

#endif
