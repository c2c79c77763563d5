/*
 * What each function does to memory that has a name, or that a parameter leads to: it sets it,
 * waits for the signal there, sends that signal as the last thing it does.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "flow/use.h"
#include "program/named.h"

enum { NO_PARAM = -1 };

/* What is known so far of the function that the path walks. */
struct touched {
    const struct path *path;
    struct touch *data;
    size_t count;
};

static const char *word_of(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = &unit->places.data[place_id];
    return place->kind == IR_PLACE_FIELD    ? ir_text(unit, place->b)
           : place->kind == IR_PLACE_GLOBAL ? ir_text(unit, unit->globals.data[place->a].name)
                                            : NULL;
}

static bool same_touch(const struct touch *x, const struct touch *y) {
    return x->kind == y->kind && x->param == y->param && !x->word == !y->word &&
           (!x->word || strcmp(x->word, y->word) == 0) && !x->record == !y->record &&
           (!x->record || strcmp(x->record, y->record) == 0) && !x->field == !y->field;
}

static void add(struct touched *touched, struct touch touch) {
    for (size_t i = 0; i < touched->count; i++)
        if (same_touch(&touched->data[i], &touch))
            return;
    touched->data = mem_resize(touched->data, touched->count + 1, sizeof touch);
    touched->data[touched->count++] = touch;
}

static void add_place(struct touched *touched, ir_id place, enum touch_kind kind) {
    const struct ir_unit *unit = touched->path->unit;
    struct touch touch = {.kind = kind, .param = NO_PARAM, .word = word_of(unit, place)};
    struct named name;
    if (named_place(unit, place, &name)) {
        touch.record = name.record;
        touch.field = name.field;
    }
    if (touch.word || touch.record)
        add(touched, touch);
}

/* To what the call is given in that argument. */
static void add_argument(struct touched *touched, const struct ir_instr *call, uint32_t arg,
                         enum touch_kind kind) {
    const struct path *path = touched->path;
    ir_id place = named_argument(path->unit, path->function, call, arg);
    int param = named_parameter(path->unit, path->function, call, arg);
    if (place != IR_NONE)
        add_place(touched, place, kind);
    else if (param >= 0 && param <= INT8_MAX)
        add(touched, (struct touch){.kind = kind, .param = (int8_t)param});
}

/* The argument that a role of the callee is about, or -1. */
static int role_argument(const struct callee *callee, enum role_kind kind) {
    const struct role *role = prog_role(callee->roles, callee->role_count, kind);
    return role ? role->arg : -1;
}

static void add_call(struct touched *touched, const struct program *program, ir_id id) {
    const struct path *path = touched->path;
    const struct ir_instr *call = &path->unit->instrs.data[id];
    struct callee callee = path_target(path, call);
    int waits = role_argument(&callee, ROLE_AWAITS_SIGNAL);
    int signals = role_argument(&callee, ROLE_SIGNALS);
    const struct summary *inside =
        callee.function == UINT32_MAX ? NULL : &program->functions[callee.function].summary;
    if (waits >= 0)
        add_argument(touched, call, (uint32_t)waits, TOUCH_AWAITS);
    if (signals < 0 && !(inside && inside->touch_count))
        return;
    bool last = flow_is_last(path->unit, path->function, id);
    if (signals >= 0 && last)
        add_argument(touched, call, (uint32_t)signals, TOUCH_SIGNALS_LAST);
    for (size_t i = 0; inside && i < inside->touch_count; i++) {
        struct touch touch = inside->touches[i];
        if (touch.kind == TOUCH_SETS || (touch.kind == TOUCH_SIGNALS_LAST && !last))
            continue;
        if (touch.param != NO_PARAM)
            add_argument(touched, call, (uint32_t)touch.param, touch.kind);
        else if (touch.kind == TOUCH_SIGNALS_LAST)
            add(touched, touch);
    }
}

void prog_note_touches(struct program *program, struct summary *summary, const struct path *path) {
    struct touched touched = {.path = path};
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op == IR_STORE || instr->op == IR_ADDR)
            add_place(&touched, instr->a, TOUCH_SETS);
        else if (instr->op == IR_CALL)
            add_call(&touched, program, path->first_instr + i);
    }
    if (touched.count)
        summary->touches =
            arena_copy(&program->arena, touched.data, touched.count * sizeof *touched.data);
    summary->touch_count = touched.count;
    free(touched.data);
}

bool prog_touches(const struct function *function, enum touch_kind kind, const struct named *name) {
    const struct summary *summary = &function->summary;
    for (size_t i = 0; i < summary->touch_count; i++) {
        const struct touch *touch = &summary->touches[i];
        if (touch->kind == kind && touch->record &&
            named_same(name, &(struct named){touch->record, touch->field}))
            return true;
    }
    return false;
}

bool prog_sets_word(const struct function *function, const char *word) {
    const struct summary *summary = &function->summary;
    for (size_t i = 0; i < summary->touch_count; i++) {
        const struct touch *touch = &summary->touches[i];
        if (touch->kind == TOUCH_SETS && touch->word && strcmp(touch->word, word) == 0)
            return true;
    }
    return false;
}
