/*
 * Applying the suppression comments of the source to what was found, and finding those that have
 * become idle.
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

/** Takes the suppressed findings out of the list, and notes which comments did it; returns how
 *  many were taken out. */
size_t suppressions_apply(struct suppressions *set, struct diag_list *list);

/** What a run can say of a rule that a comment names. */
enum suppress_status {
    SUPPRESS_RAN,    /* it would have found something */
    SUPPRESS_OFF,    /* it was not asked */
    SUPPRESS_UNKNOWN /* there is no such rule */
};

/** How the comments are judged that suppressed nothing. */
struct suppress_audit {
    const char *rule; /* under whose name they are reported */
    enum diag_severity severity;
    /** Of the rule `name`; of all that are on by default if it is NULL. */
    enum suppress_status (*status)(const char *name, void *data);
    void *data;
};

/** Adds a finding for each comment, or name in one, that suppressed nothing; to be called after
 *  suppressions_apply. */
void suppressions_audit(const struct suppressions *set, const struct suppress_audit *audit,
                        struct diag_list *list);

#endif
