/*
 * Compile databases. What is read has absolute paths and a compiler for each unit, sorted and each
 * file once; what is refused comes with a sentence.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "project/compdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth) {
    if (!truth)
        abort();
}

static void check_entry(const struct compdb_entry *entry) {
    require(entry->directory && entry->directory[0] == '/');
    require(entry->file && entry->file[0] == '/' && !strstr(entry->file, "/../"));
    for (size_t i = 0; i < entry->argument_count; i++)
        require(entry->arguments[i] != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int fd = memfd_create("compile_commands.json", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    char path[64], *error = NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct compdb db = {0};
    if (compdb_read(&db, path, &error) != 0) {
        require(error && *error);
        free(error);
    } else {
        for (size_t i = 0; i < db.count; i++) {
            check_entry(&db.entries[i]);
            require(i == 0 || strcmp(db.entries[i - 1].file, db.entries[i].file) < 0);
        }
    }
    compdb_free(&db);
    close(fd);
    return 0;
}
