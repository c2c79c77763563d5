/*
 * aglet link: from facts to a report.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/analysis.h"
#include "cli/cli.h"
#include "flow/memory.h"
#include "ir/io.h"
#include "project/words.h"
#include "flow/file.h"

/* A unit, and what to put it in order by. */
struct linked {
    struct ir_unit *unit;
    const char *file, *path; /* of its main file, and of the facts */
};

static int compare_files(const void *a, const void *b) {
    const struct linked *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    return order ? order : strcmp(x->path, y->path);
}

static int load(struct linked *linked, const char *path) {
    char *error = NULL;
    size_t length;
    char *bytes = file_read(path, 0, &length, &error);
    if (!bytes)
        return cli_fail_with(error);
    linked->unit = ir_load((const uint8_t *)bytes, length, &error);
    free(bytes);
    if (!linked->unit) {
        int status = cli_fail("%s: %s", path, error);
        free(error);
        return status;
    }
    linked->path = path;
    linked->file =
        linked->unit->files.count ? ir_text(linked->unit, linked->unit->files.data[0].path) : path;
    return 0;
}

/* The same report whatever the order of the facts, and the same as of a check of the files. */
static int link_all(struct analysis *analysis, struct linked *linked, char **paths, size_t count) {
    size_t loaded = 0;
    int status = 0;
    for (; !status && loaded < count; loaded++)
        status = load(&linked[loaded], paths[loaded]);
    if (status) {
        for (size_t i = 0; i < loaded; i++)
            ir_unit_free(linked[i].unit);
        return status;
    }
    qsort(linked, count, sizeof *linked, compare_files);
    for (size_t i = 0; i < count; i++)
        analysis_add(analysis, linked[i].file, linked[i].unit);
    analysis->files = count;
    return analysis_finish(analysis);
}

/* Adds an argument, or, for "@FILE", the words that stand in the file. */
static int add_name(const char *argument, char ***names, size_t *count) {
    if (argument[0] != '@') {
        words_add(names, count, argument);
        return 0;
    }
    char *error = NULL;
    size_t length;
    char *text = file_read(argument + 1, 0, &length, &error);
    if (!text)
        return cli_fail_with(error);
    text = mem_resize(text, length + 1, 1);
    text[length] = 0;
    words_split(text, names, count);
    free(text);
    return 0;
}

static int read_options(int argc, char **argv, struct analysis *analysis, char ***names,
                        size_t *count) {
    static const struct option longs[] = {ANALYSIS_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    int status = 0;
    analysis->options = analysis_defaults();
    for (int option;
         !status && (option = cli_option(argc, argv, ":" ANALYSIS_SHORT_OPTIONS, longs)) != -1;)
        status = analysis_option(&analysis->options, option);
    for (int i = optind; !status && i < argc; i++)
        status = add_name(argv[i], names, count);
    if (!status && *count == 0)
        status = cli_fail("name the files of facts; 'aglet facts FILE.c -o FILE.facts' makes one");
    return status;
}

static int run_link(int argc, char **argv) {
    struct analysis analysis = {.files = 0};
    char **names = NULL;
    size_t count = 0;
    int status = read_options(argc, argv, &analysis, &names, &count);
    if (!status)
        status = analysis_begin(&analysis);
    if (!status) {
        struct linked *linked = mem_zero(count, sizeof *linked);
        status = link_all(&analysis, linked, names, count);
        free(linked);
    }
    words_free(names, count);
    analysis_free(&analysis);
    return status;
}

const struct cli_command cli_link = {
    .name = "link",
    .summary = "puts facts together and reports what it finds, as ld links objects",
    .help = "usage: aglet link [OPTIONS] FACTS...\n"
            "\n"
            "Reports what 'aglet check' would report of the files that the facts were made of.\n"
            "\n"
            "Options:\n" ANALYSIS_OPTIONS_HELP "\n"
            "An argument @FILE stands for the names in FILE, quoted as for the shell.\n"
            "\n"
            "Exit status: 0 nothing found, 1 findings, 2 could not do what was asked.\n"
            "\n"
            "Example: aglet link build/*.facts --format github\n",
    .run = run_link,
};
