/*
 * What a rule can ask about tasks that hand over their result by hand.
 */
#ifndef AGLET_CHECK_FUTURE_H
#define AGLET_CHECK_FUTURE_H

#include "flow/path.h"

/** The function that a task runs which was started by the one being checked, if the call waits for
 *  what that task signals as the last thing that it does, and nobody else waits for it; else NULL.
 */
const char *check_future_of(const struct path *path, const struct path_call *call);

/** True when the function called is declared in another folder than the one being checked. */
bool check_is_of_others(const struct path *path, const struct path_call *call);

#endif
