/*
 * Statements that are to be done more often: an `if` becomes a `while`, the rest of a block the
 * body of a loop.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "report/code_internal.h"

static bool has_word(const struct code *code, const char *word, size_t start, size_t end) {
    return code_count_word(code, word, start, end) > 0;
}

static bool is_label(const struct code *code, size_t at) {
    size_t behind = code_skip_blanks(code, code_end_of_word(code, at));
    return code->bare[behind] == ':' || code_is_word_at(code, at, "case");
}

/* Behind the statement that begins at `at`, whatever stands in it; SIZE_MAX if that is not plain.
 */
static size_t statement_end(const struct code *code, size_t at) {
    if (code->bare[at] == '{')
        return code_skip_brackets(code, at);
    if (code_is_word_at(code, at, "do") || is_label(code, at))
        return SIZE_MAX;
    size_t inner = code_skip_control(code, at);
    if (inner == at) {
        size_t end = code_semicolon(code, at);
        return end == SIZE_MAX ? SIZE_MAX : end + 1;
    }
    size_t end = statement_end(code, code_skip_blanks(code, inner));
    if (end == SIZE_MAX || !code_is_word_at(code, at, "if"))
        return end;
    size_t other = code_skip_blanks(code, end);
    return code_is_word_at(code, other, "else")
               ? statement_end(code, code_skip_blanks(code, other + strlen("else")))
               : end;
}

/* May it be done in a loop that it stood outside of, and does what follows it come next? */
static bool stays_inside(const struct code *code, size_t start, size_t end) {
    bool loops = code_is_word_at(code, start, "for") || code_is_word_at(code, start, "while");
    bool chooses = code_is_word_at(code, start, "switch");
    return !has_word(code, "goto", start, end) && !has_word(code, "return", start, end) &&
           (loops || !has_word(code, "continue", start, end)) &&
           (loops || chooses || !has_word(code, "break", start, end));
}

/* ---- if ---------------------------------------------------------------------------------- */

/* The `if` in whose brackets the offset is; SIZE_MAX if it is in none. */
static size_t if_around(const struct code *code, size_t offset, size_t *open) {
    size_t at = offset;
    for (int depth = 1; depth > 0;) {
        if (at == 0 || strchr(";{}", code->bare[at - 1]))
            return SIZE_MAX;
        at--;
        depth += (code->bare[at] == ')') - (code->bare[at] == '(');
        size_t word = at;
        while (depth == 0 && word > 0 && code->bare[word - 1] == ' ')
            word--;
        if (depth == 0 && word >= 2 && code_is_word_at(code, word - 2, "if")) {
            *open = at;
            return word - 2;
        }
        depth += depth == 0; /* brackets around the call */
    }
    return SIZE_MAX;
}

/* Is what the brackets from `open` hold nothing but the call, or what keeps its result? */
static bool asks_result(const struct code *code, size_t open, size_t call) {
    const char *paren = memchr(code->bare + call, '(', code->size - call);
    size_t close = code_skip_brackets(code, open) - 1;
    size_t behind = paren ? code_skip_brackets(code, (size_t)(paren - code->bare)) : SIZE_MAX;
    if (behind > close)
        return false;
    char *before = code_text(code, open + 1, call);
    size_t length = strlen(before);
    bool kept = length > 4 && before[0] == '(' && !strpbrk(before + 1, "(!&|") &&
                strcmp(before + length - 3, " = ") == 0 && behind + 1 == close;
    bool asks = kept || (length == 0 && behind == close);
    free(before);
    return asks;
}

bool code_if_to_while(const struct code *code, size_t call, struct code_edit *edit) {
    size_t open, at = if_around(code, call, &open);
    if (at == SIZE_MAX || !code_is_first_on_line(code, at) || !asks_result(code, open, call))
        return false;
    size_t body = code_skip_blanks(code, code_skip_brackets(code, open));
    size_t end = statement_end(code, body);
    if (end == SIZE_MAX || end != statement_end(code, at) || !stays_inside(code, body, end) ||
        has_word(code, "break", body, end) || has_word(code, "continue", body, end))
        return false;
    *edit = (struct code_edit){at, at + strlen("if"), mem_text("while")};
    return true;
}

/* ---- the rest of a block ----------------------------------------------------------------- */

/* Does it ask whether the name is null, and do nothing else? */
static bool asks_for_null(const struct code *code, size_t at, const char *name) {
    if (!code_is_word_at(code, at, "if"))
        return false;
    size_t open = code_skip_blanks(code, at + strlen("if"));
    char *head = code_text(code, open, code_skip_brackets(code, open));
    char *negated = mem_format("(!%s)", name), *compared = mem_format("(%s == NULL)", name);
    bool asks = strcmp(head, negated) == 0 || strcmp(head, compared) == 0;
    free(head);
    free(negated);
    free(compared);
    return asks;
}

/* What is found on the way from `start` to the end of its block. */
struct rest {
    size_t end;   /* behind the last statement that goes into the loop */
    size_t asked; /* behind the one after which it is asked whether there is an item */
    bool leaves;  /* it is left where there is none */
};

static bool read_rest(const struct code *code, size_t start, size_t asked, const char *name,
                      struct rest *rest) {
    *rest = (struct rest){.end = start};
    for (size_t at = start; code->bare[at] != '}';) {
        size_t end = statement_end(code, at);
        if (end == SIZE_MAX)
            return false;
        struct code_statement statement = {.start = at, .end = end};
        bool last = code->bare[code_skip_blanks(code, end)] == '}';
        if (last && rest->asked && code_returns_plainly(code, &statement, name))
            return true;
        bool guard = asks_for_null(code, at, name) && has_word(code, "return", at, end);
        if (!guard && !stays_inside(code, at, end))
            return false;
        if (rest->asked && !rest->leaves && !guard && !has_word(code, name, at, end))
            return false; /* it is done once for all items, perhaps */
        rest->leaves |= guard;
        if (asked >= at && asked < end)
            rest->asked = end;
        rest->end = end;
        at = code_skip_blanks(code, end);
    }
    return rest->asked != 0;
}

static bool has_directive(const struct code *code, size_t start, size_t end) {
    for (size_t at = code_line_start(code, start); at < end; at = code_next_line(code, at))
        if (code->text[at + strspn(code->text + at, " \t")] == '#')
            return true;
    return false;
}

/* One more level than at `at`. */
static char *level(const struct code *code, size_t at) {
    char *indent = code_indent(code, at);
    size_t length = strlen(indent), depth = 0;
    bool tab = strchr(indent, '\t');
    for (size_t i = 0; i < at; i++)
        depth += (size_t)(code->bare[i] == '{') - (size_t)(code->bare[i] == '}');
    free(indent);
    if (tab)
        return mem_text("\t");
    return mem_format("%*s", depth && length % depth == 0 && length ? (int)(length / depth) : 4,
                      "");
}

bool code_drain(const struct code *code, size_t start, size_t asked, const char *name,
                struct code_edit *edit) {
    struct rest rest;
    if (!code_is_first_on_line(code, start) || !read_rest(code, start, asked, name, &rest) ||
        has_directive(code, start, rest.end) || !code_is_last_on_line(code, rest.asked) ||
        !code_is_last_on_line(code, rest.end))
        return false;
    size_t first = code_line_start(code, start), middle = code_next_line(code, rest.asked);
    size_t end = code_next_line(code, rest.end);
    char *indent = code_indent(code, start), *more = level(code, start);
    char *before = code_text(code, first, middle), *behind = code_text(code, middle, end);
    char *head = code_indented(more, before), *tail = code_indented(more, behind);
    char *guard = rest.leaves ? mem_text("")
                              : mem_format("%s%sif (!%s)\n%s%s%sbreak;\n", indent, more, name,
                                           indent, more, more);
    *edit = (struct code_edit){
        first, end, mem_format("%sfor (;;) {\n%s%s%s%s}\n", indent, head, guard, tail, indent)};
    free(indent);
    free(more);
    free(before);
    free(behind);
    free(head);
    free(tail);
    free(guard);
    return true;
}
