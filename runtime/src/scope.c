/*
 * Scopes: what may cut a suspension. Each task has a stack of them, and a timer only while it is
 * parked, so that a deadline under which nothing has to wait costs no timer at all.
 */
#include <errno.h>
#include <stdlib.h>

#include <aglet/deadline.h>
#include <aglet/shield.h>

#include "loop.h"
#include "report.h"
#include "seam.h"

enum { CUTS_MAX = 1000 };

int agl_cut(aglet_task *task) {
    if (task->deadlocked)
        return -EDEADLK;
    int error = 0;
    for (struct agl_scope *scope = task->scope; scope; scope = scope->outer) {
        if (!scope->error && scope->deadline <= task->loop->now)
            scope->error = -ETIMEDOUT;
        /* The outermost decides: it encloses what the inner ones would end. */
        if (scope->error)
            error = scope->error;
        if (scope->kind == AGL_SCOPE_SHIELD)
            break;
    }
    return error;
}

/* A task that goes on for ever after its cancellation would keep those who wait for it, and run(),
 * from going on. */
static void count_cut(aglet_task *self, int error) {
    self->attention |= AGL_ATTEND_CUT;
    if (++self->cuts < CUTS_MAX)
        return;
    agl_report_always("swallowed-cancel", self, &self->created,
                      "goes on after %d suspensions returned error %d; it is stopped there",
                      CUTS_MAX, -error);
    agl_task_end(self, -ECANCELED, true);
}

int agl_suspension_attended(aglet_task *task) {
    if (task->loop->on_suspend)
        task->loop->on_suspend(task);
    int error = agl_cut(task);
    if (error) {
        count_cut(task, error);
    } else if (!task->root.error) {
        task->cuts = 0;
        task->attention &= ~(unsigned)AGL_ATTEND_CUT;
    }
    return error;
}

int64_t agl_nearest_deadline(const aglet_task *task) {
    int64_t nearest = INT64_MAX;
    for (const struct agl_scope *scope = task->scope; scope; scope = scope->outer) {
        if (scope->deadline < nearest)
            nearest = scope->deadline;
        if (scope->kind == AGL_SCOPE_SHIELD)
            break;
    }
    return nearest;
}

void agl_deliver(aglet_task *task) {
    if (task->state != AGL_PARKED || task->wait.firm)
        return;
    int error = agl_cut(task);
    if (error)
        agl_wake(task, error);
}

struct agl_scope *agl_scope_open(aglet_task *self, enum agl_scope_kind kind, int64_t deadline,
                                 struct agl_place place) {
    struct agl_scope *scope = NULL;
    for (int i = 0; i < AGL_SPARE_SCOPES && !scope; i++)
        if (!(self->spare_used & 1u << i)) {
            self->spare_used |= 1u << i;
            scope = &self->spare[i];
        }
    if (!scope)
        scope = agl_seam_alloc(sizeof *scope);
    if (!scope)
        return NULL;
    *scope = (struct agl_scope){.outer = self->scope,
                                .serial = ++self->loop->next_serial,
                                .deadline = deadline,
                                .kind = kind,
                                .place = place};
    self->scope = scope;
    self->attention |= AGL_ATTEND_SCOPES;
    return scope;
}

bool agl_scope_is_open(const aglet_task *self, const struct agl_scope *scope, uint64_t serial) {
    for (const struct agl_scope *open = self->scope; open; open = open->outer)
        if (open == scope)
            return open->serial == serial;
    return false;
}

static void pop(aglet_task *self) {
    struct agl_scope *scope = self->scope;
    self->scope = scope->outer;
    if (self->scope == &self->root)
        self->attention &= ~(unsigned)AGL_ATTEND_SCOPES;
    scope->serial = 0;
    if (scope < self->spare || scope >= self->spare + AGL_SPARE_SCOPES)
        free(scope);
    else
        self->spare_used &= ~(1u << (scope - self->spare));
}

void agl_scope_close(aglet_task *self, struct agl_scope *scope) {
    while (self->scope != scope) {
        struct agl_scope *inner = self->scope;
        if (inner->kind == AGL_SCOPE_GROUP) {
            agl_group_abandon(self, inner->group);
            continue; /* that has closed its scope */
        }
        agl_report(self->loop, "scope-left-open", self, &inner->place, "%s not ended",
                   inner->kind == AGL_SCOPE_SHIELD ? "shield" : "deadline");
        pop(self);
    }
    if (scope != &self->root)
        pop(self);
}

static int begin(const char *function, struct aglet_deadline *deadline, enum agl_scope_kind kind,
                 int64_t when, struct agl_place place) {
    *deadline = (struct aglet_deadline)AGLET_DEADLINE_INIT;
    aglet_task *self = agl_self(function);
    if (!self)
        return -EPERM;
    struct agl_scope *scope = agl_scope_open(self, kind, when, place);
    if (!scope)
        return -ENOMEM;
    deadline->scope = scope;
    deadline->serial = scope->serial;
    return 0;
}

static int64_t ms_from_now(int64_t ms) {
    struct agl_loop *loop = agl_loop_current();
    return loop ? agl_after(agl_clock(loop), ms) : INT64_MAX;
}

int(aglet_fail_after)(struct aglet_deadline *deadline, int64_t ms) {
    return begin("aglet_fail_after", deadline, AGL_SCOPE_FAIL, ms_from_now(ms), AGL_PLACE_HERE());
}

int(aglet_fail_at)(struct aglet_deadline *deadline, int64_t when) {
    return begin("aglet_fail_at", deadline, AGL_SCOPE_FAIL, agl_after(0, when), AGL_PLACE_HERE());
}

int(aglet_move_on_after)(struct aglet_deadline *deadline, int64_t ms) {
    return begin("aglet_move_on_after", deadline, AGL_SCOPE_MOVE_ON, ms_from_now(ms),
                 AGL_PLACE_HERE());
}

int aglet_deadline_reschedule(struct aglet_deadline *deadline, int64_t when) {
    aglet_task *self = agl_self("aglet_deadline_reschedule");
    if (!self)
        return -EPERM;
    struct agl_scope *scope = deadline->scope;
    if (!scope || !agl_scope_is_open(self, scope, deadline->serial))
        return AGL_MISUSE(-EINVAL, "aglet_deadline_reschedule() of one that is not in force");
    (void)agl_cut(self);
    if (scope->error)
        return -ETIMEDOUT;
    scope->deadline = agl_after(0, when);
    return 0;
}

/* After its end, a deadline's serial tells whether it had passed. */
enum { ENDED_IN_TIME = 0, ENDED_EXPIRED = 1 };

int aglet_deadline_end(struct aglet_deadline *deadline, int result) {
    aglet_task *self = agl_self("aglet_deadline_end");
    if (!self)
        return -EPERM;
    struct agl_scope *scope = deadline->scope;
    deadline->scope = NULL;
    if (!scope || !agl_scope_is_open(self, scope, deadline->serial))
        return AGL_MISUSE(-EINVAL, "aglet_deadline_end() on a deadline that is not in force");
    bool expired = scope->error != 0;
    bool move_on = scope->kind == AGL_SCOPE_MOVE_ON;
    deadline->serial = expired ? ENDED_EXPIRED : ENDED_IN_TIME;
    agl_scope_close(self, scope);
    return result == -ETIMEDOUT && expired && move_on && !agl_cut(self) ? 0 : result;
}

bool aglet_deadline_expired(const struct aglet_deadline *deadline) {
    const struct agl_scope *scope = deadline->scope;
    return scope ? scope->error != 0 : deadline->serial == ENDED_EXPIRED;
}

int(aglet_shield_begin)(struct aglet_shield_scope *shield) {
    struct agl_place place = AGL_PLACE_HERE();
    *shield = (struct aglet_shield_scope)AGLET_SHIELD_INIT;
    aglet_task *self = agl_self("aglet_shield_begin");
    if (!self)
        return -EPERM;
    struct agl_scope *scope = agl_scope_open(self, AGL_SCOPE_SHIELD, INT64_MAX, place);
    if (!scope)
        return -ENOMEM;
    shield->scope = scope;
    shield->serial = scope->serial;
    return 0;
}

int aglet_shield_end(struct aglet_shield_scope *shield) {
    aglet_task *self = agl_self("aglet_shield_end");
    if (!self)
        return -EPERM;
    struct agl_scope *scope = shield->scope;
    shield->scope = NULL;
    if (!scope || !agl_scope_is_open(self, scope, shield->serial))
        return AGL_MISUSE(-EINVAL, "aglet_shield_end() of a shield that is not open here");
    agl_scope_close(self, scope);
    return 0;
}
