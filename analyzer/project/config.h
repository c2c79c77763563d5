/*
 * The project's configuration: .aglet.json, in the project's root folder (docs/configuration.md).
 */
#ifndef AGLET_CONFIG_H
#define AGLET_CONFIG_H

#include "models/models.h"
#include "report/diag.h"

#define CONFIG_NAME ".aglet.json"

/** A list of texts, in the order of the file. */
struct config_list {
    char **items;
    size_t count;
    bool given; /* the key is there, be the list empty */
};

/** Rules that are not reported on in the files that a pattern matches. */
struct config_exception {
    char *pattern;
    struct config_list ignore;
};

/** The severity of a rule's findings. */
struct config_severity {
    char *rule;
    enum diag_severity severity;
};

/** All paths are absolute. */
struct config {
    char *path, *folder; /* of the file, NULL without one */
    char *text;          /* the file's */
    size_t length;       /* of the text */
    char *build;         /* the compile database's folder, or NULL */
    struct config_list select, ignore, exclude, constructors, libraries, models;
    struct config_exception *exceptions;
    size_t exception_count;
    struct config_severity *severities;
    size_t severity_count;
    char *roles; /* what it says of functions, as a model; or NULL */
};

/** The path of the nearest .aglet.json, here or in a folder above; NULL if there is none. The
 *  caller frees. */
char *config_find(void);

/** Reads the file. `rules` are the names of all rules. Returns 0; -1 with *error, a sentence with
 *  file, line and key that the caller frees, and an empty configuration. */
int config_read(struct config *config, const char *path, const char *const *rules,
                size_t rule_count, char **error);
void config_free(struct config *config);

/** Adds the configuration's models, and what it says of functions, to the set of all others.
 * Returns 0, or -1 with *error; so it does when the configuration names a library that none is a
 * model of. */
int config_add_models(const struct config *config, struct model_set *set, char **error);

/** Takes findings out that the configuration does not want, and gives the others the severity that
 *  it says. */
void config_apply(const struct config *config, struct diag_list *diags);

#endif
