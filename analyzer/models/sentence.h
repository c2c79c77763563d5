/*
 * Error sentences, formatted into memory of their own.
 */
#ifndef AGLET_SENTENCE_H
#define AGLET_SENTENCE_H

/** Puts a formatted sentence into *error (the caller frees it). Always returns -1, so that a parser
 *  can `return sentence(error, ...)`. */
int sentence(char **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
