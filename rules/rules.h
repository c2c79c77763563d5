/*
 * The table of all rules, made from rules.def.
 */
#ifndef AGLET_RULES_H
#define AGLET_RULES_H

#include "rule.h"

/** All rules, sorted by name; *count is set. */
const struct rule *const *rules_all(size_t *count);

/** The rule of that name, or NULL. */
const struct rule *rules_find(const char *name);

/** The rule's document (Markdown, NUL-terminated), built into the program. */
const char *rules_document(const struct rule *rule);

#endif
