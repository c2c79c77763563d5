/*
 * Applying the suppression comments of the source to what was found.
 */
#ifndef AGLET_SUPPRESS_H
#define AGLET_SUPPRESS_H

#include "ir/ir.h"
#include "report/diag.h"

struct suppressions;

/** Collects the comments of units; the units may be freed afterwards. */
struct suppressions *suppressions_new(void);
void suppressions_add(struct suppressions *set, const struct ir_unit *unit);
void suppressions_free(struct suppressions *set);

/** Takes the suppressed findings out of the list; returns how many. */
size_t suppressions_apply(const struct suppressions *set, struct diag_list *list);

#endif
