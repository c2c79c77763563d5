/*
 * The front end's workers: programs of their own that turn compile commands into facts.
 */
#ifndef AGLET_WORKERS_H
#define AGLET_WORKERS_H

#include "ir/ir.h"
#include "project/compdb.h"

/** What came of one entry of the database. */
struct worker_result {
    struct ir_unit *unit; /* NULL on failure; the caller owns it */
    char *error;          /* a sentence that does not name the file, or NULL; the caller frees it */
};

struct worker_options {
    size_t jobs;    /* 0: as many as there are processors online */
    size_t timeout; /* seconds that a worker may take for an entry; 0: as long as it wants */
    /** Called after each unit and several times a second, for a progress line; may be NULL. */
    void (*progress)(size_t done, size_t total, void *data);
    void *data;
};

/**
 * Runs the front end over entries[i] for each i with wanted[i] (NULL: all). results has room for
 * db->count. Returns 0; -1 with *error (caller frees) when no worker can be started. Results do not
 * depend on the number of workers. A signal that ends the process (SIGINT, SIGTERM, SIGHUP) does so
 * once the workers are gone.
 */
int workers_run(const struct compdb *db, const bool *wanted, const struct worker_options *options,
                struct worker_result *results, char **error);

#endif
