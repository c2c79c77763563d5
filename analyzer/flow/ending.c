#include "flow/ending.h"

#include <stdlib.h>

#include "flow/memory.h"

enum colour { UNSEEN, OPEN, DONE };

struct frame {
    ir_id block;
    uint32_t next; /* the successor to be looked at */
};

static ir_id block_of(const struct ir_unit *unit, const struct ir_function *function, ir_id instr) {
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        if (instr >= block->first_instr && instr - block->first_instr < block->instr_count)
            return b;
    }
    return IR_NONE;
}

/* Depth first; a block that is met while it is open closes a loop. */
static bool ends_from(const struct ir_unit *unit, const struct ir_function *function, ir_id start,
                      uint8_t *colours, struct frame *stack) {
    size_t depth = 0;
    stack[depth++] = (struct frame){start, 0};
    colours[start] = OPEN;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct ir_block *block = ir_block_at(unit, function, top->block);
        if (block->term == IR_TERM_RETURN)
            return false;
        if (top->next == block->succ_count) {
            colours[top->block] = DONE;
            depth--;
            continue;
        }
        ir_id next = ir_succ(unit, block, top->next++);
        if (colours[next] == OPEN)
            return false;
        if (colours[next] == DONE)
            continue;
        colours[next] = OPEN;
        stack[depth++] = (struct frame){next, 0};
    }
    return true;
}

bool flow_is_ending(const struct ir_unit *unit, const struct ir_function *function, ir_id instr) {
    ir_id start = block_of(unit, function, instr);
    if (start == IR_NONE)
        return false;
    uint8_t *colours = mem_zero(function->block_count, sizeof *colours);
    struct frame *stack = mem_resize(NULL, function->block_count, sizeof *stack);
    bool ends = ends_from(unit, function, start, colours, stack);
    free(stack);
    free(colours);
    return ends;
}
