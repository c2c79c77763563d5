/*
 * The kinds of blocking (the `kind` of the role `blocks`), as rules speak of them.
 */
#ifndef AGLET_BLOCKING_H
#define AGLET_BLOCKING_H

#include <stdbool.h>

/** False for a lock, which is held for a moment, and for computing, which is what a program is for;
 *  true for all that a caller has to fear, and for a kind that is not told (NULL). */
bool blocking_is_feared(const char *kind);

/** What a call of that kind does: "sleeps", "waits for a file"; "blocks the thread" if the kind is
 *  NULL or has no words of its own. */
const char *blocking_words(const char *kind);

#endif
