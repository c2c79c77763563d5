#include "cli/selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "flow/memory.h"
#include "models/suggest.h"

/* ---- rules ----------------------------------------------------------------------------- */

static char *unknown_rule(const char *name) {
    size_t count;
    const struct rule *const *all = rules_all(&count);
    const char **names = mem_resize(NULL, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = all[i]->name;
    char *ending = suggest_ending(name, names, count);
    char *error = mem_format("unknown rule '%s'%s", name,
                             *ending ? ending : "; 'aglet rules' lists what there is");
    free(ending);
    free(names);
    return error;
}

/* Sets on[i] for each rule in a list of names. */
static char *mark(const char *list, bool value, bool *on) {
    size_t count;
    const struct rule *const *all = rules_all(&count);
    char *copy = mem_text(list), *error = NULL;
    bool named = false;
    for (char *save = NULL, *name = strtok_r(copy, ", ", &save); name && !error;
         name = strtok_r(NULL, ", ", &save)) {
        bool known = strcmp(name, "all") == 0;
        named = true;
        for (size_t i = 0; i < count; i++)
            if (strcmp(name, "all") == 0 || strcmp(name, all[i]->name) == 0) {
                on[i] = value;
                known = true;
            }
        if (!known)
            error = unknown_rule(name);
    }
    free(copy);
    if (!named)
        error = mem_text("the list of rules is empty; 'aglet rules' lists what there is");
    return error;
}

int selection_rules(const char *select, const char *ignore, const struct rule ***rules,
                    size_t *count, char **error) {
    size_t all_count;
    const struct rule *const *all = rules_all(&all_count);
    bool *on = mem_zero(all_count, sizeof *on);
    *error = NULL;
    for (size_t i = 0; i < all_count; i++)
        on[i] = !select && all[i]->tier != RULE_OPT_IN;
    if (select)
        *error = mark(select, true, on);
    if (!*error && ignore)
        *error = mark(ignore, false, on);
    *rules = mem_zero(all_count, sizeof(struct rule *));
    *count = 0;
    for (size_t i = 0; i < all_count; i++)
        if (on[i])
            (*rules)[(*count)++] = all[i];
    free(on);
    if (!*error && *count == 0) /* else everything would be clean */
        *error = mem_text("all rules are ignored: there is nothing to check");
    if (!*error)
        return 0;
    free(*rules);
    *rules = NULL;
    return -1;
}

/* ---- files ----------------------------------------------------------------------------- */

static bool is_below(const char *file, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(file, folder, length) == 0 &&
           (file[length] == '/' || (length && folder[length - 1] == '/'));
}

static size_t mark_files(const struct compdb *db, const char *path, bool folder, bool *wanted) {
    size_t hits = 0;
    for (size_t i = 0; i < db->count; i++) {
        bool hit =
            folder ? is_below(db->entries[i].file, path) : strcmp(db->entries[i].file, path) == 0;
        wanted[i] |= hit;
        hits += hit;
    }
    return hits;
}

static char *mark_path(const struct compdb *db, const char *given, bool *wanted) {
    struct stat st;
    if (stat(given, &st) != 0)
        return mem_format("%s: %s", given, strerror(errno));
    char *real = realpath(given, NULL), *path = compdb_absolute(NULL, given);
    bool folder = S_ISDIR(st.st_mode);
    size_t hits = mark_files(db, path, folder, wanted);
    if (!hits && real)
        hits = mark_files(db, real, folder, wanted);
    free(real);
    free(path);
    if (hits)
        return NULL;
    if (folder)
        return mem_format("%s: no C file below this folder has a compile command in %s", given,
                          db->path);
    return mem_format("%s: there is no compile command for this file in %s: build it with your "
                      "build system, or give the compiler's arguments behind '--'",
                      given, db->path);
}

int selection_files(const struct compdb *db, char *const *paths, size_t path_count, bool **wanted,
                    char **error) {
    *wanted = mem_zero(db->count, sizeof **wanted);
    *error = NULL;
    if (path_count == 0)
        memset(*wanted, 1, db->count);
    for (size_t i = 0; i < path_count && !*error; i++)
        *error = mark_path(db, paths[i], *wanted);
    if (!*error)
        return 0;
    free(*wanted);
    *wanted = NULL;
    return -1;
}
