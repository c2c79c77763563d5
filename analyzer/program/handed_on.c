/*
 * Roles that a function has by what it hands on: it does nothing but call another, its parameter is
 * the deadline of a call that it makes, or what it returns is what a clock told, and some more.
 */
#include <stdlib.h>
#include <string.h>

#include "program/check_clock.h"
#include "program/internal.h"

/* ---- functions that do nothing but call another ------------------------------------------ */

/* Words about a call that are as true of one that only hands it on. What a call is guilty of, or
   does to what it is given, is not among them: the summary has that. */
static bool is_word(enum role_kind kind) {
    static const enum role_kind words[] = {
        ROLE_TELLS_COROUTINE, ROLE_DEFERS,    ROLE_STARTS,        ROLE_QUEUES,
        ROLE_FILLS,           ROLE_DECORATES, ROLE_AWAITS_SIGNAL, ROLE_CLEARS_SIGNALS,
        ROLE_TAKES_ITEM,      ROLE_DETACHES};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i] == kind)
            return true;
    return false;
}

/* The parameter whose unchanged value is in the register; ROLE_ARG_NONE if it is something else. */
static int param_in(const struct ir_unit *unit, const struct ir_function *fn,
                    const struct ir_block *block, ir_id reg) {
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
        if (instr->dst != reg || instr->op == IR_CALL)
            continue;
        if (instr->op == IR_CAST)
            return param_in(unit, fn, block, instr->a);
        const struct ir_place *place = instr->op == IR_LOAD ? &unit->places.data[instr->a] : NULL;
        return place && place->kind == IR_PLACE_LOCAL && place->a < fn->param_count ? (int)place->a
                                                                                    : ROLE_ARG_NONE;
    }
    return ROLE_ARG_NONE;
}

/* The call that is all the function does, and whose result it returns; NULL if it does more. */
static const struct ir_instr *only_call(const struct ir_unit *unit, const struct ir_block *block) {
    const struct ir_instr *call = NULL;
    if (block->term != IR_TERM_RETURN)
        return NULL;
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
        bool again = instr->op == IR_CALL && call;
        if (again || instr->op == IR_STORE || instr->op == IR_ASM)
            return NULL;
        if (instr->op == IR_CALL)
            call = instr;
    }
    bool direct = call && call->sub == IR_CALL_DIRECT;
    return direct && (block->value == IR_NONE || block->value == call->dst) ? call : NULL;
}

/* The role as it is true of the one that hands on; false if it speaks of what is not handed on. */
static bool translate(const struct ir_unit *unit, const struct ir_function *fn,
                      const struct ir_instr *call, struct role *role) {
    if (!is_word(role->kind) || role->unless_count)
        return false;
    if (role->arg < 0)
        return true;
    if ((uint32_t)role->arg >= call->arg_count)
        return false;
    role->arg =
        param_in(unit, fn, ir_block_at(unit, fn, 0), ir_arg(unit, call, (uint32_t)role->arg));
    return role->arg != ROLE_ARG_NONE;
}

static void hand_on(struct program *program, struct function *function, unsigned depth);

static void take_words(struct program *program, struct function *function,
                       const struct ir_instr *call, unsigned depth) {
    const struct ir_unit *unit = function->unit;
    struct function *target = &program->functions[prog_function(program, unit, call->a)];
    if (target == function)
        return;
    hand_on(program, target, depth + 1);
    for (size_t i = 0; i < target->role_count; i++) {
        struct role role = target->roles[i];
        if (translate(unit, &unit->functions.data[function->id], call, &role))
            prog_add_role(function, &role);
    }
}

static void hand_on(struct program *program, struct function *function, unsigned depth) {
    enum { MOST_LINKS = 8 };
    if (!function->defined || function->contract || depth > MOST_LINKS)
        return;
    const struct ir_unit *unit = function->unit;
    const struct ir_function *fn = &unit->functions.data[function->id];
    const struct ir_instr *call =
        fn->block_count == 1 ? only_call(unit, ir_block_at(unit, fn, 0)) : NULL;
    if (call)
        take_words(program, function, call, depth);
}

void prog_read_handed_on(struct program *program) {
    for (size_t i = 0; i < program->function_count; i++)
        hand_on(program, &program->functions[i], 0);
}

/* ---- deadlines, clocks and other numbers -------------------------------------------------- */

/* Taken for one thing here and for another there, it is told by what decides: no unit or kind is
   sure. */
static void take_number(struct function *function, struct role *role) {
    for (size_t i = 0; i < function->role_count; i++) {
        struct role *known = &function->roles[i];
        if (known->kind != role->kind || known->arg != role->arg)
            continue;
        if (known->subject && (!role->subject || strcmp(known->subject, role->subject) != 0)) {
            free((char *)known->subject);
            known->subject = NULL;
        }
        return;
    }
    prog_add_role(function, role);
}

void prog_note_handed_on(struct program *program, prog_fn self, const struct path *path,
                         const struct path_call *call) {
    for (size_t i = 0; i < call->callee->role_count; i++) {
        struct role role = call->callee->roles[i];
        bool expects = role.kind == ROLE_EXPECTS && !path_excused(path, call, &role);
        if ((role.kind != ROLE_TAKES_DEADLINE && !expects) || (uint32_t)role.arg >= call->arg_count)
            continue;
        const struct value *given = value_at(&path->context.values, call->args[role.arg]);
        if (given->kind != VALUE_PARAM)
            continue;
        role.arg = (int)given->a;
        role.unless_count = expects ? 0 : role.unless_count;
        take_number(&program->functions[self], &role);
    }
}

void prog_note_told_time(struct told_time *told, const struct path *path, value_id value) {
    struct clock_sum sum = check_clock_sum(path, value);
    bool differs = told->unit && sum.unit && strcmp(told->unit, sum.unit) != 0;
    told->otherwise |= sum.clocks != 1 || !sum.unit || differs;
    told->unit = sum.unit;
}

void prog_tell_time(struct program *program, prog_fn self, const struct told_time *told) {
    struct role role = {.kind = ROLE_TELLS_TIME, .subject = told->unit, .arg = ROLE_ARG_NONE};
    if (told->unit && !told->otherwise)
        prog_add_role(&program->functions[self], &role);
}

void prog_note_yielded(struct yielded *yielded, const struct path *path, value_id value) {
    int64_t constant;
    if (path_constant(path, value, &constant))
        return; /* an error, or none */
    struct path_number number = path_number_of(path, value);
    yielded->otherwise |=
        !number.kind || (yielded->kind && strcmp(yielded->kind, number.kind) != 0);
    yielded->kind = number.kind;
}

void prog_tell_yielded(struct program *program, prog_fn self, const struct yielded *yielded) {
    struct role role = {.kind = ROLE_YIELDS, .subject = yielded->kind, .arg = ROLE_ARG_NONE};
    if (yielded->kind && !yielded->otherwise)
        prog_add_role(&program->functions[self], &role);
}
