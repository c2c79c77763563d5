/*
 * Suppression comments: `aglet:ignore rule-a, rule-b -- reason`, in a comment behind code (for this
 * line), alone on its line (for the next line with code), or `aglet:ignore-file` (for the file).
 */
#ifndef AGLET_FRONTEND_SUPPRESS_H
#define AGLET_FRONTEND_SUPPRESS_H

#include "ir/ir.h"

/** Adds the suppressions in the text of `file` to the unit. The text need not end in NUL. */
void suppress_scan(struct ir_unit *unit, ir_id file, const char *text, size_t size);

#endif
