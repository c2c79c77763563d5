/*
 * Where a report goes: standard output, or a file that is whole or not there at all.
 */
#ifndef AGLET_CLI_OUTPUT_H
#define AGLET_CLI_OUTPUT_H

#include <signal.h>
#include <stdio.h>

struct output {
    FILE *file;
    const char *path;         /* NULL: standard output */
    char *temporary, *target; /* what is written, and what it becomes */
    sigset_t mask;            /* of signals, before it was opened */
};

/** What would keep the file from being written, as far as that can be told before the work is done:
 *  a sentence (caller frees), or NULL. */
char *output_problem(const char *path);
/** Opens; path NULL is standard output. Returns 0, or -1 with *error a sentence (caller frees). */
int output_open(struct output *output, const char *path, char **error);
/** Writes out and renames. What ends the process is held back in between. Returns as output_open;
 * nothing is left behind on failure. */
int output_close(struct output *output, char **error);

#endif
