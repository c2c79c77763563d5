/*
 * compile_commands.json (https://clang.llvm.org/docs/JSONCompilationDatabase.html).
 */
#ifndef AGLET_COMPDB_H
#define AGLET_COMPDB_H

#include <stdbool.h>
#include <stddef.h>

/** One translation unit. All paths are absolute. */
struct compdb_entry {
    char *directory, *file;
    char **arguments; /* arguments[0] is the compiler */
    size_t argument_count;
};

struct compdb {
    char *path;                   /* of the file read; NULL if made by hand */
    struct compdb_entry *entries; /* C units only, sorted by file, one a file */
    size_t count;
    size_t foreign; /* entries left out because they are not C */
};

/**
 * Reads the database of a build directory (or the file itself); `where` NULL looks in the current
 * folder, its parents and their build/ subfolders. Returns 0, or -1 with *error a sentence that
 * the caller frees.
 */
int compdb_read(struct compdb *db, const char *where, char **error);

/** A database of these files, all compiled in this directory (NULL: the current one) with these
 *  arguments. */
void compdb_make(struct compdb *db, const char *directory, char *const *files, size_t file_count,
                 char *const *arguments, size_t argument_count);

void compdb_free(struct compdb *db);

/** The path made absolute against `directory` (NULL: the current one), without "." and "..".
 *  The caller frees. */
char *compdb_absolute(const char *directory, const char *path);

#endif
