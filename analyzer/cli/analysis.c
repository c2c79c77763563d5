#include "cli/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "flow/memory.h"
#include "models/suggest.h"

/* ---- options --------------------------------------------------------------------------- */

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

struct analysis_options analysis_defaults(void) {
    return (struct analysis_options){.format = "text", .color = "auto"};
}

int analysis_option(struct analysis_options *o, int option) {
    switch (option) {
    case 'f':
        o->format = optarg;
        return check_format(optarg);
    case 'o':
        o->output = optarg;
        return 0;
    case 's':
        add_to_list(&o->select, optarg);
        return 0;
    case 'i':
        add_to_list(&o->ignore, optarg);
        return 0;
    case 'c':
        o->color = optarg;
        return check_color(optarg);
    case 'z':
        o->exit_zero = true;
        return 0;
    case 'C':
        o->config = optarg;
        return 0;
    case 'N':
        o->no_config = true;
        return 0;
    case 'S':
        o->statistics = true;
        return 0;
    default:
        return EXIT_TROUBLE;
    }
}

/* ---- the configuration ----------------------------------------------------------------- */

int analysis_config(const char *path, bool none, struct config *config) {
    char *found = none ? NULL : path ? mem_text(path) : config_find(), *error = NULL;
    *config = (struct config){0};
    if (none && path)
        return cli_fail("--config and --no-config do not go together");
    if (!found)
        return 0;
    size_t count;
    const struct rule *const *all = rules_all(&count);
    const char **names = mem_resize(NULL, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = all[i]->name;
    int failed = config_read(config, found, names, count, &error);
    free(names);
    free(found);
    return failed ? cli_fail_with(error) : 0;
}

static void add_all(char **list, const struct config_list *names) {
    for (size_t i = 0; i < names->count; i++)
        add_to_list(list, names->items[i]);
}

/* What the command line selects stands in place of the configuration's rules; what it ignores is
   ignored besides. */
static int choose_rules(struct analysis *a) {
    struct analysis_options *o = &a->options;
    char *error = NULL;
    if (!o->select) {
        add_all(&o->select, &a->config.select);
        add_all(&o->ignore, &a->config.ignore);
    }
    return selection_rules(o->select, o->ignore, &a->rules, &a->rule_count, &error) == 0
               ? 0
               : cli_fail_with(error);
}

static void set_program(struct analysis *a) {
    const struct config_list *made = &a->config.constructors, *used = &a->config.libraries;
    static const char *const none[1];
    struct prog_settings settings = {.constructor_count = made->count,
                                     .library_count = used->count};
    if (made->given)
        settings.constructors = made->count ? (const char *const *)made->items : none;
    if (used->given)
        settings.libraries = used->count ? (const char *const *)used->items : none;
    prog_set(a->program, &settings);
}

/* ---- the program ----------------------------------------------------------------------- */

int analysis_begin(struct analysis *a) {
    char *error = NULL;
    progress_begin(&a->progress);
    a->root = getcwd(NULL, 0);
    if (!a->root)
        a->root = mem_text("");
    diag_list_init(&a->diags);
    if (analysis_config(a->options.config, a->options.no_config, &a->config) != 0 ||
        choose_rules(a) != 0)
        return EXIT_TROUBLE;
    if (a->options.output && (error = output_problem(a->options.output)))
        return cli_fail_with(error);
    a->models = model_set_new();
    if (model_set_add_bundled(a->models, &error) != 0 ||
        config_add_models(&a->config, a->models, &error) != 0)
        return cli_fail_with(error);
    a->program = prog_new(a->models);
    set_program(a);
    a->suppressions = suppressions_new();
    return 0;
}

static void add_problems(struct analysis *a, const char *file, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->problems.count; i++) {
        const struct ir_problem *problem = &unit->problems.data[i];
        const struct ir_loc *loc = problem->loc == IR_NONE ? NULL : &unit->locs.data[problem->loc];
        const char *where = loc ? ir_text(unit, unit->files.data[loc->file].path) : file;
        char *message = mem_format("cannot parse: %s", ir_text(unit, problem->text));
        error_list_add(&a->errors, where, message, loc ? loc->line : 0, loc ? loc->col : 0);
        free(message);
    }
}

void analysis_add(struct analysis *a, const char *file, struct ir_unit *unit) {
    add_problems(a, file, unit);
    suppressions_add(a->suppressions, unit);
    prog_add(a->program, unit);
}

/* ---- the report ------------------------------------------------------------------------ */

static void warn(const char *text, void *data) {
    (void)data;
    fprintf(stderr, "aglet: %s\n", text);
}

static bool wants_color(const struct analysis_options *o) {
    if (strcmp(o->color, "always") == 0)
        return true;
    const char *no_color = getenv("NO_COLOR");
    return strcmp(o->color, "auto") == 0 && !o->output && isatty(STDOUT_FILENO) &&
           !(no_color && *no_color);
}

static enum suppress_status rule_status(const char *name, void *data) {
    const struct analysis *a = data;
    if (name && !rules_find(name))
        return SUPPRESS_UNKNOWN;
    size_t count, on_by_default = 0;
    const struct rule *const *all = rules_all(&count);
    for (size_t i = 0; i < count; i++)
        on_by_default += all[i]->tier != RULE_OPT_IN;
    for (size_t i = 0; i < a->rule_count; i++) {
        if (name && strcmp(a->rules[i]->name, name) == 0)
            return SUPPRESS_RAN;
        on_by_default -= a->rules[i]->tier != RULE_OPT_IN;
    }
    return name || on_by_default ? SUPPRESS_OFF : SUPPRESS_RAN;
}

/* What a comment hides may need a file to be found that was left out, or could not be read. */
static void apply_suppressions(struct analysis *a) {
    suppressions_apply(a->suppressions, &a->diags);
    bool whole = !a->partial && a->errors.count == 0;
    for (size_t i = 0; i < a->rule_count && whole; i++)
        if (a->rules[i]->audits_suppressions)
            suppressions_audit(a->suppressions,
                               &(struct suppress_audit){.rule = a->rules[i]->name,
                                                        .severity = rule_severity(a->rules[i]),
                                                        .status = rule_status,
                                                        .data = a},
                               &a->diags);
}

static int write_report(struct analysis *a) {
    char *error = NULL;
    struct report report = {.diags = &a->diags,
                            .errors = &a->errors,
                            .files = a->files,
                            .root = a->root,
                            .color = wants_color(&a->options)};
    struct output output;
    if (output_open(&output, a->options.output, &error) != 0)
        return cli_fail_with(error);
    report_writer_find(a->options.format)->write(&report, output.file);
    if (output_close(&output, &error) != 0)
        return cli_fail_with(error);
    return 0;
}

static void print_statistics(const struct prog_stats *stats) {
    fprintf(stderr, "%zu functions, %zu of them with more paths than were followed\n",
            stats->functions, stats->functions_capped);
}

void analysis_find(struct analysis *a) {
    struct prog_options options = {.rules = a->rules, .rule_count = a->rule_count};
    struct prog_stats stats;
    prog_link(a->program, warn, NULL);
    progress_show(&a->progress, "following the paths");
    prog_check(a->program, &options, &a->diags, &stats);
    progress_clear(&a->progress);
    if (stats.functions_incomplete)
        fprintf(stderr, "aglet: %zu function%s could not be analysed\n", stats.functions_incomplete,
                stats.functions_incomplete == 1 ? "" : "s");
    if (a->options.statistics)
        print_statistics(&stats);
    apply_suppressions(a);
    config_apply(&a->config, &a->diags);
    diag_list_finish(&a->diags, a->root);
    error_list_finish(&a->errors);
}

int analysis_report(struct analysis *a) {
    int status = write_report(a);
    if (status)
        return status;
    if (a->errors.count)
        return EXIT_TROUBLE;
    return a->diags.count && !a->options.exit_zero ? EXIT_FINDINGS : EXIT_CLEAN;
}

int analysis_finish(struct analysis *a) {
    analysis_find(a);
    return analysis_report(a);
}

void analysis_free(struct analysis *a) {
    free(a->root);
    error_list_free(&a->errors);
    free(a->options.select);
    free(a->options.ignore);
    free(a->rules);
    prog_free(a->program);
    if (a->suppressions)
        suppressions_free(a->suppressions);
    model_set_free(a->models);
    config_free(&a->config);
    diag_list_free(&a->diags);
}
