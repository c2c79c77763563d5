/*
 * What a rule can ask about the calls that a function makes, and those that are made to it.
 */
#ifndef AGLET_CHECK_CALLS_H
#define AGLET_CHECK_CALLS_H

#include "flow/path.h"
#include "program/context.h"

/** The name of what is called, or words for it when nobody knows. */
static inline const char *check_callee_name(const struct path_call *call) {
    return call->callee->name ? call->callee->name : "a function";
}

/** True when the function being checked calls one with this role, on whichever path: itself, or
 *  through what the end of a scope calls. */
bool check_calls_role(const struct path *path, enum role_kind kind);

/** True when it calls one that acquires or releases a resource of that kind. */
bool check_calls_for_kind(const struct path *path, enum role_kind role, const char *kind);

/** True when the call's target has this role, as far as its text says where it leads. */
bool check_call_has_role(const struct path *path, const struct ir_instr *call, enum role_kind kind);

/** The first role of that kind that the call's target has, or NULL. */
const struct role *check_call_role(const struct path *path, const struct ir_instr *call,
                                   enum role_kind kind);

/** The target's name, as far as the call's text says where it leads; else NULL. */
const char *check_call_name(const struct path *path, const struct ir_instr *call);

/** The first role of that kind of the function whose call made `value`; NULL if it was made
 *  otherwise. */
const struct role *check_maker_role(const struct path *path, value_id value, enum role_kind kind);

/** True when the call drops what most calls of the same function in the program look at. */
bool check_drops_unlike_others(const struct path *path, const struct ir_instr *call);

/** How many functions of the program call the one being checked. */
size_t check_caller_count(const struct path *path);

/** The name of a function that runs a coroutine in a loop which it makes and closes itself, and is
 *  declared in the same folder as what is called here; NULL if there is none. */
const char *check_runner(const struct path *path, const struct path_call *call);

/** The name of the coroutine function that argument `arg` is known to be, and that the call has run
 *  in another context, which *kind then is; NULL if it is none, or runs as a coroutine. */
const char *check_misplaced_coroutine(const struct path *path, const struct path_call *call,
                                      uint32_t arg, enum context_kind *kind);

#endif
