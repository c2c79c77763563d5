/*
 * Lists of words, as of a command line.
 */
#ifndef AGLET_WORDS_H
#define AGLET_WORDS_H

#include <stddef.h>

/** Adds a copy of the word to the list, which words_free frees. */
void words_add(char ***words, size_t *count, const char *word);
/** Adds the words of the text, split as the shell would: quotes and backslashes only. */
void words_split(const char *text, char ***words, size_t *count);
void words_free(char **words, size_t count);

#endif
