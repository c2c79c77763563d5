/*
 * A resource that some path neither releases nor hands on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_fix.h"
#include "program/check_kept.h"
#include "rule.h"

/* Tasks and threads have a rule of their own, so have locks, scopes and the entries of queues. */
static bool is_resource(const struct path *path, const char *subject) {
    static const char *const others[] = {"task", "thread", "lock", "context", "outcome"};
    if (!subject || check_kind_is_scope(path, subject) || check_kind_queue(path, subject))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(subject, others[i]) == 0)
            return false;
    return true;
}

/* The end of main is the end of the process: the system takes back what it holds. Not so what it
   loses over and over. */
static bool dies_with_process(const struct path *path, const struct path_loss *loss) {
    return !loss->again && strcmp(check_function_name(path), "main") == 0;
}

/* Unsafe: some way to the return may be one on which the acquisition failed. */
static void offer_release(struct finding *finding, const struct path *path,
                          const struct path_loss *loss) {
    char *statement = check_release_statement(path, loss);
    if (statement)
        finding_fix_surround(finding, path, loss->exit, "release it before this return", statement,
                             NULL);
    free(statement);
}

/* The standard streams stay open: what takes a free number of theirs is to be one. */
static bool is_standard_stream(const struct path_loss *loss) {
    return strcmp(loss->duty->subject, "fd") == 0 && loss->duty->high <= STDERR_FILENO;
}

/* That it was never started is what is wrong with it. */
static bool waits_for_start(const struct path *path, const struct duty *duty) {
    return !check_kind_release(path, duty->subject) &&
           check_call_has_role(path, &path->unit->instrs.data[duty->origin], ROLE_DEFERS);
}

static void on_loss(struct path *path, const struct path_loss *loss) {
    const struct duty *duty = loss->duty;
    if (waits_for_start(path, duty))
        return;
    if (!is_resource(path, duty->subject) || is_standard_stream(loss) ||
        dies_with_process(path, loss))
        return;
    const struct ir_instr *origin = &path->unit->instrs.data[duty->origin];
    char *noun = check_resource_name(path, duty);
    const char *release = check_kind_release(path, duty->subject);
    struct finding finding = {.loc = loss->always ? origin->loc : loss->exit};
    if (loss->always)
        finding_message(&finding, "the %s acquired here is never released", noun);
    else
        finding_message(&finding, "the %s is not released on this path", noun);
    if (!loss->always)
        finding_step(&finding, path->unit, origin->loc, "the %s is acquired here", noun);
    finding_trace(&finding, path, duty->trace, origin->loc);
    if (loss->always)
        finding_step(&finding, path->unit, loss->exit, "the last reference to it is gone here");
    if (release)
        finding_help(&finding, "release it with '%s' on every path, or hand it on", release);
    offer_release(&finding, path, loss);
    check_report(path, &finding);
    free(noun);
}

/* The record is freed, and with it the last that leads to what one of its fields holds. */
static void on_call(struct path *path, const struct path_call *call) {
    struct check_forgotten forgotten;
    if (!check_forgets(path, call, &forgotten) || !is_resource(path, forgotten.kind))
        return;
    const char *noun = check_kind_noun(path, forgotten.kind);
    const char *release = check_kind_release(path, forgotten.kind);
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "the %s in field '%s' is not released before this is freed, nor anywhere else",
                    noun, forgotten.field);
    finding_step(&finding, forgotten.unit, forgotten.loc, "the %s is stored there here", noun);
    if (release)
        finding_help(&finding, "release it with '%s' before", release);
    check_report(path, &finding);
}

/* What it belongs to is gone: whoever releases it now uses that. */
static void on_orphan(struct path *path, const struct path_orphan *orphan) {
    const struct claim *left = orphan->left;
    const char *noun = check_kind_noun(path, left->subject);
    const char *release = check_kind_release(path, left->subject);
    struct finding finding = {.loc = orphan->instr->loc};
    finding_message(&finding,
                    "the %s is released here, and the %s that belongs to it is not before",
                    check_kind_noun(path, orphan->owner), noun);
    finding_step(&finding, path->unit, path->unit->instrs.data[left->origin].loc,
                 "the %s is acquired here", noun);
    if (release)
        finding_help(&finding, "release it with '%s' before", release);
    check_report(path, &finding);
}

const struct rule rule_missing_cleanup = {
    .name = "missing-cleanup",
    .tier = RULE_CORE,
    .summary = "a resource is not released on some path",
    .listener = {.on_loss = on_loss, .on_call = on_call, .on_orphan = on_orphan},
};
