#include "program/check_memory.h"

#include "program/named.h"

static const struct ir_place *without_index(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = &unit->places.data[place_id];
    while (place->kind == IR_PLACE_INDEX)
        place = &unit->places.data[place->a];
    return place;
}

bool check_is_set_elsewhere(const struct path *path, ir_id place) {
    const struct program *program = path->client->data;
    struct named name;
    bool found = false;
    if (!named_place(path->unit, place, &name))
        return true;
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct function *function = &program->functions[f];
        const struct ir_function *fn = &function->unit->functions.data[function->id];
        if (!function->defined || fn == path->function ||
            !prog_touches(function, TOUCH_SETS, &name))
            continue;
        if (function->contexts[CONTEXT_SIGNAL].reason != CONTEXT_NEVER)
            return false;
        found = true;
    }
    return found;
}

const char *check_place_name(const struct path *path, ir_id place_id) {
    const struct ir_unit *unit = path->unit;
    const struct ir_place *place = without_index(unit, place_id);
    switch (place->kind) {
    case IR_PLACE_FIELD:
        return ir_text(unit, place->b);
    case IR_PLACE_GLOBAL:
        return ir_text(unit, unit->globals.data[place->a].name);
    case IR_PLACE_LOCAL:
        return ir_text(unit, ir_local_at(unit, path->function, place->a)->name);
    default:
        return NULL;
    }
}

/* ---- what tasks share ------------------------------------------------------------------ */

/* Where the coroutine began in which it runs. */
static const struct function *task_of(const struct program *program,
                                      const struct function *function) {
    const struct context *context = &function->contexts[CONTEXT_COROUTINE];
    if (context->reason == CONTEXT_NEVER)
        return NULL;
    while (context->before)
        context = context->before;
    return &program->functions[context->function];
}

/* Does one call the other, or start it as a task? */
static bool leads(const struct program *program, const struct function *from,
                  const struct function *to, bool starts) {
    for (size_t i = 0; i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        if (edge->starts == starts && &program->functions[edge->from] == from &&
            &program->functions[edge->to] == to)
            return true;
    }
    return false;
}

/* Can it run in between, in another task or as a callback? */
static bool comes_between(const struct program *program, const struct function *other,
                          const struct function *task) {
    const struct function *its = task_of(program, other);
    return (its && its != task) || other->contexts[CONTEXT_LOOP].reason != CONTEXT_NEVER;
}

/* Who makes an object, and who starts the task that is to have it, does so before; what calls this
   function, or is called by it, is at work in the same task. */
static bool is_in_turn(const struct program *program, const struct function *other,
                       const struct function *self, const struct function *task) {
    return other->constructor || leads(program, other, task, true) ||
           leads(program, other, self, false) || leads(program, self, other, false);
}

static bool is_global(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = &unit->places.data[place_id];
    while (place->kind == IR_PLACE_INDEX || place->kind == IR_PLACE_FIELD)
        place = &unit->places.data[place->a];
    return place->kind == IR_PLACE_GLOBAL;
}

bool check_is_shared(const struct path *path, ir_id place) {
    const struct program *program = path->client->data;
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    const struct function *self = &program->functions[prog_function(program, path->unit, id)];
    const struct function *task = task_of(program, self);
    struct named name;
    if (!task || !named_place(path->unit, place, &name))
        return false;
    if (task->started_often &&
        (is_global(path->unit, place) || (name.field && prog_is_shared(program, name.record))))
        return true;
    for (prog_fn f = 0; f < program->function_count; f++) {
        const struct function *other = &program->functions[f];
        if (other->defined && other != self && comes_between(program, other, task) &&
            prog_touches(other, TOUCH_SETS, &name) && !is_in_turn(program, other, self, task))
            return true;
    }
    return false;
}
