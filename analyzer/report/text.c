/*
 * Text as clang prints it: place, message, rule, the source line with a caret, the steps as notes.
 */
#include <string.h>

#include "report/source.h"
#include "report/writer.h"

struct text {
    const struct report *report;
    FILE *out;
    struct source_cache *sources;
};

static const char *paint(const struct text *t, const char *code) {
    return t->report->color ? code : "";
}

#define BOLD   "\033[1m"
#define RED    "\033[1;31m"
#define PURPLE "\033[1;35m"
#define CYAN   "\033[1;36m"
#define GREEN  "\033[1;32m"
#define RESET  "\033[0m"

static bool continues_character(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Names and sources may come from anybody: what they hold must not move the cursor, hide a finding
   or part its line. */
static bool commands_terminal(char byte) {
    return ((unsigned char)byte < ' ' && byte != '\t') || byte == '\x7f';
}

static void show(const struct text *t, const char *text) {
    for (; *text; text++)
        fputc(commands_terminal(*text) ? '?' : *text, t->out);
}

/* The source line, and below it a caret with the range; tabs stay tabs, so columns match. */
static void show_line(const struct text *t, const struct diag_range *range) {
    const char *line = source_line(t->sources, range->file, range->line);
    if (!*line)
        return;
    fprintf(t->out, "%5u | ", range->line);
    show(t, line);
    fputs("\n      | ", t->out);
    size_t length = strlen(line), start = range->col ? range->col - 1 : 0;
    size_t end = range->end_line == range->line ? range->end_col - 1 : length;
    for (size_t i = 0; i < start && i < length; i++)
        if (!continues_character(line[i]))
            fputc(line[i] == '\t' ? '\t' : ' ', t->out);
    fprintf(t->out, "%s^", paint(t, GREEN));
    for (size_t i = start + 1; i < end && i < length; i++)
        if (!continues_character(line[i]))
            fputc('~', t->out);
    fprintf(t->out, "%s\n", paint(t, RESET));
}

static void show_place(const struct text *t, const struct diag_range *range) {
    fputs(paint(t, BOLD), t->out);
    show(t, report_path(t->report, range->file));
    fprintf(t->out, ":%u:%u:%s ", range->line, range->col, paint(t, RESET));
}

static void show_diag(const struct text *t, const struct diag *diag) {
    show_place(t, &diag->range);
    fprintf(t->out, "%s%s:%s %s%s%s [%s]\n", paint(t, diag->severity == DIAG_ERROR ? RED : PURPLE),
            report_severity(diag->severity), paint(t, RESET), paint(t, BOLD), diag->message,
            paint(t, RESET), diag->rule);
    show_line(t, &diag->range);
    for (size_t i = 0; i < diag->step_count; i++) {
        show_place(t, &diag->steps[i].range);
        fprintf(t->out, "%snote:%s %s\n", paint(t, CYAN), paint(t, RESET), diag->steps[i].message);
        show_line(t, &diag->steps[i].range);
    }
    if (diag->help)
        fprintf(t->out, "      = %shelp:%s %s\n", paint(t, CYAN), paint(t, RESET), diag->help);
    fputc('\n', t->out);
}

static void show_error(const struct text *t, const struct report_error *error) {
    fputs(paint(t, BOLD), t->out);
    show(t, report_path(t->report, error->file));
    if (error->line)
        fprintf(t->out, ":%u:%u", error->line, error->col);
    fprintf(t->out, ":%s ", paint(t, RESET));
    show(t, error->message);
    fputc('\n', t->out);
}

static const char *plural(size_t count) {
    return count == 1 ? "" : "s";
}

static void show_summary(const struct report *report, size_t errors, FILE *out) {
    size_t count = report->diags->count, warnings = count - errors;
    if (count == 0)
        fputs("no findings", out);
    else
        fprintf(out, "%zu finding%s (%zu error%s, %zu warning%s)", count, plural(count), errors,
                plural(errors), warnings, plural(warnings));
    fprintf(out, " in %zu file%s", report->files, plural(report->files));
    size_t problems = report->errors->count;
    if (problems)
        fprintf(out, "; incomplete because of %zu problem%s", problems, plural(problems));
    fputc('\n', out);
}

void report_write_text(const struct report *report, FILE *out) {
    struct text t = {report, out, source_cache_new()};
    size_t errors = 0, count = report->diags->count;
    for (size_t i = 0; i < count; i++) {
        show_diag(&t, &report->diags->items[i]);
        errors += report->diags->items[i].severity == DIAG_ERROR;
    }
    for (size_t i = 0; i < report->errors->count; i++)
        show_error(&t, &report->errors->items[i]);
    show_summary(report, errors, out);
    source_cache_free(t.sources);
}
