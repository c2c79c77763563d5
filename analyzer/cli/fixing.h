/*
 * What `aglet check` does with fixes: it makes them, or shows them as a diff.
 */
#ifndef AGLET_CLI_FIXING_H
#define AGLET_CLI_FIXING_H

#include <time.h>

#include "cli/analysis.h"

struct fixing {
    bool fix, unsafe, diff;
    struct timespec since; /* set by fixing_begin */
};

/** To be called before the sources are read. Returns 0, or EXIT_TROUBLE after having said what is
 *  wrong with the options. */
int fixing_begin(struct fixing *fixing);

/** Writes the fixed files. Returns 0 with *changed, how many files; EXIT_TROUBLE after having said
 *  which file could not be written, which is as it was. */
int fixing_apply(const struct fixing *fixing, const struct analysis *analysis, size_t *changed);

/** Prints the diff in place of the report. Returns the exit status of the command: EXIT_FINDINGS if
 *  there is a difference. */
int fixing_show(const struct fixing *fixing, const struct analysis *analysis);

#endif
