#include "frontend/suppress.h"

#include <ctype.h>
#include <string.h>

#include "ir/build.h"

static const char marker[] = "aglet:ignore";

struct scan {
    struct ir_unit *unit;
    ir_id file;
    const char *text;
    size_t size;
    uint32_t line, line_start_code; /* line that last had code */
};

static size_t trim(const char *text, size_t length) {
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    return length;
}

static const char *skip_space(const char *at, const char *end) {
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at;
}

static bool is_dashes(const char *at, const char *end) {
    return end - at >= 2 && at[0] == '-' && at[1] == '-';
}

/* A comment in the comment, for a reader or another tool. */
static bool is_comment(const char *at, const char *end) {
    return end - at >= 2 && at[0] == '/' && at[1] == '/';
}

/* Names with commas between them; what follows, behind "--" or not, is the reason. */
static void read_words(struct scan *s, const char *at, const char *end,
                       struct ir_suppression *suppression) {
    char rules[512];
    size_t used = 0;
    bool more = true;
    for (at = skip_space(at, end);
         more && at < end && !is_dashes(at, end) && !is_comment(at, end);) {
        while (at < end && *at != ',' && !isspace((unsigned char)*at) && used + 2 < sizeof rules)
            rules[used++] = *at++;
        at = skip_space(at, end);
        more = at < end && *at == ',';
        if (more && used)
            rules[used++] = ',';
        at = more ? skip_space(at + 1, end) : at;
    }
    while (used && rules[used - 1] == ',')
        used--;
    suppression->rules = used ? ir_string_n(s->unit, rules, used) : IR_NONE;
    const char *reason = skip_space(is_dashes(at, end) ? at + 2 : at, end);
    size_t length = trim(reason, (size_t)(end - reason));
    suppression->reason = length ? ir_string_n(s->unit, reason, length) : IR_NONE;
}

/* The first line behind `from` that has code. */
static uint32_t next_code_line(const struct scan *s, size_t from, uint32_t line) {
    bool in_block = false;
    for (size_t i = from; i < s->size; i++) {
        char c = s->text[i], next = i + 1 < s->size ? s->text[i + 1] : 0;
        if (c == '\n') {
            line++;
        } else if (in_block) {
            in_block = !(c == '*' && next == '/');
            i += !in_block;
        } else if (c == '/' && next == '*') {
            in_block = true;
            i++;
        } else if (c == '/' && next == '/') {
            while (i + 1 < s->size && s->text[i + 1] != '\n')
                i++;
        } else if (!isspace((unsigned char)c)) {
            return line;
        }
    }
    return line;
}

static void read_comment(struct scan *s, size_t begin, size_t end, uint32_t first_line,
                         uint32_t col, bool behind_code) {
    size_t body = begin + 2;
    while (body < end && (isspace((unsigned char)s->text[body]) || s->text[body] == '*'))
        body++;
    if (end - body < sizeof marker - 1 || memcmp(s->text + body, marker, sizeof marker - 1) != 0)
        return;
    const char *at = s->text + body + sizeof marker - 1, *stop = s->text + end;
    struct ir_suppression suppression = {
        .file = s->file, .line = first_line, .col = col, .scope = IR_SUPPRESS_LINE};
    if (s->text[begin + 1] == '*' && stop - at >= 2 && stop[-1] == '/' && stop[-2] == '*')
        stop -= 2;
    if (stop - at >= 5 && memcmp(at, "-file", 5) == 0) {
        suppression.scope = IR_SUPPRESS_FILE;
        at += 5;
    }
    if (at < stop && !isspace((unsigned char)*at))
        return; /* another word, such as aglet:ignored */
    suppression.target = first_line;
    if (suppression.scope == IR_SUPPRESS_LINE && !behind_code) {
        suppression.scope = IR_SUPPRESS_NEXT;
        suppression.target = next_code_line(s, end, s->line);
    }
    read_words(s, at, stop, &suppression);
    ir_push_suppressions(s->unit, suppression);
}

/* The last character of a literal; one that a backslash continues spans lines. */
static size_t skip_literal(struct scan *s, size_t at) {
    char quote = s->text[at++];
    while (at < s->size && s->text[at] != quote && s->text[at] != '\n') {
        bool escape = s->text[at] == '\\' && at + 1 < s->size;
        s->line += escape && s->text[at + 1] == '\n';
        at += escape ? 2 : 1;
    }
    return at < s->size && s->text[at] == '\n' ? at - 1 : at;
}

static void scan_file(struct scan *s) {
    size_t line_begin = 0;
    bool code = false;
    s->line = 1;
    for (size_t i = 0; i < s->size; i++) {
        char c = s->text[i], next = i + 1 < s->size ? s->text[i + 1] : 0;
        if (c == '\n') {
            s->line++;
            line_begin = i + 1;
            code = false;
        } else if (c == '"' || c == '\'') {
            code = true;
            i = skip_literal(s, i);
        } else if (c == '/' && (next == '/' || next == '*')) {
            uint32_t line = s->line, col = (uint32_t)(i - line_begin) + 1;
            size_t end = i + 2;
            while (end < s->size && (next == '/' ? s->text[end] != '\n'
                                                 : !(s->text[end] == '/' &&
                                                     s->text[end - 1] == '*' && end > i + 2))) {
                s->line += s->text[end] == '\n';
                end++;
            }
            end += next == '*' && end < s->size;
            read_comment(s, i, end, line, col, code);
            i = end - 1;
        } else if (!isspace((unsigned char)c)) {
            code = true;
        }
    }
}

void suppress_scan(struct ir_unit *unit, ir_id file, const char *text, size_t size) {
    if (!memmem(text, size, marker, sizeof marker - 1))
        return;
    struct scan scan = {.unit = unit, .file = file, .text = text, .size = size};
    scan_file(&scan);
}
