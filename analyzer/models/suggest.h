/*
 * "Did you mean …?": the known word nearest to a mistyped one.
 */
#ifndef AGLET_SUGGEST_H
#define AGLET_SUGGEST_H

#include <stddef.h>

/** The word of `words` (a NULL entry is skipped) that a typing error or two could have turned into
 *  `typed`, or NULL when none is near. The first of equally near ones wins. */
const char *suggest_word(const char *typed, const char *const *words, size_t count);

/** `suggest_word` as the end of a sentence: "; did you mean 'WORD'?", or "" when none is near.
 *  The caller frees the result. */
char *suggest_ending(const char *typed, const char *const *words, size_t count);

#endif
