#include <aglet/aglet.h>

AGLET_COROUTINE AGLET_SUSPENDS int read_head(aglet_stream *stream);
AGLET_COROUTINE AGLET_SUSPENDS int read_body(aglet_stream *stream);

// program: Example 1, Use instead 1
static AGLET_COROUTINE int receive(void *stream) {
    // text
}

int main(void) {
    return aglet_run(receive, NULL) < 0;
}
