/*
 * Runs a fuzz target on files instead of a fuzzer's inputs: those named, and all in folders named.
 * Each input is in memory of exactly its size, for the sanitizers.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *path) {
    perror(path);
    exit(1);
}

static size_t run_file(const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    if (!file || !data || fread(data, 1, size, file) != size)
        fail(path);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

/* Returns how many inputs were run. */
static size_t run_path(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0)
        fail(path);
    if (!S_ISDIR(status.st_mode))
        return run_file(path, (size_t)status.st_size);
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        fail(path);
    size_t run = 0;
    for (int i = 0; i < count; i++) {
        char whole[4096];
        snprintf(whole, sizeof whole, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run += run_path(whole);
        free(entries[i]);
    }
    free(entries);
    return run;
}

int main(int argc, char **argv) {
    size_t run = 0;
    for (int i = 1; i < argc; i++)
        run += run_path(argv[i]);
    printf("%zu inputs\n", run);
    return run ? 0 : 1;
}
