#include "report/suppress_fix.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

static const char blanks[] = " \t";

/* The comment on its line: offsets in the line's text. */
struct comment {
    const char *line;
    size_t length;
    size_t begin, end;   /* end: behind the comment, or where another one begins in it */
    size_t stop;         /* where its words end: `end`, or before the closing mark */
    size_t names, after; /* the list of names */
};

/* What stands behind "//" in the reason is a comment of its own, and may be for another tool. */
static bool find_end(struct comment *c) {
    const char *text = c->line + c->begin;
    if (strncmp(text, "/*", 2) == 0) {
        const char *end = strstr(text + 2, "*/");
        c->end = end ? (size_t)(end + 2 - c->line) : 0;
        c->stop = c->end - 2;
        return end != NULL;
    }
    const char *other = strncmp(text, "//", 2) == 0 ? strstr(text + 2, "//") : NULL;
    c->end = c->stop = other ? (size_t)(other - c->line) : c->length;
    return strncmp(text, "//", 2) == 0 && (c->length == 0 || c->line[c->length - 1] != '\\');
}

/* Behind the marker, "-file" and blanks. */
static bool find_names(struct comment *c) {
    const char *marker = strstr(c->line + c->begin, "aglet:ignore");
    if (!marker || (size_t)(marker - c->line) >= c->end)
        return false;
    marker += strlen("aglet:ignore");
    if (strncmp(marker, "-file", 5) == 0)
        marker += 5;
    c->names = (size_t)(marker + strspn(marker, blanks) - c->line);
    return c->names <= c->stop;
}

/* The list without the idle names; NULL if it has not as many as it had. */
static char *names_left(struct comment *c, const struct suppress_idle *idle) {
    char *left = mem_zero(c->length + 1 + 2 * (size_t)idle->count, 1);
    size_t at = c->names;
    for (unsigned i = 0; i < idle->count; i++) {
        at += strspn(c->line + at, " \t,");
        size_t length = strcspn(c->line + at, " \t,");
        if (at + length > c->stop)
            length = at < c->stop ? c->stop - at : 0;
        if (length == 0) {
            free(left);
            return NULL;
        }
        if (!(idle->names >> i & 1)) {
            strcat(left, *left ? ", " : "");
            strncat(left, c->line + at, length);
        }
        at += length;
    }
    c->after = at;
    return left;
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == 0;
}

/* The whole comment: with its line if it is alone there, else with the blanks beside it, but so
   that what stands before and behind stays apart. */
static void remove_comment(const struct comment *c, struct diag_range *range, char **text) {
    size_t begin = c->begin, end = c->end;
    while (begin > 0 && is_blank(c->line[begin - 1]))
        begin--;
    end += strspn(c->line + end, blanks);
    *text = mem_text("");
    range->col = (uint32_t)begin + 1;
    range->end_col = (uint32_t)end + 1;
    if (begin == 0 && end == c->length) {
        range->end_line++;
        range->end_col = 1;
    } else if (end < c->length) {
        bool other = strncmp(c->line + end, "//", 2) == 0;
        range->col = (uint32_t)c->begin + 1;
        if (!other && begin == c->begin && end == c->end) {
            free(*text);
            *text = mem_text(" ");
        }
    }
}

bool suppress_fix(struct source_cache *sources, const struct suppress_idle *idle,
                  struct diag_edit *edit) {
    struct comment c = {.line = source_line(sources, idle->file, idle->line)};
    c.length = strlen(c.line);
    c.begin = idle->col - 1;
    if (c.begin >= c.length || !find_end(&c) || !find_names(&c))
        return false;
    char *left = names_left(&c, idle);
    if (!left)
        return false;
    edit->range = (struct diag_range){.file = idle->file, idle->line, 0, idle->line, 0};
    if (!*left) {
        char *text;
        free(left);
        remove_comment(&c, &edit->range, &text);
        edit->text = text;
        return true;
    }
    edit->range.col = (uint32_t)c.names + 1;
    edit->range.end_col = (uint32_t)c.after + 1;
    edit->text = left;
    return true;
}
