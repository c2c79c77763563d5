#include "report/writer.h"

#include <string.h>

static const struct report_writer writers[] = {
    {"text", report_write_text}, {"json", report_write_json}, {"github", report_write_github}};
static const char *const names[] = {"text", "json", "github", NULL};

const struct report_writer *report_writer_find(const char *name) {
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (strcmp(writers[i].name, name) == 0)
            return &writers[i];
    return NULL;
}

const char *const *report_writer_names(void) {
    return names;
}

const char *report_path(const struct report *report, const char *path) {
    size_t length = report->root ? strlen(report->root) : 0;
    if (length && strncmp(path, report->root, length) == 0 && path[length] == '/')
        return path + length + 1;
    return path;
}

const char *report_severity(enum diag_severity severity) {
    return severity == DIAG_ERROR ? "error" : severity == DIAG_WARNING ? "warning" : "note";
}
