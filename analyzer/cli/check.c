/*
 * aglet check: from compile commands to a report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/analysis.h"
#include "cli/cli.h"
#include "cli/fixing.h"
#include "cli/selection.h"
#include "flow/memory.h"
#include "project/workers.h"

struct options {
    const char *build;
    size_t jobs, timeout;
    char **paths;
    size_t path_count;
    char **arguments; /* behind "--" */
    int argument_count;
    bool explicit_arguments;
    struct fixing fixing;
};

/* Everything a run holds, so that it can be freed from one place. */
struct run {
    struct options options;
    struct compdb db;
    bool *wanted;
    struct worker_result *results;
    struct analysis analysis;
};

/* ---- options --------------------------------------------------------------------------- */

static int read_options(int argc, char **argv, struct run *run) {
    static const struct option longs[] = {{"build", required_argument, NULL, 'p'},
                                          {"jobs", required_argument, NULL, 'j'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"fix", no_argument, NULL, 'F'},
                                          {"unsafe-fixes", no_argument, NULL, 'U'},
                                          {"diff", no_argument, NULL, 'D'},
                                          ANALYSIS_LONG_OPTIONS,
                                          {NULL, 0, NULL, 0}};
    struct options *o = &run->options;
    run->analysis.options = analysis_defaults();
    o->timeout = CLI_TIMEOUT;
    int count = cli_split(argc, argv, &o->arguments, &o->argument_count), status = 0;
    o->explicit_arguments = count < argc;
    for (int option; !status && (option = cli_option(count, argv, ":p:j:" ANALYSIS_SHORT_OPTIONS,
                                                     longs)) != -1;)
        if (option == 'p')
            o->build = optarg;
        else if (option == 'j')
            status = cli_number("--jobs", optarg, 1, 1024, &o->jobs);
        else if (option == 't')
            status = cli_number("--timeout", optarg, 1, CLI_MOST_TIMEOUT, &o->timeout);
        else if (option == 'F')
            o->fixing.fix = true;
        else if (option == 'U')
            o->fixing.unsafe = true;
        else if (option == 'D')
            o->fixing.diff = true;
        else
            status = analysis_option(&run->analysis.options, option);
    o->paths = argv + optind;
    o->path_count = (size_t)(count - optind);
    if (!status && o->explicit_arguments && o->path_count == 0)
        status = cli_fail("name the files before '--'");
    return status;
}

/* ---- the database and the units -------------------------------------------------------- */

static int open_database(struct run *run) {
    const struct options *o = &run->options;
    char *error = NULL;
    if (o->explicit_arguments) {
        for (size_t i = 0; i < o->path_count; i++)
            if (access(o->paths[i], R_OK) != 0)
                return cli_fail("%s: %s", o->paths[i], strerror(errno));
        compdb_make(&run->db, NULL, o->paths, o->path_count, o->arguments,
                    (size_t)o->argument_count);
        run->wanted = mem_resize(NULL, run->db.count, sizeof *run->wanted);
        memset(run->wanted, 1, run->db.count);
        return 0;
    }
    const char *build = o->build ? o->build : run->analysis.config.build;
    if (compdb_read(&run->db, build, &error) != 0 ||
        selection_files(&run->db, o->paths, o->path_count, &run->wanted, &error) != 0)
        return cli_fail_with(error);
    if (run->db.count == 0)
        return cli_fail("%s: there is no C file in this compile database", run->db.path);
    return 0;
}

static void show_files(size_t done, size_t total, void *data) {
    struct run *run = data;
    progress_show(&run->analysis.progress, "%zu of %zu files", done, total);
}

static int make_facts(struct run *run) {
    char *error = NULL;
    struct worker_options options = {.jobs = run->options.jobs,
                                     .timeout = run->options.timeout,
                                     .progress = show_files,
                                     .data = run};
    run->results = mem_zero(run->db.count, sizeof *run->results);
    int failed = workers_run(&run->db, run->wanted, &options, run->results, &error);
    progress_clear(&run->analysis.progress);
    if (failed)
        return cli_fail_with(error);
    for (size_t i = 0; i < run->db.count; i++) {
        struct worker_result *result = &run->results[i];
        run->analysis.files += run->wanted[i];
        run->analysis.partial |= !run->wanted[i];
        const char *file = run->db.entries[i].file;
        if (result->error)
            error_list_add(&run->analysis.errors, file, result->error, 0, 0);
        if (!result->unit)
            continue;
        analysis_add(&run->analysis, file, result->unit);
        result->unit = NULL;
    }
    return 0;
}

static int find(struct run *run) {
    int status = fixing_begin(&run->options.fixing);
    if (!status)
        status = analysis_begin(&run->analysis);
    if (!status)
        status = open_database(run);
    if (!status)
        status = make_facts(run);
    if (!status)
        analysis_find(&run->analysis);
    return status;
}

static void free_run(struct run *run) {
    for (size_t i = 0; run->results && i < run->db.count; i++) {
        ir_unit_free(run->results[i].unit);
        free(run->results[i].error);
    }
    free(run->results);
    free(run->wanted);
    compdb_free(&run->db);
    analysis_free(&run->analysis);
}

/* Fixes when that is asked for and `may_fix`; *changed is how many files it fixed, whose findings
   are then to be found anew. */
static int check(int argc, char **argv, bool may_fix, size_t *changed) {
    struct run run = {0};
    int status = read_options(argc, argv, &run);
    const struct fixing *fixing = &run.options.fixing;
    *changed = 0;
    if (!status)
        status = find(&run);
    if (!status && fixing->diff)
        status = fixing_show(fixing, &run.analysis);
    else if (!status) {
        status = may_fix && fixing->fix ? fixing_apply(fixing, &run.analysis, changed) : 0;
        if (!*changed) {
            int reported = analysis_report(&run.analysis);
            status = status ? status : reported;
        }
    }
    free_run(&run);
    return status;
}

static int run_check(int argc, char **argv) {
    size_t changed;
    int status = check(argc, argv, true, &changed);
    if (!changed)
        return status;
    optind = 0; /* the options are read again */
    int reported = check(argc, argv, false, &changed);
    return status ? status : reported;
}

const struct cli_command cli_check = {
    .name = "check",
    .summary = "analyses C files and reports what it finds",
    .help =
        "usage: aglet check [OPTIONS] [FILES or folders]\n"
        "       aglet check FILES -- COMPILER-ARGUMENTS\n"
        "\n"
        "Analyses the named files, or everything in the compile database.\n"
        "\n"
        "Options:\n"
        "  -p, --build DIR      folder of compile_commands.json; else the configuration's, "
        "else it\n"
        "                       is looked for here, in the folders above, and in their build/\n"
        "  -j, --jobs N         so many parsers at once; as many as there are "
        "processors\n"
        "      --timeout N      gives up on a file whose parsing takes more than N seconds; 300 "
        "if\n"
        "                       it is not said\n"
        "      --fix            mends what can be mended without changing what the program does,\n"
        "                       and reports what is left\n"
        "      --unsafe-fixes   with --fix or --diff: also what may change it; read the result\n"
        "      --diff           prints what --fix would change, and changes nothing; exit "
        "status 1\n"
        "                       if that is anything\n" ANALYSIS_OPTIONS_HELP "\n"
        "Exit status: 0 nothing found, 1 findings, 2 could not do what was asked (a file with\n"
        "errors counts: it is never silently clean).\n"
        "\n"
        "Suppress a finding where it stands: // aglet:ignore RULE -- reason\n"
        "\n"
        "Example: aglet check -p build src --ignore missing-cleanup --format github\n",
    .run = run_check,
};
