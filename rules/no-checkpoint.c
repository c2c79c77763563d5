/*
 * A loop in a coroutine that goes on as long as its calls say so, with rounds that do not suspend:
 * meanwhile no other task runs, and no cancellation arrives.
 */
#include "program/check.h"
#include "rule.h"

/* What sleeps on the thread is another defect, and who asks which error it was tries again once or
   twice. */
static bool depends_on_calls(const struct path_loop *loop) {
    bool asks = !loop->asks || (loop->asks & (LOOP_ASKS_CALL | LOOP_ASKS_PAUSE));
    return asks && !loop->counted && !loop->sleeps && !(loop->asks & LOOP_ASKS_ERRNO);
}

static void on_loop(struct path *path, const struct path_loop *loop) {
    if (!loop->idle || !loop->calls || !depends_on_calls(loop) ||
        check_nearest_context(path, 1u << CONTEXT_COROUTINE, true) == CONTEXT_KINDS)
        return;
    struct finding finding = {.loc = loop->loc};
    finding_message(&finding,
                    "this loop can go round without a suspension, for as long as what it calls "
                    "says so: no other task runs meanwhile");
    finding_context(&finding, path, CONTEXT_COROUTINE);
    finding_help(&finding, "yield once a round, or do the work in a worker thread");
    check_report(path, &finding);
}

const struct rule rule_no_checkpoint = {
    .name = "no-checkpoint",
    .tier = RULE_OPT_IN,
    .summary = "a long loop in a coroutine without a suspension in each round",
    .listener = {.on_loop = on_loop},
};
