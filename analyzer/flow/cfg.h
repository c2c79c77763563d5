/*
 * Facts about one function's control-flow graph that need no states: which registers and locals
 * are live, which memory is read later.
 */
#ifndef AGLET_CFG_H
#define AGLET_CFG_H

#include "ir/ir.h"

/** A fixed-size set of small integers. */
struct bitset {
    uint64_t *words;
    size_t word_count;
};

static inline bool bitset_has(const struct bitset *set, uint32_t bit) {
    return (set->words[bit / 64] >> (bit % 64)) & 1;
}

static inline void bitset_add(struct bitset *set, uint32_t bit) {
    set->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitset_remove(struct bitset *set, uint32_t bit) {
    set->words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/** What is needed at the start of a block. */
struct cfg_block {
    struct bitset live_registers;
    struct bitset live_locals; /* locals whose address is taken are live everywhere */
    struct bitset read_later;  /* index into cfg.names: fields and globals that may be loaded */
    uint32_t order;            /* reverse postorder; UINT32_MAX if unreachable */
};

struct cfg {
    const struct ir_unit *unit;
    const struct ir_function *function;
    struct cfg_block *blocks;
    struct bitset needed;  /* registers that something is done with */
    struct bitset literal; /* registers that are a constant of the text, such as 1 in a[1] */
    ir_id *names;          /* sorted: field strings, and globals as (id | CFG_GLOBAL) */
    uint32_t name_count;
    uint64_t *storage;
};

#define CFG_GLOBAL UINT32_C(0x80000000)

/** Computes the facts for a defined function. Free with cfg_free. */
void cfg_init(struct cfg *cfg, const struct ir_unit *unit, const struct ir_function *function);
void cfg_free(struct cfg *cfg);

/** The index of a field's string or (global | CFG_GLOBAL) in cfg->names; IR_NONE if it is loaded
 *  nowhere in the function. */
uint32_t cfg_name(const struct cfg *cfg, ir_id name);

#endif
