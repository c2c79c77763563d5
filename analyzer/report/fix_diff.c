/*
 * A plan of fixes as a unified diff. The edits say where the texts differ: nothing is compared.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "report/fix.h"

enum { CONTEXT = 3 };

/* Whole lines of the old text that give way to lines of the new. Lines count from 0. */
struct change {
    size_t first, count; /* old lines */
    char *text;          /* what stands there instead */
    size_t size, lines;
};

struct lines {
    const char *text;
    size_t *starts; /* count + 1 of them */
    size_t count;
};

static struct lines split(const char *text, size_t size) {
    struct lines lines = {.text = text};
    size_t capacity = 2;
    for (size_t i = 0; i < size; i++)
        capacity += text[i] == '\n';
    lines.starts = mem_resize(NULL, capacity, sizeof *lines.starts);
    lines.starts[0] = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\n' || i + 1 == size)
            lines.starts[++lines.count] = i + 1;
    return lines;
}

/* The line that holds the byte; the number of lines for the text's end. */
static size_t line_at(const struct lines *lines, size_t offset) {
    size_t low = 0, high = lines->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lines->starts[middle + 1] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- from edits to changed lines --------------------------------------------------------- */

/* The lines that the edit changes. One that ends at a line's start, and leaves a whole line before
   it, does not touch that line. */
static void lines_of(const struct fix_edit *edit, const struct lines *old, size_t *first,
                     size_t *last) {
    size_t length = strlen(edit->text);
    *first = line_at(old, edit->start);
    *last = line_at(old, edit->end);
    if (*first == old->count && *first > 0 && old->text[edit->start - 1] != '\n')
        --*first; /* it goes on with a last line that has no end */
    bool at_start = *last < old->count && edit->end == old->starts[*last];
    bool whole = length ? edit->text[length - 1] == '\n' : edit->start == old->starts[*first];
    if (!(at_start && whole) && *last < old->count)
        ++*last;
}

/* Edits [from, to) lie in the lines [first, last) of the old text. */
static struct change make_change(const struct fix_file *file, const struct lines *old, size_t from,
                                 size_t to, size_t first, size_t last) {
    size_t at = old->starts[first], end = old->starts[last], size = end - at + 1, used = 0;
    for (size_t i = from; i < to; i++)
        size += strlen(file->edits[i].text);
    struct change change = {
        .first = first, .count = last - first, .text = mem_resize(NULL, size, 1)};
    for (size_t i = from; i < to; i++) {
        const struct fix_edit *edit = &file->edits[i];
        memcpy(change.text + used, file->old + at, edit->start - at);
        used += edit->start - at;
        memcpy(change.text + used, edit->text, strlen(edit->text));
        used += strlen(edit->text);
        at = edit->end;
    }
    memcpy(change.text + used, file->old + at, end - at);
    change.size = used + end - at;
    struct lines lines = split(change.text, change.size);
    change.lines = lines.count;
    free(lines.starts);
    return change;
}

static struct change *find_changes(const struct fix_file *file, const struct lines *old,
                                   size_t *count) {
    struct change *changes = mem_zero(file->edit_count, sizeof *changes);
    *count = 0;
    for (size_t i = 0, next; i < file->edit_count; i = next) {
        size_t first, last, other, end;
        lines_of(&file->edits[i], old, &first, &last);
        for (next = i + 1; next < file->edit_count; next++) {
            lines_of(&file->edits[next], old, &other, &end);
            if (other > last || (other == last && last > first))
                break;
            last = end > last ? end : last;
        }
        changes[(*count)++] = make_change(file, old, i, next, first, last);
    }
    return changes;
}

/* ---- printing ---------------------------------------------------------------------------- */

static void print_lines(const struct lines *lines, size_t first, size_t end, char mark, FILE *out) {
    for (size_t i = first; i < end; i++) {
        size_t length = lines->starts[i + 1] - lines->starts[i];
        const char *line = lines->text + lines->starts[i];
        fputc(mark, out);
        fwrite(line, 1, length, out);
        if (length == 0 || line[length - 1] != '\n')
            fputs("\n\\ No newline at end of file\n", out);
    }
}

/* As diff(1) has it, a range without lines is named by the line before it. */
static void print_range(char mark, size_t first, size_t count, FILE *out) {
    fprintf(out, "%c%zu", mark, first + (count > 0));
    if (count != 1)
        fprintf(out, ",%zu", count);
}

/* Changes [0, count) in one hunk; `shift` is by how much those before it moved the lines. */
static void print_hunk(const struct change *changes, size_t count, const struct lines *old,
                       long shift, FILE *out) {
    const struct change *last = &changes[count - 1];
    size_t begin = changes->first > CONTEXT ? changes->first - CONTEXT : 0;
    size_t end = last->first + last->count + CONTEXT, grown = 0, gone = 0;
    if (end > old->count)
        end = old->count;
    for (size_t i = 0; i < count; i++) {
        grown += changes[i].lines;
        gone += changes[i].count;
    }
    fputs("@@ ", out);
    print_range('-', begin, end - begin, out);
    fputc(' ', out);
    print_range('+', (size_t)((long)begin + shift), end - begin + grown - gone, out);
    fputs(" @@\n", out);
    for (size_t i = 0; i < count; i++) {
        struct lines fresh = split(changes[i].text, changes[i].size);
        print_lines(old, begin, changes[i].first, ' ', out);
        begin = changes[i].first + changes[i].count;
        print_lines(old, changes[i].first, begin, '-', out);
        print_lines(&fresh, 0, fresh.count, '+', out);
        free(fresh.starts);
    }
    print_lines(old, begin, end, ' ', out);
}

/* A name with blanks is ended by a tab, which patch(1) and git understand. */
static void print_names(const char *path, const char *root, FILE *out) {
    size_t length = strlen(root);
    if (length && strncmp(path, root, length) == 0 && path[length] == '/')
        path += length + 1;
    const char *end = strpbrk(path, " ") ? "\t" : "";
    fprintf(out, "--- %s%s\n+++ %s%s\n", path, end, path, end);
}

static void print_file(const struct fix_file *file, const char *root, FILE *out) {
    struct lines old = split(file->old, file->old_size);
    size_t count, end;
    long shift = 0;
    struct change *changes = find_changes(file, &old, &count);
    print_names(file->path, root, out);
    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count; end++)
            if (changes[end].first - changes[end - 1].first - changes[end - 1].count > 2 * CONTEXT)
                break;
        print_hunk(changes + i, end - i, &old, shift, out);
        for (size_t k = i; k < end; k++)
            shift += (long)changes[k].lines - (long)changes[k].count;
    }
    for (size_t i = 0; i < count; i++)
        free(changes[i].text);
    free(changes);
    free(old.starts);
}

void fix_diff(const struct fix_plan *plan, const char *root, FILE *out) {
    for (size_t i = 0; i < plan->file_count; i++)
        if (!plan->files[i].refusal && plan->files[i].edit_count)
            print_file(&plan->files[i], root, out);
}
