/*
 * Context variables: an immutable chain of bindings. A task holds its head; a new task takes over
 * its creator's head, which copies the whole context at the price of one counter.
 */
#include <aglet/contextvar.h>

#include <errno.h>
#include <stdlib.h>

#include "loop.h"
#include "report.h"
#include "seam.h"

struct agl_binding {
    struct agl_binding *outer;
    const struct aglet_var *var;
    void *value;
    size_t references;
    bool to_be_reset;
    struct agl_place place;
};

static struct agl_binding *hold(struct agl_binding *binding) {
    if (binding)
        binding->references++;
    return binding;
}

static void drop(struct agl_binding *binding) {
    while (binding && --binding->references == 0) {
        struct agl_binding *outer = binding->outer;
        free(binding);
        binding = outer;
    }
}

void agl_context_inherit(aglet_task *task, const aglet_task *creator) {
    task->bindings = hold(creator->bindings);
    task->inherited = hold(creator->bindings);
}

void agl_context_drop(aglet_task *task) {
    for (struct agl_binding *binding = task->bindings; binding && binding != task->inherited;
         binding = binding->outer)
        if (binding->to_be_reset)
            agl_report(task->loop, "context-not-reset", task, &binding->place,
                       "context variable %s was set and not reset", binding->var->name);
    drop(task->bindings);
    drop(task->inherited);
    task->bindings = task->inherited = NULL;
}

static const struct agl_binding *find(const aglet_task *task, const struct aglet_var *var) {
    const struct agl_binding *binding = task ? task->bindings : NULL;
    while (binding && binding->var != var)
        binding = binding->outer;
    return binding;
}

void *aglet_var_get(const struct aglet_var *var) {
    const struct agl_binding *binding = find(agl_running, var);
    return binding ? binding->value : var->initial;
}

static int add_binding(aglet_task *self, const struct aglet_var *var, void *value,
                       struct agl_place place, bool to_be_reset) {
    struct agl_binding *binding = agl_seam_alloc(sizeof *binding);
    if (!binding)
        return -ENOMEM;
    *binding = (struct agl_binding){self->bindings, var, value, 1, to_be_reset, place};
    self->bindings = binding;
    return 0;
}

int(aglet_var_set)(const struct aglet_var *var, void *value, struct aglet_var_token *token) {
    struct agl_place place = AGL_PLACE_HERE();
    if (token)
        *token = (struct aglet_var_token){0};
    aglet_task *self = agl_self("aglet_var_set");
    if (!self)
        return -EPERM;
    void *before = aglet_var_get(var);
    int rc = add_binding(self, var, value, place, token != NULL);
    if (rc == 0 && token)
        *token = (struct aglet_var_token){var, before, self->id};
    return rc;
}

/* The latest binding of the task's own that waits for its reset. */
static struct agl_binding *own_binding(aglet_task *self, const struct aglet_var *var) {
    for (struct agl_binding *binding = self->bindings; binding && binding != self->inherited;
         binding = binding->outer)
        if (binding->var == var && binding->to_be_reset)
            return binding;
    return NULL;
}

int aglet_var_reset(struct aglet_var_token *token) {
    aglet_task *self = agl_self("aglet_var_reset");
    if (!self)
        return -EPERM;
    bool own = token->var && token->task == self->id;
    struct agl_binding *binding = own ? own_binding(self, token->var) : NULL;
    if (!binding)
        return AGL_MISUSE(-EINVAL, "aglet_var_reset() of a used token, or of another task's");
    if (binding == self->bindings) {
        self->bindings = hold(binding->outer);
        drop(binding);
    } else {
        /* Another variable was set since: the chain cannot be cut, so the old value goes on top. */
        int rc = add_binding(self, token->var, token->before, binding->place, false);
        if (rc < 0)
            return rc;
        binding->to_be_reset = false;
    }
    *token = (struct aglet_var_token){0};
    return 0;
}
