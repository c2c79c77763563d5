/*
 * How a rule offers a fix. What it would write must come from models and from the code at hand; a
 * fix that is not plain is none, and the finding is reported without.
 */
#ifndef AGLET_CHECK_FIX_H
#define AGLET_CHECK_FIX_H

#include "program/check.h"

/** Offers to put lines (separated by newlines, without indentation; or NULL) before and behind the
 *  statement that holds `loc`. If it returns a value and there is something to put behind it, the
 *  value is kept in a variable meanwhile; a statement that declares a variable stays in its block.
 *  No fix if the statement is written by a macro, or is no plain one.
 *  `title` is copied. */
void finding_fix_surround(struct finding *finding, const struct path *path, ir_id loc,
                          const char *title, const char *before, const char *behind);
/** Drops the fix. */
void finding_no_fix(struct finding *finding);

/** Offers to put the statement that holds `loc` in a scope of that kind ("shield"), as its model
 * says how one is begun and ended. */
void finding_fix_enclose(struct finding *finding, const struct path *path, ir_id loc,
                         const char *title, const char *kind);

/** "file"; or "file in field 'log'" if a call put it into a structure of its caller's. To be freed.
 */
char *check_resource_name(const struct path *path, const struct duty *duty);

/** The statement that releases what was lost, fit to stand before the return at which it is lost:
 *  "close(fd);", to be freed. NULL unless the release takes nothing but the resource, a variable
 *  holds it, and each way to that return acquires it and does nothing with it that ends it. */
char *check_release_statement(const struct path *path, const struct path_loss *loss);

/** As check_release_statement, what says of a lost task that it goes on by itself: "detach(it);".
 */
char *check_detach_statement(const struct path *path, const struct path_loss *loss);

/** Offers to await a lost task where the function ends: the return there gives the task's error if
 *  there is no other. For a coroutine that returns an int, and where check_detach_statement would
 *  have a variable. False: no fix. */
bool finding_fix_await(struct finding *finding, const struct path *path,
                       const struct path_loss *loss);

/** Offers to give a lock back before the call that waits with it, if the statement behind it does
 *  so and no other lock is held. */
void finding_fix_unlock_first(struct finding *finding, const struct path *path,
                              const struct ir_instr *call);

/** Offers to return what the call returns when it is cut short by a cancellation; from a function
 *  that returns an int and has nothing to clean up. */
void finding_fix_pass_on(struct finding *finding, const struct path *path,
                         const struct ir_instr *call);

/** Offers to let `runner`, a function that is given a coroutine and its argument, take the place of
 *  the calls by which the function at hand makes, fills, runs and closes a loop, if they follow one
 *  another and nothing else uses the loop. */
void finding_fix_run(struct finding *finding, const struct path *path, const char *runner);

/** Offers to take items until there is none left, where one is taken: what is done with it is done
 *  with each, if the rest of the block is about nothing else and leaves it nowhere else. */
void finding_fix_drain(struct finding *finding, const struct path *path,
                       const struct path_take *take);

/** The words of a kind whose functions the unit declares, or NULL. */
const struct model_kind *check_declared_kind(const struct path *path, const char *kind);

/** How many other locations of the function were asked for before `loc` was: fixes at different
 *  places may have to use different names. */
size_t check_fix_number(const struct path *path, ir_id loc);

/** The place of a location. */
struct diag_range check_range(const struct ir_unit *unit, ir_id loc);

#endif
