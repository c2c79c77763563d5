/*
 * The program: all units together. Functions are linked by their USR, indirect calls are resolved
 * by (record, field), roles are attached, functions are ordered bottom-up and summarised, and the
 * rules run over each of them.
 */
#ifndef AGLET_PROGRAM_H
#define AGLET_PROGRAM_H

#include <stdbool.h>

#include "ir/ir.h"
#include "models/models.h"
#include "report/diag.h"

struct program;
struct rule;

/** A function as the program sees it; indices are stable after prog_link. */
typedef uint32_t prog_fn;
#define PROG_NONE UINT32_MAX

/** A new program that reads library models from `models` (which must outlive it). */
struct program *prog_new(const struct model_set *models);
void prog_free(struct program *program);

/** What a project says of itself. The lists must outlive the program. */
struct prog_settings {
    /** Patterns (fnmatch(3)) of constructors' names, in place of the usual ones; NULL: those. */
    const char *const *constructors;
    size_t constructor_count;
    /** Names of the models that apply; NULL: those of whose headers some unit includes one, and
     * what a main file declares by itself. */
    const char *const *libraries;
    size_t library_count;
};
/** To be called before prog_link. */
void prog_set(struct program *program, const struct prog_settings *settings);

/** Adds a unit, which the program owns from now on. Add in a fixed order (of paths). */
void prog_add(struct program *program, struct ir_unit *unit);

/** Resolves functions across units, calls, roles. Call once, after the last prog_add. Sentences
 *  about annotations that cannot be read are given to `warn`, with file and line. */
void prog_link(struct program *program, void (*warn)(const char *sentence, void *data), void *data);

/** Options of prog_check. */
struct prog_options {
    const struct rule *const *rules; /* the selected ones */
    size_t rule_count;
    /** NULL or: only functions of files for which this says true are reported on. */
    bool (*wanted)(const char *file, void *data);
    void *data;
    unsigned states_per_block; /* 0: 64 */
};

/** What a run covered, for `--statistics` and for the limits that were reached. */
struct prog_stats {
    size_t functions, functions_capped, functions_incomplete;
};

/** Summarises bottom-up, then runs the rules on every function; findings go to `diags`. */
void prog_check(struct program *program, const struct prog_options *options,
                struct diag_list *diags, struct prog_stats *stats);

#endif
