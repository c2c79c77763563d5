/*
 * What the files that lower expressions share.
 */
#ifndef AGLET_FRONTEND_EXPR_H
#define AGLET_FRONTEND_EXPR_H

#include "frontend/lower.h"

/* ---- asking (kids.c) ------------------------------------------------------------------- */

/** The operand: children before it are no operands, such as types named in a cast. */
CXCursor expr_last_child(struct lowering *l, CXCursor cursor);
/** Whether an unexposed expression stands for its only child, as an implicit conversion does. */
bool expr_is_transparent(CXCursor cursor, CXCursor only_child);
bool expr_is_array(struct lowering *l, CXCursor cursor);
bool expr_is_pointer(struct lowering *l, CXCursor cursor);
bool expr_is_function(CXCursor cursor);
bool expr_is_void(CXCursor cursor);
ir_id expr_type(struct lowering *l, CXCursor cursor);
/** The arm that a _Generic selects; null if that cannot be told. */
CXCursor expr_generic_arm(struct lowering *l, CXCursor cursor);
/** The arm that a __builtin_choose_expr selects; null if `cursor` is none. */
CXCursor expr_choice(struct lowering *l, CXCursor cursor);

/* ---- values ---------------------------------------------------------------------------- */

/** dst = a <sub> b, and all that is like it. */
ir_id expr_simple(struct lowering *l, unsigned op, unsigned sub, ir_id a, ir_id b, ir_id type,
                  ir_id loc);
/** A value where one is needed, even if the expression has none. */
ir_id expr_value(struct lowering *l, CXCursor cursor);
/** Loads an lvalue; an array becomes its address. */
ir_id expr_load(struct lowering *l, CXCursor cursor);
ir_id expr_constant(struct lowering *l, CXCursor cursor);

ir_id expr_unary(struct lowering *l, CXCursor cursor);
ir_id expr_binary(struct lowering *l, CXCursor cursor);
ir_id expr_compound_assign(struct lowering *l, CXCursor cursor);
ir_id expr_conditional(struct lowering *l, CXCursor cursor);
/** a ?: b evaluates a once. */
ir_id expr_gnu_conditional(struct lowering *l, CXCursor common, CXCursor otherwise, CXCursor whole);
/** One arm of a choice, in its block: writes `result`, unless that is IR_NONE, and goes to `join`.
 */
void expr_arm(struct lowering *l, ir_id block, CXCursor cursor, ir_id result, ir_id join);
ir_id expr_generic(struct lowering *l, CXCursor cursor);
/** Lowers an atomic builtin, whose operands are `count` children; false if it is none, or one that
 *  is not a load, a store, or a step. */
bool expr_atomic(struct lowering *l, CXCursor cursor, uint32_t first, uint32_t count,
                 ir_id *result);
ir_id expr_unexposed(struct lowering *l, CXCursor cursor);
ir_id expr_string(struct lowering *l, CXCursor cursor);

#endif
