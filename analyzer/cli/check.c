/*
 * aglet check: from compile commands to a report.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "flow/memory.h"
#include "models/suggest.h"
#include "program/program.h"
#include "project/workers.h"
#include "report/suppress.h"
#include "report/writer.h"

struct options {
    const char *build, *format, *output, *color;
    char *select, *ignore; /* lists of rules, NULL when the option is not there */
    size_t jobs;
    bool exit_zero, statistics;
    char **paths;
    size_t path_count;
    char **arguments; /* behind "--" */
    int argument_count;
    bool explicit_arguments;
};

/* Everything a run holds, so that it can be freed from one place. */
struct run {
    struct options options;
    struct compdb db;
    bool *wanted;
    const struct rule **rules;
    size_t rule_count;
    struct worker_result *results;
    struct error_list errors;
    struct model_set *models;
    struct program *program;
    struct suppressions *suppressions;
    struct diag_list diags;
    size_t files;
    struct progress progress;
};

/* ---- options --------------------------------------------------------------------------- */

static int read_jobs(const char *text, size_t *jobs) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || *end || end == text || value < 1 || value > 1024)
        return cli_fail("--jobs takes a whole number from 1 to 1024, not '%s'", text);
    *jobs = (size_t)value;
    return 0;
}

static int check_format(const char *name) {
    if (report_writer_find(name))
        return 0;
    const char *const *names = report_writer_names();
    size_t count = 0;
    while (names[count])
        count++;
    char *ending = suggest_ending(name, names, count);
    int status = cli_fail("unknown format '%s'%s", name,
                          *ending ? ending : "; there are text, json and github");
    free(ending);
    return status;
}

static int check_color(const char *when) {
    static const char *const words[] = {"auto", "always", "never"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(when, words[i]) == 0)
            return 0;
    return cli_fail("--color takes auto, always or never, not '%s'", when);
}

/* The option may be there several times: each adds to the list. */
static void add_to_list(char **list, const char *names) {
    char *longer = *list ? mem_format("%s,%s", *list, names) : mem_text(names);
    free(*list);
    *list = longer;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option longs[] = {
        {"build", required_argument, NULL, 'p'},  {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'}, {"jobs", required_argument, NULL, 'j'},
        {"select", required_argument, NULL, 's'}, {"ignore", required_argument, NULL, 'i'},
        {"color", required_argument, NULL, 'c'},  {"exit-zero", no_argument, NULL, 'z'},
        {"statistics", no_argument, NULL, 'S'},   {NULL, 0, NULL, 0}};
    *o = (struct options){.format = "text", .color = "auto"};
    int count = cli_split(argc, argv, &o->arguments, &o->argument_count), status = 0;
    o->explicit_arguments = count < argc;
    for (int option; !status && (option = cli_option(count, argv, ":p:f:o:j:", longs)) != -1;)
        switch (option) {
        case 'p':
            o->build = optarg;
            break;
        case 'f':
            o->format = optarg;
            status = check_format(optarg);
            break;
        case 'o':
            o->output = optarg;
            break;
        case 'j':
            status = read_jobs(optarg, &o->jobs);
            break;
        case 's':
            add_to_list(&o->select, optarg);
            break;
        case 'i':
            add_to_list(&o->ignore, optarg);
            break;
        case 'c':
            o->color = optarg;
            status = check_color(optarg);
            break;
        case 'z':
            o->exit_zero = true;
            break;
        case 'S':
            o->statistics = true;
            break;
        default:
            return EXIT_TROUBLE;
        }
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
        compdb_make(&run->db, o->paths, o->path_count, o->arguments, (size_t)o->argument_count);
        run->wanted = mem_resize(NULL, run->db.count, sizeof *run->wanted);
        memset(run->wanted, 1, run->db.count);
        return 0;
    }
    if (compdb_read(&run->db, o->build, &error) != 0 ||
        selection_files(&run->db, o->paths, o->path_count, &run->wanted, &error) != 0)
        return cli_fail_with(error);
    if (run->db.count == 0)
        return cli_fail("%s: there is no C file in this compile database", run->db.path);
    return 0;
}

static void show_files(size_t done, size_t total, void *data) {
    struct run *run = data;
    progress_show(&run->progress, "%zu of %zu files", done, total);
}

/* The front end begins some sentences with the path, which the report shows anyway. */
static const char *without_path(const char *message, const char *file) {
    size_t length = strlen(file);
    bool named = strncmp(message, file, length) == 0 && strncmp(message + length, ": ", 2) == 0;
    return named ? message + length + 2 : message;
}

static void add_problems(struct run *run, const char *file, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->problems.count; i++) {
        const struct ir_problem *problem = &unit->problems.data[i];
        const struct ir_loc *loc = problem->loc == IR_NONE ? NULL : &unit->locs.data[problem->loc];
        const char *where = loc ? ir_text(unit, unit->files.data[loc->file].path) : file;
        char *message = mem_format("cannot parse: %s", ir_text(unit, problem->text));
        error_list_add(&run->errors, where, message, loc ? loc->line : 0, loc ? loc->col : 0);
        free(message);
    }
}

static int make_facts(struct run *run) {
    char *error = NULL;
    struct worker_options options = {run->options.jobs, show_files, run};
    run->results = mem_zero(run->db.count, sizeof *run->results);
    int failed = workers_run(&run->db, run->wanted, &options, run->results, &error);
    progress_clear(&run->progress);
    if (failed)
        return cli_fail_with(error);
    for (size_t i = 0; i < run->db.count; i++) {
        struct worker_result *result = &run->results[i];
        run->files += run->wanted[i];
        const char *file = run->db.entries[i].file;
        if (result->error)
            error_list_add(&run->errors, file, without_path(result->error, file), 0, 0);
        if (!result->unit)
            continue;
        add_problems(run, file, result->unit);
        suppressions_add(run->suppressions, result->unit);
        prog_add(run->program, result->unit);
        result->unit = NULL;
    }
    return 0;
}

/* ---- the report ------------------------------------------------------------------------ */

static void warn(const char *text, void *data) {
    (void)data;
    fprintf(stderr, "aglet: %s\n", text);
}

static bool wants_color(const struct options *o) {
    if (strcmp(o->color, "always") == 0)
        return true;
    const char *no_color = getenv("NO_COLOR");
    return strcmp(o->color, "auto") == 0 && !o->output && isatty(STDOUT_FILENO) &&
           !(no_color && *no_color);
}

static int write_report(struct run *run) {
    char root[PATH_MAX] = "", *error = NULL;
    if (!getcwd(root, sizeof root))
        root[0] = 0;
    suppressions_apply(run->suppressions, &run->diags);
    diag_list_finish(&run->diags, root);
    error_list_finish(&run->errors);
    struct report report = {.diags = &run->diags,
                            .errors = &run->errors,
                            .files = run->files,
                            .root = root,
                            .color = wants_color(&run->options)};
    struct output output;
    if (output_open(&output, run->options.output, &error) != 0)
        return cli_fail_with(error);
    report_writer_find(run->options.format)->write(&report, output.file);
    if (output_close(&output, &error) != 0)
        return cli_fail_with(error);
    return 0;
}

static void print_statistics(const struct prog_stats *stats) {
    fprintf(stderr, "%zu functions, %zu of them with more paths than were followed\n",
            stats->functions, stats->functions_capped);
}

static int check(struct run *run) {
    char *error = NULL;
    int status = 0;
    if (selection_rules(run->options.select, run->options.ignore, &run->rules, &run->rule_count,
                        &error) != 0)
        return cli_fail_with(error);
    if (run->options.output && (error = output_problem(run->options.output)))
        return cli_fail_with(error);
    run->models = model_set_new();
    if (model_set_add_bundled(run->models, &error) != 0)
        return cli_fail_with(error);
    run->program = prog_new(run->models);
    run->suppressions = suppressions_new();
    diag_list_init(&run->diags);
    status = open_database(run);
    if (!status)
        status = make_facts(run);
    if (status)
        return status;
    struct prog_options options = {.rules = run->rules, .rule_count = run->rule_count};
    struct prog_stats stats;
    prog_link(run->program, warn, NULL);
    progress_show(&run->progress, "following the paths");
    prog_check(run->program, &options, &run->diags, &stats);
    progress_clear(&run->progress);
    if (stats.functions_incomplete)
        fprintf(stderr, "aglet: %zu function%s could not be analysed\n", stats.functions_incomplete,
                stats.functions_incomplete == 1 ? "" : "s");
    if (run->options.statistics)
        print_statistics(&stats);
    status = write_report(run);
    if (status)
        return status;
    if (run->errors.count)
        return EXIT_TROUBLE;
    return run->diags.count && !run->options.exit_zero ? EXIT_FINDINGS : EXIT_CLEAN;
}

static void free_run(struct run *run) {
    for (size_t i = 0; run->results && i < run->db.count; i++) {
        ir_unit_free(run->results[i].unit);
        free(run->results[i].error);
    }
    free(run->results);
    error_list_free(&run->errors);
    free(run->options.select);
    free(run->options.ignore);
    free(run->wanted);
    free(run->rules);
    prog_free(run->program);
    if (run->suppressions)
        suppressions_free(run->suppressions);
    model_set_free(run->models);
    diag_list_free(&run->diags);
    compdb_free(&run->db);
}

static int run_check(int argc, char **argv) {
    struct run run = {0};
    progress_begin(&run.progress);
    int status = read_options(argc, argv, &run.options);
    if (!status)
        status = check(&run);
    free_run(&run);
    return status;
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
        "  -p, --build DIR      folder of compile_commands.json; else it is looked for here, in\n"
        "                       the folders above, and in their build/\n"
        "  -f, --format FORMAT  text (as a compiler prints), json (docs/json.md) or github\n"
        "  -o, --output FILE    writes the report there, whole or not at all\n"
        "  -j, --jobs N         so many parsers at once; as many as there are processors\n"
        "      --select RULES   only these rules, separated by commas; 'all' is every rule\n"
        "      --ignore RULES   all but these; either may be given several times\n"
        "      --color WHEN     auto, always or never\n"
        "      --exit-zero      exit status 0 in spite of findings\n"
        "      --statistics     says how much was analysed\n"
        "\n"
        "Exit status: 0 nothing found, 1 findings, 2 could not do what was asked (a file with\n"
        "errors counts: it is never silently clean).\n"
        "\n"
        "Suppress a finding where it stands: // aglet:ignore RULE -- reason\n"
        "\n"
        "Example: aglet check -p build src --ignore missing-cleanup --format github\n",
    .run = run_check,
};
