#include "project/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

void words_add(char ***words, size_t *count, const char *word) {
    *words = mem_resize(*words, *count + 1, sizeof **words);
    (*words)[(*count)++] = mem_text(word);
}

void words_free(char **words, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

/* What a backslash before `next` makes of it: both stand for `next`, for themselves, or, at the end
   of a line, for nothing. */
static bool escapes(char quote, char next) {
    return next && quote != '\'' && (!quote || strchr("\"\\$`\n", next));
}

void words_split(const char *text, char ***words, size_t *count) {
    char *word = mem_resize(NULL, strlen(text) + 1, 1);
    size_t length = 0;
    bool open = false;
    char quote = 0;
    for (const char *at = text;; at++) {
        if (*at == '\\' && escapes(quote, at[1])) {
            if (*++at == '\n')
                continue;
            open = true;
            word[length++] = *at;
        } else if (*at == 0 || (!quote && isspace((unsigned char)*at))) {
            word[length] = 0;
            if (open)
                words_add(words, count, word);
            length = 0;
            open = false;
            if (*at == 0)
                break;
        } else if (quote ? *at == quote : *at == '"' || *at == '\'') {
            quote = quote ? 0 : *at;
            open = true;
        } else {
            open = true;
            word[length++] = *at;
        }
    }
    free(word);
}
