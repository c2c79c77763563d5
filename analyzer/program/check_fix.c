#include "program/check_fix.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "report/code.h"

void finding_no_fix(struct finding *finding) {
    struct diag_edit *edits = (struct diag_edit *)finding->fix.edits;
    for (size_t i = 0; i < finding->fix.edit_count; i++)
        free((char *)edits[i].text);
    free(edits);
    free((char *)finding->fix.title);
    finding->fix = (struct diag_fix){0};
}

/* The text's file, unless a macro wrote what stands at `loc`. */
static struct code *code_at(const struct path *path, ir_id id) {
    if (id == IR_NONE)
        return NULL;
    const struct ir_loc *loc = &path->unit->locs.data[id];
    if (loc->spell_file != loc->file || loc->spell_line != loc->line)
        return NULL;
    return code_read(ir_text(path->unit, path->unit->files.data[loc->file].path));
}

static size_t offset_at(const struct code *code, const struct path *path, ir_id id) {
    const struct ir_loc *loc = &path->unit->locs.data[id];
    return code_offset(code, loc->line, loc->col);
}

static void add_edit(struct finding *finding, const struct code *code, const char *file,
                     const struct code_edit *edit) {
    struct diag_fix *fix = &finding->fix;
    struct diag_edit *edits =
        mem_resize((void *)fix->edits, fix->edit_count + 1, sizeof *fix->edits);
    struct diag_range range = {.file = file};
    code_place(code, edit->start, &range.line, &range.col);
    code_place(code, edit->end, &range.end_line, &range.end_col);
    edits[fix->edit_count++] = (struct diag_edit){range, edit->text};
    fix->edits = edits;
}

/* A name that does not stand in the text yet. */
static char *fresh_name(const struct code *code, const char *word) {
    char *name = mem_text(word);
    for (unsigned i = 2; code_has_word(code, name); i++) {
        free(name);
        name = mem_format("%s%u", word, i);
    }
    return name;
}

char *check_fresh_name(const struct path *path, ir_id loc, const char *word) {
    struct code *code = code_at(path, loc);
    char *name = code ? fresh_name(code, word) : NULL;
    code_free(code);
    return name;
}

/* The value that the statement at hand returns is kept, and returned behind `behind`. */
static char *keep_value(struct finding *finding, const struct code *code, const char *file,
                        const struct code_statement *statement, size_t value, const char *behind,
                        const char *type) {
    char *name = fresh_name(code, "result");
    struct code_edit edit = {statement->start, value, mem_format("%s %s = ", type, name)};
    add_edit(finding, code, file, &edit);
    char *text = mem_format("%s\nreturn %s;", behind, name);
    free(name);
    return text;
}

static void surround(struct finding *finding, const struct path *path, const struct code *code,
                     ir_id loc, const char *before, const char *behind, const char *type) {
    struct code_statement statement;
    struct code_edit edits[CODE_EDITS];
    const char *file = check_range(path->unit, loc).file;
    size_t offset = offset_at(code, path, loc), value;
    if (offset == SIZE_MAX || !code_statement(code, offset, &statement))
        return;
    char *kept = NULL;
    if (behind && code_returns_value(code, &statement, &value)) {
        if (!type)
            return;
        kept = keep_value(finding, code, file, &statement, value, behind, type);
    }
    size_t count = code_surround(code, &statement, before, kept ? kept : behind, edits);
    for (size_t i = 0; i < count; i++)
        add_edit(finding, code, file, &edits[i]);
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

void finding_fix_surround(struct finding *finding, const struct path *path, ir_id loc,
                          const char *title, const char *before, const char *behind,
                          const char *type) {
    struct code *code = code_at(path, loc);
    finding_no_fix(finding);
    if (!code)
        return;
    surround(finding, path, code, loc, before, behind, type);
    code_free(code);
    if (!finding->fix.edit_count)
        return;
    finding->fix.title = mem_text(title);
    qsort((void *)finding->fix.edits, finding->fix.edit_count, sizeof *finding->fix.edits,
          by_place);
    merge_edits(&finding->fix);
}
