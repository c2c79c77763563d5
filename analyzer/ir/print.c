#include <string.h>

#include "ir/io.h"

static const char *const operators[] = {"+",  "-",  "*", "/",  "%", "<<", ">>", "&", "|", "^",
                                        "==", "!=", "<", "<=", ">", ">=", "-",  "!", "~"};

struct printer {
    const struct ir_unit *u;
    const struct ir_function *fn;
    FILE *out;
};

static void print_loc(const struct printer *p, ir_id id) {
    if (id == IR_NONE)
        return;
    const struct ir_loc *loc = &p->u->locs.data[id];
    fprintf(p->out, "  @%u:%u", loc->line, loc->col);
    if (loc->spell_line != loc->line || loc->spell_file != loc->file)
        fprintf(p->out, " (text at %u)", loc->spell_line);
}

/* With the file, for what stands outside of functions. */
static void print_file_loc(const struct printer *p, ir_id id) {
    if (id == IR_NONE)
        return;
    const struct ir_loc *loc = &p->u->locs.data[id];
    const char *path = ir_text(p->u, p->u->files.data[loc->file].path);
    const char *slash = strrchr(path, '/');
    fprintf(p->out, "  @%s:%u:%u", slash ? slash + 1 : path, loc->line, loc->col);
}

static void print_local(const struct printer *p, ir_id id) {
    const struct ir_local *local = ir_local_at(p->u, p->fn, id);
    if (local->name == IR_NONE)
        fprintf(p->out, "$%u", id);
    else
        fprintf(p->out, "%s", ir_text(p->u, local->name));
}

static void print_place(const struct printer *p, ir_id id) {
    const struct ir_place *place = &p->u->places.data[id];
    switch (place->kind) {
    case IR_PLACE_LOCAL:
        print_local(p, place->a);
        break;
    case IR_PLACE_GLOBAL:
        fprintf(p->out, "::%s", ir_text(p->u, p->u->globals.data[place->a].name));
        break;
    case IR_PLACE_DEREF:
        fprintf(p->out, "*r%u", place->a);
        break;
    case IR_PLACE_FIELD:
        fputc('(', p->out);
        print_place(p, place->a);
        fprintf(p->out, ").%s", ir_text(p->u, place->b));
        break;
    default:
        fputc('(', p->out);
        print_place(p, place->a);
        fprintf(p->out, ")[r%u]", place->b);
        break;
    }
}

static void print_args(const struct printer *p, const struct ir_instr *instr) {
    fputc('(', p->out);
    for (uint32_t i = 0; i < instr->arg_count; i++)
        fprintf(p->out, "%sr%u", i ? ", " : "", ir_arg(p->u, instr, i));
    fputc(')', p->out);
}

static void print_text(const struct printer *p, const char *text) {
    fputc('"', p->out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(p->out, "\\%c", c);
        else if (c < 32 || c == 127)
            fprintf(p->out, "\\x%02x", c);
        else
            fputc(c, p->out);
    }
    fputc('"', p->out);
}

static void print_call(const struct printer *p, const struct ir_instr *instr) {
    if (instr->sub == IR_CALL_DIRECT) {
        fprintf(p->out, "call %s", ir_text(p->u, p->u->functions.data[instr->a].name));
    } else {
        fprintf(p->out, "call *r%u", instr->a);
        if (instr->b != IR_NONE) {
            fputs(" of ", p->out);
            print_place(p, instr->b);
        }
    }
    print_args(p, instr);
    if (instr->flags & IR_CALL_CLEANUP)
        fputs(" cleanup", p->out);
    if (instr->flags & IR_RESULT_UNUSED)
        fputs(" unused", p->out);
    if (instr->flags & IR_RESULT_VOID_CAST)
        fputs(" void", p->out);
}

static void print_instr(const struct printer *p, const struct ir_instr *instr) {
    fputs("  ", p->out);
    if (instr->dst != IR_NONE)
        fprintf(p->out, "r%u = ", instr->dst);
    switch (instr->op) {
    case IR_CONST:
        fprintf(p->out, "%lld", (long long)instr->imm);
        break;
    case IR_STRING:
        print_text(p, ir_text(p->u, instr->a));
        break;
    case IR_FUNCTION:
        fprintf(p->out, "&%s", ir_text(p->u, p->u->functions.data[instr->a].name));
        break;
    case IR_ADDR:
        fputc('&', p->out);
        print_place(p, instr->a);
        break;
    case IR_LOAD:
        fputs("load ", p->out);
        print_place(p, instr->a);
        break;
    case IR_STORE:
        print_place(p, instr->a);
        fprintf(p->out, " = r%u%s%s", instr->b, instr->flags & IR_STORE_INIT ? " init" : "",
                instr->flags & IR_STORE_AGGREGATE ? " aggregate" : "");
        break;
    case IR_MOVE:
        fprintf(p->out, "r%u", instr->a);
        break;
    case IR_CAST:
        fprintf(p->out, "(%s) r%u",
                instr->type == IR_NONE ? "?" : ir_text(p->u, p->u->types.data[instr->type].name),
                instr->a);
        break;
    case IR_BINARY:
        fprintf(p->out, "r%u %s r%u", instr->a, operators[instr->sub], instr->b);
        break;
    case IR_UNARY:
        fprintf(p->out, "%sr%u", operators[instr->sub], instr->a);
        break;
    case IR_CALL:
        print_call(p, instr);
        break;
    case IR_UNKNOWN:
        fputs("unknown", p->out);
        break;
    case IR_ASM:
        fputs("asm ", p->out);
        print_args(p, instr);
        break;
    default:
        fputs("dead ", p->out);
        print_local(p, instr->a);
        break;
    }
    print_loc(p, instr->loc);
    fputc('\n', p->out);
}

static void print_terminator(const struct printer *p, const struct ir_block *block) {
    switch (block->term) {
    case IR_TERM_JUMP:
        fprintf(p->out, "  jump b%u", ir_succ(p->u, block, 0));
        break;
    case IR_TERM_BRANCH:
        fprintf(p->out, "  branch r%u ? b%u : b%u", block->value, ir_succ(p->u, block, 0),
                ir_succ(p->u, block, 1));
        break;
    case IR_TERM_SWITCH:
        fprintf(p->out, "  switch r%u", block->value);
        for (uint32_t i = 0; i + 1 < block->succ_count; i++) {
            const struct ir_case *label = &p->u->cases.data[block->first_case + i];
            fprintf(p->out, " %lld", (long long)label->low);
            if (label->high != label->low)
                fprintf(p->out, "...%lld", (long long)label->high);
            fprintf(p->out, ": b%u", ir_succ(p->u, block, i));
        }
        fprintf(p->out, " default: b%u", ir_succ(p->u, block, block->succ_count - 1));
        break;
    case IR_TERM_RETURN:
        fputs("  return", p->out);
        if (block->value != IR_NONE)
            fprintf(p->out, " r%u", block->value);
        break;
    case IR_TERM_GOTO:
        fputs("  goto", p->out);
        for (uint32_t i = 0; i < block->succ_count; i++)
            fprintf(p->out, " b%u", ir_succ(p->u, block, i));
        break;
    default:
        fputs("  unreachable", p->out);
        break;
    }
    print_loc(p, block->loc);
    fputc('\n', p->out);
}

static void print_blocks(const struct printer *p) {
    for (ir_id b = 0; b < p->fn->block_count; b++) {
        const struct ir_block *block = ir_block_at(p->u, p->fn, b);
        fprintf(p->out, "b%u:%s\n", b, block->loop_head ? " (loop head)" : "");
        for (uint32_t i = 0; i < block->instr_count; i++)
            print_instr(p, &p->u->instrs.data[block->first_instr + i]);
        print_terminator(p, block);
    }
}

static void print_annotation(const struct printer *p, ir_id id) {
    fputs("  annotation ", p->out);
    print_text(p, ir_text(p->u, p->u->annotations.data[id].text));
    fputc('\n', p->out);
}

/* static open_log(path) variadic noreturn */
static void print_signature(const struct printer *p) {
    static const struct {
        uint32_t flag;
        const char *word;
    } words[] = {{IR_FN_VARIADIC, "variadic"},     {IR_FN_NORETURN, "noreturn"},
                 {IR_FN_INLINE, "inline"},         {IR_FN_IN_HEADER, "in-header"},
                 {IR_FN_SYSTEM_HEADER, "system"},  {IR_FN_WARN_UNUSED, "warn-unused"},
                 {IR_FN_INCOMPLETE, "incomplete"}, {IR_FN_PURE, "pure"}};
    const struct ir_function *fn = p->fn;
    fprintf(p->out, "%s %s %s", fn->flags & IR_FN_DEFINED ? "function" : "declared",
            fn->linkage == IR_LINK_INTERNAL ? "static" : "extern", ir_text(p->u, fn->name));
    if (fn->block_count) {
        fputc('(', p->out);
        for (uint32_t i = 0; i < fn->param_count; i++) {
            fputs(i ? ", " : "", p->out);
            print_local(p, i);
        }
        fputc(')', p->out);
    } else {
        fprintf(p->out, "/%u", fn->param_count);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fn->flags & words[i].flag)
            fprintf(p->out, " %s", words[i].word);
    if (fn->note != IR_NONE)
        fprintf(p->out, " (%s)", ir_text(p->u, fn->note));
}

void ir_print_function(const struct ir_unit *unit, ir_id function, FILE *out) {
    struct printer p = {unit, &unit->functions.data[function], out};
    print_signature(&p);
    print_file_loc(&p, p.fn->loc);
    fputc('\n', out);
    for (uint32_t i = 0; i < p.fn->annotation_count; i++)
        print_annotation(&p, p.fn->first_annotation + i);
    print_blocks(&p);
}

static void print_globals(const struct printer *p) {
    for (uint32_t i = 0; i < p->u->globals.count; i++) {
        const struct ir_global *global = &p->u->globals.data[i];
        fprintf(p->out, "global %s%s%s%s %s", global->is_definition ? "" : "declared ",
                global->linkage == IR_LINK_INTERNAL ? "static" : "extern",
                global->is_const ? " const" : "", global->is_thread_local ? " thread" : "",
                ir_text(p->u, global->name));
        print_file_loc(p, global->loc);
        fputc('\n', p->out);
    }
    for (uint32_t i = 0; i < p->u->slots.count; i++) {
        const struct ir_slot *slot = &p->u->slots.data[i];
        fprintf(p->out, "slot %s", ir_text(p->u, p->u->globals.data[slot->global].name));
        if (slot->field != IR_NONE)
            fprintf(p->out, ": %s.%s", ir_text(p->u, slot->record), ir_text(p->u, slot->field));
        fprintf(p->out, " = %s", ir_text(p->u, p->u->functions.data[slot->function].name));
        print_file_loc(p, slot->loc);
        fputc('\n', p->out);
    }
}

static void print_notes(const struct printer *p) {
    for (uint32_t i = 0; i < p->u->type_annotations.count; i++) {
        const struct ir_type_annotation *a = &p->u->type_annotations.data[i];
        fprintf(p->out, "annotation %s%s%s ", ir_text(p->u, a->record),
                a->field == IR_NONE ? "" : ".", ir_text(p->u, a->field));
        print_text(p, ir_text(p->u, a->text));
        print_file_loc(p, a->loc);
        fputc('\n', p->out);
    }
    static const char *const scopes[] = {"line", "next", "file"};
    for (uint32_t i = 0; i < p->u->suppressions.count; i++) {
        const struct ir_suppression *s = &p->u->suppressions.data[i];
        fprintf(p->out, "suppress %s %s:%u for line %u: %s", scopes[s->scope],
                ir_text(p->u, p->u->files.data[s->file].path), s->line, s->target,
                s->rules == IR_NONE ? "all" : ir_text(p->u, s->rules));
        if (s->reason != IR_NONE)
            fprintf(p->out, " (%s)", ir_text(p->u, s->reason));
        fputc('\n', p->out);
    }
    for (uint32_t i = 0; i < p->u->problems.count; i++) {
        const struct ir_problem *problem = &p->u->problems.data[i];
        fprintf(p->out, "%s: %s", problem->fatal ? "fatal problem" : "problem",
                ir_text(p->u, problem->text));
        print_file_loc(p, problem->loc);
        fputc('\n', p->out);
    }
}

void ir_print(const struct ir_unit *unit, FILE *out) {
    struct printer p = {unit, NULL, out};
    print_globals(&p);
    print_notes(&p);
    for (ir_id f = 0; f < unit->functions.count; f++)
        ir_print_function(unit, f, out);
}
