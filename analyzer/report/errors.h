/*
 * What kept files from being analysed in full: collected, and each told once.
 */
#ifndef AGLET_ERRORS_H
#define AGLET_ERRORS_H

#include <stddef.h>
#include <stdint.h>

/** `line` and `col` are 0 when it has no place in the file. */
struct report_error {
    char *file, *message;
    uint32_t line, col;
};

/** Starts as zeros. */
struct error_list {
    struct report_error *items;
    size_t count, capacity;
};

/** Adds an error; both texts are copied. */
void error_list_add(struct error_list *list, const char *file, const char *message, uint32_t line,
                    uint32_t col);

/** Sorts by file, place and message, and drops repetitions: a header with an error has it in every
 *  unit that includes it. */
void error_list_finish(struct error_list *list);

void error_list_free(struct error_list *list);

#endif
