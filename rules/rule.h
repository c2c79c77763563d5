/*
 * What a rule is: a name, a tier and listeners to the path engine's events.
 *
 * A rule is rules/NAME.c (this), rules/NAME.md (its document), fixtures/NAME/ (its proof) and one
 * line in rules/rules.def.
 */
#ifndef AGLET_RULE_H
#define AGLET_RULE_H

#include "flow/path.h"
#include "report/diag.h"

enum rule_tier {
    RULE_CORE,    /* on by default, an error */
    RULE_DEFAULT, /* on by default, a warning */
    RULE_OPT_IN   /* off until asked for */
};

struct rule {
    const char *name;
    enum rule_tier tier;
    const char *summary; /* one line, for `aglet rules` */
    struct path_listener listener;
    bool audits_suppressions; /* it reports the comments that suppress nothing */
};

static inline enum diag_severity rule_severity(const struct rule *rule) {
    return rule->tier == RULE_CORE ? DIAG_ERROR : DIAG_WARNING;
}

#endif
