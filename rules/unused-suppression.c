/*
 * A comment that suppresses nothing. It asks no path: what the other rules found decides, once all
 * of them are through.
 */
#include "rule.h"

const struct rule rule_unused_suppression = {
    .name = "unused-suppression",
    .tier = RULE_DEFAULT,
    .summary = "a comment suppresses a rule that finds nothing there",
    .audits_suppressions = true,
};
