#include "models/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "models/sentence.h"

/* Longer words are names of the user's own; comparing them would only cost time. */
#define LONGEST 40

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours
 * (the restricted Damerau-Levenshtein distance). */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    unsigned row[3][LONGEST + 1];
    for (unsigned j = 0; j <= b_length; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned replaced = before[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(replaced, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], two_before[j - 2] + 1);
        }
    }
    return row[a_length % 3][b_length];
}

const char *suggest_word(const char *typed, const char *const *words, size_t count) {
    size_t length = strlen(typed);
    if (length == 0 || length > LONGEST)
        return NULL;
    const char *nearest = NULL;
    unsigned best = (unsigned)(length < 4 ? 1 : length / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t word_length = words[i] ? strlen(words[i]) : 0;
        if (word_length == 0 || word_length > LONGEST)
            continue;
        unsigned d = distance(typed, length, words[i], word_length);
        if (d < best) {
            best = d;
            nearest = words[i];
        }
    }
    return nearest;
}

char *suggest_ending(const char *typed, const char *const *words, size_t count) {
    char *ending;
    const char *nearest = suggest_word(typed, words, count);
    if (nearest)
        sentence(&ending, "; did you mean '%s'?", nearest);
    else
        sentence(&ending, "%s", "");
    return ending;
}
