#include "report/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "report/source.h"

struct diag_arena {
    struct mem_arena memory;
};

void diag_list_init(struct diag_list *list) {
    *list = (struct diag_list){.arena = mem_zero(1, sizeof(struct diag_arena))};
}

void diag_list_free(struct diag_list *list) {
    if (list->arena)
        arena_free(&list->arena->memory);
    free(list->arena);
    free(list->items);
    *list = (struct diag_list){0};
}

static const char *copy_text(struct diag_list *list, const char *text) {
    return text ? arena_copy(&list->arena->memory, text, strlen(text) + 1) : NULL;
}

static struct diag_range copy_range(struct diag_list *list, struct diag_range range) {
    range.file = copy_text(list, range.file);
    return range;
}

static struct diag_fix copy_fix(struct diag_list *list, struct diag_fix fix) {
    struct diag_edit *edits =
        arena_copy(&list->arena->memory, fix.edits, fix.edit_count * sizeof *fix.edits);
    for (size_t i = 0; i < fix.edit_count; i++) {
        edits[i].range = copy_range(list, edits[i].range);
        edits[i].text = copy_text(list, edits[i].text);
    }
    fix.title = copy_text(list, fix.title);
    fix.edits = edits;
    return fix;
}

void diag_add(struct diag_list *list, const struct diag *diag) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 16;
        list->items = mem_resize(list->items, list->capacity, sizeof *list->items);
    }
    struct diag *copy = &list->items[list->count++];
    *copy = *diag;
    copy->rule = copy_text(list, diag->rule);
    copy->message = copy_text(list, diag->message);
    copy->help = copy_text(list, diag->help);
    copy->function = copy_text(list, diag->function);
    copy->range = copy_range(list, diag->range);
    struct diag_step *steps =
        arena_copy(&list->arena->memory, diag->steps, diag->step_count * sizeof *diag->steps);
    for (size_t i = 0; i < diag->step_count; i++) {
        steps[i].range = copy_range(list, diag->steps[i].range);
        steps[i].message = copy_text(list, diag->steps[i].message);
    }
    copy->steps = steps;
    copy->fix = copy_fix(list, diag->fix);
}

/* ---- order ----------------------------------------------------------------------------- */

static int compare_numbers(uint64_t x, uint64_t y) {
    return (x > y) - (x < y);
}

/* Everything that makes two findings one: place and rule. */
static int compare_places(const struct diag *x, const struct diag *y) {
    int order = strcmp(x->range.file, y->range.file);
    if (order == 0)
        order = compare_numbers(x->range.line, y->range.line);
    if (order == 0)
        order = compare_numbers(x->range.col, y->range.col);
    if (order == 0)
        order = strcmp(x->rule, y->rule);
    return order;
}

static int compare_diags(const void *a, const void *b) {
    const struct diag *x = a, *y = b;
    int order = compare_places(x, y);
    if (order == 0)
        order = compare_numbers(x->step_count, y->step_count);
    if (order == 0)
        order = strcmp(x->message, y->message);
    if (order == 0)
        order = strcmp(x->function ? x->function : "", y->function ? y->function : "");
    return order;
}

static void drop_repetitions(struct diag_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || compare_places(&list->items[kept - 1], &list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* ---- fingerprints ---------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t h, const char *text) {
    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

static uint64_t hash_line(uint64_t h, const char *line) {
    for (; *line; line++)
        if (*line != ' ' && *line != '\t')
            h = (h ^ (unsigned char)*line) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

static const char *below(const char *path, const char *root) {
    size_t length = root ? strlen(root) : 0;
    if (length && strncmp(path, root, length) == 0 && path[length] == '/')
        return path + length + 1;
    return path;
}

void diag_list_finish(struct diag_list *list, const char *root) {
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof *list->items, compare_diags);
    drop_repetitions(list);
    struct source_cache *sources = source_cache_new();
    uint64_t *keys = mem_zero(list->count, sizeof *keys);
    for (size_t i = 0; i < list->count; i++) {
        struct diag *diag = &list->items[i];
        uint64_t h = hash_text(UINT64_C(14695981039346656037), diag->rule);
        h = hash_text(h, below(diag->range.file, root));
        h = hash_text(h, diag->function);
        keys[i] = hash_line(h, source_line(sources, diag->range.file, diag->range.line));
        uint64_t ordinal = 0;
        for (size_t k = 0; k < i; k++)
            ordinal += keys[k] == keys[i];
        snprintf(diag->fingerprint, sizeof diag->fingerprint, "%016llx",
                 (unsigned long long)(keys[i] + ordinal * UINT64_C(0x9E3779B97F4A7C15)));
    }
    free(keys);
    source_cache_free(sources);
}
