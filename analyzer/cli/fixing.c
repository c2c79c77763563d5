#include "cli/fixing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "flow/memory.h"
#include "report/fix.h"

int fixing_begin(struct fixing *fixing) {
    if (fixing->unsafe && !fixing->fix && !fixing->diff)
        return cli_fail("--unsafe-fixes goes with --fix or --diff");
    /* files get their times from a clock that is never ahead of this one */
    clock_gettime(CLOCK_REALTIME, &fixing->since);
    return 0;
}

/* The folder of the configuration, or else of the repository, or the working directory. */
static char *project_folder(const struct analysis *analysis) {
    if (analysis->config.folder)
        return mem_text(analysis->config.folder);
    char *folder = mem_text(analysis->root);
    for (char *end; *folder; *end = 0) {
        char *git = mem_format("%s/.git", folder);
        bool found = access(git, F_OK) == 0;
        free(git);
        if (found)
            return folder;
        end = strrchr(folder, '/');
    }
    free(folder);
    return mem_text(analysis->root);
}

static void say(const char *sentence, void *data) {
    (void)data;
    fprintf(stderr, "aglet: %s\n", sentence);
}

static void make_plan(struct fix_plan *plan, const struct fixing *fixing,
                      const struct analysis *analysis) {
    char *folder = project_folder(analysis), *real = realpath(folder, NULL);
    fix_plan_make(plan, &analysis->diags,
                  &(struct fix_options){.unsafe = fixing->unsafe,
                                        .root = real ? real : folder,
                                        .errors = &analysis->errors,
                                        .since = fixing->since,
                                        .say = say});
    free(real);
    free(folder);
}

static const char *plural(size_t count) {
    return count == 1 ? "" : "s";
}

static void say_unsafe(const struct fix_plan *plan) {
    if (plan->unsafe)
        fprintf(stderr, "aglet: %zu more can be fixed with --unsafe-fixes\n", plan->unsafe);
}

/* ---- writing ----------------------------------------------------------------------------- */

static int write_file(const struct fix_file *file) {
    struct output output;
    char *error = NULL;
    if (!fix_file_is_same(file))
        return cli_fail("%s is not fixed: it has changed since it was read; check it again",
                        file->path);
    if (output_open(&output, file->path, &error) != 0)
        return cli_fail_with(error);
    fwrite(file->text, 1, file->size, output.file);
    return output_close(&output, &error) == 0 ? 0 : cli_fail_with(error);
}

int fixing_apply(const struct fixing *fixing, const struct analysis *analysis, size_t *changed) {
    struct fix_plan plan;
    int status = 0;
    make_plan(&plan, fixing, analysis);
    *changed = 0;
    for (size_t i = 0; i < plan.file_count; i++) {
        const struct fix_file *file = &plan.files[i];
        if (file->refusal || !file->edit_count)
            continue;
        if (write_file(file) != 0)
            status = EXIT_TROUBLE;
        else
            ++*changed;
    }
    if (status == 0 && *changed)
        fprintf(stderr, "aglet: fixed %zu finding%s in %zu file%s\n", plan.fixes,
                plural(plan.fixes), *changed, plural(*changed));
    say_unsafe(&plan);
    fix_plan_free(&plan);
    return status;
}

/* ---- showing ----------------------------------------------------------------------------- */

static void say_errors(const struct error_list *errors) {
    for (size_t i = 0; i < errors->count; i++) {
        const struct report_error *error = &errors->items[i];
        if (error->line)
            cli_fail("%s:%u:%u: %s", error->file, error->line, error->col, error->message);
        else
            cli_fail("%s: %s", error->file, error->message);
    }
}

int fixing_show(const struct fixing *fixing, const struct analysis *analysis) {
    struct fix_plan plan;
    struct output output;
    char *error = NULL;
    make_plan(&plan, fixing, analysis);
    bool differs = plan.fixes > 0;
    int status = output_open(&output, analysis->options.output, &error);
    if (status == 0) {
        fix_diff(&plan, analysis->root, output.file);
        status = output_close(&output, &error);
    }
    if (differs)
        fprintf(stderr, "aglet: would fix %zu finding%s\n", plan.fixes, plural(plan.fixes));
    say_unsafe(&plan);
    fix_plan_free(&plan);
    say_errors(&analysis->errors);
    if (status != 0)
        return cli_fail_with(error);
    if (analysis->errors.count)
        return EXIT_TROUBLE;
    return differs && !analysis->options.exit_zero ? EXIT_FINDINGS : EXIT_CLEAN;
}
