/*
 * Words that say what a function is and that the compiler does not see, as they are macros that
 * expand to nothing (ir/marks.def).
 */
#ifndef AGLET_FRONTEND_MARK_H
#define AGLET_FRONTEND_MARK_H

#include "frontend/lower.h"

/** Calls `found` with each such word between the beginning of the declaration, of a function or a
 *  field, and its name. */
void mark_each(struct lowering *l, CXCursor decl, void (*found)(const char *mark, void *data),
               void *data);

#endif
