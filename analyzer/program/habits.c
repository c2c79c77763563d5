/*
 * What the program is in the habit of doing with the results of each function. A call that does
 * otherwise than most is likelier to be an oversight than one that does as all do.
 */
#include "program/internal.h"

enum { FEWEST_ASKED = 3 };

static void count_call(struct program *program, const struct ir_unit *unit,
                       const struct ir_instr *call) {
    struct function *callee = &program->functions[prog_function(program, unit, call->a)];
    if (call->flags & IR_RESULT_UNUSED)
        callee->dropped++;
    else if (!(call->flags & IR_RESULT_VOID_CAST))
        callee->asked++;
}

void prog_find_habits(struct program *program) {
    for (size_t u = 0; u < program->unit_count; u++)
        for (ir_id i = 0; i < program->units[u]->instrs.count; i++) {
            const struct ir_instr *instr = &program->units[u]->instrs.data[i];
            if (instr->op == IR_CALL && instr->sub == IR_CALL_DIRECT)
                count_call(program, program->units[u], instr);
        }
}

bool prog_is_asked_mostly(const struct function *function) {
    return function->asked >= FEWEST_ASKED && function->asked > function->dropped;
}
