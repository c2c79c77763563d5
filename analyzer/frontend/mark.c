#include "frontend/mark.h"

#include <ctype.h>
#include <string.h>

#include "frontend/text.h"

static const char *mark_of(struct word word) {
    static const char *const marks[] = {
#define MARK(word, role) word,
#include "ir/marks.def"
#undef MARK
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (word_is(word, marks[i]))
            return marks[i];
    return NULL;
}

static bool is_specifier(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == ' ' || c == '\t';
}

/* A macro that expands to nothing may stand before all that belongs to the declaration: it begins
   with its line, if there are only words before it. `first` is where the file begins. */
static const char *line_of(const char *first, const char *at) {
    const char *start = at;
    while (start > first && is_specifier(start[-1]))
        start--;
    return start == first || start[-1] == '\n' ? start : at;
}

void mark_each(struct lowering *l, CXCursor decl, void (*found)(const char *mark, void *data),
               void *data) {
    CXFile file = NULL, name_file = NULL;
    unsigned offset = 0, name = 0;
    size_t size = 0;
    clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(decl)), &file, NULL, NULL,
                               &offset);
    clang_getExpansionLocation(clang_getCursorLocation(decl), &name_file, NULL, NULL, &name);
    const char *bytes = file ? clang_getFileContents(l->tu, file, &size) : NULL;
    if (!bytes || offset > name || name > size || !clang_File_isEqual(file, name_file))
        return;
    struct text text = {line_of(bytes, bytes + offset), bytes + name};
    for (struct word word; text_next(&text, &word);) {
        const char *mark = mark_of(word);
        if (mark)
            found(mark, data);
    }
}
