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
            if (!add_field(place, path_word(path, r->b)))
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

bool path_is_for_caller(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    const struct region *r = region_at(t, region);
    unsigned depth = 0;
    for (; r->kind == REGION_FIELD; r = region_at(t, r->a))
        depth++;
    return r->kind == REGION_POINTEE && value_at(t, r->a)->kind == VALUE_PARAM &&
           depth <= EFFECT_FIELDS;
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

static bool is_foreign(const struct path *path, ir_id word) {
    return word >= path->unit->string_at.count;
}

const char *path_word(const struct path *path, ir_id word) {
    return is_foreign(path, word) ? path->words[word - path->unit->string_at.count].text
                                  : ir_text(path->unit, word);
}

/* This unit's string; or, if nothing here has that name, a number that stands for it. */
static ir_id find_text(struct path *path, const char *text) {
    ir_id id = 0;
    for (unsigned i = 0; i < path->word_count; i++)
        if (path->words[i].text == text ||
            (is_foreign(path, path->words[i].id) && strcmp(path->words[i].text, text) == 0))
            return path->words[i].id;
    while (id < path->unit->string_at.count && strcmp(ir_text(path->unit, id), text) != 0)
        id++;
    if (id == path->unit->string_at.count)
        id += path->word_count;
    path->words = mem_resize(path->words, path->word_count + 1, sizeof *path->words);
    path->words[path->word_count++] = (struct path_word){text, id};
    return id;
}

static ir_id find_global(struct path *path, const char *usr) {
    ir_id text = find_text(path, usr);
    for (ir_id i = 0; !is_foreign(path, text) && i < path->unit->globals.count; i++)
        if (path->unit->globals.data[i].usr == text)
            return i;
    return IR_NONE;
}

/* A global that this unit does not know: something of the program's, by its name. */
static value_id hidden_global(struct path *path, const struct effect_place *place) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (unsigned i = 0; i <= place->count; i++)
        for (const char *at = i < place->count ? place->fields[i] : place->global; *at; at++)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    struct value piece = {
        .kind = VALUE_PART, .is_pointer = true, .a = VALUE_UNKNOWN, .imm = (int64_t)hash};
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
            return hidden_global(path, place);
        region = region_intern(t, REGION_GLOBAL, global, 0);
    } else {
        region = region_pointee(t, whole);
    }
    for (unsigned i = 0; i < place->count && region != REGION_UNKNOWN; i++)
        region = region_intern(t, REGION_FIELD, region, find_text(path, place->fields[i]));
    return region == REGION_UNKNOWN ? VALUE_UNKNOWN : value_address(t, region);
}

region_id path_effect_region(struct path *path, const struct path_call *call,
                             const struct effect *effect) {
    return effect->target == TARGET_PLACE
               ? region_pointee(&path->context.values, path_effect_address(path, call, effect))
               : path_arg_region(path, call, effect->arg);
}

value_id path_effect_value(struct path *path, const struct path_call *call,
                           const struct effect *effect) {
    bool found;
    if (effect_is_behind(effect))
        return state_lookup(path->state, path_effect_region(path, call, effect), &found);
    return effect->arg < call->arg_count ? call->args[effect->arg] : VALUE_UNKNOWN;
}
