/*
 * From the compiler's command to the parser's arguments.
 */
#ifndef AGLET_FRONTEND_COMMAND_H
#define AGLET_FRONTEND_COMMAND_H

#include "frontend/frontend.h"

struct clang_command {
    char **arguments; /* arguments[0] is the compiler's name */
    size_t count;
    char **dropped; /* flags that clang would not understand */
    size_t dropped_count;
};

/** Translates; returns NULL, or a sentence that the caller frees (then arguments are freed). */
char *command_translate(const struct fe_command *command, struct clang_command *clang);
/** Frees the arguments, not `dropped`. */
void command_free(struct clang_command *clang);

#endif
