/*
 * aglet facts: what the front end made of a file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/selection.h"
#include "flow/memory.h"
#include "ir/io.h"
#include "project/workers.h"

static int print_units(const struct compdb *db, const bool *wanted) {
    struct worker_result *results = mem_zero(db->count, sizeof *results);
    struct worker_options options = {0};
    char *error = NULL;
    int status = 0;
    if (workers_run(db, wanted, &options, results, &error) != 0) {
        free(results);
        return cli_fail_with(error);
    }
    for (size_t i = 0; i < db->count; i++) {
        if (results[i].error)
            status = cli_fail("%s: %s", db->entries[i].file, results[i].error);
        if (results[i].unit) {
            ir_print(results[i].unit, stdout);
            if (results[i].unit->problems.count)
                status = EXIT_TROUBLE;
        }
        free(results[i].error);
        ir_unit_free(results[i].unit);
    }
    free(results);
    return cli_finish(status);
}

static int run_facts(int argc, char **argv) {
    static const struct option longs[] = {{"print", no_argument, NULL, 'P'},
                                          {"build", required_argument, NULL, 'p'},
                                          {NULL, 0, NULL, 0}};
    char **arguments;
    const char *build = NULL;
    int argument_count, count = cli_split(argc, argv, &arguments, &argument_count);
    for (int option; (option = cli_option(count, argv, ":p:", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        if (option == 'p')
            build = optarg;
    }
    if (optind >= count)
        return cli_fail("name the file whose facts to print");
    struct compdb db = {0};
    bool *wanted = NULL;
    char *error = NULL;
    size_t paths = (size_t)(count - optind);
    if (access(argv[optind], R_OK) != 0)
        return cli_fail("%s: %s", argv[optind], strerror(errno));
    if (count < argc)
        compdb_make(&db, argv + optind, paths, arguments, (size_t)argument_count);
    else if (compdb_read(&db, build, &error) != 0 ||
             selection_files(&db, argv + optind, paths, &wanted, &error) != 0) {
        compdb_free(&db);
        return cli_fail_with(error);
    }
    int status = print_units(&db, wanted);
    free(wanted);
    compdb_free(&db);
    return status;
}

const struct cli_command cli_facts = {
    .name = "facts",
    .summary = "prints what the analysis sees of a file",
    .help =
        "usage: aglet facts --print FILE [-p DIR]\n"
        "       aglet facts --print FILE -- COMPILER-ARGUMENTS\n"
        "\n"
        "Prints the intermediate representation: functions, blocks, instructions, annotations,\n"
        "tables of functions, suppressions.\n"
        "\n"
        "Options:\n"
        "      --print      as text\n"
        "  -p, --build DIR  folder of compile_commands.json\n"
        "\n"
        "Example: aglet facts --print server.c -- -Iinclude\n",
    .run = run_facts,
};
