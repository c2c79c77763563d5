// requires: libuv
#include <uv.h>

static uv_timer_t timer;
void on_time(uv_timer_t *handle);

// program: Example 1, Use instead 1
void begin(uv_loop_t *loop) {
    uv_timer_init(loop, &timer);
    // text
}
