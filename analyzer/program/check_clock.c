#include "program/check_clock.h"

#include "program/check_calls.h"

static void look(const struct path *path, value_id value, int sign, struct clock_sum *sum) {
    const struct value *v = value_at(&path->context.values, value);
    const struct role *clock = check_maker_role(path, value, ROLE_TELLS_TIME);
    if (clock) {
        sum->clocks += sign;
        sum->unit = clock->subject;
    } else if (v->kind == VALUE_BINARY && (v->op == IR_ADD || v->op == IR_SUB)) {
        look(path, v->a, sign, sum);
        look(path, v->b, v->op == IR_SUB ? -sign : sign, sum);
    } else if (v->kind != VALUE_INT) {
        sum->unknown = true;
    }
}

struct clock_sum check_clock_sum(const struct path *path, value_id value) {
    struct clock_sum sum = {0};
    look(path, value, 1, &sum);
    return sum;
}
