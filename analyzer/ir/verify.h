/*
 * What the parts of the verifier share.
 */
#ifndef AGLET_IR_VERIFY_H
#define AGLET_IR_VERIFY_H

#include "ir/ir.h"

/** How many elements of the unit's arrays no function has claimed yet. Nothing belongs to two
 *  functions, so the work of verifying, and of all that comes after, is bounded by the size. */
struct unclaimed {
    uint32_t annotations, locals, blocks, instrs, args, succs, cases;
};

struct verifier {
    const struct ir_unit *u;
    const struct ir_function *fn; /* NULL outside of functions */
    struct unclaimed left;
    char *defect; /* the first one found, or NULL; later ones are not looked for */
};

void verify_defect(struct verifier *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** `id` is an index into `count` elements; the optional form allows IR_NONE. */
void verify_index(struct verifier *v, ir_id id, uint32_t count, const char *what);
void verify_optional(struct verifier *v, ir_id id, uint32_t count, const char *what);

/** `first` and the `length - 1` behind it are elements of `count`, and nobody else's. */
void verify_range(struct verifier *v, ir_id first, uint32_t length, uint32_t count,
                  uint32_t *unclaimed, const char *what);

void verify_string(struct verifier *v, ir_id id, const char *what);
void verify_loc(struct verifier *v, ir_id id);
void verify_type(struct verifier *v, ir_id id);

/** The blocks of v->fn, whose ranges are sound. */
void verify_body(struct verifier *v);

#endif
