/*
 * A resource that is released twice on some path, or used after it was released.
 */
#include "program/check.h"
#include "rule.h"

/* Memory is often named once more when it is gone, as the key under which it is filed: that is no
   use of it, unless it is known that the function looks at what is there. */
static bool is_harmless(const struct path_reuse *reuse) {
    return reuse->kind == REUSE_CALL && reuse->declared && reuse->ended->raw;
}

static void on_reuse(struct path *path, const struct path_reuse *reuse) {
    const struct claim *ended = reuse->ended;
    if (is_harmless(reuse))
        return;
    const char *subject = ended->subject ? ended->subject : "task";
    const char *noun = check_kind_noun(path, subject);
    const struct ir_instr *release = &path->unit->instrs.data[ended->origin];
    struct finding finding = {.loc = reuse->instr->loc, .cause = release};
    if (reuse->kind == REUSE_RELEASE && reuse->again)
        finding_message(&finding, "the %s is released here again on the next round of the loop",
                        noun);
    else if (reuse->kind == REUSE_RELEASE)
        finding_message(&finding, "the %s is released a second time on this path", noun);
    else if (reuse->kind == REUSE_CALLBACK)
        finding_message(&finding, "'%s' is called when the %s is released, and releases it again",
                        reuse->callee, noun);
    else if (reuse->kind == REUSE_PART)
        finding_message(&finding, "'%s' is given a part of a %s that was released on this path",
                        reuse->callee, noun);
    else if (reuse->kind == REUSE_CALL)
        finding_message(&finding, "'%s' is given a %s that was released on this path",
                        reuse->callee, noun);
    else
        finding_message(&finding, "the %s is used after it was released on this path", noun);
    finding_step(&finding, path->unit, release->loc, "'%s' releases it here", ended->by);
    finding_trace(&finding, path, path->state->trace, release->loc);
    finding_help(&finding, "release it once, at the end of its use; set the variable to NULL (or "
                           "-1) where the release may come early");
    check_report(path, &finding);
}

const struct rule rule_double_cleanup = {
    .name = "double-cleanup",
    .tier = RULE_CORE,
    .summary = "a resource is released twice, or used after its release, on some path",
    .listener = {.on_reuse = on_reuse},
};
