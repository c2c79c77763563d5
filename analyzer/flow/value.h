/*
 * Symbolic values and memory regions of one function's analysis, hash-consed: equal things have
 * equal numbers, so a state is a few sorted arrays of numbers.
 *
 * A value is a constant, a symbol (something unknown that has a name), an address, or an operation
 * on values. A region is a piece of memory: a local, a global, what a value points to, a field or
 * an element of another region.
 */
#ifndef AGLET_VALUE_H
#define AGLET_VALUE_H

#include "flow/memory.h"
#include "ir/ir.h"

typedef uint32_t value_id;
typedef uint32_t region_id;
#define VALUE_UNKNOWN  0u /* nothing is known, and it is equal to nothing */
#define REGION_UNKNOWN 0u

enum value_kind {
    VALUE_NOTHING,
    VALUE_INT,      /* imm */
    VALUE_SYMBOL,   /* a: the instruction (unit index) or parameter that made it; b: generation */
    VALUE_PARAM,    /* a: the parameter's value at entry */
    VALUE_ADDRESS,  /* a: region */
    VALUE_FUNCTION, /* a: function of the unit */
    VALUE_LITERAL,  /* a: string */
    VALUE_BINARY,   /* op; a, b: values */
    VALUE_APPLIED,  /* a: a function, or one applied already; b: the argument */
    VALUE_PART      /* something reached through value a: an interior pointer, a piece */
};

struct value {
    uint8_t kind, op;
    bool is_pointer, is_unsigned;
    uint32_t a, b;
    int64_t imm;
};

enum region_kind {
    REGION_NOWHERE,
    REGION_LOCAL,   /* a: local */
    REGION_GLOBAL,  /* a: global */
    REGION_POINTEE, /* a: value that is the address */
    REGION_FIELD,   /* a: parent; b: string */
    REGION_ELEMENT  /* a: parent; b: value of the index, VALUE_UNKNOWN for any */
};

struct region {
    uint8_t kind;
    uint32_t a, b;
    uint32_t root; /* the LOCAL, GLOBAL or POINTEE it is part of; set by region_intern */
};

struct value_table {
    struct value *values;
    uint32_t value_count, value_capacity;
    struct region *regions;
    uint32_t region_count, region_capacity;
    uint32_t *slots; /* hash of both: value ids even, region ids odd */
    uint32_t slot_count, used;
};

void values_init(struct value_table *table);
void values_free(struct value_table *table);

value_id value_intern(struct value_table *table, struct value value);
region_id region_intern(struct value_table *table, enum region_kind kind, uint32_t a, uint32_t b);

value_id value_int(struct value_table *table, int64_t imm);
value_id value_address(struct value_table *table, region_id region);

/** The region that `address` points to; REGION_UNKNOWN for constants, functions, literals. */
region_id region_pointee(struct value_table *table, value_id address);

/** The region `region` is part of: a LOCAL, GLOBAL or POINTEE (or NOWHERE). */
region_id region_root(const struct value_table *table, region_id region);

/** True when `region` is `whole` or a part of it. */
bool region_within(const struct value_table *table, region_id region, region_id whole);

/** True when `symbol` (a SYMBOL or PARAM) occurs in `value`, also as the root of an address. */
bool value_mentions(const struct value_table *table, value_id value, value_id symbol);

/** The resource-bearing value behind a value: itself, or what a PART or pointer sum is part of. */
value_id value_base(const struct value_table *table, value_id value);

static inline const struct value *value_at(const struct value_table *t, value_id id) {
    return &t->values[id];
}

static inline const struct region *region_at(const struct value_table *t, region_id id) {
    return &t->regions[id];
}

#endif
