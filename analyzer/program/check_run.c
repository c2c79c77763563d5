/*
 * The fix for a loop made by hand: the one call that makes a loop, runs a coroutine in it and
 * closes it again takes the place of all the others.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "program/fix_text.h"
#include "program/internal.h"

/* The calls that make, fill, run and close a loop by hand; there is one of each. */
struct by_hand {
    const struct ir_instr *make, *spawn, *run, *close;
    int entry, data; /* arguments of the spawn, from 0 */
};

static bool note(const struct ir_instr **slot, const struct ir_instr *call) {
    bool first = !*slot;
    *slot = call;
    return first;
}

/* False if something is done twice. */
static bool note_call(struct by_hand *hand, const struct callee *callee,
                      const struct ir_instr *call) {
    bool once = true;
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (role->kind == ROLE_MAKES_LOOP)
            once &= note(&hand->make, call);
        else if (role->kind == ROLE_RUNS_LOOP)
            once &= note(&hand->run, call);
        else if (role->kind == ROLE_CLOSES_LOOP)
            once &= note(&hand->close, call);
        else if (role->kind == ROLE_SPAWNS) {
            once &= note(&hand->spawn, call);
            hand->entry = role->entry;
            hand->data = role->data;
        }
    }
    return once;
}

static bool find_calls(const struct path *path, struct by_hand *hand) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op != IR_CALL)
            continue;
        struct callee callee = path_target(path, instr);
        if (!note_call(hand, &callee, instr))
            return false;
    }
    return hand->make && hand->spawn && hand->run && hand->close && hand->entry >= 0 &&
           hand->data >= 0;
}

/* The function of that name, if the text before the one at hand declares it with two parameters. */
static bool is_declared_before(const struct path *path, const char *name) {
    const struct ir_unit *unit = path->unit;
    for (ir_id f = 0; f < unit->functions.count; f++) {
        const struct ir_function *function = &unit->functions.data[f];
        if (strcmp(ir_text(unit, function->name), name) != 0 || function->loc == IR_NONE)
            continue;
        const struct ir_loc *there = &unit->locs.data[function->loc];
        const struct ir_loc *here = &unit->locs.data[path->function->loc];
        return function->param_count == 2 &&
               (there->file != here->file || there->line < here->line);
    }
    return false;
}

/* The statements of the four calls. */
struct statements {
    struct code_statement make, spawn, run, close;
    char *loop; /* the variable that has it */
};

static bool find_statements(const struct code *code, const struct path *path,
                            const struct by_hand *hand, struct statements *s) {
    char *unused = NULL;
    bool found = fix_statement_at(code, path, hand->make->loc, &s->make) &&
                 fix_statement_at(code, path, hand->spawn->loc, &s->spawn) &&
                 fix_statement_at(code, path, hand->run->loc, &s->run) &&
                 fix_statement_at(code, path, hand->close->loc, &s->close) && !s->make.labelled &&
                 code_keeps_result(code, &s->make, fix_offset_at(code, path, hand->make->loc),
                                   &s->loop) == CODE_KEEPS_VARIABLE &&
                 code_keeps_result(code, &s->spawn, fix_offset_at(code, path, hand->spawn->loc),
                                   &unused) == CODE_KEEPS_NOTHING &&
                 code_keeps_result(code, &s->close, fix_offset_at(code, path, hand->close->loc),
                                   &unused) == CODE_KEEPS_NOTHING &&
                 code_follows(code, &s->spawn, &s->run) && code_follows(code, &s->run, &s->close) &&
                 code_follows_check(code, &s->make, s->loop, &s->spawn);
    free(unused);
    return found;
}

/* Whoever else looks at the loop needs it. */
static bool is_loop_hidden(const struct code *code, const struct statements *s) {
    size_t end = code_scope_end(code, s->close.end);
    return code_count_word(code, s->loop, s->make.end, s->spawn.start) <= 1 &&
           code_count_word(code, s->loop, s->spawn.start, s->close.end) == 3 &&
           code_count_word(code, s->loop, s->close.end, end) == 0;
}

void finding_fix_run(struct finding *finding, const struct path *path, const char *runner) {
    struct by_hand hand = {.entry = -1, .data = -1};
    finding_no_fix(finding);
    if (!find_calls(path, &hand) || !is_declared_before(path, runner))
        return;
    struct code *code = fix_code_at(path, hand.run->loc);
    struct statements s = {.loop = NULL};
    if (code && find_statements(code, path, &hand, &s) && is_loop_hidden(code, &s)) {
        size_t spawn = fix_offset_at(code, path, hand.spawn->loc);
        size_t run = fix_offset_at(code, path, hand.run->loc);
        char *entry = code_argument(code, spawn, (size_t)hand.entry);
        char *data = code_argument(code, spawn, (size_t)hand.data);
        struct code_edit before = code_cut(code, &s.make), behind = code_cut(code, &s.close);
        struct code_edit last = code_cut(code, &s.spawn);
        before.end = last.end;
        free(last.text);
        struct code_edit call = {run, s.run.end - 1, mem_format("%s(%s, %s)", runner, entry, data)};
        fix_add(finding, code, path, hand.run->loc, &before);
        fix_add(finding, code, path, hand.run->loc, &call);
        fix_add(finding, code, path, hand.run->loc, &behind);
        fix_finish(finding, "let one call make the loop, run it and close it");
        free(entry);
        free(data);
    }
    free(s.loop);
    code_free(code);
}
