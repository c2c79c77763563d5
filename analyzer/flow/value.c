#include "flow/value.h"

#include <stdlib.h>
#include <string.h>

#define EMPTY UINT32_MAX

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

static uint64_t value_hash(const struct value *v) {
    uint64_t flags = v->kind | (uint64_t)v->op << 8 | (uint64_t)v->is_pointer << 16 |
                     (uint64_t)v->is_unsigned << 17;
    return mix(mix(mix(1, flags), (uint64_t)v->a << 32 | v->b), (uint64_t)v->imm);
}

static uint64_t region_hash(const struct region *r) {
    return mix(mix(2, r->kind), (uint64_t)r->a << 32 | r->b);
}

static bool value_equal(const struct value *x, const struct value *y) {
    return x->kind == y->kind && x->op == y->op && x->is_pointer == y->is_pointer &&
           x->is_unsigned == y->is_unsigned && x->a == y->a && x->b == y->b && x->imm == y->imm;
}

static void rehash(struct value_table *t) {
    t->slot_count = t->slot_count ? t->slot_count * 2 : 256;
    t->slots = mem_resize(t->slots, t->slot_count, sizeof *t->slots);
    memset(t->slots, 0xff, t->slot_count * sizeof *t->slots);
    for (uint32_t i = 0; i < t->value_count; i++) {
        uint64_t h = value_hash(&t->values[i]);
        while (t->slots[h & (t->slot_count - 1)] != EMPTY)
            h++;
        t->slots[h & (t->slot_count - 1)] = i * 2;
    }
    for (uint32_t i = 0; i < t->region_count; i++) {
        uint64_t h = region_hash(&t->regions[i]);
        while (t->slots[h & (t->slot_count - 1)] != EMPTY)
            h++;
        t->slots[h & (t->slot_count - 1)] = i * 2 + 1;
    }
}

value_id value_intern(struct value_table *t, struct value value) {
    uint64_t h = value_hash(&value);
    for (;; h++) {
        uint32_t slot = t->slots[h & (t->slot_count - 1)];
        if (slot == EMPTY)
            break;
        if (!(slot & 1) && value_equal(&t->values[slot / 2], &value))
            return slot / 2;
    }
    if (t->value_count == t->value_capacity) {
        t->value_capacity = t->value_capacity ? t->value_capacity * 2 : 64;
        t->values = mem_resize(t->values, t->value_capacity, sizeof *t->values);
    }
    t->slots[h & (t->slot_count - 1)] = t->value_count * 2;
    t->values[t->value_count++] = value;
    if (++t->used * 2 > t->slot_count)
        rehash(t);
    return t->value_count - 1;
}

region_id region_intern(struct value_table *t, enum region_kind kind, uint32_t a, uint32_t b) {
    bool is_part = kind == REGION_FIELD || kind == REGION_ELEMENT;
    struct region region = {.kind = (uint8_t)kind,
                            .a = a,
                            .b = b,
                            .root = is_part ? t->regions[a].root : t->region_count};
    uint64_t h = region_hash(&region);
    for (;; h++) {
        uint32_t slot = t->slots[h & (t->slot_count - 1)];
        if (slot == EMPTY)
            break;
        const struct region *known = &t->regions[slot / 2];
        if ((slot & 1) && known->kind == region.kind && known->a == region.a &&
            known->b == region.b)
            return slot / 2;
    }
    if (t->region_count == t->region_capacity) {
        t->region_capacity = t->region_capacity ? t->region_capacity * 2 : 64;
        t->regions = mem_resize(t->regions, t->region_capacity, sizeof *t->regions);
    }
    t->slots[h & (t->slot_count - 1)] = t->region_count * 2 + 1;
    t->regions[t->region_count++] = region;
    if (++t->used * 2 > t->slot_count)
        rehash(t);
    return t->region_count - 1;
}

void values_init(struct value_table *t) {
    *t = (struct value_table){0};
    rehash(t);
    value_intern(t, (struct value){.kind = VALUE_NOTHING});
    region_intern(t, REGION_NOWHERE, 0, 0);
}

void values_free(struct value_table *t) {
    free(t->values);
    free(t->regions);
    free(t->slots);
}

value_id value_int(struct value_table *t, int64_t imm) {
    return value_intern(t, (struct value){.kind = VALUE_INT, .imm = imm});
}

value_id value_address(struct value_table *t, region_id region) {
    if (region == REGION_UNKNOWN)
        return VALUE_UNKNOWN;
    if (t->regions[region].kind == REGION_POINTEE)
        return t->regions[region].a;
    return value_intern(t, (struct value){.kind = VALUE_ADDRESS, .is_pointer = true, .a = region});
}

region_id region_pointee(struct value_table *t, value_id address) {
    const struct value v = t->values[address];
    switch (v.kind) {
    case VALUE_ADDRESS:
        return v.a;
    case VALUE_BINARY:
        if (v.is_pointer && (v.op == IR_ADD || v.op == IR_SUB)) {
            region_id base = region_pointee(t, v.a);
            if (base == REGION_UNKNOWN)
                return REGION_UNKNOWN;
            return region_intern(t, REGION_ELEMENT, base, VALUE_UNKNOWN);
        }
        return region_intern(t, REGION_POINTEE, address, 0);
    case VALUE_SYMBOL:
    case VALUE_PARAM:
    case VALUE_PART:
        return region_intern(t, REGION_POINTEE, address, 0);
    default:
        return REGION_UNKNOWN;
    }
}

region_id region_root(const struct value_table *t, region_id region) {
    return t->regions[region].root;
}

bool region_within(const struct value_table *t, region_id region, region_id whole) {
    while (region != whole) {
        const struct region *r = &t->regions[region];
        if (r->kind != REGION_FIELD && r->kind != REGION_ELEMENT)
            return false;
        region = r->a;
    }
    return true;
}

bool value_mentions(const struct value_table *t, value_id value, value_id symbol) {
    for (;;) {
        if (value == symbol)
            return true;
        const struct value *v = &t->values[value];
        if (v->kind == VALUE_BINARY || v->kind == VALUE_APPLIED) {
            if (value_mentions(t, v->b, symbol))
                return true;
            value = v->a;
        } else if (v->kind == VALUE_PART) {
            value = v->a;
        } else if (v->kind == VALUE_ADDRESS) {
            const struct region *root = &t->regions[region_root(t, v->a)];
            if (root->kind != REGION_POINTEE)
                return false;
            value = root->a;
        } else {
            return false;
        }
    }
}

value_id value_base(const struct value_table *t, value_id value) {
    for (;;) {
        const struct value *v = &t->values[value];
        if (v->kind == VALUE_PART) {
            value = v->a;
        } else if (v->kind == VALUE_BINARY && v->is_pointer) {
            value = v->a;
        } else if (v->kind == VALUE_ADDRESS) {
            const struct region *root = &t->regions[region_root(t, v->a)];
            if (root->kind != REGION_POINTEE)
                return value;
            value = root->a;
        } else {
            return value;
        }
    }
}
