/*
 * Writing a report: one function a format, all fed with the same.
 */
#ifndef AGLET_WRITER_H
#define AGLET_WRITER_H

#include <stdio.h>

#include "report/diag.h"
#include "report/errors.h"

struct report {
    const struct diag_list *diags;
    const struct error_list *errors;
    size_t files;     /* how many units were looked at */
    const char *root; /* paths below it are shown relative to it */
    bool color;
};

struct report_writer {
    const char *name;
    void (*write)(const struct report *report, FILE *out);
};

/** The writer of that name, or NULL. */
const struct report_writer *report_writer_find(const char *name);
/** All names, ended by NULL. */
const char *const *report_writer_names(void);

/** `path` as it is shown: relative to the root if below it. */
const char *report_path(const struct report *report, const char *path);
const char *report_severity(enum diag_severity severity);

void report_write_text(const struct report *report, FILE *out);
void report_write_json(const struct report *report, FILE *out);
void report_write_github(const struct report *report, FILE *out);

#endif
