#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/memory.h"

/* Devices and pipes are written to directly: they cannot be renamed over. */
static int is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int output_open(struct output *output, const char *path, char **error) {
    *output = (struct output){.file = stdout, .path = path};
    if (!path)
        return 0;
    if (is_special(path)) {
        output->file = fopen(path, "w");
    } else {
        output->temporary = mem_format("%s.XXXXXX", path);
        int fd = mkstemp(output->temporary);
        if (fd >= 0)
            fchmod(fd, 0644);
        output->file = fd < 0 ? NULL : fdopen(fd, "w");
    }
    if (output->file)
        return 0;
    *error = mem_format("%s: cannot be written: %s", path, strerror(errno));
    free(output->temporary);
    return -1;
}

int output_close(struct output *output, char **error) {
    int failed = fflush(output->file) != 0 || ferror(output->file);
    int problem = errno;
    if (output->path && fclose(output->file) != 0 && !failed) {
        failed = 1;
        problem = errno;
    }
    if (!failed && output->temporary && rename(output->temporary, output->path) != 0) {
        failed = 1;
        problem = errno;
    }
    if (failed) {
        *error = mem_format("%s: cannot be written: %s",
                            output->path ? output->path : "standard output", strerror(problem));
        if (output->temporary)
            unlink(output->temporary);
    }
    free(output->temporary);
    return failed ? -1 : 0;
}
