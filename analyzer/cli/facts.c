/*
 * aglet facts: what the front end makes of a file, as text or as a file for aglet link.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "flow/memory.h"
#include "ir/io.h"
#include "project/workers.h"

struct options {
    bool print;
    const char *build, *output, *depfile, *directory;
    size_t timeout;
};

/* ---- writing --------------------------------------------------------------------------- */

/* A name as make and ninja read it in a list of dependencies. */
static void put_name(FILE *out, const char *name) {
    for (; *name; name++) {
        if (*name == '$')
            fputc('$', out);
        else if (*name == ' ' || *name == '#' || *name == '\\')
            fputc('\\', out);
        fputc(*name, out);
    }
}

static int write_depfile(const struct ir_unit *unit, const char *path, const char *target) {
    struct output output;
    char *error = NULL;
    if (output_open(&output, path, &error) != 0)
        return cli_fail_with(error);
    put_name(output.file, target);
    fputc(':', output.file);
    for (uint32_t i = 0; i < unit->files.count; i++) {
        const char *file = ir_text(unit, unit->files.data[i].path);
        if (file[0] == '<') /* the compiler's own, such as <built-in> */
            continue;
        fputs(" \\\n ", output.file);
        put_name(output.file, file);
    }
    fputc('\n', output.file);
    return output_close(&output, &error) == 0 ? 0 : cli_fail_with(error);
}

static int write_facts(const struct ir_unit *unit, const char *path) {
    struct output output;
    char *error = NULL;
    uint8_t *bytes = NULL;
    size_t length = 0;
    if (output_open(&output, path, &error) != 0)
        return cli_fail_with(error);
    ir_save(unit, &bytes, &length);
    fwrite(bytes, 1, length, output.file); /* output_close tells of errors */
    free(bytes);
    return output_close(&output, &error) == 0 ? 0 : cli_fail_with(error);
}

static int report_problems(const char *file, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->problems.count; i++) {
        const struct ir_problem *problem = &unit->problems.data[i];
        const struct ir_loc *loc = problem->loc == IR_NONE ? NULL : &unit->locs.data[problem->loc];
        const char *text = ir_text(unit, problem->text);
        if (loc)
            cli_fail("%s:%u:%u: cannot parse: %s", ir_text(unit, unit->files.data[loc->file].path),
                     loc->line, loc->col, text);
        else
            cli_fail("%s: cannot parse: %s", file, text);
    }
    return unit->problems.count ? EXIT_TROUBLE : 0;
}

/* Of a file with errors there are no facts: what is built on them would be silently clean. */
static int save(const char *file, const struct ir_unit *unit, const struct options *o) {
    int status = report_problems(file, unit);
    if (!status && o->depfile)
        status = write_depfile(unit, o->depfile, o->output);
    if (!status)
        status = write_facts(unit, o->output);
    return status;
}

/* ---- the command ----------------------------------------------------------------------- */

static int use_units(const struct compdb *db, const bool *wanted, const struct options *o) {
    struct worker_result *results = mem_zero(db->count, sizeof *results);
    struct worker_options options = {.timeout = o->timeout};
    char *error = NULL;
    int status = 0;
    if (workers_run(db, wanted, &options, results, &error) != 0) {
        free(results);
        return cli_fail_with(error);
    }
    for (size_t i = 0; i < db->count; i++) {
        if (results[i].error)
            status = cli_fail("%s: %s", db->entries[i].file, results[i].error);
        if (results[i].unit && o->print)
            ir_print(results[i].unit, stdout);
        if (results[i].unit && o->print && results[i].unit->problems.count)
            status = EXIT_TROUBLE;
        if (results[i].unit && o->output && save(db->entries[i].file, results[i].unit, o) != 0)
            status = EXIT_TROUBLE;
        free(results[i].error);
        ir_unit_free(results[i].unit);
    }
    free(results);
    return cli_finish(status);
}

static size_t count_wanted(const struct compdb *db, const bool *wanted) {
    size_t count = 0;
    for (size_t i = 0; i < db->count; i++)
        count += !wanted || wanted[i];
    return count;
}

static int check_options(const struct options *o, int files) {
    char *error;
    if (o->print == (o->output != NULL))
        return cli_fail("say either '--print', for text, or '--output FILE', for 'aglet link'");
    if (o->depfile && !o->output)
        return cli_fail("'--depfile' goes with '--output'");
    if (o->directory && o->build)
        return cli_fail("'--directory' goes with the compiler's arguments behind '--', not with "
                        "'--build'");
    if (files < 1)
        return cli_fail("name the file whose facts to %s", o->print ? "print" : "write");
    if (o->output && (error = output_problem(o->output)))
        return cli_fail_with(error);
    return 0;
}

static int read_options(int count, char **argv, struct options *o) {
    static const struct option longs[] = {{"print", no_argument, NULL, 'P'},
                                          {"build", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"depfile", required_argument, NULL, 'd'},
                                          {"directory", required_argument, NULL, 'C'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    o->timeout = CLI_TIMEOUT;
    for (int option; (option = cli_option(count, argv, ":p:o:", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        if (option == 't') {
            if (cli_number("--timeout", optarg, 1, CLI_MOST_TIMEOUT, &o->timeout) != 0)
                return EXIT_TROUBLE;
        } else if (option == 'P')
            o->print = true;
        else
            *(option == 'p'   ? &o->build
              : option == 'o' ? &o->output
              : option == 'd' ? &o->depfile
                              : &o->directory) = optarg;
    }
    return check_options(o, count - optind);
}

static int run_facts(int argc, char **argv) {
    struct options o = {0};
    char **arguments;
    int argument_count, count = cli_split(argc, argv, &arguments, &argument_count);
    int status = read_options(count, argv, &o);
    if (status)
        return status;
    struct compdb db = {0};
    bool *wanted = NULL;
    char *error = NULL;
    size_t paths = (size_t)(count - optind);
    if (access(argv[optind], R_OK) != 0)
        return cli_fail("%s: %s", argv[optind], strerror(errno));
    if (count < argc)
        compdb_make(&db, o.directory, argv + optind, paths, arguments, (size_t)argument_count);
    else if (compdb_read(&db, o.build, &error) != 0 ||
             selection_files(&db, argv + optind, paths, &wanted, &error) != 0) {
        compdb_free(&db);
        return cli_fail_with(error);
    }
    if (o.output && count_wanted(&db, wanted) != 1)
        status = cli_fail("'--output' takes the facts of one file, and these are %zu",
                          count_wanted(&db, wanted));
    else
        status = use_units(&db, wanted, &o);
    free(wanted);
    compdb_free(&db);
    return status;
}

const struct cli_command cli_facts = {
    .name = "facts",
    .summary = "makes the facts of a file, as a compiler makes an object",
    .help =
        "usage: aglet facts FILE -o FACTS [--depfile DEPS] [-p DIR]\n"
        "       aglet facts FILE -o FACTS [--depfile DEPS] -- COMPILER-ARGUMENTS\n"
        "       aglet facts FILE --print ...\n"
        "\n"
        "Writes what the analysis knows of the file: all that 'aglet link' needs. Or prints it:\n"
        "functions, blocks, instructions, annotations, tables of functions, suppressions.\n"
        "\n"
        "Options:\n"
        "  -o, --output FACTS  writes the facts there, whole or not at all\n"
        "      --depfile DEPS  writes the files that they depend on there, as make and ninja\n"
        "                      read it\n"
        "      --print         prints them as text instead\n"
        "  -p, --build DIR     folder of compile_commands.json\n"
        "      --directory DIR the folder that the compiler's arguments are meant for, if not\n"
        "                      this one\n"
        "      --timeout N     gives up on a file whose parsing takes more than N seconds; 300\n"
        "                      if it is not said\n"
        "\n"
        "Exit status: 0, or 2 when there are no facts, as of a file with errors.\n"
        "\n"
        "Example: aglet facts server.c -o server.facts -- -Iinclude\n",
    .run = run_facts,
};
