/*
 * Models: what the functions of libraries do, as data (JSON; format in docs/models.md).
 */
#ifndef AGLET_MODELS_H
#define AGLET_MODELS_H

#include <stdbool.h>

#include "models/role.h"

/** What is known of one function. `parameters` is -1 when the model does not say; those of a "..."
 *  are not counted. The roles are all there is to know of what it keeps: an argument that no role
 *  keeps (takes, borrows, the data of spawns and of calls-back outside `sync`) is not kept. Unless
 *  it is pure it may write what its pointers reach, and memory that was handed over before: it may
 *  run callbacks that the program registered. A partial entry tells but what it says: the rest is
 *  seen in the function's body, or not known. */
struct model_function {
    const char *name;
    const char *library; /* the model's name */
    int parameters;
    bool partial;
    const struct role *roles;
    size_t role_count;
};

/** A resource kind's words for messages, e.g. kind "file", noun "FILE stream",
 *  release hint "fclose". NULL members when the model does not say. */
struct model_kind {
    const char *name;
    const char *noun;
    const char *release;
    const char *begin;  /* the function that begins one in an object of `type`, given its address */
    const char *type;   /* as a declaration has it: "struct guard" */
    const char *detach; /* the function that says of one that it goes on by itself */
    const char *await;  /* the function that waits for its end, and returns its result */
    const char *header; /* that declares these: "lib/guard.h" */
    const char *queue;  /* it is an entry of such a resource, to be filled or given back there */
    bool counted;       /* a reference: others may hold some too */
    bool idempotent;    /* to release it again does nothing */
    bool scope;         /* from its acquisition to its release is a scope, to be left by its end */
    bool raw;           /* plain memory: whose it is, its release does not know */
};

/** The library of one model. `headers` are those that declare its functions, as a unit includes
 *  them ("gio/gio.h"); none when the model does not say. */
struct model_library {
    const char *name;
    const char *const *headers;
    size_t header_count;
};

struct model_set;

/** An empty set. Free with model_set_free. */
struct model_set *model_set_new(void);
void model_set_free(struct model_set *set);

/** Adds the models that are built into the program. Returns 0, or -1 with *error (caller frees). */
int model_set_add_bundled(struct model_set *set, char **error);

/** Adds one model from JSON text; `path` is used in messages ("path:line: key: what is wrong").
 *  Later additions win over earlier ones, function by function. */
int model_set_add_text(struct model_set *set, const char *path, const char *text, size_t length,
                       char **error);
/** As above, from a file. */
int model_set_add_file(struct model_set *set, const char *path, char **error);

/** What is known of the function called `name`, or NULL. */
const struct model_function *model_find(const struct model_set *set, const char *name);

/** The words for a resource kind, or NULL. */
const struct model_kind *model_find_kind(const struct model_set *set, const char *kind);

/** Calls `visit` for every model's library, in the order in which the models were added. */
void model_each_library(const struct model_set *set,
                        void (*visit)(const struct model_library *library, void *data), void *data);

/** Calls `visit` for every function, in the order of names. */
void model_each(const struct model_set *set,
                void (*visit)(const struct model_function *function, void *data), void *data);

#endif
