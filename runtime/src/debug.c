#include <aglet/debug.h>

#include <errno.h>

#include "loop.h"
#include "report.h"

bool aglet_debugging(void) {
    struct agl_loop *loop = agl_loop_current();
    return loop ? loop->debug : agl_debug_wanted();
}

int aglet_set_debugging(bool on) {
    struct agl_loop *loop = agl_loop_current();
    if (!loop)
        return AGL_MISUSE(-EPERM, "aglet_set_debugging() outside of a loop");
    loop->debug = on;
    agl_sched_careful(loop);
    if (on)
        agl_report_step_begins(loop);
    return 0;
}

void(aglet_mutation_begin)(const char *what) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_mutation_begin");
    if (!self || self->mutations++)
        return;
    self->mutation = what;
    self->mutation_at = place;
}

void aglet_mutation_end(void) {
    aglet_task *self = agl_self("aglet_mutation_end");
    if (self && self->mutations)
        self->mutations--;
}
