/*
 * _Generic. libclang gives the controlling expression and the arms, but neither the arms' types nor
 * which one is selected: the type of the whole tells, and where several arms have that type, the
 * text before them.
 */
#include <ctype.h>
#include <string.h>

#include "frontend/expr.h"
#include "frontend/text.h"

enum { MOST_WORDS = 24, WORD_SIZE = 64 };

/* A type's words, each pointer's level sorted: "char const *" and "const char *" are the same. */
struct type_words {
    char words[MOST_WORDS][WORD_SIZE];
    size_t count, level; /* level: where the words since the last '*' begin */
};

static void add_word(struct type_words *t, const char *start, size_t length) {
    if (t->count == MOST_WORDS || length >= WORD_SIZE)
        return;
    char word[WORD_SIZE];
    memcpy(word, start, length);
    word[length] = 0;
    size_t at = t->count++;
    for (; at > t->level && strcmp(t->words[at - 1], word) > 0; at--)
        memcpy(t->words[at], t->words[at - 1], WORD_SIZE);
    memcpy(t->words[at], word, WORD_SIZE);
    if (word[0] == '*')
        t->level = t->count;
}

static bool has_word(const struct type_words *t, const char *word) {
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->words[i], word) == 0)
            return true;
    return false;
}

/* "int" says nothing beside another word for a size or sign, nor "signed" beside one for a size */
static bool is_superfluous(const struct type_words *t, const char *word) {
    bool sized = has_word(t, "long") || has_word(t, "short");
    if (strcmp(word, "int") == 0)
        return sized || has_word(t, "unsigned");
    return strcmp(word, "signed") == 0 && !has_word(t, "char");
}

static bool same_type(const struct type_words *a, const struct type_words *b) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a->count && is_superfluous(a, a->words[i]))
            i++;
        while (k < b->count && is_superfluous(b, b->words[k]))
            k++;
        if (i == a->count || k == b->count)
            return i == a->count && k == b->count;
        if (strcmp(a->words[i++], b->words[k++]) != 0)
            return false;
    }
}

static void add_text(struct type_words *t, struct text text) {
    struct word word;
    while (text_next(&text, &word))
        add_word(t, word.start, word.length);
}

static void add_type(struct type_words *t, CXType type) {
    CXString spelling = clang_getTypeSpelling(type);
    const char *text = clang_getCString(spelling);
    add_text(t, (struct text){text, text + strlen(text)});
    clang_disposeString(spelling);
}

/* The type that an lvalue has when its value is taken. */
static CXType value_type(CXCursor cursor) {
    return clang_getUnqualifiedType(clang_getCanonicalType(clang_getCursorType(cursor)));
}

/* The text between the arm before and this one's colon; false where it cannot be seen, as for an
   arm that is a macro's argument. */
static bool text_before(struct lowering *l, CXCursor arm, struct text *out) {
    CXFile file = NULL;
    unsigned offset = 0;
    size_t size = 0;
    clang_getSpellingLocation(clang_getRangeStart(clang_getCursorExtent(arm)), &file, NULL, NULL,
                              &offset);
    const char *bytes = file ? clang_getFileContents(l->tu, file, &size) : NULL;
    if (!bytes || offset > size)
        return false;
    const char *end = bytes + offset;
    while (end > bytes && (isspace((unsigned char)end[-1]) || end[-1] == '\\'))
        end--;
    if (end == bytes || end[-1] != ':')
        return false;
    const char *start = --end;
    for (int depth = 0; start > bytes; start--) {
        depth += (start[-1] == ')' || start[-1] == ']') - (start[-1] == '(' || start[-1] == '[');
        if (depth < 0 || (depth == 0 && start[-1] == ','))
            break;
    }
    *out = (struct text){start, end};
    return true;
}

/* The words of an arm's type; typedefs are replaced by what they stand for. */
static void read_arm_type(struct lowering *l, struct text text, struct type_words *words) {
    struct word word;
    bool tag = false;
    while (text_next(&text, &word)) {
        CXType type = {.kind = CXType_Invalid};
        if (!tag && (isalpha((unsigned char)word.start[0]) || word.start[0] == '_'))
            type = lower_type_named(l, ir_string_n(l->unit, word.start, word.length));
        if (type.kind != CXType_Invalid)
            add_type(words, type);
        else
            add_word(words, word.start, word.length);
        tag = word_is(word, "struct") || word_is(word, "union") || word_is(word, "enum");
    }
}

struct arms {
    CXCursor fitting[64]; /* of the type of the whole */
    uint32_t count;
    CXCursor controlling;
};

static void read_arms(struct lowering *l, CXCursor cursor, struct arms *arms) {
    CXType wanted = clang_getCanonicalType(clang_getCursorType(cursor));
    uint32_t first, count = lower_children(l, cursor, &first);
    arms->controlling = clang_getNullCursor();
    for (uint32_t i = 0; i < count; i++) {
        CXCursor kid = lower_kid(l, first + i);
        if (!clang_isExpression(clang_getCursorKind(kid)))
            continue;
        if (clang_Cursor_isNull(arms->controlling))
            arms->controlling = kid;
        else if (arms->count < sizeof arms->fitting / sizeof *arms->fitting &&
                 clang_equalTypes(clang_getCanonicalType(clang_getCursorType(kid)), wanted))
            arms->fitting[arms->count++] = kid;
    }
    lower_pop(l, first);
}

/* The arm whose type, as written, is the controlling expression's, else the default. */
static CXCursor by_text(struct lowering *l, const struct arms *arms) {
    CXCursor by_default = clang_getNullCursor();
    struct type_words given = {0};
    add_type(&given, value_type(arms->controlling));
    for (uint32_t i = 0; i < arms->count; i++) {
        struct text text;
        struct type_words words = {0};
        if (!text_before(l, arms->fitting[i], &text))
            continue;
        read_arm_type(l, text, &words);
        if (words.count && same_type(&given, &words))
            return arms->fitting[i];
        if (words.count == 1 && has_word(&words, "default"))
            by_default = arms->fitting[i];
    }
    return by_default;
}

CXCursor expr_generic_arm(struct lowering *l, CXCursor cursor) {
    struct arms arms = {.count = 0};
    read_arms(l, cursor, &arms);
    return arms.count == 1 ? arms.fitting[0] : by_text(l, &arms);
}

/* Where no arm is known to be selected, it may be any whose type fits. */
ir_id expr_generic(struct lowering *l, CXCursor cursor) {
    CXCursor chosen = expr_generic_arm(l, cursor);
    if (!clang_Cursor_isNull(chosen))
        return lower_expr(l, chosen);
    struct arms arms = {.count = 0};
    read_arms(l, cursor, &arms);
    ir_id loc = lower_loc(l, cursor), type = expr_type(l, cursor);
    if (arms.count == 0)
        return expr_is_void(cursor) ? IR_NONE : emit_unknown(l, type, loc);
    ir_id result = expr_is_void(cursor) ? IR_NONE : emit_register(l), join = new_block(l);
    for (uint32_t i = 0; i < arms.count; i++) {
        bool last = i + 1 == arms.count;
        ir_id yes = new_block(l), no = last ? IR_NONE : new_block(l);
        if (last)
            end_jump(l, yes);
        else
            end_branch(l, emit_unknown(l, IR_NONE, loc), yes, no, loc);
        expr_arm(l, yes, arms.fitting[i], result, join);
        if (!last)
            start_block(l, no);
    }
    start_block(l, join);
    return result;
}
