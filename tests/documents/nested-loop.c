// requires: libuv
#include <aglet/aglet.h>
#include <uv.h>

struct page {
    const char *url;
    uv_getnameinfo_t request;
    const struct sockaddr *address;
};
AGLET_COROUTINE int fetch(void *url);
void on_name(uv_getnameinfo_t *request, int status, const char *name, const char *service);

// program: Example 1, Use instead 1
// text

int main(void) {
    struct page page = {0};
    return aglet_run(refresh, &page) < 0;
}

// program: Use instead 2
// text

void begin(uv_timer_t *timer) {
    uv_timer_start(timer, on_time, 100, 0);
}
