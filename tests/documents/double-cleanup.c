#include <aglet/aglet.h>
#include <fcntl.h>
#include <stdlib.h>

// program: Example 1
// text

int main(void) {
    return aglet_run(copy, "copy") < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int copy(void *path) {
    aglet_file *file;
    int rc = aglet_file_open(path, O_WRONLY, 0, &file);
    if (rc < 0)
        return rc;
    // text
}

int main(void) {
    return aglet_run(copy, "copy") < 0;
}

// program: Use instead 2
int use(size_t size) {
    char *copy = malloc(size);
    // text
    free(copy);
    return 0;
}
