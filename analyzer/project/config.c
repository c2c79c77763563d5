#include "project/config.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow/file.h"
#include "flow/memory.h"
#include "models/model_reader.h"
#include "models/suggest.h"
#include "project/compdb.h"
#include "project/words.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The file that is read, and the names that may stand in it. */
struct reading {
    struct model_reader at;
    struct config *config;
    const char *const *rules;
    size_t rule_count;
};

char *config_find(void) {
    char folder[PATH_MAX];
    if (!getcwd(folder, sizeof folder))
        return NULL;
    for (;;) {
        char *path = mem_format("%s/" CONFIG_NAME, strcmp(folder, "/") == 0 ? "" : folder);
        if (access(path, F_OK) == 0)
            return path;
        free(path);
        char *slash = strrchr(folder, '/');
        if (!slash || strcmp(folder, "/") == 0)
            return NULL;
        slash[slash == folder] = 0;
    }
}

static void free_list(struct config_list *list) {
    words_free(list->items, list->count);
}

void config_free(struct config *config) {
    struct config_list *lists[] = {&config->select,       &config->ignore,    &config->exclude,
                                   &config->constructors, &config->libraries, &config->models};
    for (size_t i = 0; i < COUNT(lists); i++)
        free_list(lists[i]);
    for (size_t i = 0; i < config->exception_count; i++) {
        free(config->exceptions[i].pattern);
        free_list(&config->exceptions[i].ignore);
    }
    for (size_t i = 0; i < config->severity_count; i++)
        free(config->severities[i].rule);
    free(config->exceptions);
    free(config->severities);
    free(config->roles);
    free(config->build);
    free(config->folder);
    free(config->path);
    free(config->text);
    *config = (struct config){0};
}

static bool is_in(const struct config_list *list, const char *text) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* ---- values ------------------------------------------------------------------------------ */

static int read_text(struct reading *r, const char *key, const json_t *value) {
    reader_enter(&r->at, key);
    if (!json_is_string(value) || !*json_string_value(value))
        return reader_fail(&r->at, "must be text, not %s",
                           json_is_string(value) ? "empty" : reader_type_of(value));
    reader_leave(&r->at);
    return 0;
}

static int check_rule(struct reading *r, const char *name) {
    for (size_t i = 0; i < r->rule_count; i++)
        if (strcmp(r->rules[i], name) == 0)
            return 0;
    char *ending = suggest_ending(name, r->rules, r->rule_count);
    char *why = mem_format("there is no rule '%s'%s", name,
                           *ending ? ending : "; 'aglet rules' lists what there is");
    free(ending);
    return reader_fail_with(&r->at, why);
}

static int check_function(struct reading *r, const char *name) {
    return reader_is_name(name, false)
               ? 0
               : reader_fail(&r->at, "'%s' is not the name of a C function", name);
}

/* What the texts of a list are. */
enum list_of { TEXTS, RULES, CHOSEN_RULES, FUNCTIONS };

static int check_item(struct reading *r, enum list_of kind, const char *text) {
    if (kind == FUNCTIONS)
        return check_function(r, text);
    return kind == TEXTS || strcmp(text, "all") == 0 ? 0 : check_rule(r, text);
}

static int read_list(struct reading *r, const char *key, const json_t *value, enum list_of kind,
                     struct config_list *list) {
    if (!value)
        return 0;
    reader_enter(&r->at, key);
    list->given = true;
    if (!json_is_array(value))
        return reader_fail(&r->at, "must be an array, not %s", reader_type_of(value));
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        reader_enter_index(&r->at, i);
        if (!json_is_string(item))
            return reader_fail(&r->at, "must be text, not %s", reader_type_of(item));
        const char *text = json_string_value(item);
        if (check_item(r, kind, text) < 0)
            return -1;
        words_add(&list->items, &list->count, text);
        reader_leave(&r->at);
    }
    if (kind == CHOSEN_RULES && list->count == 0) /* else everything would be clean */
        return reader_fail(&r->at, "must name a rule; 'aglet rules' lists what there is");
    reader_leave(&r->at);
    return 0;
}

static int check_object(struct reading *r, const json_t *value) {
    return json_is_object(value)
               ? 0
               : reader_fail(&r->at, "must be an object, not %s", reader_type_of(value));
}

static int read_severities(struct reading *r, json_t *value) {
    static const char *const words[] = {"note", "warning", "error"};
    if (!value)
        return 0;
    reader_enter(&r->at, "severity");
    if (check_object(r, value) < 0)
        return -1;
    struct config *config = r->config;
    config->severities = mem_zero(json_object_size(value) + 1, sizeof *config->severities);
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
        const char *rule = json_object_iter_key(at);
        const char *word = json_string_value(json_object_iter_value(at));
        size_t i = 0;
        reader_enter(&r->at, rule);
        if (check_rule(r, rule) < 0)
            return -1;
        while (i < COUNT(words) && (!word || strcmp(word, words[i]) != 0))
            i++;
        if (i == COUNT(words))
            return reader_fail(&r->at, "must be \"error\", \"warning\" or \"note\"");
        config->severities[config->severity_count++] =
            (struct config_severity){mem_text(rule), (enum diag_severity)i};
        reader_leave(&r->at);
    }
    reader_leave(&r->at);
    return 0;
}

static int read_exceptions(struct reading *r, json_t *value) {
    static const char *const known[] = {"ignore"};
    if (!value)
        return 0;
    reader_enter(&r->at, "per-path");
    if (check_object(r, value) < 0)
        return -1;
    struct config *config = r->config;
    config->exceptions = mem_zero(json_object_size(value) + 1, sizeof *config->exceptions);
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
        const json_t *entry = json_object_iter_value(at);
        reader_enter(&r->at, json_object_iter_key(at));
        if (check_object(r, entry) < 0 ||
            reader_check_keys(&r->at, entry, "a path's entry", known, COUNT(known)) < 0)
            return -1;
        struct config_exception *exception = &config->exceptions[config->exception_count++];
        exception->pattern = mem_text(json_object_iter_key(at));
        if (read_list(r, "ignore", json_object_get(entry, "ignore"), RULES, &exception->ignore) < 0)
            return -1;
        reader_leave(&r->at);
    }
    reader_leave(&r->at);
    return 0;
}

/* ---- functions --------------------------------------------------------------------------- */

static int read_coroutines(struct reading *r, const json_t *value, json_t *functions) {
    struct config_list names = {0};
    int failed = read_list(r, "coroutines", value, FUNCTIONS, &names);
    for (size_t i = 0; !failed && i < names.count; i++)
        json_object_set_new(functions, names.items[i],
                            json_pack("{s:b, s:b}", "partial", true, "coroutine", true));
    free_list(&names);
    return failed;
}

/* What may keep a thread waiting; locks and computing are too often short. */
static int read_kind(struct reading *r, const json_t *value) {
    static const char *const kinds[] = {"sleep", "io", "net", "dns", "process", "wait", "db"};
    for (size_t i = 0; json_is_string(value) && i < COUNT(kinds); i++)
        if (strcmp(json_string_value(value), kinds[i]) == 0)
            return 0;
    return reader_fail(&r->at, "must be one of sleep, io, net, dns, process, wait, db");
}

static int read_blocking(struct reading *r, json_t *value, json_t *functions) {
    if (!value)
        return 0;
    reader_enter(&r->at, "blocking");
    if (check_object(r, value) < 0)
        return -1;
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
        json_t *kind = json_object_iter_value(at);
        reader_enter(&r->at, json_object_iter_key(at));
        if (check_function(r, json_object_iter_key(at)) < 0 || read_kind(r, kind) < 0)
            return -1;
        json_object_set_new(functions, json_object_iter_key(at),
                            json_pack("{s:b, s:{s:O}}", "partial", true, "blocks", "kind", kind));
        reader_leave(&r->at);
    }
    reader_leave(&r->at);
    return 0;
}

/* As entries of a model, which tell but one thing of a function. */
static int read_functions(struct reading *r, const json_t *root) {
    json_t *functions = json_object();
    int failed = read_coroutines(r, json_object_get(root, "coroutines"), functions) < 0 ||
                         read_blocking(r, json_object_get(root, "blocking"), functions) < 0
                     ? -1
                     : 0;
    if (!failed && json_object_size(functions)) {
        json_t *model = json_pack("{s:i, s:s, s:O}", "model", 1, "name", "this project",
                                  "functions", functions);
        r->config->roles = json_dumps(model, JSON_COMPACT);
        json_decref(model);
    }
    json_decref(functions);
    return failed;
}

/* ---- the file ---------------------------------------------------------------------------- */

static int read_root(struct reading *r, const json_t *root) {
    static const char *const known[] = {"$schema",    "build",    "select",    "ignore",
                                        "severity",   "exclude",  "per-path",  "constructors",
                                        "coroutines", "blocking", "libraries", "models"};
    struct config *config = r->config;
    const struct {
        const char *key;
        struct config_list *list;
        enum list_of kind;
    } lists[] = {
        {"select", &config->select, CHOSEN_RULES}, {"ignore", &config->ignore, RULES},
        {"exclude", &config->exclude, TEXTS},      {"constructors", &config->constructors, TEXTS},
        {"libraries", &config->libraries, TEXTS},  {"models", &config->models, TEXTS}};
    if (check_object(r, root) < 0 ||
        reader_check_keys(&r->at, root, "a configuration", known, COUNT(known)) < 0)
        return -1;
    for (size_t i = 0; i < COUNT(lists); i++)
        if (read_list(r, lists[i].key, json_object_get(root, lists[i].key), lists[i].kind,
                      lists[i].list) < 0)
            return -1;
    for (size_t i = 0; i < config->models.count; i++) {
        char *model = compdb_absolute(config->folder, config->models.items[i]);
        free(config->models.items[i]);
        config->models.items[i] = model;
    }
    const json_t *build = json_object_get(root, "build");
    if (build && read_text(r, "build", build) < 0)
        return -1;
    if (build)
        config->build = compdb_absolute(config->folder, json_string_value(build));
    return read_severities(r, json_object_get(root, "severity")) < 0 ||
                   read_exceptions(r, json_object_get(root, "per-path")) < 0
               ? -1
               : read_functions(r, root);
}

int config_read(struct config *config, const char *path, const char *const *rules,
                size_t rule_count, char **error) {
    json_error_t syntax;
    size_t length;
    *config = (struct config){0};
    char *text = file_read(path, 0, &length, error);
    if (!text)
        return -1;
    config->text = text;
    config->length = length;
    config->path = compdb_absolute(NULL, path);
    config->folder = mem_text(config->path);
    char *slash = strrchr(config->folder, '/');
    slash[slash == config->folder] = 0;
    struct reading r = {
        {.path = path, .text = text, .length = length, .error = error}, config, rules, rule_count};
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &syntax);
    int result = -1;
    if (root)
        result = read_root(&r, root);
    else
        *error =
            mem_format("%s:%d: not JSON: %s", path, syntax.line > 0 ? syntax.line : 1, syntax.text);
    json_decref(root);
    if (result < 0)
        config_free(config);
    return result;
}

static void add_name(const struct model_library *library, void *data) {
    struct config_list *names = data;
    words_add(&names->items, &names->count, library->name);
}

/* A library that is not known would leave nothing to be found, and nothing would say so. */
static int check_libraries(const struct config *config, const struct model_set *set, char **error) {
    struct model_reader at = {
        .path = config->path, .text = config->text, .length = config->length, .error = error};
    struct config_list known = {0};
    int failed = 0;
    model_each_library(set, add_name, &known);
    reader_enter(&at, "libraries");
    for (size_t i = 0; i < config->libraries.count && !failed; i++) {
        const char *name = config->libraries.items[i];
        if (is_in(&known, name))
            continue;
        char *ending = suggest_ending(name, (const char *const *)known.items, known.count);
        reader_enter_index(&at, i);
        failed = reader_fail(&at, "there is no model '%s'%s", name, ending);
        free(ending);
    }
    free_list(&known);
    return failed;
}

int config_add_models(const struct config *config, struct model_set *set, char **error) {
    for (size_t i = 0; i < config->models.count; i++)
        if (model_set_add_file(set, config->models.items[i], error) < 0)
            return -1;
    if (check_libraries(config, set, error) < 0)
        return -1;
    return config->roles
               ? model_set_add_text(set, config->path, config->roles, strlen(config->roles), error)
               : 0;
}

/* ---- findings ---------------------------------------------------------------------------- */

/* A pattern matches a path below the configuration's folder, or a folder that it lies in; a star
   stands for slashes, too. */
static bool matches(const struct config *config, const char *pattern, const char *file) {
    size_t length = strlen(config->folder);
    if (strncmp(file, config->folder, length) == 0 && file[length] == '/')
        file += length + 1;
    char *part = mem_text(file);
    bool hit = false;
    for (char *end = part + strlen(part); end && !hit; end = strrchr(part, '/')) {
        *end = 0;
        hit = fnmatch(pattern, part, 0) == 0;
    }
    free(part);
    return hit;
}

static bool ignores(const struct config_list *rules, const char *rule) {
    return is_in(rules, rule) || is_in(rules, "all");
}

static bool is_wanted(const struct config *config, const struct diag *diag) {
    for (size_t i = 0; i < config->exclude.count; i++)
        if (matches(config, config->exclude.items[i], diag->range.file))
            return false;
    for (size_t i = 0; i < config->exception_count; i++)
        if (ignores(&config->exceptions[i].ignore, diag->rule) &&
            matches(config, config->exceptions[i].pattern, diag->range.file))
            return false;
    return true;
}

void config_apply(const struct config *config, struct diag_list *diags) {
    size_t kept = 0;
    for (size_t i = 0; i < diags->count; i++) {
        struct diag *diag = &diags->items[i];
        if (config->folder && !is_wanted(config, diag))
            continue;
        for (size_t k = 0; k < config->severity_count; k++)
            if (strcmp(config->severities[k].rule, diag->rule) == 0)
                diag->severity = config->severities[k].severity;
        diags->items[kept++] = *diag;
    }
    diags->count = kept;
}
