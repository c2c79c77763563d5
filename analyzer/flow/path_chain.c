/*
 * Chains to guilty calls, as they hold for one call: what its arguments rule out is not reached,
 * and what it does to undo something is no part of making it.
 */
#include "flow/path_step.h"

/* Did a call of this function make it, which may have been shown to others since? */
static bool is_made_here(const struct path *path, value_id value) {
    const struct ir_instr *made = path_maker(path, value_base(&path->context.values, value));
    const struct duty *duty = state_duty(path->state, value);
    if (duty && duty->status == DUTY_OPEN)
        return true;
    return made && made->op == IR_CALL &&
           path->fates[made - path->unit->instrs.data - path->first_instr] & FATE_MADE;
}

bool path_undoes(const struct path *path, const struct path_call *call) {
    for (size_t i = 0; i < call->callee->effect_count; i++) {
        const struct effect *effect = &call->callee->effects[i];
        if (effect->kind == EFFECT_RELEASE && effect->arg < call->arg_count &&
            is_made_here(path, call->args[effect->arg]))
            return true;
    }
    return false;
}

static const struct chain *reached(const struct path *path, const struct path_call *call,
                                   const struct chain *chain) {
    for (uint32_t i = 0; chain && chain->given && i < CHAIN_PARAMS && i < call->arg_count; i++)
        if (chain->given[i] &&
            !(state_classes(&path->context, path->state, call->args[i]) & chain->given[i]))
            return NULL;
    return chain;
}

void path_follow_chains(const struct path *path, const struct path_call *call,
                        struct callee *callee) {
    callee->blocks = reached(path, call, callee->blocks);
    callee->spawns = reached(path, call, callee->spawns);
}

bool path_heed_return(struct path *path, const struct path_call *call) {
    bool can = true;
    for (uint32_t i = 0; i < CHAIN_PARAMS && i < call->arg_count; i++) {
        uint8_t after = call->callee->after[i];
        if (after && (after == RETURNS_ZERO || !(after & RETURNS_ZERO)))
            can &= state_assume(&path->context, path->state, call->args[i], after != RETURNS_ZERO);
    }
    return can;
}
