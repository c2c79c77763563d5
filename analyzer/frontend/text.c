#include "frontend/text.h"

#include <ctype.h>
#include <string.h>

static struct text text_from(struct lowering *l, CXFile file, unsigned offset) {
    size_t size = 0;
    const char *bytes = file ? clang_getFileContents(l->tu, file, &size) : NULL;
    if (!bytes || offset > size)
        return (struct text){NULL, NULL};
    return (struct text){bytes + offset, bytes + size};
}

struct text text_spelled(struct lowering *l, CXCursor cursor) {
    CXFile file = NULL;
    unsigned offset = 0;
    CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(cursor));
    clang_getSpellingLocation(start, &file, NULL, NULL, &offset);
    return text_from(l, file, offset);
}

struct text text_expanded(struct lowering *l, CXCursor cursor) {
    CXFile file = NULL;
    unsigned offset = 0;
    CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(cursor));
    clang_getExpansionLocation(start, &file, NULL, NULL, &offset);
    return text_from(l, file, offset);
}

static bool starts(const struct text *text, const char *with) {
    size_t length = strlen(with);
    return (size_t)(text->end - text->at) >= length && memcmp(text->at, with, length) == 0;
}

static void skip_past(struct text *text, const char *mark) {
    while (text->at < text->end && !starts(text, mark))
        text->at++;
    text->at += text->at < text->end ? strlen(mark) : 0;
}

/* White space, comments, and the backslashes that continue a macro's line. */
static void skip_space(struct text *text) {
    while (text->at < text->end) {
        if (starts(text, "/*")) {
            text->at += 2;
            skip_past(text, "*/");
        } else if (starts(text, "//")) {
            skip_past(text, "\n");
        } else if (isspace((unsigned char)*text->at) || *text->at == '\\') {
            text->at++;
        } else {
            return;
        }
    }
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

bool text_next(struct text *text, struct word *word) {
    skip_space(text);
    if (text->at >= text->end)
        return false;
    word->start = text->at;
    char first = *text->at;
    if (is_word(first)) {
        while (text->at < text->end && is_word(*text->at))
            text->at++;
    } else if (first == '"' || first == '\'') {
        do
            text->at += text->at[0] == '\\' && text->at + 1 < text->end ? 2 : 1;
        while (text->at < text->end && *text->at != first && *text->at != '\n');
        text->at += text->at < text->end;
    } else {
        text->at += starts(text, "...") ? 3 : 1;
    }
    word->length = (size_t)(text->at - word->start);
    return true;
}

bool word_is(struct word word, const char *spelling) {
    return word.length == strlen(spelling) && memcmp(word.start, spelling, word.length) == 0;
}

int word_nesting(struct word word) {
    if (word.length != 1)
        return 0;
    return strchr("([{", word.start[0]) ? 1 : strchr(")]}", word.start[0]) ? -1 : 0;
}
