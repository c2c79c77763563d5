#include <aglet/aglet.h>

AGLET_COROUTINE int copy(void *arg);

// program: Example 1
// text

int main(void) {
    return aglet_run(save, NULL) < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int save(void *arg) {
    aglet_group *group;
    int rc = aglet_group_open(&group);
    if (rc < 0)
        return rc;
    // text
}

int main(void) {
    return aglet_run(save, NULL) < 0;
}
