#include "flow/loop.h"

#include <stdlib.h>
#include <string.h>

#include "flow/path_step.h"

/* ---- the blocks ------------------------------------------------------------------------ */

/* Whether a block whose successor is `head` closes the loop. */
static bool leads_back(const struct cfg *cfg, ir_id block, ir_id head) {
    const struct cfg_block *blocks = cfg->blocks;
    const struct ir_block *from = ir_block_at(cfg->unit, cfg->function, block);
    if (blocks[block].order == UINT32_MAX || blocks[block].order < blocks[head].order)
        return false;
    for (uint32_t i = 0; i < from->succ_count; i++)
        if (ir_succ(cfg->unit, from, i) == head)
            return true;
    return false;
}

/* Whether a block leads into the body, without passing the head. */
static bool leads_into(const struct cfg *cfg, ir_id block, ir_id head, const bool *body) {
    const struct ir_block *from = ir_block_at(cfg->unit, cfg->function, block);
    for (uint32_t i = 0; i < from->succ_count; i++) {
        ir_id to = ir_succ(cfg->unit, from, i);
        if (to != head && body[to])
            return true;
    }
    return false;
}

bool *loop_body(const struct cfg *cfg, ir_id head) {
    uint32_t count = cfg->function->block_count;
    bool *body = mem_zero(count, sizeof *body);
    body[head] = true;
    for (bool grows = true; grows;) {
        grows = false;
        for (ir_id b = count; b-- > 0;) {
            if (body[b] || !(leads_back(cfg, b, head) || leads_into(cfg, b, head, body)))
                continue;
            body[b] = true;
            grows = true;
        }
    }
    return body;
}

static bool has_instr(const struct ir_block *block, ir_id instr) {
    return instr >= block->first_instr && instr - block->first_instr < block->instr_count;
}

bool loop_holds(const struct path *path, ir_id instr) {
    bool held = false;
    for (ir_id head = 0; !held && head < path->function->block_count; head++) {
        if (!ir_block_at(path->unit, path->function, head)->loop_head)
            continue;
        bool *body = loop_body(path->context.cfg, head);
        for (ir_id b = 0; b < path->function->block_count; b++)
            held |= body[b] && has_instr(ir_block_at(path->unit, path->function, b), instr);
        free(body);
    }
    return held;
}

/* ---- what a value depends on ----------------------------------------------------------- */

/* A loop while its facts are found. */
struct search {
    const struct path *path;
    const bool *body;
    bool *seen; /* registers, then locals, then locals that are being followed: of one question */
    struct path_loop *loop;
};

static const struct ir_instr *instr_at(const struct search *s, const struct ir_block *block,
                                       uint32_t i) {
    return &s->path->unit->instrs.data[block->first_instr + i];
}

/* Can nobody but this function see or change the place? */
static bool is_private(const struct path *path, const struct ir_place *root) {
    return root->kind == IR_PLACE_LOCAL &&
           !(ir_local_at(path->unit, path->function, root->a)->flags & IR_LOCAL_ADDRESS_TAKEN);
}

static unsigned ask_register(struct search *s, ir_id reg);

/* What is put into the local on some round; a local that stays as it is asks nothing. */
static unsigned ask_local(struct search *s, ir_id local) {
    const struct ir_unit *unit = s->path->unit;
    const struct ir_function *function = s->path->function;
    bool *seen = &s->seen[function->register_count + local], *open = seen + function->local_count;
    if (*seen)
        return *open ? LOOP_ASKS_LOCAL : 0;
    *seen = *open = true;
    unsigned asks = 0;
    for (ir_id b = 0; b < function->block_count; b++) {
        const struct ir_block *block = ir_block_at(unit, function, b);
        for (uint32_t i = 0; s->body[b] && i < block->instr_count; i++) {
            const struct ir_instr *instr = instr_at(s, block, i);
            const struct ir_place *root =
                instr->op == IR_STORE ? ir_place_root(unit, instr->a) : NULL;
            if (!root || root->kind != IR_PLACE_LOCAL || root->a != local)
                continue;
            unsigned of = ask_register(s, instr->b);
            asks |= of ? of : LOOP_ASKS_LOCAL;
        }
    }
    *open = false;
    return asks;
}

/* An index that moves makes it a walk over memory, not a look at the same again. */
static unsigned ask_place(struct search *s, ir_id place_id) {
    const struct ir_unit *unit = s->path->unit;
    unsigned moves = 0;
    const struct ir_place *place = &unit->places.data[place_id];
    for (; place->kind == IR_PLACE_FIELD || place->kind == IR_PLACE_INDEX;
         place = &unit->places.data[place->a])
        if (place->kind == IR_PLACE_INDEX)
            moves |= ask_register(s, place->b);
    if (place->kind == IR_PLACE_DEREF)
        moves |= ask_register(s, place->a);
    if (moves & ~(unsigned)LOOP_ASKS_MEMORY)
        return moves;
    if (is_private(s->path, place))
        return moves | ask_local(s, place->a);
    s->loop->watched = place_id;
    return moves | LOOP_ASKS_MEMORY;
}

static unsigned ask_call(struct search *s, const struct ir_instr *call) {
    struct callee callee = path_target(s->path, call);
    if (callee_has_role(&callee, ROLE_TELLS_TIME))
        return LOOP_ASKS_TIME;
    if (callee_has_role(&callee, ROLE_ERRNO))
        return LOOP_ASKS_ERRNO;
    if (callee.flags & CALLEE_PAUSES)
        return LOOP_ASKS_PAUSE;
    if (!(callee.flags & CALLEE_PURE))
        return LOOP_ASKS_CALL;
    unsigned asks = 0;
    for (uint32_t i = 0; i < call->arg_count; i++)
        asks |= ask_register(s, ir_arg(s->path->unit, call, i));
    return asks & ~(unsigned)LOOP_ASKS_MEMORY ? asks : LOOP_ASKS_QUESTION;
}

static unsigned ask_instr(struct search *s, const struct ir_instr *instr) {
    switch (instr->op) {
    case IR_CONST:
    case IR_STRING:
    case IR_FUNCTION:
    case IR_ADDR:
        return 0;
    case IR_LOAD:
        return ask_place(s, instr->a);
    case IR_MOVE:
    case IR_CAST:
    case IR_UNARY:
        return ask_register(s, instr->a);
    case IR_BINARY:
        return ask_register(s, instr->a) | ask_register(s, instr->b);
    case IR_CALL:
        return ask_call(s, instr);
    default:
        return LOOP_ASKS_CALL;
    }
}

/* What is computed before the loop is the same in each round. */
static unsigned ask_register(struct search *s, ir_id reg) {
    if (reg == IR_NONE || s->seen[reg])
        return 0;
    s->seen[reg] = true;
    unsigned asks = 0;
    for (ir_id b = 0; b < s->path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(s->path->unit, s->path->function, b);
        for (uint32_t i = 0; s->body[b] && i < block->instr_count; i++)
            if (instr_at(s, block, i)->dst == reg)
                asks |= ask_instr(s, instr_at(s, block, i));
    }
    return asks;
}

static unsigned ask(struct search *s, ir_id reg) {
    const struct ir_function *function = s->path->function;
    memset(s->seen, 0, function->register_count + 2 * function->local_count);
    return ask_register(s, reg);
}

/* ---- the ways out ---------------------------------------------------------------------- */

static bool leads_out(const struct search *s, const struct ir_block *block) {
    for (uint32_t i = 0; i < block->succ_count; i++)
        if (!s->body[ir_succ(s->path->unit, block, i)])
            return true;
    return false;
}

/* Is the register a comparison by size of something that others keep, such as a number of
   clients? */
static bool is_limit(struct search *s, ir_id reg) {
    for (ir_id b = 0; b < s->path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(s->path->unit, s->path->function, b);
        for (uint32_t i = 0; s->body[b] && i < block->instr_count; i++) {
            const struct ir_instr *instr = instr_at(s, block, i);
            if (instr->dst == reg && instr->op == IR_BINARY && instr->sub >= IR_LT &&
                instr->sub <= IR_GE)
                return (ask(s, reg) & (LOOP_ASKS_MEMORY | LOOP_ASKS_CALL)) == LOOP_ASKS_MEMORY;
        }
    }
    return false;
}

static void note_branch(struct search *s, const struct ir_block *block) {
    struct path_loop *loop = s->loop;
    if (block->value == IR_NONE || block->term == IR_TERM_RETURN)
        return;
    loop->limited |= is_limit(s, block->value);
    if (!leads_out(s, block))
        return;
    const unsigned counts = LOOP_ASKS_LOCAL | LOOP_ASKS_MEMORY | LOOP_ASKS_QUESTION;
    unsigned asks = ask(s, block->value);
    loop->asks |= asks;
    loop->counted |= (asks & LOOP_ASKS_LOCAL) && !(asks & ~counts);
    loop->polls |= asks && !(asks & ~(unsigned)(LOOP_ASKS_MEMORY | LOOP_ASKS_QUESTION));
}

/* ---- what is done ---------------------------------------------------------------------- */

/* Taking a lock to look is no work. */
static bool is_idle(const struct callee *callee) {
    return (callee->flags & (CALLEE_PURE | CALLEE_PAUSES | CALLEE_NORETURN)) ||
           callee_has_role(callee, ROLE_TELLS_TIME) || callee_has_role(callee, ROLE_LOCKS) ||
           callee_has_role(callee, ROLE_UNLOCKS);
}

static void note_call(struct search *s, const struct ir_instr *call) {
    struct callee callee = path_target(s->path, call);
    struct path_loop *loop = s->loop;
    loop->works |= !is_idle(&callee);
    loop->calls = true;
    loop->input |= callee.flags & CALLEE_HEARS;
    loop->relieved |= callee.flags & CALLEE_QUEUES;
    if (callee.flags & CALLEE_PAUSES)
        loop->pause = call;
    loop->sleeps |= (callee.flags & CALLEE_PAUSES) && !(callee.flags & CALLEE_SUSPENDS);
    if (callee.flags & CALLEE_LETS_GO)
        loop->spawn = call;
}

static void note_block(struct search *s, const struct ir_block *block) {
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = instr_at(s, block, i);
        if (instr->op == IR_CALL)
            note_call(s, instr);
        else if (instr->op == IR_STORE)
            s->loop->works |= !is_private(s->path, ir_place_root(s->path->unit, instr->a));
        else
            s->loop->works |= instr->op == IR_ASM;
    }
    note_branch(s, block);
}

static bool suspends(const struct search *s, const struct ir_block *block) {
    for (uint32_t i = 0; i < block->instr_count; i++) {
        const struct ir_instr *instr = instr_at(s, block, i);
        if (instr->op != IR_CALL)
            continue;
        if (path_target(s->path, instr).flags & CALLEE_SUSPENDS)
            return true;
    }
    return false;
}

/* A loop's blocks. */
struct nest {
    ir_id head;
    const bool *body;
};

static bool has_idle_round(const struct search *s, struct nest loop);

/* Does no way lead through the block without a suspension? An inner loop has a round at least. */
static bool is_checkpoint(const struct search *s, struct nest loop, ir_id number) {
    const struct path *path = s->path;
    const struct ir_block *block = ir_block_at(path->unit, path->function, number);
    if (suspends(s, block))
        return true;
    if (!block->loop_head || number == loop.head)
        return false;
    bool *body = loop_body(path->context.cfg, number);
    bool idle = body[loop.head] || has_idle_round(s, (struct nest){number, body});
    free(body);
    return !idle;
}

/* Is there a round without a suspension? */
static bool has_idle_round(const struct search *s, struct nest loop) {
    const struct path *path = s->path;
    bool *seen = mem_zero(path->function->block_count, sizeof *seen);
    ir_id *waiting = mem_resize(NULL, path->function->block_count, sizeof *waiting);
    size_t count = 0;
    bool found = false;
    waiting[count++] = loop.head;
    while (count && !found) {
        ir_id number = waiting[--count];
        const struct ir_block *block = ir_block_at(path->unit, path->function, number);
        if (is_checkpoint(s, loop, number))
            continue;
        for (uint32_t i = 0; i < block->succ_count; i++) {
            ir_id next = ir_succ(path->unit, block, i);
            found |= next == loop.head;
            if (loop.body[next] && !seen[next])
                waiting[count++] = next;
            seen[next] = true;
        }
    }
    free(waiting);
    free(seen);
    return found;
}

/* ---- each loop ------------------------------------------------------------------------- */

static ir_id first_loc(const struct search *s, ir_id b) {
    const struct ir_block *block = ir_block_at(s->path->unit, s->path->function, b);
    for (uint32_t i = 0; i < block->instr_count; i++)
        if (instr_at(s, block, i)->loc != IR_NONE)
            return instr_at(s, block, i)->loc;
    return block->loc;
}

/* Where the loop begins: its first text. */
static ir_id loc_of(const struct search *s) {
    ir_id loc = first_loc(s, s->loop->head);
    for (ir_id b = 0; loc == IR_NONE && b < s->path->function->block_count; b++)
        if (s->body[b])
            loc = first_loc(s, b);
    return loc;
}

static void tell(struct path *path, const struct path_loop *loop) {
    for (path->current = 0; path->current < path->listener_count; path->current++)
        if (path->listeners[path->current]->on_loop)
            path->listeners[path->current]->on_loop(path, loop);
}

static bool is_listened_to(const struct path *path) {
    for (size_t i = 0; i < path->listener_count; i++)
        if (path->listeners[i]->on_loop)
            return true;
    return false;
}

static void look_at(struct path *path, ir_id head) {
    const struct ir_function *function = path->function;
    bool *body = loop_body(path->context.cfg, head);
    struct path_loop loop = {.head = head, .watched = IR_NONE};
    struct search search = {.path = path, .body = body, .loop = &loop};
    search.seen =
        mem_zero(function->register_count + 2 * function->local_count, sizeof *search.seen);
    for (ir_id b = 0; b < function->block_count; b++)
        if (body[b])
            note_block(&search, ir_block_at(path->unit, function, b));
    loop.idle = has_idle_round(&search, (struct nest){head, body});
    loop.loc = loc_of(&search);
    tell(path, &loop);
    free(search.seen);
    free(body);
}

void loop_tell(struct path *path) {
    if (!is_listened_to(path))
        return;
    for (ir_id head = 0; head < path->function->block_count; head++) {
        if (!ir_block_at(path->unit, path->function, head)->loop_head)
            continue;
        path->state = path_state_at(path, head);
        if (path->state)
            look_at(path, head);
    }
}
