/*
 * Fixes that change the order of what is done, or what is returned: a task is awaited where the
 * function ends, a lock is given back before the wait, an error is passed on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "program/fix_text.h"
#include "program/internal.h"

static const struct ir_instr *instr_at(const struct path *path, uint32_t i) {
    return &path->unit->instrs.data[path->first_instr + i];
}

/* ---- await ------------------------------------------------------------------------------- */

static bool is_last_return(const struct code *code, const struct code_statement *statement,
                           const char *name) {
    return code_returns_without(code, statement, name) && code_ends_function(code, statement);
}

static bool cancels_something(const struct path *path) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        if (instr_at(path, i)->op != IR_CALL)
            continue;
        struct callee callee = path_target(path, instr_at(path, i));
        if (callee_has_role(&callee, ROLE_CANCELS))
            return true;
    }
    return false;
}

/* The statements that return `value`, or the task's error if there is no other. */
static char *awaiting_return(const struct code *code, const char *value, const char *await,
                             const char *task, size_t number) {
    if (strcmp(value, "0") == 0)
        return mem_format("return %s(%s);", await, task);
    char *result = fix_fresh_name(code, "result", number);
    char *ended = fix_fresh_name(code, "ended", number);
    char *lines = mem_format("int %s = %s;\nint %s = %s(%s);\nreturn %s < 0 ? %s : %s;", result,
                             value, ended, await, task, result, result, ended);
    free(result);
    free(ended);
    return lines;
}

bool finding_fix_await(struct finding *finding, const struct path *path,
                       const struct path_loss *loss) {
    const struct model_kind *words = check_declared_kind(path, loss->duty->subject);
    const char *type = fix_returned_type(path), *task;
    if (!words || !words->await || !type || strcmp(type, "int") != 0 ||
        !check_has_role(path, ROLE_COROUTINE) || cancels_something(path) ||
        !(task = fix_last_holder(path, loss, is_last_return)))
        return false;
    struct code *code = fix_code_at(path, loss->exit);
    struct code_statement statement;
    size_t start;
    if (code && fix_statement_at(code, path, loss->exit, &statement) && !statement.labelled &&
        code_returns_value(code, &statement, &start)) {
        char *value = code_text(code, start, statement.end - 1);
        char *lines =
            awaiting_return(code, value, words->await, task, check_fix_number(path, loss->exit));
        struct code_edit edit = code_replace(code, &statement, lines);
        finding_no_fix(finding);
        fix_add(finding, code, path, loss->exit, &edit);
        fix_finish(finding, "await it where the function ends");
        free(value);
        free(lines);
    }
    code_free(code);
    return finding->fix.title;
}

/* ---- unlock ------------------------------------------------------------------------------ */

bool fix_unlocks(const struct path *path, const struct ir_instr *call) {
    struct callee callee = path_target(path, call);
    for (size_t i = 0; i < callee.effect_count; i++)
        if (callee.effects[i].kind == EFFECT_UNLOCK)
            return true;
    return false;
}

const struct ir_instr *fix_next_unlock(const struct path *path, const struct ir_instr *from) {
    const struct ir_unit *unit = path->unit;
    uint32_t at = (uint32_t)(from - unit->instrs.data) + 1;
    ir_id number = 0;
    const struct ir_block *block = ir_block_at(unit, path->function, number);
    while (at > block->first_instr + block->instr_count)
        block = ir_block_at(unit, path->function, ++number);
    for (ir_id steps = 0; steps < path->function->block_count; steps++) {
        for (; at < block->first_instr + block->instr_count; at++)
            if (unit->instrs.data[at].op == IR_CALL)
                return fix_unlocks(path, &unit->instrs.data[at]) ? &unit->instrs.data[at] : NULL;
        if (block->succ_count != 1)
            return NULL;
        block = ir_block_at(unit, path->function, ir_succ(unit, block, 0));
        at = block->first_instr;
    }
    return NULL;
}

const struct ir_instr *fix_lock_held(const struct path *path) {
    const struct ir_instr *held = NULL;
    for (uint32_t i = 0; i < path->state->claim_count; i++) {
        const struct claim *claim = &path->state->claims[i];
        if (claim->kind != CLAIM_LOCKED)
            continue;
        if (held)
            return NULL;
        held = &path->unit->instrs.data[claim->origin];
    }
    return held;
}

void finding_fix_unlock_first(struct finding *finding, const struct path *path,
                              const struct ir_instr *call) {
    const struct ir_instr *unlock = fix_lock_held(path) ? fix_next_unlock(path, call) : NULL;
    struct code *code = unlock && unlock->loc != IR_NONE ? fix_code_at(path, call->loc) : NULL;
    struct code_statement wait, release;
    char *name = NULL;
    finding_no_fix(finding);
    if (code &&
        check_range(path->unit, call->loc).file == check_range(path->unit, unlock->loc).file &&
        fix_statement_at(code, path, call->loc, &wait) &&
        fix_statement_at(code, path, unlock->loc, &release) &&
        code_follows(code, &wait, &release) &&
        code_keeps_result(code, &release, fix_offset_at(code, path, unlock->loc), &name) ==
            CODE_KEEPS_NOTHING) {
        struct code_edit edits[CODE_EDITS], cut = code_cut(code, &release);
        char *line = code_text(code, release.start, release.end);
        size_t count = code_surround(code, &wait, line, NULL, edits);
        for (size_t i = 0; i < count; i++)
            fix_add(finding, code, path, call->loc, &edits[i]);
        fix_add(finding, code, path, call->loc, &cut);
        fix_finish(finding, "give the lock back before the wait");
        free(line);
    }
    free(name);
    code_free(code);
}

/* ---- pass an error on -------------------------------------------------------------------- */

/* Something that a return here might leave behind, but for what `call` itself takes. */
static bool takes_something(const struct path *path, const struct ir_instr *call) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = instr_at(path, i);
        if (instr->op != IR_CALL || instr == call)
            continue;
        struct callee callee = path_target(path, instr);
        for (size_t k = 0; k < callee.effect_count; k++)
            if (callee.effects[k].kind == EFFECT_ACQUIRE || callee.effects[k].kind == EFFECT_LOCK)
                return true;
    }
    return false;
}

/* Of all errors, only the cancellation, where its name is known. */
static char *error_test(const struct path *path, const struct cut *cut, const char *name) {
    bool named =
        cut->low == -ECANCELED && cut->high == -ECANCELED && prog_includes(path->unit, "errno.h");
    return named ? mem_format("%s == -ECANCELED", name) : mem_format("%s < 0", name);
}

static const char *type_name(const struct path *path, ir_id type) {
    return type == IR_NONE ? "" : ir_text(path->unit, path->unit->types.data[type].name);
}

void finding_fix_pass_on(struct finding *finding, const struct path *path,
                         const struct ir_instr *call) {
    const char *type = fix_returned_type(path);
    struct callee callee = path_target(path, call);
    finding_no_fix(finding);
    if (!type || strcmp(type, "int") != 0 || !callee.cut.is || callee.cut.high >= 0 ||
        takes_something(path, call))
        return;
    struct code *code = fix_code_at(path, call->loc);
    struct code_statement statement;
    char *name = NULL;
    enum code_keeps keeps = CODE_KEEPS_OTHER;
    if (code && fix_statement_at(code, path, call->loc, &statement) && !statement.labelled)
        keeps = code_keeps_result(code, &statement, fix_offset_at(code, path, call->loc), &name);
    if (keeps == CODE_KEEPS_NOTHING && strcmp(type_name(path, call->type), "int") == 0) {
        name = fix_fresh_name(code, "result", check_fix_number(path, call->loc));
        struct code_edit edit = {statement.start, fix_offset_at(code, path, call->loc),
                                 mem_format("int %s = ", name)};
        fix_add(finding, code, path, call->loc, &edit);
    }
    if (name) {
        struct code_edit edits[CODE_EDITS];
        char *test = error_test(path, &callee.cut, name);
        char *lines = mem_format("if (%s)\n    return %s;", test, name);
        size_t count = code_surround(code, &statement, NULL, lines, edits);
        for (size_t i = 0; i < count; i++)
            fix_add(finding, code, path, call->loc, &edits[i]);
        fix_finish(finding, "pass the cancellation on");
        free(test);
        free(lines);
    }
    free(name);
    code_free(code);
}
