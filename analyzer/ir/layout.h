/*
 * The fields of each array's elements, as data: saving, loading and verifying walk these tables.
 */
#ifndef AGLET_IR_LAYOUT_H
#define AGLET_IR_LAYOUT_H

#include "ir/ir.h"

enum ir_field_kind {
    IR_FIELD_UNSIGNED, /* of 1, 2, 4 or 8 bytes; of 4 it may be an ir_id */
    IR_FIELD_SIGNED,   /* of 8 bytes */
    IR_FIELD_BOOL
};

struct ir_field {
    uint16_t offset;
    uint8_t size;
    uint8_t kind; /* enum ir_field_kind */
};

/** One of IR_ARRAYS: where its vector is in the unit, and what its elements consist of. */
struct ir_array_layout {
    const char *name;
    size_t vector;  /* offset of the IR_VEC in struct ir_unit */
    size_t element; /* bytes of an element in memory */
    const struct ir_field *fields;
    size_t field_count;
};

/** All of IR_ARRAYS in their order; *count is set. */
const struct ir_array_layout *ir_layouts(size_t *count);

#endif
