/*
 * A deadline that is none: a constant where a point in time is wanted, a point in time where a
 * duration is, or a clock of another unit.
 */
#include <string.h>

#include "program/check.h"
#include "program/check_calls.h"
#include "program/check_clock.h"
#include "rule.h"

static const char *words_of(const char *unit) {
    static const struct {
        const char *unit, *words;
    } units[] = {{"ns", "nanoseconds"}, {"us", "microseconds"}, {"ms", "milliseconds"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].unit, unit) == 0)
            return units[i].words;
    return "seconds";
}

static void report(const struct path *path, const struct path_call *call, const char *help,
                   const char *what, const char *unit) {
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding, "'%s' %s", check_callee_name(call), what);
    finding_help(&finding, help, words_of(unit));
    check_report(path, &finding);
}

static void check_duration(const struct path *path, const struct path_call *call,
                           const struct clock_sum *sum, const char *unit) {
    if (sum->clocks > 0)
        report(path, call, "give it the number of %s alone, without the clock",
               "wants a duration and is given a point in time: it waits for years", unit);
}

static void check_point(const struct path *path, const struct path_call *call,
                        const struct clock_sum *sum, const char *unit, int64_t constant) {
    if (sum->clocks == 0 && !sum->unknown && constant > 0 && constant < INT64_MAX / 2)
        report(path, call, "add the %s to what the clock says now",
               "wants a point in time and is given a constant, which has long passed", unit);
    else if (sum->clocks == 1 && strcmp(sum->unit, unit) != 0)
        report(path, call, "use the clock that counts %s",
               "is given a point in time of a clock that counts in another unit", unit);
}

static void on_call(struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        const struct role *role = &call->callee->roles[i];
        const char *unit = role->subject ? strchr(role->subject, '-') : NULL;
        if (role->kind != ROLE_TAKES_DEADLINE || !unit || (uint32_t)role->arg >= call->arg_count)
            continue;
        struct clock_sum sum = check_clock_sum(path, call->args[role->arg]);
        int64_t constant = 0;
        path_constant(path, call->args[role->arg], &constant);
        if (strncmp(role->subject, "timeout", strlen("timeout")) == 0)
            check_duration(path, call, &sum, unit + 1);
        else
            check_point(path, call, &sum, unit + 1, constant);
    }
}

const struct rule rule_bad_deadline = {
    .name = "bad-deadline",
    .tier = RULE_DEFAULT,
    .summary = "a deadline that is a constant, or a time of the wrong kind or unit",
    .listener = {.on_call = on_call},
};
