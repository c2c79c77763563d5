#include <aglet/aglet.h>
#include <errno.h>

AGLET_COROUTINE AGLET_SUSPENDS int save(void *document);

AGLET_COROUTINE AGLET_SUSPENDS AGLET_SHIELDS(1) int wait_shielded(aglet_task *task);

// program: Example 1, Use instead 1, Use instead 2
static AGLET_COROUTINE int leave(void *document) {
    // text
}

int main(void) {
    return aglet_run(leave, NULL) < 0;
}
