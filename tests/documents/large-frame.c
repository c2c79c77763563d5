#include <aglet/aglet.h>
#include <stdlib.h>

AGLET_COROUTINE AGLET_SUSPENDS int receive(char *body, size_t size);

// program: Example 1, Use instead 1
// text: if (receive(body, 1) < 0) return -1; return 0;

int main(void) {
    return aglet_run(serve, NULL) < 0;
}
