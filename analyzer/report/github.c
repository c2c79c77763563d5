/*
 * Workflow commands of GitHub Actions, which become annotations of a pull request.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
#include "report/writer.h"

static void escape(FILE *out, const char *text, bool property) {
    for (; *text; text++) {
        if (*text == '%')
            fputs("%25", out);
        else if (*text == '\r')
            fputs("%0D", out);
        else if (*text == '\n')
            fputs("%0A", out);
        else if (property && *text == ':')
            fputs("%3A", out);
        else if (property && *text == ',')
            fputs("%2C", out);
        else
            fputc(*text, out);
    }
}

static void write_diag(const struct report *report, const struct diag *diag, FILE *out) {
    const char *command = diag->severity == DIAG_ERROR     ? "error"
                          : diag->severity == DIAG_WARNING ? "warning"
                                                           : "notice";
    fprintf(out, "::%s file=", command);
    escape(out, report_path(report, diag->range.file), true);
    fprintf(out, ",line=%u,endLine=%u,col=%u,endColumn=%u,title=", diag->range.line,
            diag->range.end_line, diag->range.col, diag->range.end_col);
    escape(out, diag->rule, true);
    fputs("::", out);
    escape(out, diag->message, false);
    for (size_t i = 0; i < diag->step_count; i++) {
        fputs("%0A", out);
        escape(out, report_path(report, diag->steps[i].range.file), false);
        fprintf(out, ":%u: ", diag->steps[i].range.line);
        escape(out, diag->steps[i].message, false);
    }
    if (diag->help) {
        fputs("%0Ahelp: ", out);
        escape(out, diag->help, false);
    }
    fputc('\n', out);
}

void report_write_github(const struct report *report, FILE *out) {
    for (size_t i = 0; i < report->diags->count; i++)
        write_diag(report, &report->diags->items[i], out);
    for (size_t i = 0; i < report->errors->count; i++) {
        fputs("::error file=", out);
        escape(out, report_path(report, report->errors->items[i].file), true);
        if (report->errors->items[i].line)
            fprintf(out, ",line=%u,col=%u", report->errors->items[i].line,
                    report->errors->items[i].col);
        fputs(",title=not analysed::", out);
        escape(out, report->errors->items[i].message, false);
        fputc('\n', out);
    }
}
