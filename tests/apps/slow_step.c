/* Linked into the service by --wrap: each sqlite3_step() takes SLOW_STEP_MS milliseconds more, as
 * on a disk that is slow. */
#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);

int __wrap_sqlite3_step(sqlite3_stmt *statement) {
    const char *text = getenv("SLOW_STEP_MS");
    long ms = text ? atol(text) : 0;
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
    return __real_sqlite3_step(statement);
}
