/*
 * What a rule can ask about the function at hand, and how it reports.
 */
#ifndef AGLET_CHECK_H
#define AGLET_CHECK_H

#include "flow/path.h"
#include "program/context.h"
#include "report/diag.h"

/** The name of the function being checked. */
const char *check_function_name(const struct path *path);

/** True when the function carries this role by annotation or model. */
bool check_has_role(const struct path *path, enum role_kind kind);

/** True for a constructor: by its role, or by its name and shape. */
bool check_is_constructor(const struct path *path);

/** True when the function may run in a coroutine that a cancellation can cut short and that no
 *  shield around its callers protects. */
bool check_is_cancellable(const struct path *path);

/** True unless nothing in the program gives a lock of that name (path_hold.lock) back; with
 *  `for_others`, nothing but functions that have taken it themselves. */
bool check_is_given_back(const struct path *path, const char *lock, bool for_others);

/** True when where such a context begins, or what is called from there, makes or runs an event loop
 *  of its own. */
bool check_context_has_loop(const struct path *path, enum context_kind kind);

/** True when the program's main leads to this function without a deadline in force on the way. */
bool check_is_unlimited(const struct path *path);

/** True when the program calls a function that bounds what waits for its argument. */
bool check_sets_timeouts(const struct path *path);

/** The name of the function from which this one is reached, in the fewest calls, when it runs in
 *  such a context (itself, if it is one); NULL if it does not, as far as is known. */
const char *check_context_root(const struct path *path, enum context_kind kind);
/** How many calls lead from there to here: 0 if this function is the root. */
unsigned check_context_depth(const struct path *path, enum context_kind kind);
/** That of the contexts of `set` (enum context_set) that is reached in the fewest calls;
 *  CONTEXT_KINDS if the function runs in none. Those that are reached through a constructor count
 *  only with `constructing`. */
enum context_kind check_nearest_context(const struct path *path, unsigned set, bool constructing);
/** True when each known way from there leads through a constructor, which may be the root or this
 *  function. */
bool check_is_constructing(const struct path *path, enum context_kind kind);

/** The words for a resource kind: "FILE stream"; the kind itself when no model has words for it. */
const char *check_kind_noun(const struct path *path, const char *kind);
/** The function that releases it, or NULL. */
const char *check_kind_release(const struct path *path, const char *kind);

/** The kind of queue that a resource of that kind is an entry of; NULL if it is none. */
const char *check_kind_queue(const struct path *path, const char *kind);

/** True when a resource of that kind is a scope, such as a task group: from its acquisition to its
 *  release. */
bool check_kind_is_scope(const struct path *path, const char *kind);

/** A finding in the making. Start with zeroes; check_report frees it. */
struct finding {
    ir_id loc;         /* where it is shown */
    const void *cause; /* what is guilty, or NULL: a function is told once of each cause */
    char *message, *help;
    struct finding_step {
        const struct ir_unit *unit;
        ir_id loc;
        char *message;
    } * steps;
    size_t step_count;
    struct diag_fix fix; /* set by check_fix.h; its texts are the finding's */
};

/** Sets message or help; printf-like. */
void finding_message(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_help(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Adds a step at `loc` of `unit`. */
void finding_step(struct finding *finding, const struct ir_unit *unit, ir_id loc,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/** Adds the branches of `trace` that were taken after the call at location `from`. */
void finding_trace(struct finding *finding, const struct path *path, const struct path_trace *trace,
                   ir_id from);
/** Adds a step for each link of a chain of calls. */
void finding_chain(struct finding *finding, const struct chain *chain);

/** Adds the proof that the function runs in such a context, which it has to: where the context
 *  begins, and each call on the way here. */
void finding_context(struct finding *finding, const struct path *path, enum context_kind kind);

/** The link at the chain's end, where the deed is done. */
const struct chain *check_chain_end(const struct chain *chain);

/** Adds a step for each call, and each start of a coroutine, by which main leads here without a
 *  deadline. */
void finding_unlimited(struct finding *finding, const struct path *path);

/** Reports for the rule that is being called. At most once for a rule and a location, and for a
 *  rule, a function and a cause. */
void check_report(const struct path *path, struct finding *finding);

#endif
