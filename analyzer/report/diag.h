/*
 * Diagnostics: what the rules found, before it is filtered, sorted and written.
 *
 * All strings given to these functions are copied; all memory belongs to the list.
 */
#ifndef AGLET_DIAG_H
#define AGLET_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

/** 1-based, `end_*` one past the last character. `file` is an absolute path. */
struct diag_range {
    const char *file;
    uint32_t line, col, end_line, end_col;
};

/** One step of the path that leads to a finding. */
struct diag_step {
    struct diag_range range;
    const char *message;
};

/** One textual edit of a fix: replace the range by the text. */
struct diag_edit {
    struct diag_range range;
    const char *text;
};

struct diag_fix {
    const char *title; /* NULL: no fix */
    bool safe;
    const struct diag_edit *edits;
    size_t edit_count;
};

struct diag {
    const char *rule; /* the rule's name */
    enum diag_severity severity;
    const char *message;
    const char *help;     /* what to do, or NULL */
    const char *function; /* the function it stands in, or NULL */
    struct diag_range range;
    const struct diag_step *steps;
    size_t step_count;
    struct diag_fix fix;
    char fingerprint[17]; /* 16 hex digits, filled by diag_list_finish */
};

struct diag_list {
    struct diag *items;
    size_t count, capacity;
    struct diag_arena *arena; /* owns the strings */
};

void diag_list_init(struct diag_list *list);
void diag_list_free(struct diag_list *list);

/** Adds a deep copy of `diag`. */
void diag_add(struct diag_list *list, const struct diag *diag);

/** Sorts (file, line, column, rule, message), drops exact repetitions (same rule and range: the
 *  one with the fewest steps stays) and fills in the fingerprints. `root` is the folder that paths
 *  in fingerprints are relative to. A fingerprint hashes rule, relative path, function, the
 *  source line's text without white space and the ordinal among equals, never a line number. */
void diag_list_finish(struct diag_list *list, const char *root);

#endif
