/*
 * A unit as text, as bytes, and the check of its invariants.
 */
#ifndef AGLET_IR_IO_H
#define AGLET_IR_IO_H

#include <stdio.h>

#include "ir/ir.h"

/** Prints the unit as text, for people and for tests (`aglet facts --print`). Stable: the same
 *  unit gives the same text. */
void ir_print(const struct ir_unit *unit, FILE *out);
/** One function only. */
void ir_print_function(const struct ir_unit *unit, ir_id function, FILE *out);

/**
 * Checks every index, range and invariant of ir.h (each block ends in a terminator with the right
 * number of successors, registers below register_count, every used register written somewhere …).
 * Returns NULL when the unit is sound, else a sentence that names the first defect; the caller
 * frees it.
 */
char *ir_verify(const struct ir_unit *unit);

/** Serialises the unit. Same unit, same bytes. The caller frees *bytes. */
void ir_save(const struct ir_unit *unit, uint8_t **bytes, size_t *length);

/**
 * Reads what ir_save wrote; the result passes ir_verify. Returns NULL for anything damaged,
 * truncated or of another version, with *error a sentence the caller frees. Never trusts a byte.
 */
struct ir_unit *ir_load(const uint8_t *bytes, size_t length, char **error);

#endif
