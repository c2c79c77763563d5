/*
 * Answers: calls whose outcome tells of an argument, such as a helper that asks whether there was
 * an error. To ask the outcome is to ask the argument.
 */
#include "flow/path_step.h"

struct duty path_answer_of(const struct path *path, const struct path_call *call) {
    struct duty fact = {.status = DUTY_NONE,
                        .answers = true,
                        .which = UINT8_MAX,
                        .origin = call->id,
                        .end = IR_NONE};
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind == EFFECT_ANSWER && effect->arg < call->arg_count) {
            fact.guard = call->args[effect->arg];
            fact.when = effect->when;
            fact.answers = !effect->maybe;
        }
    }
    bool null = fact.when == RETURNS_ZERO;
    for (uint32_t i = 0; i < path->state->duty_count && fact.guard != VALUE_UNKNOWN; i++) {
        const struct duty *known = &path->state->duties[i];
        if (known->entity != fact.guard || known->guard == VALUE_UNKNOWN || known->lapses ||
            (known->status == DUTY_NONE && !known->answers && (fact.answers || null)) ||
            !(null || !(fact.when & RETURNS_ZERO)))
            continue;
        fact.guard = known->guard;
        fact.when = null ? (uint8_t)(RETURNS_ANY & ~known->when) : known->when;
        break;
    }
    return fact;
}

void path_answer(struct path *path, struct duty fact, value_id result) {
    fact.entity = result;
    if (fact.guard != VALUE_UNKNOWN && result != VALUE_UNKNOWN && fact.guard != result)
        state_add_duty(&path->context, path->state, fact);
}
