#include "project/compdb.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/memory.h"
#include "project/words.h"

/* ---- paths ----------------------------------------------------------------------------- */

char *compdb_absolute(const char *directory, const char *path) {
    char here[PATH_MAX] = "/";
    if (!directory && path[0] != '/' && !getcwd(here, sizeof here))
        here[0] = 0;
    const char *base = path[0] == '/' ? "" : directory ? directory : here;
    char *whole = mem_resize(NULL, strlen(base) + strlen(path) + 2, 1);
    sprintf(whole, "%s/%s", base, path);
    char *out = mem_resize(NULL, strlen(whole) + 2, 1);
    size_t length = 0;
    for (char *save = NULL, *part = strtok_r(whole, "/", &save); part;
         part = strtok_r(NULL, "/", &save)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            while (length && out[--length] != '/') {
            }
            continue;
        }
        out[length++] = '/';
        memcpy(out + length, part, strlen(part));
        length += strlen(part);
    }
    if (length == 0)
        out[length++] = '/';
    out[length] = 0;
    free(whole);
    return out;
}

/* ---- entries --------------------------------------------------------------------------- */

/* By -x as far as it is given, the last one counts; else by the name. */
static bool is_c(const struct compdb_entry *entry) {
    const char *language = NULL, *dot = strrchr(entry->file, '.');
    for (size_t i = 1; i < entry->argument_count; i++) {
        const char *word = entry->arguments[i];
        if (strcmp(word, "-x") == 0 && i + 1 < entry->argument_count)
            language = entry->arguments[++i];
        else if (strncmp(word, "-x", 2) == 0 && word[2])
            language = word + 2;
    }
    if (language && strcmp(language, "none") != 0)
        return strcmp(language, "c") == 0 || strcmp(language, "cpp-output") == 0;
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".i") == 0);
}

static void free_entry(struct compdb_entry *entry) {
    words_free(entry->arguments, entry->argument_count);
    free(entry->directory);
    free(entry->file);
}

void compdb_free(struct compdb *db) {
    for (size_t i = 0; i < db->count; i++)
        free_entry(&db->entries[i]);
    free(db->entries);
    free(db->path);
    *db = (struct compdb){0};
}

/* ---- reading --------------------------------------------------------------------------- */

static void push(struct compdb *db, struct compdb_entry entry) {
    db->entries = mem_resize(db->entries, db->count + 1, sizeof *db->entries);
    db->entries[db->count++] = entry;
}

/* "arguments" or "command" of an entry; false when there is no compiler in them. */
static bool read_arguments(struct compdb_entry *entry, const json_t *object) {
    const json_t *arguments = json_object_get(object, "arguments"), *item;
    const char *command = json_string_value(json_object_get(object, "command"));
    size_t i;
    if (command && !arguments)
        words_split(command, &entry->arguments, &entry->argument_count);
    json_array_foreach(arguments, i, item) {
        if (!json_is_string(item))
            return false;
        words_add(&entry->arguments, &entry->argument_count, json_string_value(item));
    }
    return entry->argument_count > 0 && *entry->arguments[0];
}

static char *read_entry(struct compdb *db, const json_t *object, size_t index) {
    const char *directory = json_string_value(json_object_get(object, "directory"));
    const char *file = json_string_value(json_object_get(object, "file"));
    struct compdb_entry entry = {0};
    if (!directory || !file || !*file || !read_arguments(&entry, object)) {
        free_entry(&entry);
        return mem_format("%s: entry %zu needs \"directory\", \"file\", and the compiler with its "
                          "arguments as \"arguments\" (an array of strings) or \"command\": make "
                          "the file again with your build system",
                          db->path, index + 1);
    }
    char *base = mem_text(db->path);
    *strrchr(base, '/') = 0;
    entry.directory = compdb_absolute(base, directory);
    free(base);
    entry.file = compdb_absolute(entry.directory, file);
    if (is_c(&entry)) {
        push(db, entry);
    } else {
        db->foreign++;
        free_entry(&entry);
    }
    return NULL;
}

static int compare_entries(const void *a, const void *b) {
    const struct compdb_entry *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (order == 0)
        order = strcmp(x->directory, y->directory);
    for (size_t i = 0; order == 0 && i < x->argument_count && i < y->argument_count; i++)
        order = strcmp(x->arguments[i], y->arguments[i]);
    if (order == 0)
        order = (x->argument_count > y->argument_count) - (x->argument_count < y->argument_count);
    return order;
}

/* Of several commands for a file one counts, whatever the order of the database. */
static void sort_entries(struct compdb *db) {
    for (size_t i = 1; i < db->count; i++) /* mostly sorted already, or small */
        if (compare_entries(&db->entries[i - 1], &db->entries[i]) > 0) {
            qsort(db->entries, db->count, sizeof *db->entries, compare_entries);
            break;
        }
    size_t kept = 0;
    for (size_t i = 0; i < db->count; i++) {
        if (kept && strcmp(db->entries[kept - 1].file, db->entries[i].file) == 0)
            free_entry(&db->entries[i]);
        else
            db->entries[kept++] = db->entries[i];
    }
    db->count = kept;
}

static char *read_database(struct compdb *db, const char *path) {
    char *error = NULL;
    json_error_t problem;
    FILE *file = fopen(path, "rb");
    if (!file)
        return mem_format("%s: %s", path, strerror(errno));
    json_t *root = json_loadf(file, 0, &problem);
    int unread = ferror(file) ? errno : 0;
    fclose(file);
    db->path = compdb_absolute(NULL, path);
    if (unread)
        error = mem_format("%s: %s", path, strerror(unread));
    else if (!root)
        error = mem_format("%s:%d: this is not valid JSON (%s): make the file again with your "
                           "build system",
                           path, problem.line, problem.text);
    else if (!json_is_array(root))
        error = mem_format("%s: a compile database is an array of commands, this is not one: name "
                           "the folder of your build system's compile_commands.json",
                           path);
    for (size_t i = 0; !error && i < json_array_size(root); i++)
        error = read_entry(db, json_array_get(root, i), i);
    json_decref(root);
    if (!error)
        sort_entries(db);
    return error;
}

/* ---- finding --------------------------------------------------------------------------- */

static bool is_file(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static char *try_folder(const char *folder) {
    static const char *const places[] = {"compile_commands.json", "build/compile_commands.json"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = mem_format("%s/%s", folder, places[i]);
        if (is_file(path))
            return path;
        free(path);
    }
    return NULL;
}

static char *search_upwards(void) {
    char folder[PATH_MAX];
    if (!getcwd(folder, sizeof folder))
        return NULL;
    for (;;) {
        char *found = try_folder(folder);
        if (found)
            return found;
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            return NULL;
        *slash = 0;
    }
}

static const char how_to_get_one[] =
    "get one with 'cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON', with meson (it writes one), or with "
    "'bear -- make'";

int compdb_read(struct compdb *db, const char *where, char **error) {
    *db = (struct compdb){0};
    char *path = NULL;
    if (where && !*where) {
        *error = mem_text("the name of the compile database's folder is empty");
        return -1;
    }
    if (!where)
        path = search_upwards();
    else if (is_file(where))
        path = mem_text(where);
    else
        path = mem_format("%s/compile_commands.json", where);
    if (!path)
        *error = mem_format("there is no compile_commands.json here or in a folder above: %s, and "
                            "name its folder with -p DIR",
                            how_to_get_one);
    else if (!is_file(path))
        *error = mem_format("%s: no such file: %s", path, how_to_get_one);
    else
        *error = read_database(db, path);
    free(path);
    if (!*error)
        return 0;
    compdb_free(db);
    return -1;
}

/* The compile command may have the file's name in it. */
static bool names_file(const struct compdb_entry *entry) {
    bool found = false;
    for (size_t i = 1; i < entry->argument_count; i++) {
        char *path = compdb_absolute(entry->directory, entry->arguments[i]);
        found |= strcmp(path, entry->file) == 0;
        free(path);
    }
    return found;
}

void compdb_make(struct compdb *db, const char *directory, char *const *files, size_t file_count,
                 char *const *arguments, size_t argument_count) {
    *db = (struct compdb){0};
    for (size_t i = 0; i < file_count; i++) {
        struct compdb_entry entry = {.directory =
                                         compdb_absolute(NULL, directory ? directory : "."),
                                     .file = compdb_absolute(NULL, files[i])};
        words_add(&entry.arguments, &entry.argument_count, "cc");
        for (size_t k = 0; k < argument_count; k++)
            words_add(&entry.arguments, &entry.argument_count, arguments[k]);
        if (!names_file(&entry))
            words_add(&entry.arguments, &entry.argument_count, entry.file);
        push(db, entry);
    }
    sort_entries(db);
}
