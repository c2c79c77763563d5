// requires: libuv
#include <uv.h>

static uv_timer_t timer;
static uv_work_t work;
void on_time(uv_timer_t *handle);

// program: Example 1
// text

void begin(uv_loop_t *loop) {
    uv_queue_work(loop, &work, compute, NULL);
}

// program: Use instead 1
void compute(uv_work_t *work);
// text

void begin(uv_loop_t *loop) {
    uv_queue_work(loop, &work, compute, after);
}
