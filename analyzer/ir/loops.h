/*
 * Loop heads, for the builder which marks them and the verifier which holds them to it.
 */
#ifndef AGLET_IR_LOOPS_H
#define AGLET_IR_LOOPS_H

#include "ir/ir.h"

/**
 * Which blocks of `fn` are targets of back edges of a depth-first walk from its entry, which
 * follows successors in their order. `fn` has at least one block, and its successors are sound.
 * One bool a block; the caller frees it.
 */
bool *ir_loop_heads(const struct ir_unit *unit, const struct ir_function *fn);

#endif
