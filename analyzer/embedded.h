/*
 * Files built into the program (models, the rules' documents); tables made by cmake/embed.cmake.
 */
#ifndef AGLET_EMBEDDED_H
#define AGLET_EMBEDDED_H

/** One file: its base name and its bytes from `begin` up to `end`; *end is a NUL. The table's last
 *  entry has a NULL name. */
struct embedded_file {
    const char *name;
    const char *begin, *end;
};

extern const struct embedded_file embedded_models[];
extern const struct embedded_file embedded_documents[];

#endif
