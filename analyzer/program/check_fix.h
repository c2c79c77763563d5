/*
 * How a rule offers a fix. What it would write must come from models and from the code at hand; a
 * fix that is not plain is none, and the finding is reported without.
 */
#ifndef AGLET_CHECK_FIX_H
#define AGLET_CHECK_FIX_H

#include "program/check.h"

/** Offers to put lines (separated by newlines, without indentation; or NULL) before and behind the
 *  statement that holds `loc`. If it returns a value and there is something to put behind it, the
 *  value is kept in a variable of `type` meanwhile; a statement that declares a variable stays in
 *  its block. No fix if the statement is written by a macro, or is no plain one.
 *  `title` is copied. */
void finding_fix_surround(struct finding *finding, const struct path *path, ir_id loc,
                          const char *title, const char *before, const char *behind,
                          const char *type);
/** Drops the fix. */
void finding_no_fix(struct finding *finding);

/** The statement that releases what was lost, fit to stand before the return at which it is lost:
 *  "close(fd);", to be freed. NULL unless the release takes nothing but the resource, a variable
 *  holds it, and each way to that return acquires it and does nothing with it that ends it. */
char *check_release_statement(const struct path *path, const struct path_loss *loss);

/** A name that the file of `loc` does not use yet: `word`, or one like it; to be freed. NULL if the
 *  file cannot be read. */
char *check_fresh_name(const struct path *path, ir_id loc, const char *word);

/** The place of a location. */
struct diag_range check_range(const struct ir_unit *unit, ir_id loc);

#endif
