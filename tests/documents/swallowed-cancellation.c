#include <aglet/aglet.h>
#include <errno.h>

AGLET_COROUTINE AGLET_SUSPENDS int serve_one(void *server);
void log_error(int error);

// program: Example 1, Use instead 1
// text

int main(void) {
    return aglet_run(serve, NULL) < 0;
}
