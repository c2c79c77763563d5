#include "report/code_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "flow/file.h"
#include "flow/memory.h"

/* ---- reading ----------------------------------------------------------------------------- */

static void blank(struct code *code, size_t from, size_t to, char with) {
    for (size_t i = from; i < to && i < code->size; i++)
        code->bare[i] = with;
}

static size_t end_of_line(const struct code *code, size_t at) {
    while (at < code->size && code->text[at] != '\n')
        at += code->text[at] == '\\' && at + 1 < code->size ? 2 : 1;
    return at < code->size ? at : code->size;
}

static size_t end_of_comment(const struct code *code, size_t at) {
    const char *end = memmem(code->text + at + 2, code->size - at - 2, "*/", 2);
    return end ? (size_t)(end - code->text) + 2 : code->size;
}

static size_t end_of_literal(const struct code *code, size_t at) {
    char quote = code->text[at++];
    while (at < code->size && code->text[at] != quote && code->text[at] != '\n')
        at += code->text[at] == '\\' ? 2 : 1;
    return at < code->size ? at + 1 : code->size;
}

static void lay_bare(struct code *code) {
    bool first = true; /* of the line */
    for (size_t i = 0, end; i < code->size; i = end) {
        char c = code->text[i], next = i + 1 < code->size ? code->text[i + 1] : 0;
        end = i + 1;
        if (c == '#' && first)
            blank(code, i, end = end_of_line(code, i), ' ');
        else if (c == '/' && next == '/')
            blank(code, i, end = end_of_line(code, i), ' ');
        else if (c == '/' && next == '*')
            blank(code, i, end = end_of_comment(code, i), ' ');
        else if (c == '"' || c == '\'')
            blank(code, i, end = end_of_literal(code, i), '"');
        first = c == '\n' || (first && isspace((unsigned char)c));
    }
}

struct code *code_read(const char *path) {
    struct code *code = mem_zero(1, sizeof *code);
    char *error = NULL;
    code->text = file_read(path, 0, &code->size, &error);
    free(error);
    if (!code->text) {
        free(code);
        return NULL;
    }
    code->bare = mem_resize(NULL, code->size + 1, 1);
    memcpy(code->bare, code->text, code->size);
    code->bare[code->size] = 0;
    lay_bare(code);
    return code;
}

void code_free(struct code *code) {
    if (!code)
        return;
    free(code->text);
    free(code->bare);
    free(code);
}

/* ---- places ------------------------------------------------------------------------------ */

size_t code_offset(const struct code *code, uint32_t line, uint32_t col) {
    size_t at = 0;
    for (uint32_t i = 1; i < line; at++) {
        if (at >= code->size)
            return SIZE_MAX;
        i += code->text[at] == '\n';
    }
    return col >= 1 && at + col - 1 <= code->size ? at + col - 1 : SIZE_MAX;
}

void code_place(const struct code *code, size_t offset, uint32_t *line, uint32_t *col) {
    *line = *col = 1;
    for (size_t i = 0; i < offset && i < code->size; i++) {
        ++*col;
        if (code->text[i] == '\n') {
            ++*line;
            *col = 1;
        }
    }
}

size_t code_line_start(const struct code *code, size_t at) {
    while (at > 0 && code->text[at - 1] != '\n')
        at--;
    return at;
}

/* ---- statements -------------------------------------------------------------------------- */

size_t code_skip_blanks(const struct code *code, size_t at) {
    while (at < code->size && isspace((unsigned char)code->bare[at]))
        at++;
    return at;
}

bool code_is_word_at(const struct code *code, size_t at, const char *word) {
    size_t length = strlen(word);
    return at + length <= code->size && memcmp(code->bare + at, word, length) == 0 &&
           !isalnum((unsigned char)code->bare[at + length]) && code->bare[at + length] != '_' &&
           (at == 0 || (!isalnum((unsigned char)code->bare[at - 1]) && code->bare[at - 1] != '_'));
}

size_t code_end_of_word(const struct code *code, size_t at) {
    while (isalnum((unsigned char)code->bare[at]) || code->bare[at] == '_')
        at++;
    return at;
}

/* Behind the bracket that closes the one at `at`. */
size_t code_skip_brackets(const struct code *code, size_t at) {
    int depth = 0;
    for (; at < code->size; at++) {
        depth += code->bare[at] == '(' || code->bare[at] == '[' || code->bare[at] == '{';
        depth -= code->bare[at] == ')' || code->bare[at] == ']' || code->bare[at] == '}';
        if (depth == 0)
            return at + 1;
    }
    return at;
}

/* Behind what ends the statement before: the only place from which C is read forward safely. What
   ends a part of a for loop's head ends no statement. */
static size_t boundary_before(const struct code *code, size_t at) {
    int depth = 0;
    for (; at > 0 && (depth > 0 || !strchr(";{}", code->bare[at - 1])); at--) {
        depth += code->bare[at - 1] == ')';
        depth -= code->bare[at - 1] == '(' && depth > 0;
    }
    return at;
}

/* Behind "if (…)", "else" and the like; `at` if there is none of them. */
size_t code_skip_control(const struct code *code, size_t at) {
    static const char *const heads[] = {"if", "while", "for", "switch"};
    if (code_is_word_at(code, at, "else"))
        return at + 4;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (code_is_word_at(code, at, heads[i])) {
            size_t open = code_skip_blanks(code, at + strlen(heads[i]));
            return code->bare[open] == '(' ? code_skip_brackets(code, open) : at;
        }
    return at;
}

/* The semicolon that ends the statement, SIZE_MAX if a block or a stray bracket comes first. */
size_t code_semicolon(const struct code *code, size_t at) {
    while (at < code->size) {
        if (code->bare[at] == ';')
            return at;
        if (strchr("{})]", code->bare[at]))
            return SIZE_MAX;
        at = strchr("([", code->bare[at]) ? code_skip_brackets(code, at) : at + 1;
    }
    return SIZE_MAX;
}

bool code_is_first_on_line(const struct code *code, size_t at) {
    return code_line_start(code, at) + strspn(code->text + code_line_start(code, at), " \t") == at;
}

/* Nothing but a comment that ends there follows on the line. */
bool code_is_last_on_line(const struct code *code, size_t at) {
    size_t end = at;
    while (end < code->size && code->bare[end] != '\n' && isspace((unsigned char)code->bare[end]))
        end++;
    return end < code->size && code->bare[end] == '\n';
}

/* "case 1:" or "out:" begins a line of its own, or the statement is none to be surrounded. */
static size_t skip_labels(const struct code *code, size_t at, size_t stop) {
    for (size_t i = at; i < stop; i++)
        if (code->bare[i] == '?' || code->bare[i] == '=' || code->bare[i] == '(')
            return at;
        else if (code->bare[i] == ':')
            at = code_skip_blanks(code, i + 1);
    return at;
}

bool code_statement(const struct code *code, size_t offset, struct code_statement *statement) {
    size_t at = code_skip_blanks(code, boundary_before(code, offset));
    *statement = (struct code_statement){.control = SIZE_MAX};
    size_t unlabelled = skip_labels(code, at, offset);
    bool labelled = unlabelled != at;
    at = unlabelled;
    for (size_t next; (next = code_skip_control(code, at)) != at; at = code_skip_blanks(code, next))
        statement->control =
            code_is_word_at(code, at, "if") && statement->control != SIZE_MAX &&
                    code_is_word_at(code, statement->control, "else") &&
                    !memchr(code->text + statement->control, '\n', at - statement->control)
                ? statement->control
                : at;
    if (at > offset || code_is_word_at(code, at, "do") || code->bare[at] == '#')
        return false;
    size_t end = code_semicolon(code, at);
    if (end == SIZE_MAX || end < offset || !code_is_first_on_line(code, at) ||
        !code_is_last_on_line(code, end + 1))
        return false;
    statement->start = at;
    statement->labelled = labelled && statement->control == SIZE_MAX;
    statement->end = end + 1;
    return true;
}

bool code_returns_value(const struct code *code, const struct code_statement *statement,
                        size_t *value) {
    if (!code_is_word_at(code, statement->start, "return"))
        return false;
    *value = code_skip_blanks(code, statement->start + strlen("return"));
    return *value + 1 < statement->end;
}

bool code_returns_plainly(const struct code *code, const struct code_statement *statement,
                          const char *name) {
    size_t at;
    if (!code_is_word_at(code, statement->start, "return"))
        return false;
    if (!code_returns_value(code, statement, &at))
        return true;
    at += code->bare[at] == '-';
    if (code_is_word_at(code, at, name))
        return false;
    return code_end_of_word(code, at) + 1 == statement->end;
}

size_t code_count_word(const struct code *code, const char *word, size_t start, size_t end) {
    size_t count = 0;
    for (size_t i = start; i < end; i++)
        count += code_is_word_at(code, i, word);
    return count;
}

bool code_returns_without(const struct code *code, const struct code_statement *statement,
                          const char *name) {
    return code_count_word(code, name, statement->start, statement->end) == 0 &&
           code_is_word_at(code, statement->start, "return");
}

bool code_ends_function(const struct code *code, const struct code_statement *statement) {
    int depth = 0;
    for (size_t i = 0; i < statement->start; i++)
        depth += (code->bare[i] == '{') - (code->bare[i] == '}');
    return depth == 1 && statement->control == SIZE_MAX &&
           code_is_word_at(code, statement->start, "return") &&
           code->bare[code_skip_blanks(code, statement->end)] == '}';
}

char *code_text(const struct code *code, size_t start, size_t end) {
    return mem_format("%.*s", (int)(end - start), code->text + start);
}

size_t code_scope_end(const struct code *code, size_t offset) {
    int depth = 0;
    for (; offset < code->size && depth >= 0; offset++)
        depth += (code->bare[offset] == '{') - (code->bare[offset] == '}');
    return offset;
}

bool code_follows(const struct code *code, const struct code_statement *first,
                  const struct code_statement *second) {
    if (first->control != SIZE_MAX || second->control != SIZE_MAX || second->labelled ||
        code_skip_blanks(code, first->end) != second->start)
        return false;
    const char *equals = memchr(code->bare + first->start, '=', first->end - first->start);
    size_t stop = equals ? (size_t)(equals - code->bare) : first->start;
    for (size_t at = first->start, end; at<stop; at = end> at ? end : at + 1) {
        end = code_end_of_word(code, at);
        char *word = code_text(code, at, end);
        bool named = *word && code_count_word(code, word, second->start, second->end);
        free(word);
        if (named)
            return false;
    }
    return true;
}

bool code_follows_check(const struct code *code, const struct code_statement *first,
                        const char *name, const struct code_statement *second) {
    if (first->control != SIZE_MAX || second->control != SIZE_MAX || second->labelled)
        return false;
    size_t at = code_skip_blanks(code, first->end), end = code_skip_control(code, at);
    if (at == second->start)
        return true;
    size_t test = code_is_word_at(code, at, "if") ? code_skip_blanks(code, at + 2) + 1 : 0;
    if (!test || code->bare[test] != '!' || !code_is_word_at(code, test + 1, name) ||
        test + 1 + strlen(name) + 1 != end)
        return false;
    at = code_skip_blanks(code, end);
    end = code->bare[at] == '{' ? code_skip_brackets(code, at) : code_semicolon(code, at) + 1;
    return end != 0 && code_skip_blanks(code, end) == second->start;
}

char *code_argument(const struct code *code, size_t call, size_t index) {
    size_t at = call;
    while (at < code->size && code->bare[at] != '(')
        at++;
    size_t close = code_skip_brackets(code, at) - 1, start = ++at;
    for (; at < close; at++)
        if (strchr("([{", code->bare[at]))
            at = code_skip_brackets(code, at) - 1;
        else if (code->bare[at] == ',' && index-- == 0)
            break;
        else if (code->bare[at] == ',')
            start = at + 1;
    start = code_skip_blanks(code, start);
    return index == 0 || at < close ? code_text(code, start, at) : mem_text("");
}

/* Behind the blanks before `at`, if they are the line's. */
static size_t skip_back(const struct code *code, size_t at) {
    while (at > 0 && isspace((unsigned char)code->bare[at - 1]))
        at--;
    return at;
}

/* The variable before the equals sign; NULL if something else stands there. */
static char *variable_before(const struct code *code, size_t start, size_t equals) {
    size_t end = skip_back(code, equals), from = end;
    while (from > start &&
           (isalnum((unsigned char)code->bare[from - 1]) || code->bare[from - 1] == '_'))
        from--;
    /* a declaration's words may stand before the name; what a field or a pointer belongs to may not
     */
    for (size_t i = start; i < from; i++)
        if (!isalnum((unsigned char)code->bare[i]) &&
            !strchr(i > start ? "_ *" : "_", code->bare[i]))
            return NULL;
    return from == end ? NULL : code_text(code, from, end);
}

char *code_set_variable(const struct code *code, const struct code_statement *statement) {
    const char *equals =
        memchr(code->bare + statement->start, '=', statement->end - statement->start);
    return equals ? variable_before(code, statement->start, (size_t)(equals - code->bare)) : NULL;
}

enum code_keeps code_keeps_result(const struct code *code, const struct code_statement *statement,
                                  size_t call, char **name) {
    const char *open = memchr(code->bare + call, '(', statement->end - call);
    if (!open || call < statement->start ||
        code_skip_brackets(code, (size_t)(open - code->bare)) + 1 != statement->end)
        return CODE_KEEPS_OTHER;
    size_t before = skip_back(code, call), start = statement->start;
    if (before <= start || (before - start == strlen("(void)") &&
                            strncmp(code->bare + start, "(void)", strlen("(void)")) == 0))
        return CODE_KEEPS_NOTHING;
    if (code->bare[before - 1] != '=')
        return CODE_KEEPS_OTHER;
    *name = variable_before(code, start, before - 1);
    return *name ? CODE_KEEPS_VARIABLE : CODE_KEEPS_OTHER;
}

bool code_in_scope(const struct code *code, size_t from, size_t to) {
    int depth = 0;
    for (size_t i = from; i < to && depth >= 0; i++)
        depth += (code->bare[i] == '{') - (code->bare[i] == '}');
    return from < to && depth >= 0;
}

bool code_has_word(const struct code *code, const char *word) {
    for (const char *at = code->bare; (at = strstr(at, word)); at++)
        if (code_is_word_at(code, (size_t)(at - code->bare), word))
            return true;
    return false;
}

/* ---- edits ------------------------------------------------------------------------------- */

char *code_indent(const struct code *code, size_t at) {
    const char *line = code->text + code_line_start(code, at);
    return strndup(line, strspn(line, " \t"));
}

/* Each line of `lines` with the indentation before and a newline behind it. */
char *code_indented(const char *indent, const char *lines) {
    char *text = mem_text("");
    for (const char *line = lines; line && *line;) {
        size_t length = strcspn(line, "\n");
        char *longer = mem_format("%s%s%.*s\n", text, indent, (int)length, line);
        free(text);
        text = longer;
        line += length + (line[length] == '\n');
    }
    return text;
}

size_t code_next_line(const struct code *code, size_t at) {
    while (at < code->size && code->text[at] != '\n')
        at++;
    return at < code->size ? at + 1 : at;
}

static void add(struct code_edit *edits, size_t *count, size_t at, char *text) {
    if (*text)
        edits[(*count)++] = (struct code_edit){at, at, text};
    else
        free(text);
}

struct code_edit code_cut(const struct code *code, const struct code_statement *statement) {
    return (struct code_edit){code_line_start(code, statement->start),
                              code_next_line(code, statement->end), mem_text("")};
}

struct code_edit code_replace(const struct code *code, const struct code_statement *statement,
                              const char *lines) {
    char *indent = code_indent(code, statement->start), *text = code_indented(indent, lines);
    size_t first = strlen(indent), length = strlen(text);
    struct code_edit edit = {statement->start, statement->end,
                             mem_format("%.*s", (int)(length - first - 1), text + first)};
    free(indent);
    free(text);
    return edit;
}

size_t code_surround(const struct code *code, const struct code_statement *statement,
                     const char *before, const char *behind, struct code_edit edits[CODE_EDITS]) {
    char *indent = code_indent(code, statement->start);
    char *first = code_indented(indent, before), *last = code_indented(indent, behind);
    size_t count = 0, after = code_next_line(code, statement->end);
    if (statement->control != SIZE_MAX) {
        size_t head = statement->start;
        while (head > 0 && isspace((unsigned char)code->bare[head - 1]))
            head--;
        add(edits, &count, head, mem_text(" {"));
        char *outer = code_indent(code, statement->control);
        size_t next = code_skip_blanks(code, after);
        bool joins = code_is_word_at(code, next, "else") && code_is_first_on_line(code, next) &&
                     code_line_start(code, next) == after;
        char *closed = joins ? mem_text(last) : mem_format("%s%s}\n", last, outer);
        add(edits, &count, code_line_start(code, statement->start), first);
        add(edits, &count, after, closed);
        if (joins)
            add(edits, &count, next, mem_text("} "));
        free(outer);
        free(last);
    } else {
        add(edits, &count, code_line_start(code, statement->start), first);
        add(edits, &count, after, last);
    }
    free(indent);
    return count;
}
