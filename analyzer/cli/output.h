/*
 * Where a report goes: standard output, or a file that is whole or not there at all.
 */
#ifndef AGLET_CLI_OUTPUT_H
#define AGLET_CLI_OUTPUT_H

#include <stdio.h>

struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
    char *temporary;
};

/** Opens; path NULL is standard output. Returns 0, or -1 with *error a sentence (caller frees). */
int output_open(struct output *output, const char *path, char **error);
/** Writes out and renames. Returns as output_open; nothing is left behind on failure. */
int output_close(struct output *output, char **error);

#endif
