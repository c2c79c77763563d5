/*
 * Context variables: values that follow a task and the tasks it starts (a request's number, a
 * user).
 *
 *     static const struct aglet_var request = AGLET_VAR_INIT("request", NULL);
 *
 *     AGLET_AUTO(aglet_var) token = AGLET_VAR_TOKEN_INIT;      reset at the end of this scope
 *     int rc = aglet_var_set(&request, &id, &token);
 *     if (rc == 0)
 *         rc = handle(stream);
 *     return rc;
 *
 * Without AGLET_AUTO (cleanup.h), a struct aglet_var_token is reset by aglet_var_reset().
 *
 * Each task starts with its creator's values; what it sets is seen by itself and by the tasks that
 * it creates from then on.
 */
#ifndef AGLET_CONTEXTVAR_H
#define AGLET_CONTEXTVAR_H

#include <aglet/base.h>

/** A variable; its address is its identity. */
struct aglet_var {
    const char *name;
    void *initial; /**< what a task has that never got a value */
};

#define AGLET_VAR_INIT(name, initial) {(name), (initial)}

/** What undoes a set; owned by the caller, may be a local variable. The fields are private. */
struct aglet_var_token {
    const struct aglet_var *var;
    void *before;
    uint64_t task;
};

#define AGLET_VAR_TOKEN_INIT {0, 0, 0}

/** The variable's value in the running task, or its initial one, which may be NULL: where none was
 *  set, and outside a coroutine. */
AGLET_MIXED void *aglet_var_get(const struct aglet_var *var);

/**
 * Gives the variable a value, which must live as long as a task sees it.
 * @param token what undoes it; NULL states that the value is meant to stay for the rest of the task
 * @return 0; -EPERM outside a coroutine, -ENOMEM.
 */
AGLET_COROUTINE AGLET_SETS_CONTEXT(3) int aglet_var_set(const struct aglet_var *var, void *value,
                                                        struct aglet_var_token *token);

/** Gives the variable the value it had before the set. @return 0; -EINVAL if the token was used or
 *  belongs to another task; -EPERM, -ENOMEM. */
AGLET_COROUTINE AGLET_RESETS_CONTEXT(1) int aglet_var_reset(struct aglet_var_token *token);

#endif
