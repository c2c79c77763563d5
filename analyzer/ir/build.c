#include "ir/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/alloc.h"
#include "ir/intern.h"
#include "ir/loops.h"

/* Hash tables over what the arrays hold: slots contain index + 1, 0 is free. */
struct table {
    uint32_t *slots;
    uint32_t size, used;
};

struct ir_intern {
    struct table strings, locs, types;
};

void ir_intern_free(struct ir_intern *intern) {
    if (!intern)
        return;
    free(intern->strings.slots);
    free(intern->locs.slots);
    free(intern->types.slots);
    free(intern);
}

struct ir_unit *ir_unit_new(void) {
    struct ir_unit *unit = ir_zeroed(1, sizeof *unit);
    unit->intern = ir_zeroed(1, sizeof *unit->intern);
    return unit;
}

/* How many elements to make room for; indices have 32 bits, and IR_NONE is none of them. */
static uint32_t room(uint32_t capacity, uint32_t count, size_t more) {
    size_t wanted = count + more, next = capacity ? capacity : 64;
    while (next < wanted)
        next *= 2;
    if (wanted >= IR_NONE) {
        fputs("aglet: a unit is too large for its facts\n", stderr);
        exit(2);
    }
    return next < IR_NONE ? (uint32_t)next : IR_NONE;
}

#define RESERVE(vec, more)                                                                         \
    do {                                                                                           \
        if ((vec).capacity - (vec).count < (more)) {                                               \
            (vec).capacity = room((vec).capacity, (vec).count, (more));                            \
            (vec).data = ir_resize((vec).data, (vec).capacity, sizeof *(vec).data);                \
        }                                                                                          \
    } while (0)

#define DEFINE_PUSH(T, name)                                                                       \
    ir_id ir_push_##name(struct ir_unit *unit, T value) {                                          \
        RESERVE(unit->name, 1);                                                                    \
        unit->name.data[unit->name.count] = value;                                                 \
        return unit->name.count++;                                                                 \
    }
IR_ARRAYS(DEFINE_PUSH)
#undef DEFINE_PUSH

/* ---- interning ------------------------------------------------------------------------- */

static uint64_t hash_bytes(const void *data, size_t length) {
    const unsigned char *bytes = data;
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        h = (h ^ bytes[i]) * UINT64_C(1099511628211);
    return h ^ (h >> 32);
}

static uint64_t hash_string(const struct ir_unit *unit, uint32_t index) {
    const char *text = unit->chars.data + unit->string_at.data[index];
    return hash_bytes(text, strlen(text));
}

static uint64_t mix(uint64_t h, uint64_t word) {
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 32);
}

static uint64_t hash_loc_value(const struct ir_loc *l) {
    uint64_t h = mix(l->file, l->line);
    h = mix(h, (uint64_t)l->col << 32 | l->end_line);
    h = mix(h, (uint64_t)l->end_col << 32 | l->spell_file);
    return mix(h, l->spell_line);
}

static uint64_t hash_loc(const struct ir_unit *unit, uint32_t index) {
    return hash_loc_value(&unit->locs.data[index]);
}

static uint64_t hash_type_value(const struct ir_type *t) {
    uint64_t flags = t->kind | (uint64_t)t->is_unsigned << 8 | (uint64_t)t->is_const << 9 |
                     (uint64_t)t->is_union << 10;
    return mix(mix(mix(flags, (uint64_t)t->name << 32 | t->elem), t->size), t->count);
}

static uint64_t hash_type(const struct ir_unit *unit, uint32_t index) {
    return hash_type_value(&unit->types.data[index]);
}

static void grow(struct table *t, const struct ir_unit *unit,
                 uint64_t (*hash)(const struct ir_unit *, uint32_t)) {
    uint32_t *old = t->slots, size = t->size;
    t->size = size ? size * 2 : 256;
    t->slots = ir_zeroed(t->size, sizeof *t->slots);
    for (uint32_t i = 0; i < size; i++) {
        if (!old[i])
            continue;
        uint64_t h = hash(unit, old[i] - 1);
        while (t->slots[h & (t->size - 1)])
            h++;
        t->slots[h & (t->size - 1)] = old[i];
    }
    free(old);
}

static void insert(struct table *t, const struct ir_unit *unit, uint32_t index,
                   uint64_t (*hash)(const struct ir_unit *, uint32_t)) {
    uint64_t h = hash(unit, index);
    while (t->slots[h & (t->size - 1)])
        h++;
    t->slots[h & (t->size - 1)] = index + 1;
    if (++t->used * 2 > t->size)
        grow(t, unit, hash);
}

ir_id ir_string_n(struct ir_unit *unit, const char *text, size_t length) {
    struct table *t = &unit->intern->strings;
    size_t end = strnlen(text, length); /* a literal with a NUL inside ends there */
    if (!t->size)
        grow(t, unit, hash_string);
    for (uint64_t h = hash_bytes(text, end);; h++) {
        uint32_t slot = t->slots[h & (t->size - 1)];
        if (!slot)
            break;
        const char *known = unit->chars.data + unit->string_at.data[slot - 1];
        if (strncmp(known, text, end) == 0 && known[end] == 0)
            return slot - 1;
    }
    RESERVE(unit->chars, end + 1);
    RESERVE(unit->string_at, 1);
    unit->string_at.data[unit->string_at.count] = unit->chars.count;
    memcpy(unit->chars.data + unit->chars.count, text, end);
    unit->chars.data[unit->chars.count + end] = 0;
    unit->chars.count += (uint32_t)end + 1;
    insert(t, unit, unit->string_at.count, hash_string);
    return unit->string_at.count++;
}

ir_id ir_string(struct ir_unit *unit, const char *text) {
    return ir_string_n(unit, text, strlen(text));
}

ir_id ir_add_loc(struct ir_unit *unit, struct ir_loc loc) {
    struct table *t = &unit->intern->locs;
    if (!t->size)
        grow(t, unit, hash_loc);
    for (uint64_t h = hash_loc_value(&loc);; h++) {
        uint32_t slot = t->slots[h & (t->size - 1)];
        if (!slot)
            break;
        const struct ir_loc *k = &unit->locs.data[slot - 1];
        if (k->file == loc.file && k->line == loc.line && k->col == loc.col &&
            k->end_line == loc.end_line && k->end_col == loc.end_col &&
            k->spell_file == loc.spell_file && k->spell_line == loc.spell_line)
            return slot - 1;
    }
    ir_id id = ir_push_locs(unit, loc);
    insert(t, unit, id, hash_loc);
    return id;
}

ir_id ir_add_type(struct ir_unit *unit, struct ir_type type) {
    struct table *t = &unit->intern->types;
    if (!t->size)
        grow(t, unit, hash_type);
    for (uint64_t h = hash_type_value(&type);; h++) {
        uint32_t slot = t->slots[h & (t->size - 1)];
        if (!slot)
            break;
        const struct ir_type *k = &unit->types.data[slot - 1];
        if (k->kind == type.kind && k->is_unsigned == type.is_unsigned &&
            k->is_const == type.is_const && k->is_union == type.is_union && k->name == type.name &&
            k->elem == type.elem && k->size == type.size && k->count == type.count)
            return slot - 1;
    }
    ir_id id = ir_push_types(unit, type);
    insert(t, unit, id, hash_type);
    return id;
}

/* ---- the end of building --------------------------------------------------------------- */

void ir_unit_finish(struct ir_unit *unit) {
    for (ir_id f = 0; f < unit->functions.count; f++) {
        const struct ir_function *fn = &unit->functions.data[f];
        if (!fn->block_count)
            continue;
        bool *heads = ir_loop_heads(unit, fn);
        for (ir_id b = 0; b < fn->block_count; b++)
            unit->blocks.data[fn->first_block + b].loop_head = heads[b];
        free(heads);
    }
    ir_intern_free(unit->intern);
    unit->intern = NULL;
}
