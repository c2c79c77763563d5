/*
 * What a rule can ask about a point in time, or a span, that was reckoned from a clock.
 */
#ifndef AGLET_CHECK_CLOCK_H
#define AGLET_CHECK_CLOCK_H

#include "flow/path.h"

/** What a sum is made of. */
struct clock_sum {
    int clocks;       /* how many clocks are added, less those that are subtracted */
    const char *unit; /* of the last one: "ms"; NULL if there is none */
    bool unknown;     /* something else is in it that is no constant */
};

struct clock_sum check_clock_sum(const struct path *path, value_id value);

#endif
