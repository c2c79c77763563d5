#include "program/fix_text.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "program/internal.h"

void finding_no_fix(struct finding *finding) {
    struct diag_edit *edits = (struct diag_edit *)finding->fix.edits;
    for (size_t i = 0; i < finding->fix.edit_count; i++)
        free((char *)edits[i].text);
    free(edits);
    free((char *)finding->fix.title);
    finding->fix = (struct diag_fix){0};
}

struct code *fix_code_at(const struct path *path, ir_id id) {
    if (id == IR_NONE)
        return NULL;
    const struct ir_loc *loc = &path->unit->locs.data[id];
    if (loc->spell_file != loc->file || loc->spell_line != loc->line)
        return NULL;
    return code_read(ir_text(path->unit, path->unit->files.data[loc->file].path));
}

size_t fix_offset_at(const struct code *code, const struct path *path, ir_id id) {
    const struct ir_loc *loc = &path->unit->locs.data[id];
    return code_offset(code, loc->line, loc->col);
}

bool fix_statement_at(const struct code *code, const struct path *path, ir_id loc,
                      struct code_statement *statement) {
    size_t offset = fix_offset_at(code, path, loc);
    return offset != SIZE_MAX && code_statement(code, offset, statement);
}

void fix_add(struct finding *finding, const struct code *code, const struct path *path, ir_id loc,
             const struct code_edit *edit) {
    struct diag_fix *fix = &finding->fix;
    struct diag_edit *edits =
        mem_resize((void *)fix->edits, fix->edit_count + 1, sizeof *fix->edits);
    struct diag_range range = {.file = check_range(path->unit, loc).file};
    code_place(code, edit->start, &range.line, &range.col);
    code_place(code, edit->end, &range.end_line, &range.end_col);
    edits[fix->edit_count++] = (struct diag_edit){range, edit->text};
    fix->edits = edits;
}

char *fix_fresh_name(const struct code *code, const char *word, size_t number) {
    char *name = mem_text(word);
    for (unsigned i = 2; code_has_word(code, name) || number-- > 0; i++) {
        free(name);
        name = mem_format("%s%u", word, i);
    }
    return name;
}

const char *fix_returned_type(const struct path *path) {
    const struct ir_unit *unit = path->unit;
    if (path->function->type == IR_NONE || unit->types.data[path->function->type].elem == IR_NONE)
        return NULL;
    const struct ir_type *type = &unit->types.data[unit->types.data[path->function->type].elem];
    const char *words = ir_text(unit, type->name);
    return type->kind != IR_TYPE_VOID && *words && !strpbrk(words, "([") ? words : NULL;
}

/* The value that the statement at hand returns is kept, and returned behind `behind`. */
static char *keep_value(struct finding *finding, const struct code *code, const struct path *path,
                        ir_id loc, const struct code_statement *statement, size_t value,
                        const char *behind) {
    const char *type = fix_returned_type(path);
    if (!type)
        return NULL;
    char *name = fix_fresh_name(code, "result", check_fix_number(path, loc));
    struct code_edit edit = {statement->start, value, mem_format("%s %s = ", type, name)};
    fix_add(finding, code, path, loc, &edit);
    char *text = mem_format("%s\nreturn %s;", behind, name);
    free(name);
    return text;
}

static void surround(struct finding *finding, const struct path *path, const struct code *code,
                     ir_id loc, const char *before, const char *behind) {
    struct code_statement statement;
    struct code_edit edits[CODE_EDITS];
    size_t value;
    if (!fix_statement_at(code, path, loc, &statement))
        return;
    char *kept = NULL;
    if (behind && statement.labelled)
        return; /* what comes first may be a declaration, which a label cannot stand before */
    if (behind && code_returns_value(code, &statement, &value)) {
        kept = keep_value(finding, code, path, loc, &statement, value, behind);
        if (!kept)
            return;
    }
    size_t count = code_surround(code, &statement, before, kept ? kept : behind, edits);
    for (size_t i = 0; i < count; i++)
        fix_add(finding, code, path, loc, &edits[i]);
    free(kept);
}

/* Edits at one place are one: they would stand in each other's way. */
static void merge_edits(struct diag_fix *fix) {
    struct diag_edit *edits = (struct diag_edit *)fix->edits;
    for (size_t i = 1; i < fix->edit_count; i++) {
        struct diag_range *a = &edits[i - 1].range, *b = &edits[i].range;
        if (a->end_line != b->line || a->end_col != b->col)
            continue;
        char *text = mem_format("%s%s", edits[i - 1].text, edits[i].text);
        free((char *)edits[i - 1].text);
        free((char *)edits[i].text);
        edits[i - 1].text = text;
        a->end_line = b->end_line;
        a->end_col = b->end_col;
        memmove(edits + i, edits + i + 1, (--fix->edit_count - i) * sizeof *edits);
        i--;
    }
}

static int by_place(const void *a, const void *b) {
    const struct diag_range *x = &((const struct diag_edit *)a)->range;
    const struct diag_range *y = &((const struct diag_edit *)b)->range;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return (x->end_col > y->end_col) - (x->end_col < y->end_col);
}

void fix_finish(struct finding *finding, const char *title) {
    if (!finding->fix.edit_count)
        return;
    finding->fix.title = mem_text(title);
    qsort((void *)finding->fix.edits, finding->fix.edit_count, sizeof *finding->fix.edits,
          by_place);
    merge_edits(&finding->fix);
}

void finding_fix_surround(struct finding *finding, const struct path *path, ir_id loc,
                          const char *title, const char *before, const char *behind) {
    struct code *code = fix_code_at(path, loc);
    finding_no_fix(finding);
    if (!code)
        return;
    surround(finding, path, code, loc, before, behind);
    code_free(code);
    fix_finish(finding, title);
}

const struct model_kind *check_declared_kind(const struct path *path, const char *kind) {
    const struct program *program = path->client->data;
    const struct model_kind *words = model_find_kind(program->models, kind);
    return words && words->header && prog_includes(path->unit, words->header) ? words : NULL;
}

void finding_fix_enclose(struct finding *finding, const struct path *path, ir_id loc,
                         const char *title, const char *kind) {
    const struct model_kind *words = check_declared_kind(path, kind);
    struct code *code = words ? fix_code_at(path, loc) : NULL;
    if (code && words->begin && words->type && words->release) {
        char *name = fix_fresh_name(code, kind, check_fix_number(path, loc));
        char *before = mem_format("%s %s;\n%s(&%s);", words->type, name, words->begin, name);
        char *behind = mem_format("%s(&%s);", words->release, name);
        finding_fix_surround(finding, path, loc, title, before, behind);
        free(before);
        free(behind);
        free(name);
    }
    code_free(code);
}
