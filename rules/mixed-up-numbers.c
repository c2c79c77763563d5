/*
 * Flags or an id of one kind where those of another kind are wanted. The call does not fail, as a
 * rule: it does something else than was meant, or nothing.
 */
#include <inttypes.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "rule.h"

static void on_mixup(struct path *path, const struct path_mixup *mixup) {
    struct finding finding = {.loc = mixup->call->instr->loc};
    const char *callee = check_callee_name(mixup->call);
    const char *expected = check_kind_noun(path, mixup->expected);
    if (mixup->given.kind) {
        const char *given = check_kind_noun(path, mixup->given.kind);
        finding_message(&finding, "'%s' expects the %s, and is given the %s", callee, expected,
                        given);
        if (mixup->given.by)
            finding_step(&finding, mixup->given.unit, mixup->given.loc, "'%s' yields the %s here",
                         mixup->given.by, given);
        else
            finding_step(&finding, mixup->given.unit, mixup->given.loc,
                         "what is kept there is the %s: here it is stored", given);
        finding_help(&finding, "give it the %s, or call what takes the %s", expected, given);
    } else {
        finding_message(&finding, "'%s' expects the %s, and 0x%" PRIx64 " is none of these", callee,
                        expected, (uint64_t)mixup->foreign);
        finding_help(&finding,
                     "give it the %s, or give this to what takes its kind, perhaps the same "
                     "function with another command",
                     expected);
    }
    check_report(path, &finding);
}

const struct rule rule_mixed_up_numbers = {
    .name = "mixed-up-numbers",
    .tier = RULE_CORE,
    .summary = "flags or an id of one kind where those of another kind are wanted",
    .listener = {.on_mixup = on_mixup},
};
