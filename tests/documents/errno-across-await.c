#include <aglet/aglet.h>
#include <errno.h>
#include <unistd.h>

// program: Example 1, Use instead 1
static AGLET_COROUTINE int receive(void *data) {
    int fd = 0;
    size_t size = 16;
again:;
    // text
    return (int)n;
}

int main(void) {
    char data[16];
    return aglet_run(receive, data) < 0;
}
