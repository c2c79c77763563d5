#include <aglet/aglet.h>

// program: Example 1
// text: return aglet_stream_close(stream);

int main(void) {
    return aglet_run(fetch, NULL) < 0;
}

// program: Use instead 1
static AGLET_COROUTINE int fetch_page(void *arg) {
    aglet_stream *stream;
    (void)arg;
    int rc = aglet_connect_tcp("example.org", "80", &stream);
    if (rc < 0)
        return rc;
    return aglet_stream_close(stream);
}

// text

int main(void) {
    return aglet_run(fetch, NULL) < 0;
}
