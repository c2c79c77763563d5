/*
 * Jumps to labels: goto, computed goto, asm goto. A jump is resolved when the whole function has
 * been read, since only then all labels and the scopes around them are known.
 */
#include <stdlib.h>

#include "frontend/text.h"

const void *lower_label_key(CXCursor label) {
    return label.data[1] ? label.data[1] : label.data[0];
}

void lower_jump(struct lowering *l, struct jump jump) {
    if (l->blocks.data[l->current].ended)
        return;
    jump.block = l->current;
    jump.scope = l->scope;
    l->blocks.data[l->current].ended = true;
    VEC_PUSH(l->gotos, jump);
}

/* ---- labels as values ------------------------------------------------------------------ */

static void note_address(struct lowering *l, const void *label) {
    for (uint32_t i = 0; i < l->addressed.count; i++)
        if (l->addressed.data[i] == label)
            return;
    VEC_PUSH(l->addressed, label);
}

static enum CXChildVisitResult visit_label(CXCursor cursor, CXCursor parent, CXClientData data) {
    (void)parent;
    if (clang_getCursorKind(cursor) == CXCursor_LabelRef)
        note_address(data, lower_label_key(clang_getCursorReferenced(cursor)));
    return CXChildVisit_Recurse;
}

void lower_label_addresses(struct lowering *l, CXCursor cursor) {
    clang_visitChildren(cursor, visit_label, l);
}

/* ---- asm ------------------------------------------------------------------------------- */

/* asm goto (template : outputs : inputs : clobbers : labels); libclang does not tell the labels. */
static void branch_to_labels(struct lowering *l, CXCursor cursor, ir_id loc) {
    struct text text = text_spelled(l, cursor);
    struct word word;
    bool is_goto = false;
    while (text_next(&text, &word) && !word_is(word, "("))
        is_goto |= word_is(word, "goto");
    int depth = 1;
    unsigned colons = 0;
    while (is_goto && depth > 0 && text_next(&text, &word)) {
        depth += word_nesting(word);
        colons += depth == 1 && word_is(word, ":");
        if (depth != 1 || colons != 4 || word_is(word, ":") || word_is(word, ","))
            continue;
        ir_id away = new_block(l), on = new_block(l);
        end_branch(l, emit_unknown(l, IR_NONE, loc), away, on, IR_NONE);
        start_block(l, away);
        lower_jump(l, (struct jump){.kind = JUMP_NAMED,
                                    .name = ir_string_n(l->unit, word.start, word.length),
                                    .loc = loc});
        start_block(l, on);
    }
}

void lower_asm(struct lowering *l, CXCursor cursor) {
    uint32_t first, count = lower_children(l, cursor, &first);
    ir_id loc = lower_loc(l, cursor);
    IR_VEC(ir_id) args = {0};
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)) ||
            clang_getCursorKind(kid) == CXCursor_StringLiteral)
            continue;
        ir_id address = emit_address(l, lower_place(l, kid), loc);
        VEC_PUSH(args, address);
    }
    lower_pop(l, first);
    emit_opaque(l, args.data, args.count, loc);
    free(args.data);
    branch_to_labels(l, cursor, loc);
}

/* ---- resolving ------------------------------------------------------------------------- */

static const struct jump *find_label(const struct lowering *l, const struct jump *jump) {
    for (uint32_t i = 0; i < l->labels.count; i++) {
        const struct jump *label = &l->labels.data[i];
        if (jump->kind == JUMP_NAMED ? label->name == jump->name : label->label == jump->label)
            return label;
    }
    return NULL;
}

/* The innermost scope around both. */
static const struct scope *common_scope(const struct scope *x, const struct scope *y) {
    while (x != y) {
        uint32_t dx = x ? x->depth : 0, dy = y ? y->depth : 0;
        if (dx >= dy)
            x = x ? x->outer : NULL;
        if (dy >= dx && dy)
            y = y->outer;
    }
    return x;
}

/* Ends the scopes that a jump to the label leaves, and goes there. */
static void go(struct lowering *l, const struct jump *jump, const struct jump *label) {
    emit_unwind(l, jump->scope, common_scope(jump->scope, label->scope), jump->loc);
    end_jump(l, label->block);
}

/* A block that goes to any of the labels, or of those whose address is taken. */
static ir_id dispatch(struct lowering *l, const struct jump *jump) {
    ir_id block = new_block(l);
    for (uint32_t i = 0; i < l->labels.count; i++) {
        const struct jump *label = &l->labels.data[i];
        bool wanted = jump->kind == JUMP_NAMED;
        for (uint32_t k = 0; k < l->addressed.count && !wanted; k++)
            wanted = l->addressed.data[k] == label->label;
        if (!wanted)
            continue;
        ir_id to = label->block;
        if (common_scope(jump->scope, label->scope) != jump->scope) {
            to = new_block(l);
            start_block(l, to);
            go(l, jump, label);
        }
        VEC_PUSH(l->blocks.data[block].succs, to);
    }
    struct block *made = &l->blocks.data[block];
    made->ended = true;
    made->term = made->succs.count ? IR_TERM_GOTO : IR_TERM_UNREACHABLE;
    made->loc = jump->loc;
    return block;
}

void lower_resolve_jumps(struct lowering *l) {
    const struct scope *last_scope = NULL;
    ir_id last_dispatch = IR_NONE; /* shared by the computed gotos of a scope: n jumps to n labels
                                      would be n * n edges */
    for (uint32_t i = 0; i < l->gotos.count; i++) {
        struct jump jump = l->gotos.data[i];
        const struct jump *label = jump.kind == JUMP_COMPUTED ? NULL : find_label(l, &jump);
        if (jump.kind == JUMP_LABEL && !label) {
            l->failure = "a jump to a label that is not there";
            return;
        }
        ir_id to = last_dispatch;
        if (!label && (jump.kind == JUMP_NAMED || to == IR_NONE || last_scope != jump.scope))
            to = dispatch(l, &jump);
        l->blocks.data[jump.block].ended = false; /* it had been kept open for this */
        start_block(l, jump.block);
        if (label) {
            go(l, &jump, label);
            continue;
        }
        end_jump(l, to);
        if (jump.kind == JUMP_COMPUTED) {
            last_dispatch = to;
            last_scope = jump.scope;
        }
    }
}
