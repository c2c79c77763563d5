/*
 * What a rule can ask about memory that several functions share.
 */
#ifndef AGLET_CHECK_MEMORY_H
#define AGLET_CHECK_MEMORY_H

#include "flow/path.h"

/** True when another function of the program sets the place (an index into the unit's places: a
 *  field, a global, what a pointer leads to), or may do so, and does not do it in a signal handler.
 */
bool check_is_set_elsewhere(const struct path *path, ir_id place);

/** True when others may change the place (as above) while a coroutine that is at work here is
 *  suspended: another task or a callback of the loop, as far as the program shows. */
bool check_is_shared(const struct path *path, ir_id place);

/** The place's own name: its field's or its variable's; NULL if it has none. */
const char *check_place_name(const struct path *path, ir_id place);

#endif
