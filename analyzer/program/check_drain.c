/*
 * The fix that takes all items of a queue where one is taken: an `if` becomes a `while`, or the
 * rest of the block a loop, with the lock that it is done under.
 */
#include <stdlib.h>

#include "flow/memory.h"
#include "program/fix_text.h"
#include "program/internal.h"

static bool gives_back_lock(const struct path *path) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op == IR_CALL && fix_unlocks(path, instr))
            return true;
    }
    return false;
}

static bool is_pointer(const struct path *path, ir_id type) {
    return type != IR_NONE && path->unit->types.data[type].kind == IR_TYPE_POINTER;
}

static bool drain_by_while(struct finding *finding, const struct code *code,
                           const struct path *path, const struct ir_instr *call) {
    struct code_edit edit;
    if (call->op != IR_CALL || !is_pointer(path, call->type) ||
        !code_if_to_while(code, fix_offset_at(code, path, call->loc), &edit))
        return false;
    fix_add(finding, code, path, call->loc, &edit);
    return true;
}

/* The rest of the block, from where the item is found, or the lock is taken under which it is. */
static void drain_by_loop(struct finding *finding, const struct code *code, const struct path *path,
                          const struct path_take *take) {
    const struct ir_instr *lock = fix_lock_held(path), *unlock = NULL;
    const struct ir_instr *found = take->found ? take->found : take->instr;
    struct code_statement item, first;
    if (!is_pointer(path, found->type) || found->loc == IR_NONE ||
        !fix_statement_at(code, path, found->loc, &item) || item.control != SIZE_MAX)
        return;
    if (!lock && gives_back_lock(path))
        return;
    if (lock && !((unlock = fix_next_unlock(path, take->instr)) &&
                  fix_statement_at(code, path, lock->loc, &first) && first.control == SIZE_MAX))
        return;
    char *name = code_set_variable(code, &item);
    struct code_edit edit;
    if (name &&
        code_drain(code, lock ? first.start : item.start,
                   fix_offset_at(code, path, (unlock ? unlock : take->instr)->loc), name, &edit))
        fix_add(finding, code, path, take->instr->loc, &edit);
    free(name);
}

void finding_fix_drain(struct finding *finding, const struct path *path,
                       const struct path_take *take) {
    struct code *code = fix_code_at(path, take->instr->loc);
    finding_no_fix(finding);
    if (!code)
        return;
    if (!drain_by_while(finding, code, path, take->instr))
        drain_by_loop(finding, code, path, take);
    fix_finish(finding, "take items until there is none left");
    code_free(code);
}
