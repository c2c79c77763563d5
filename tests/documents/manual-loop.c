// requires: libuv
#include <aglet/aglet.h>
#include <uv.h>

AGLET_COROUTINE int serve(void *arg);
void on_name(uv_getnameinfo_t *request, int status, const char *name, const char *service);

// program: Example 1
// text

int print_first(const struct sockaddr *addresses) {
    return print_name(&addresses[0]);
}

int print_second(const struct sockaddr *addresses) {
    return print_name(&addresses[1]);
}

// program: Use instead 1
// text

// program: Use instead 2
// text
