/*
 * Callbacks at a time, on the loop's own timers.
 */
#include <aglet/time.h>

#include <errno.h>

#include "loop.h"
#include "report.h"

_Static_assert(sizeof(struct agl_timer) <= sizeof(((aglet_timer *)0)->private_fields) &&
                   _Alignof(struct agl_timer) <= _Alignof(aglet_timer),
               "the public timer has room for the loop's");

static struct agl_timer *inner(aglet_timer *timer) {
    return (struct agl_timer *)(void *)timer->private_fields;
}

static void fire(struct agl_timer *fired) {
    aglet_timer *timer = AGL_CONTAINER(fired, aglet_timer, private_fields);
    /* The callback may free the timer or set it again. */
    timer->loop = NULL;
    timer->call(timer->arg);
}

typedef void arm_fn(struct agl_timers *timers, struct agl_timer *timer, int64_t when);

static int set(aglet_timer *timer, arm_fn *arm, int64_t when, void (*call)(void *), void *arg) {
    struct agl_loop *loop = agl_loop_current();
    struct agl_place unknown = {0};
    if (!loop)
        return agl_misuse(unknown, -EPERM, "a timer is set outside of a loop");
    if (agl_timer_armed(inner(timer)))
        return agl_misuse(unknown, -EBUSY, "a timer is set that is set already");
    timer->call = call;
    timer->arg = arg;
    timer->loop = loop;
    inner(timer)->fire = fire;
    arm(&loop->timers, inner(timer), when);
    return 0;
}

int aglet_call_later(aglet_timer *timer, int64_t ms, void (*call)(void *arg), void *arg) {
    return set(timer, agl_timer_arm_after, agl_after(0, ms), call, arg);
}

int aglet_call_soon(aglet_timer *timer, void (*call)(void *arg), void *arg) {
    return aglet_call_later(timer, 0, call, arg);
}

int aglet_call_at(aglet_timer *timer, int64_t when, void (*call)(void *arg), void *arg) {
    return set(timer, agl_timer_arm, agl_after(0, when), call, arg);
}

bool aglet_timer_cancel(aglet_timer *timer) {
    struct agl_loop *loop = timer->loop;
    if (!loop || !agl_timer_armed(inner(timer)))
        return false;
    agl_timer_cancel(&loop->timers, inner(timer));
    timer->loop = NULL;
    return true;
}
