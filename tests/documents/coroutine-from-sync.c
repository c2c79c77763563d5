#include <aglet/aglet.h>

// program: Example 1
// text

// program: Example 2
static aglet_timer timer;
struct lamp {
    int on;
};

// text 1
void begin(struct lamp *lamp) {
    // text 2
}

// program: Use instead 1
struct lamp {
    aglet_event event;
};
// text

void begin(struct lamp *lamp) {
    aglet_timer timer;
    aglet_call_later(&timer, 100, on_time, lamp);
}
