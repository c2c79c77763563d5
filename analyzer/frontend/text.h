/*
 * The text of the source, for the little that libclang's cursors do not tell.
 */
#ifndef AGLET_FRONTEND_TEXT_H
#define AGLET_FRONTEND_TEXT_H

#include "frontend/lower.h"

/** Text still to be read. It belongs to the translation unit. */
struct text {
    const char *at, *end;
};

/** A token: an identifier or number, a literal, "...", or a single character. */
struct word {
    const char *start;
    size_t length;
};

/** The text from where the cursor's first token is spelled: within the definition of a macro if
 *  that wrote it. Empty if there is none, as for what ## made. */
struct text text_spelled(struct lowering *l, CXCursor cursor);
/** The text from where a person sees the cursor begin: for what a macro wrote, the macro's use. */
struct text text_expanded(struct lowering *l, CXCursor cursor);
/** The next token, comments left out; false at the end. */
bool text_next(struct text *text, struct word *word);
bool word_is(struct word word, const char *spelling);
/** +1 for an opening bracket of any kind, -1 for a closing one, else 0. */
int word_nesting(struct word word);

#endif
