#include <aglet/aglet.h>
#include <fcntl.h>

// program: Example 1, Use instead 2
// text

static AGLET_COROUTINE int work(void *path) {
    return append(path);
}

int main(void) {
    return aglet_run(work, "log") < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int append(void *path) {
    aglet_file *file;
    ssize_t rc = aglet_file_open(path, O_WRONLY, 0, &file);
    if (rc < 0)
        return (int)rc;
    // text
}

int main(void) {
    return aglet_run(append, "log") < 0;
}

// program: Options 1
struct db;
struct cursor;
// text

int use(struct db *db) {
    struct cursor *cursor = cursor_open(db), *found;
    if (cursor)
        cursor_close(cursor);
    if (cursor_find(db, &found) == 0)
        cursor_close(found);
    return 0;
}
