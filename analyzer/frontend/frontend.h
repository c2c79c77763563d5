/*
 * The front end: one compile command in, one unit of IR out. The only folder that knows libclang.
 *
 * It runs in a program of its own, `aglet-facts`, so that a crash in a parser is one unit's error
 * and a run that finds everything cached never pays for loading libclang.
 *
 * Protocol of aglet-facts (standard input and output). Request: one JSON object a line,
 *     {"directory": "/abs", "file": "/abs/or/relative.c", "arguments": ["clang", "-I…", "x.c"]}
 * Reply: one JSON object on a line,
 *     {"bytes": N, "dropped": ["-fno-tree-ch"], "error": null}
 * followed by exactly N bytes as written by ir_save. With "error" (a sentence) N is 0. It ends at
 * the end of its input.
 */
#ifndef AGLET_FRONTEND_H
#define AGLET_FRONTEND_H

#include <stddef.h>

#include "ir/ir.h"

/** One compile command. `arguments[0]` is the compiler's name. */
struct fe_command {
    const char *directory; /* absolute; where the command runs */
    const char *file;      /* as in the compile database */
    const char *const *arguments;
    size_t argument_count;
};

struct fe_result {
    struct ir_unit *unit; /* NULL on failure; owned by the caller */
    char *error;          /* a sentence, or NULL; owned by the caller */
    char **dropped;       /* flags that clang does not know; owned by the caller */
    size_t dropped_count;
};

/** Parses and lowers. A unit with errors in its source still has a unit, with `problems` in it. */
struct fe_result fe_lower(const struct fe_command *command);
void fe_result_free(struct fe_result *result);

#endif
