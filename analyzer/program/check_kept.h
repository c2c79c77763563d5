/*
 * What a rule can ask about what is kept in the fields of records.
 */
#ifndef AGLET_CHECK_KEPT_H
#define AGLET_CHECK_KEPT_H

#include "flow/path.h"

/** A field whose resource is gone with the record that it is in. */
struct check_forgotten {
    const char *field, *kind;
    const struct ir_unit *unit; /* where such a resource is made, and stored there */
    ir_id loc;
};

/** True when the call, in a function that only its own file can call, frees what it was given to
 *  free, and a field of that always holds a resource which nothing in the program releases. */
bool check_forgets(const struct path *path, const struct path_call *call,
                   struct check_forgotten *forgotten);

#endif
