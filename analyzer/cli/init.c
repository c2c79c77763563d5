/*
 * aglet init: a first configuration that fits the project.
 */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "flow/file.h"
#include "flow/memory.h"
#include "project/compdb.h"
#include "project/config.h"

/* What was seen of the project; the lists are JSON arrays of texts. */
struct survey {
    char here[PATH_MAX];
    struct compdb db;
    json_t *foreign, *tests, *libraries;
    struct model_set *models;
};

/* ---- lists ----------------------------------------------------------------------------- */

static void add_once(json_t *list, const char *text) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
            return;
    json_array_append_new(list, json_string(text));
}

static bool is_among(const char *word, const char *const *words) {
    for (; *words; words++)
        if (strcasecmp(word, *words) == 0)
            return true;
    return false;
}

/* The path below this folder; NULL for one that is not. */
static const char *below(const struct survey *survey, const char *path) {
    size_t length = strlen(survey->here);
    return strncmp(path, survey->here, length) == 0 && path[length] == '/' ? path + length + 1
                                                                           : NULL;
}

/* ---- folders --------------------------------------------------------------------------- */

/* Adds the path up to the first folder that has one of the names. */
static bool add_folder(json_t *list, const char *path, const char *const *names) {
    char *copy = mem_text(path);
    bool found = false;
    for (char *start = copy, *slash; !found && (slash = strchr(start, '/')); start = slash + 1) {
        *slash = 0;
        found = is_among(start, names);
        if (found)
            add_once(list, copy);
        *slash = '/';
    }
    free(copy);
    return found;
}

static void see_folders(struct survey *survey, const char *file) {
    static const char *const foreign[] = {"third_party", "third-party", "thirdparty", "3rdparty",
                                          "vendor",      "vendored",    "external",   "extern",
                                          "deps",        "subprojects", NULL};
    static const char *const tests[] = {"test", "tests", "testing", "t", NULL};
    const char *path = below(survey, file);
    if (path && !add_folder(survey->foreign, path, foreign))
        add_folder(survey->tests, path, tests);
}

/* ---- libraries ------------------------------------------------------------------------- */

/* The next name that is included, at *at, with its length; NULL after the last. */
static const char *next_include(const char **at, size_t *length) {
    for (const char *line = *at; line && *line; line = *at) {
        const char *end = strchr(line, '\n');
        *at = end ? end + 1 : line + strlen(line);
        line += strspn(line, " \t");
        if (*line != '#')
            continue;
        line += 1 + strspn(line + 1, " \t");
        if (strncmp(line, "include", 7) != 0)
            continue;
        line += 7 + strspn(line + 7, " \t");
        *length = *line == '<' || *line == '"' ? strcspn(line + 1, ">\"\n") : 0;
        if (*length)
            return line + 1;
    }
    return NULL;
}

struct included {
    struct survey *survey;
    const char *name;
    size_t length;
};

static void compare_library(const struct model_library *library, void *data) {
    const struct included *included = data;
    for (size_t i = 0; i < library->header_count; i++)
        if (strlen(library->headers[i]) == included->length &&
            memcmp(library->headers[i], included->name, included->length) == 0)
            add_once(included->survey->libraries, library->name);
}

static void see_includes(struct survey *survey, const char *path) {
    char *error = NULL;
    size_t length;
    char *text = file_read(path, 0, &length, &error);
    free(error);
    if (!text)
        return;
    text = mem_resize(text, length + 1, 1);
    text[length] = 0;
    const char *at = text;
    struct included included = {.survey = survey};
    while ((included.name = next_include(&at, &included.length)))
        model_each_library(survey->models, compare_library, &included);
    free(text);
}

/* ---- the file -------------------------------------------------------------------------- */

static json_t *configuration(const struct survey *survey) {
    json_t *root = json_object();
    char *folder = mem_text(survey->db.path);
    *strrchr(folder, '/') = 0;
    const char *build = strcmp(folder, survey->here) == 0 ? "." : below(survey, folder);
    json_object_set_new(root, "build", json_string(build ? build : folder));
    free(folder);
    if (json_array_size(survey->foreign))
        json_object_set(root, "exclude", survey->foreign);
    json_t *paths = json_object();
    for (size_t i = 0; i < json_array_size(survey->tests); i++)
        json_object_set_new(paths, json_string_value(json_array_get(survey->tests, i)),
                            json_pack("{s:[]}", "ignore"));
    if (json_object_size(paths))
        json_object_set(root, "per-path", paths);
    json_decref(paths);
    return root;
}

static void print_list(const char *before, const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++)
        printf("%s%s", i ? ", " : before, json_string_value(json_array_get(list, i)));
}

static int write_configuration(const struct survey *survey) {
    char *error = NULL;
    struct output output;
    if (output_open(&output, CONFIG_NAME, &error) != 0)
        return cli_fail_with(error);
    json_t *root = configuration(survey);
    json_dumpf(root, output.file, JSON_INDENT(2));
    fputc('\n', output.file);
    json_decref(root);
    if (output_close(&output, &error) != 0)
        return cli_fail_with(error);
    printf("wrote " CONFIG_NAME " for %zu C files", survey->db.count);
    print_list("; written with ", survey->libraries);
    print_list("; findings are left out in ", survey->foreign);
    printf("\n");
    return cli_finish(EXIT_CLEAN);
}

static int survey_project(struct survey *survey, const char *build) {
    char *error = NULL;
    if (!getcwd(survey->here, sizeof survey->here))
        return cli_fail("the current folder has no name any more");
    if (access(CONFIG_NAME, F_OK) == 0)
        return cli_fail(CONFIG_NAME ": is here already: edit it, or remove it first");
    if (model_set_add_bundled(survey->models, &error) != 0 ||
        compdb_read(&survey->db, build, &error) != 0)
        return cli_fail_with(error);
    for (size_t i = 0; i < survey->db.count; i++) {
        see_folders(survey, survey->db.entries[i].file);
        see_includes(survey, survey->db.entries[i].file);
    }
    return 0;
}

static int run_init(int argc, char **argv) {
    static const struct option longs[] = {{"build", required_argument, NULL, 'p'},
                                          {NULL, 0, NULL, 0}};
    const char *build = NULL;
    for (int option; (option = cli_option(argc, argv, ":p:", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        build = optarg;
    }
    if (optind < argc)
        return cli_fail("'aglet init' takes no argument; run it in the project's root folder");
    struct survey survey = {.foreign = json_array(),
                            .tests = json_array(),
                            .libraries = json_array(),
                            .models = model_set_new()};
    int status = survey_project(&survey, build);
    if (!status)
        status = write_configuration(&survey);
    compdb_free(&survey.db);
    model_set_free(survey.models);
    json_decref(survey.foreign);
    json_decref(survey.tests);
    json_decref(survey.libraries);
    return status;
}

const struct cli_command cli_init = {
    .name = "init",
    .summary = "writes a first " CONFIG_NAME " that fits the project",
    .help =
        "usage: aglet init [-p DIR]\n"
        "\n"
        "Writes " CONFIG_NAME " into this folder: where the compile database is, folders of\n"
        "others' code to leave out, folders of tests for exceptions of your own. Most projects\n"
        "need none; docs/configuration.md tells what there is.\n"
        "\n"
        "Options:\n"
        "  -p, --build DIR  folder of compile_commands.json; else it is looked for here, in\n"
        "                   the folders above, and in their build/\n"
        "\n"
        "Example: aglet init -p build\n",
    .run = run_init,
};
