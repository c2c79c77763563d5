#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/memory.h"

/* What the file has if it is there, else what open(2) would give a new one. */
static mode_t wanted_mode(const char *path) {
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* The path of the file itself: a link stays a link. The caller frees. */
static char *behind_links(const char *path) {
    char *real = realpath(path, NULL);
    return real ? real : mem_text(path);
}

/* A new file beside the one that is to be written, to be renamed over it. What ends the process
   waits until then, so that it does not stay. */
static FILE *open_beside(struct output *output) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, &output->mask);
    output->target = behind_links(output->path);
    output->temporary = mem_format("%s.XXXXXX", output->target);
    int fd = mkstemp(output->temporary);
    if (fd < 0)
        return NULL;
    fchmod(fd, wanted_mode(output->target));
    FILE *to = fdopen(fd, "w");
    if (!to)
        close(fd);
    return to;
}

/* Leaves the output as it was before it was opened. */
static void tidy(struct output *output) {
    if (!output->temporary)
        return;
    free(output->temporary);
    free(output->target);
    sigprocmask(SIG_SETMASK, &output->mask, NULL);
}

/* Devices and pipes are written to directly: they cannot be renamed over. */
static int is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static char *not_written(const char *path, int problem) {
    return mem_format("%s: cannot be written: %s", path, strerror(problem));
}

char *output_problem(const char *path) {
    if (!*path)
        return mem_text("the name of the output is empty");
    char *file = behind_links(path), *slash = strrchr(file, '/'), *problem = NULL;
    if (slash)
        slash[slash == file] = 0; /* the folder */
    const char *changed = is_special(path) ? path : slash ? file : ".";
    if (access(changed, W_OK) != 0)
        problem = not_written(path, errno);
    free(file);
    return problem;
}

int output_open(struct output *output, const char *path, char **error) {
    *output = (struct output){.file = stdout, .path = path};
    if (!path)
        return 0;
    output->file = is_special(path) ? fopen(path, "w") : open_beside(output);
    if (output->file)
        return 0;
    *error = not_written(path, errno);
    tidy(output);
    return -1;
}

int output_close(struct output *output, char **error) {
    int failed = fflush(output->file) != 0 || ferror(output->file);
    int problem = errno;
    if (output->path && fclose(output->file) != 0 && !failed) {
        failed = 1;
        problem = errno;
    }
    if (!failed && output->temporary && rename(output->temporary, output->target) != 0) {
        failed = 1;
        problem = errno;
    }
    if (failed) {
        *error = not_written(output->path ? output->path : "standard output", problem);
        if (output->temporary)
            unlink(output->temporary);
    }
    tidy(output);
    return failed ? -1 : 0;
}
