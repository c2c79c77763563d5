/*
 * Which rules a run uses, and which units of the database it looks at.
 */
#ifndef AGLET_CLI_SELECTION_H
#define AGLET_CLI_SELECTION_H

#include "project/compdb.h"
#include "rules.h"

/** The rules that `select` (NULL: those on by default) and `ignore` (NULL: none) leave; lists of
 *  names separated by commas, "all" is every rule. Returns 0 with *rules (caller frees) and *count;
 *  -1 with *error a sentence (caller frees). */
int selection_rules(const char *select, const char *ignore, const struct rule ***rules,
                    size_t *count, char **error);

/** Marks the entries of the database that the files and folders name; none named: all. Returns 0
 *  with *wanted (caller frees); -1 with *error a sentence (caller frees). */
int selection_files(const struct compdb *db, char *const *paths, size_t path_count, bool **wanted,
                    char **error);

#endif
