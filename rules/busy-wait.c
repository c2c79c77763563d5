/*
 * A loop that sleeps, looks, and sleeps again, until something in the program has happened which
 * could have woken it.
 */
#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_memory.h"
#include "rule.h"

/* Its ways out ask whether it has happened, whether it took too long, or whether the pause was cut
   short; and one of them asks for nothing but the first. */
static bool is_polling(const struct path_loop *loop) {
    return loop->pause && loop->polls && !loop->works && !(loop->asks & LOOP_ASKS_CALL);
}

static void on_loop(struct path *path, const struct path_loop *loop) {
    bool reads = loop->asks & LOOP_ASKS_MEMORY && loop->watched != IR_NONE;
    if (!is_polling(loop) || (reads && !check_is_set_elsewhere(path, loop->watched)))
        return;
    const char *pause = check_call_name(path, loop->pause);
    const char *watched = reads ? check_place_name(path, loop->watched) : NULL;
    struct finding finding = {.loc = loop->pause->loc, .cause = loop->pause};
    finding_message(&finding,
                    "this loop looks again and again, with '%s' between, whether %s%s%s has "
                    "changed: each look comes too soon or too late",
                    pause ? pause : "a pause", watched ? "'" : "", watched ? watched : "something",
                    watched ? "'" : "");
    finding_help(&finding, "wait for an event or a condition, and set it where the change is made");
    check_report(path, &finding);
}

const struct rule rule_busy_wait = {
    .name = "busy-wait",
    .tier = RULE_DEFAULT,
    .summary = "a loop sleeps and looks, where it could be woken",
    .listener = {.on_loop = on_loop},
};
