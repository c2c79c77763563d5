/*
 * What to write in place of a suppression comment of which some names, or all, have become idle.
 */
#ifndef AGLET_SUPPRESS_FIX_H
#define AGLET_SUPPRESS_FIX_H

#include "report/diag.h"
#include "report/source.h"

/** Which names of a comment are idle: the i-th, counted from 0, if bit i is set. */
struct suppress_idle {
    const char *file;
    uint32_t line, col; /* of the comment */
    uint64_t names;
    unsigned count; /* of all names; 0: the comment names none, and is idle */
};

/** Fills *edit (its text is the caller's to free) with what takes the idle names, or the comment,
 *  out. False when it is not plain how: the comment spans lines, or is not as it was. */
bool suppress_fix(struct source_cache *sources, const struct suppress_idle *idle,
                  struct diag_edit *edit);

#endif
