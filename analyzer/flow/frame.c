#include "flow/frame.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

/* Smaller ones may be kept in registers. */
enum { LEAST = 64 };

struct measuring {
    const struct ir_unit *unit;
    const struct ir_function *function;
    bool *used; /* by block, by local: it may be in use at the block's start */
    struct frame most;
    void (*on_call)(void *data, const struct ir_instr *call, const struct frame *frame);
    void *data;
};

static uint64_t size_of(const struct measuring *m, ir_id local) {
    const struct ir_local *variable = ir_local_at(m->unit, m->function, local);
    const struct ir_type *type = &m->unit->types.data[variable->type];
    bool is_large = type->size >= LEAST &&
                    (type->kind == IR_TYPE_ARRAY || type->kind == IR_TYPE_RECORD) &&
                    !(variable->flags & IR_LOCAL_PARAM);
    return is_large ? type->size : 0;
}

static bool has_large_locals(const struct measuring *m) {
    for (ir_id i = 0; i < m->function->local_count; i++)
        if (size_of(m, i))
            return true;
    return false;
}

/* The variable that the instruction's place is, or is a part of. */
static ir_id local_of(const struct ir_unit *unit, const struct ir_instr *instr) {
    if (instr->op != IR_ADDR && instr->op != IR_LOAD && instr->op != IR_STORE)
        return IR_NONE;
    const struct ir_place *place = ir_place_root(unit, instr->a);
    return place->kind == IR_PLACE_LOCAL ? place->a : IR_NONE;
}

static void step(const struct ir_unit *unit, const struct ir_instr *instr, bool *used) {
    ir_id local = local_of(unit, instr);
    if (local != IR_NONE)
        used[local] = true;
    if (instr->op == IR_DEAD)
        used[instr->a] = false;
}

static struct frame sum_up(const struct measuring *m, const bool *used) {
    struct frame frame = {0, IR_NONE};
    for (ir_id i = 0; i < m->function->local_count; i++) {
        uint64_t size = used[i] ? size_of(m, i) : 0;
        frame.bytes += size;
        if (size && (frame.largest == IR_NONE || size > size_of(m, frame.largest)))
            frame.largest = i;
    }
    return frame;
}

/* Walks the block from what is in use at its start; with `last` tells what is found. */
static void walk(struct measuring *m, const struct ir_block *block, bool *used, bool last) {
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = &m->unit->instrs.data[block->first_instr + i];
        step(m->unit, instr, used);
        if (!last || (instr->op != IR_CALL && local_of(m->unit, instr) == IR_NONE))
            continue;
        struct frame frame = sum_up(m, used);
        if (frame.bytes > m->most.bytes)
            m->most = frame;
        if (instr->op == IR_CALL)
            m->on_call(m->data, instr, &frame);
    }
}

static bool merge(bool *into, const bool *from, size_t count) {
    bool grown = false;
    for (size_t i = 0; i < count; i++) {
        grown |= from[i] && !into[i];
        into[i] |= from[i];
    }
    return grown;
}

static void spread(struct measuring *m) {
    size_t count = m->function->local_count;
    bool *used = mem_zero(count, sizeof *used);
    for (bool changed = true; changed;) {
        changed = false;
        for (ir_id b = 0; b < m->function->block_count; b++) {
            const struct ir_block *block = ir_block_at(m->unit, m->function, b);
            memcpy(used, m->used + b * count, count * sizeof *used);
            walk(m, block, used, false);
            for (uint32_t i = 0; i < block->succ_count; i++)
                changed |= merge(m->used + ir_succ(m->unit, block, i) * count, used, count);
        }
    }
    free(used);
}

struct frame frame_measure(const struct ir_unit *unit, const struct ir_function *function,
                           void (*on_call)(void *data, const struct ir_instr *call,
                                           const struct frame *frame),
                           void *data) {
    struct measuring m = {
        .unit = unit, .function = function, .most = {0, IR_NONE}, .on_call = on_call, .data = data};
    if (!has_large_locals(&m))
        return m.most;
    size_t count = function->local_count;
    m.used = mem_zero(count * function->block_count, sizeof *m.used);
    spread(&m);
    for (ir_id b = 0; b < function->block_count; b++)
        walk(&m, ir_block_at(unit, function, b), m.used + b * count, true);
    free(m.used);
    return m.most;
}
