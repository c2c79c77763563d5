/*
 * Places that functions agree about: a field of what an argument points to, or a global, told by
 * one function's summary and found again by those that call it.
 */
#include <string.h>

#include "flow/path_step.h"

static bool add_field(struct effect_place *place, const char *field) {
    if (place->count == EFFECT_FIELDS)
        return false;
    memmove(place->fields + 1, place->fields, place->count * sizeof *place->fields);
    place->fields[0] = field;
    place->count++;
    return true;
}

bool path_describe_place(const struct path *path, value_id address, struct effect_place *place,
                         uint8_t *arg) {
    const struct value_table *t = &path->context.values;
    const struct value *v = value_at(t, address);
    *place = (struct effect_place){0};
    *arg = 0;
    if (v->kind == VALUE_ADDRESS) {
        const struct region *r = region_at(t, v->a);
        for (; r->kind == REGION_FIELD; r = region_at(t, r->a))
            if (!add_field(place, ir_text(path->unit, r->b)))
                return false;
        if (r->kind == REGION_GLOBAL)
            place->global = ir_text(path->unit, path->unit->globals.data[r->a].usr);
        if (r->kind != REGION_POINTEE)
            return place->global != NULL;
        v = value_at(t, r->a);
    }
    if (v->kind != VALUE_PARAM || v->a > UINT8_MAX)
        return false;
    *arg = (uint8_t)v->a;
    return true;
}

bool effect_same_place(const struct effect_place *x, const struct effect_place *y) {
    if (x->count != y->count || !x->global != !y->global ||
        (x->global && strcmp(x->global, y->global) != 0))
        return false;
    for (unsigned i = 0; i < x->count; i++)
        if (strcmp(x->fields[i], y->fields[i]) != 0)
            return false;
    return true;
}

/* ---- in the function that makes the call ------------------------------------------------- */

/* This unit's string, or IR_NONE: nothing here has that name. */
static ir_id find_text(struct path *path, const char *text) {
    for (unsigned i = 0; i < path->word_count; i++)
        if (path->words[i].text == text)
            return path->words[i].id;
    ir_id id = 0;
    while (id < path->unit->string_at.count && strcmp(ir_text(path->unit, id), text) != 0)
        id++;
    if (id == path->unit->string_at.count)
        id = IR_NONE;
    struct path_word *word = &path->words[path->word_count % PATH_WORDS];
    *word = (struct path_word){text, id};
    path->word_count += path->word_count < PATH_WORDS;
    return id;
}

static ir_id find_global(struct path *path, const char *usr) {
    ir_id text = find_text(path, usr);
    for (ir_id i = 0; text != IR_NONE && i < path->unit->globals.count; i++)
        if (path->unit->globals.data[i].usr == text)
            return i;
    return IR_NONE;
}

/* What this unit has no word for: a piece of the argument, or of the program, by its name. */
static value_id hidden_place(struct path *path, const struct effect_place *place, value_id whole) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (unsigned i = 0; i <= place->count; i++)
        for (const char *at = i < place->count ? place->fields[i] : place->global; at && *at; at++)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    struct value piece = {.kind = VALUE_PART, .is_pointer = true, .a = whole, .imm = (int64_t)hash};
    return value_intern(&path->context.values, piece);
}

value_id path_effect_address(struct path *path, const struct path_call *call,
                             const struct effect *effect) {
    const struct effect_place *place = effect->place;
    struct value_table *t = &path->context.values;
    value_id whole = place && place->global          ? VALUE_UNKNOWN
                     : effect->arg < call->arg_count ? call->args[effect->arg]
                                                     : VALUE_UNKNOWN;
    if (!place || (!place->global && whole == VALUE_UNKNOWN))
        return whole;
    region_id region;
    if (place->global) {
        ir_id global = find_global(path, place->global);
        if (global == IR_NONE)
            return hidden_place(path, place, whole);
        region = region_intern(t, REGION_GLOBAL, global, 0);
    } else {
        region = region_pointee(t, whole);
    }
    for (unsigned i = 0; i < place->count && region != REGION_UNKNOWN; i++) {
        ir_id field = find_text(path, place->fields[i]);
        if (field == IR_NONE)
            return hidden_place(path, place, whole);
        region = region_intern(t, REGION_FIELD, region, field);
    }
    return region == REGION_UNKNOWN ? VALUE_UNKNOWN : value_address(t, region);
}
