#include "ir/loops.h"

#include <stdlib.h>

#include "ir/alloc.h"

struct frame {
    ir_id block;
    uint32_t succ; /* the next one to follow */
};

enum mark { NEW, OPEN, CLOSED };

/* Without recursion: generated code has functions with very many blocks in a row. An edge to a
   block that is still open, that is on the stack, is a back edge. */
bool *ir_loop_heads(const struct ir_unit *unit, const struct ir_function *fn) {
    bool *heads = ir_zeroed(fn->block_count, sizeof *heads);
    unsigned char *marks = ir_zeroed(fn->block_count, sizeof *marks);
    struct frame *stack = ir_resize(NULL, fn->block_count, sizeof *stack);
    size_t depth = 0;
    stack[depth++] = (struct frame){0, 0};
    marks[0] = OPEN;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct ir_block *block = ir_block_at(unit, fn, top->block);
        if (top->succ == block->succ_count) {
            marks[top->block] = CLOSED;
            depth--;
            continue;
        }
        ir_id succ = ir_succ(unit, block, top->succ++);
        if (marks[succ] == OPEN) {
            heads[succ] = true;
        } else if (marks[succ] == NEW) {
            marks[succ] = OPEN;
            stack[depth++] = (struct frame){succ, 0};
        }
    }
    free(stack);
    free(marks);
    return heads;
}
