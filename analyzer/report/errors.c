#include "report/errors.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

void error_list_add(struct error_list *list, const char *file, const char *message, uint32_t line,
                    uint32_t col) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 16;
        list->items = mem_resize(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] =
        (struct report_error){mem_text(file), mem_text(message), line, col};
}

static int compare_numbers(uint32_t x, uint32_t y) {
    return (x > y) - (x < y);
}

static int compare_errors(const void *a, const void *b) {
    const struct report_error *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (order == 0)
        order = compare_numbers(x->line, y->line);
    if (order == 0)
        order = compare_numbers(x->col, y->col);
    if (order == 0)
        order = strcmp(x->message, y->message);
    return order;
}

static void free_error(struct report_error *error) {
    free(error->file);
    free(error->message);
}

void error_list_finish(struct error_list *list) {
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof *list->items, compare_errors);
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++)
        if (compare_errors(&list->items[kept - 1], &list->items[i]) == 0)
            free_error(&list->items[i]);
        else
            list->items[kept++] = list->items[i];
    list->count = kept;
}

void error_list_free(struct error_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free_error(&list->items[i]);
    free(list->items);
    *list = (struct error_list){0};
}
