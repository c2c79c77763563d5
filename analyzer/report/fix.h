/*
 * Fixes: which of those that findings offer can be made together, and what the files hold then.
 *
 * Nothing here writes a file: a plan is made in memory, to be shown (fix_diff) or written by
 * whoever made it.
 */
#ifndef AGLET_FIX_H
#define AGLET_FIX_H

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "report/diag.h"
#include "report/errors.h"

/** Which fixes are wanted, and which files may be changed. */
struct fix_options {
    bool unsafe;      /* those as well that may change what the program does */
    const char *root; /* the project's folder, absolute; files outside are left alone */
    const struct error_list *errors; /* files with errors are left alone; NULL: none has */
    struct timespec since; /* when the sources were read first; what changed later is left alone */
    /** Told why a file is left alone, once for each; the sentence is the callee's only for the
     *  call. */
    void (*say)(const char *sentence, void *data);
    void *data;
};

/** Bytes [start, end) of the file's old text, and what is to stand there. */
struct fix_edit {
    size_t start, end;
    char *text;
};

/** A file with its old and its new text. `path` has no links in it. */
struct fix_file {
    char *path, *refusal; /* why it is left alone, or NULL */
    char *old, *text;
    size_t old_size, size;
    struct stat stat;       /* as it was read */
    struct fix_edit *edits; /* sorted; apart from each other by a byte at least */
    size_t edit_count;
};

struct fix_plan {
    struct fix_file *files;
    size_t file_count;
    size_t fixes;  /* findings that it mends */
    size_t unsafe; /* findings left because their fix is unsafe */
};

/** Chooses from the findings (sorted) the fixes that do not touch one another, the first of each
 *  such heap, and makes the new texts. A fix is made whole or not at all. Two equal fixes are one.
 *  Free with fix_plan_free. */
void fix_plan_make(struct fix_plan *plan, const struct diag_list *diags,
                   const struct fix_options *options);
void fix_plan_free(struct fix_plan *plan);

/** True when the file is still the one that was read. */
bool fix_file_is_same(const struct fix_file *file);

/** Writes what the plan changes as a unified diff with three lines of context, which patch(1)
 *  takes with -p0 in the folder `root`. */
void fix_diff(const struct fix_plan *plan, const char *root, FILE *out);

#endif
