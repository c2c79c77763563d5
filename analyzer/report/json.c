/*
 * JSON for programs; the schema is docs/report.schema.json.
 */
#include <jansson.h>
#include <stdlib.h>

#include "report/utf8.h"
#include "report/writer.h"

enum { REPORT_VERSION = 1 };

/* NULL is null. JSON is UTF-8, but paths and what is quoted from sources may be anything: a finding
   must not get lost for it. */
static json_t *text_json(const char *text) {
    if (!text)
        return json_null();
    json_t *string = json_string(text);
    if (string)
        return string;
    char *mended = utf8_mended(text);
    string = json_string(mended);
    free(mended);
    return string;
}

static json_t *range_json(const struct report *report, const struct diag_range *range) {
    return json_pack("{s:o, s:{s:i, s:i}, s:{s:i, s:i}}", "file",
                     text_json(report_path(report, range->file)), "start", "line", (int)range->line,
                     "column", (int)range->col, "end", "line", (int)range->end_line, "column",
                     (int)range->end_col);
}

static json_t *fix_json(const struct report *report, const struct diag_fix *fix) {
    if (!fix->title)
        return json_null();
    json_t *edits = json_array();
    for (size_t i = 0; i < fix->edit_count; i++)
        json_array_append_new(edits, json_pack("{s:o, s:o}", "range",
                                               range_json(report, &fix->edits[i].range), "text",
                                               text_json(fix->edits[i].text)));
    return json_pack("{s:o, s:b, s:o}", "title", text_json(fix->title), "safe", (int)fix->safe,
                     "edits", edits);
}

static json_t *diag_json(const struct report *report, const struct diag *diag) {
    json_t *steps = json_array();
    for (size_t i = 0; i < diag->step_count; i++)
        json_array_append_new(steps,
                              json_pack("{s:o, s:o}", "message", text_json(diag->steps[i].message),
                                        "range", range_json(report, &diag->steps[i].range)));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "rule", diag->rule,
                     "severity", report_severity(diag->severity), "message",
                     text_json(diag->message), "help", text_json(diag->help), "function",
                     text_json(diag->function), "range", range_json(report, &diag->range), "steps",
                     steps, "fingerprint", diag->fingerprint, "fix", fix_json(report, &diag->fix));
}

static json_t *error_json(const struct report *report, const struct report_error *error) {
    json_t *object = json_pack("{s:o, s:o}", "file", text_json(report_path(report, error->file)),
                               "message", text_json(error->message));
    if (error->line) {
        json_object_set_new(object, "line", json_integer(error->line));
        json_object_set_new(object, "column", json_integer(error->col));
    }
    return object;
}

void report_write_json(const struct report *report, FILE *out) {
    json_t *findings = json_array(), *errors = json_array();
    for (size_t i = 0; i < report->diags->count; i++)
        json_array_append_new(findings, diag_json(report, &report->diags->items[i]));
    for (size_t i = 0; i < report->errors->count; i++)
        json_array_append_new(errors, error_json(report, &report->errors->items[i]));
    json_t *root =
        json_pack("{s:i, s:{s:s, s:s}, s:o, s:o, s:{s:I, s:I, s:I}}", "version", REPORT_VERSION,
                  "tool", "name", "aglet", "version", AGLET_VERSION, "findings", findings, "errors",
                  errors, "summary", "findings", (json_int_t)report->diags->count, "errors",
                  (json_int_t)report->errors->count, "files", (json_int_t)report->files);
    json_dumpf(root, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(root);
}
