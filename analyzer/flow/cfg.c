#include "flow/cfg.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

/* Liveness as in any compiler's book: what a block reads before it writes is live at its start, and
   so is what its successors need and it does not write. */
struct build {
    struct cfg *cfg;
    uint32_t register_words, local_words, name_words;
    struct cfg_block *facts;                      /* of the block being walked */
    struct bitset written_registers, dead_locals; /* by it; one pair a block */
};

static int compare_ids(const void *a, const void *b) {
    ir_id x = *(const ir_id *)a, y = *(const ir_id *)b;
    return x < y ? -1 : x > y;
}

uint32_t cfg_name(const struct cfg *cfg, ir_id name) {
    if (!cfg->name_count)
        return IR_NONE;
    const ir_id *hit = bsearch(&name, cfg->names, cfg->name_count, sizeof *cfg->names, compare_ids);
    return hit ? (uint32_t)(hit - cfg->names) : IR_NONE;
}

/* The name by which a place is remembered as read: its field, or the global it is. */
static ir_id place_name(const struct ir_unit *unit, ir_id place_id) {
    const struct ir_place *place = &unit->places.data[place_id];
    while (place->kind == IR_PLACE_INDEX)
        place = &unit->places.data[place->a];
    if (place->kind == IR_PLACE_FIELD)
        return place->b;
    return place->kind == IR_PLACE_GLOBAL ? place->a | CFG_GLOBAL : IR_NONE;
}

static void collect_names(struct cfg *cfg) {
    const struct ir_unit *unit = cfg->unit;
    uint32_t capacity = 0;
    for (ir_id b = 0; b < cfg->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, cfg->function, b);
        for (uint32_t i = 0; i < block->instr_count; i++) {
            const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
            ir_id name = instr->op == IR_LOAD ? place_name(unit, instr->a) : IR_NONE;
            if (name == IR_NONE)
                continue;
            if (cfg->name_count == capacity) {
                capacity = capacity ? capacity * 2 : 16;
                cfg->names = mem_resize(cfg->names, capacity, sizeof *cfg->names);
            }
            cfg->names[cfg->name_count++] = name;
        }
    }
    if (cfg->name_count == 0)
        return;
    qsort(cfg->names, cfg->name_count, sizeof *cfg->names, compare_ids);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < cfg->name_count; i++)
        if (cfg->names[i] != cfg->names[i - 1])
            cfg->names[kept++] = cfg->names[i];
    cfg->name_count = kept;
}

/* A register is literal when constants are all that is written to it. */
static void find_literals(struct cfg *cfg) {
    const struct ir_unit *unit = cfg->unit;
    for (int pass = 0; pass < 2; pass++)
        for (ir_id b = 0; b < cfg->function->block_count; b++) {
            const struct ir_block *block = ir_block_at(unit, cfg->function, b);
            for (uint32_t i = 0; i < block->instr_count; i++) {
                const struct ir_instr *instr = &unit->instrs.data[block->first_instr + i];
                if (instr->dst == IR_NONE)
                    continue;
                if (pass == 0 && instr->op == IR_CONST)
                    bitset_add(&cfg->literal, instr->dst);
                else if (pass == 1 && instr->op != IR_CONST)
                    bitset_remove(&cfg->literal, instr->dst);
            }
        }
}

static void number_blocks(struct cfg *cfg) {
    const struct ir_unit *unit = cfg->unit;
    uint32_t count = cfg->function->block_count, depth = 0, next = count;
    struct frame {
        ir_id block;
        uint32_t succ;
    } *stack = mem_resize(NULL, count + 1, sizeof *stack);
    bool *seen = mem_zero(count, sizeof *seen);
    for (ir_id b = 0; b < count; b++)
        cfg->blocks[b].order = UINT32_MAX;
    stack[depth++] = (struct frame){0, 0};
    seen[0] = true;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct ir_block *block = ir_block_at(unit, cfg->function, top->block);
        if (top->succ == block->succ_count) {
            cfg->blocks[top->block].order = --next;
            depth--;
            continue;
        }
        ir_id succ = ir_succ(unit, block, top->succ++);
        if (!seen[succ]) {
            seen[succ] = true;
            stack[depth++] = (struct frame){succ, 0};
        }
    }
    free(seen);
    free(stack);
}

static void use_register(struct build *b, ir_id reg) {
    if (reg == IR_NONE)
        return;
    bitset_add(&b->facts->live_registers, reg);
    bitset_add(&b->cfg->needed, reg);
}

static void use_place(struct build *b, ir_id place_id) {
    const struct ir_place *place = &b->cfg->unit->places.data[place_id];
    for (;;) {
        if (place->kind == IR_PLACE_DEREF) {
            use_register(b, place->a);
            return;
        }
        if (place->kind == IR_PLACE_LOCAL) {
            bitset_add(&b->facts->live_locals, place->a);
            return;
        }
        if (place->kind == IR_PLACE_GLOBAL)
            return;
        if (place->kind == IR_PLACE_INDEX)
            use_register(b, place->b);
        place = &b->cfg->unit->places.data[place->a];
    }
}

/* What it held before is not needed. */
static void end_local(struct build *b, ir_id local) {
    bitset_remove(&b->facts->live_locals, local);
    bitset_add(&b->dead_locals, local);
}

static void walk_store(struct build *b, const struct ir_instr *instr) {
    const struct ir_place *place = &b->cfg->unit->places.data[instr->a];
    use_register(b, instr->b);
    if (place->kind == IR_PLACE_LOCAL)
        end_local(b, place->a);
    else
        use_place(b, instr->a);
}

/* One instruction, backwards. */
static void walk_instr(struct build *b, const struct ir_instr *instr) {
    const struct ir_unit *unit = b->cfg->unit;
    if (instr->dst != IR_NONE) {
        bitset_remove(&b->facts->live_registers, instr->dst);
        bitset_add(&b->written_registers, instr->dst);
    }
    for (uint32_t i = 0; i < instr->arg_count; i++)
        use_register(b, ir_arg(unit, instr, i));
    switch (instr->op) {
    case IR_ADDR:
        use_place(b, instr->a);
        break;
    case IR_LOAD: {
        use_place(b, instr->a);
        ir_id name = place_name(unit, instr->a);
        if (name != IR_NONE)
            bitset_add(&b->facts->read_later, cfg_name(b->cfg, name));
        break;
    }
    case IR_STORE:
        walk_store(b, instr);
        break;
    case IR_BINARY:
        use_register(b, instr->b);
        use_register(b, instr->a);
        break;
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        use_register(b, instr->a);
        break;
    case IR_CALL:
        if (instr->sub == IR_CALL_INDIRECT)
            use_register(b, instr->a);
        break;
    case IR_DEAD:
        end_local(b, instr->a);
        break;
    default:
        break;
    }
}

/* Adds what is in `from` and not in `without`; true if that was not all there already. */
static bool merge(struct bitset *into, const struct bitset *from, const struct bitset *without) {
    bool changed = false;
    for (size_t i = 0; i < into->word_count; i++) {
        uint64_t more = from->words[i] & ~(without ? without->words[i] : 0) & ~into->words[i];
        changed |= more != 0;
        into->words[i] |= more;
    }
    return changed;
}

static void walk_block(struct build *b, ir_id number) {
    const struct cfg *cfg = b->cfg;
    const struct ir_block *block = ir_block_at(cfg->unit, cfg->function, number);
    use_register(b, block->value);
    for (uint32_t i = block->instr_count; i-- > 0;)
        walk_instr(b, &cfg->unit->instrs.data[block->first_instr + i]);
}

/* One round over the block's successors; true if it made a difference. */
static bool flow_back(struct build *b, ir_id number) {
    const struct cfg *cfg = b->cfg;
    const struct ir_block *block = ir_block_at(cfg->unit, cfg->function, number);
    struct cfg_block *facts = b->facts;
    bool changed = false;
    for (uint32_t i = 0; i < block->succ_count; i++) {
        const struct cfg_block *succ = &cfg->blocks[ir_succ(cfg->unit, block, i)];
        changed |= merge(&facts->live_registers, &succ->live_registers, &b->written_registers);
        changed |= merge(&facts->live_locals, &succ->live_locals, &b->dead_locals);
        changed |= merge(&facts->read_later, &succ->read_later, NULL);
    }
    return changed;
}

static struct bitset carve(uint64_t **at, uint32_t words) {
    struct bitset set = {*at, words};
    *at += words;
    return set;
}

static void keep_addressed_locals(struct cfg *cfg) {
    for (ir_id l = 0; l < cfg->function->local_count; l++)
        if (ir_local_at(cfg->unit, cfg->function, l)->flags & IR_LOCAL_ADDRESS_TAKEN)
            for (ir_id b = 0; b < cfg->function->block_count; b++)
                bitset_add(&cfg->blocks[b].live_locals, l);
}

/* Makes the block the one that is walked. */
static void select_block(struct build *b, uint64_t *written, ir_id number) {
    written += (size_t)number * (b->register_words + b->local_words);
    b->facts = &b->cfg->blocks[number];
    b->written_registers = carve(&written, b->register_words);
    b->dead_locals = carve(&written, b->local_words);
}

/* Blocks from the last to the first, so that most are looked at after their successors. */
static ir_id *backward_order(const struct cfg *cfg) {
    uint32_t count = cfg->function->block_count;
    ir_id *order = mem_resize(NULL, count, sizeof *order);
    for (ir_id i = 0, next = count; i < count; i++)
        if (cfg->blocks[i].order == UINT32_MAX)
            order[--next] = i;
        else
            order[count - 1 - cfg->blocks[i].order] = i;
    return order;
}

static void find_live(struct build *b) {
    uint32_t count = b->cfg->function->block_count;
    uint64_t *written =
        mem_zero((size_t)count * (b->register_words + b->local_words), sizeof *written);
    ir_id *order = backward_order(b->cfg);
    for (ir_id i = 0; i < count; i++) {
        select_block(b, written, i);
        walk_block(b, i);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (ir_id i = 0; i < count; i++) {
            select_block(b, written, order[i]);
            changed |= flow_back(b, order[i]);
        }
    }
    free(order);
    free(written);
}

void cfg_init(struct cfg *cfg, const struct ir_unit *unit, const struct ir_function *function) {
    *cfg = (struct cfg){.unit = unit, .function = function};
    uint32_t count = function->block_count;
    cfg->blocks = mem_zero(count, sizeof *cfg->blocks);
    number_blocks(cfg);
    collect_names(cfg);
    struct build b = {.cfg = cfg,
                      .register_words = function->register_count / 64 + 1,
                      .local_words = function->local_count / 64 + 1,
                      .name_words = cfg->name_count / 64 + 1};
    uint32_t each = b.register_words + b.local_words + b.name_words;
    cfg->storage = mem_zero((size_t)each * count + 2 * b.register_words, sizeof *cfg->storage);
    uint64_t *at = cfg->storage;
    for (ir_id i = 0; i < count; i++) {
        cfg->blocks[i].live_registers = carve(&at, b.register_words);
        cfg->blocks[i].live_locals = carve(&at, b.local_words);
        cfg->blocks[i].read_later = carve(&at, b.name_words);
    }
    cfg->literal = carve(&at, b.register_words);
    cfg->needed = carve(&at, b.register_words);
    find_literals(cfg);
    find_live(&b);
    keep_addressed_locals(cfg);
}

void cfg_free(struct cfg *cfg) {
    free(cfg->blocks);
    free(cfg->names);
    free(cfg->storage);
}
