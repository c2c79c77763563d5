#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"

struct suppression {
    char *file, *rules; /* rules: "a,b", or NULL for all */
    uint32_t line;      /* 0: the whole file */
};

struct suppressions {
    struct suppression *items;
    size_t count, capacity;
};

struct suppressions *suppressions_new(void) {
    return mem_zero(1, sizeof(struct suppressions));
}

void suppressions_free(struct suppressions *set) {
    for (size_t i = 0; i < set->count; i++) {
        free(set->items[i].file);
        free(set->items[i].rules);
    }
    free(set->items);
    free(set);
}

void suppressions_add(struct suppressions *set, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->suppressions.count; i++) {
        const struct ir_suppression *from = &unit->suppressions.data[i];
        if (set->count == set->capacity) {
            set->capacity = set->capacity ? set->capacity * 2 : 16;
            set->items = mem_resize(set->items, set->capacity, sizeof *set->items);
        }
        set->items[set->count++] = (struct suppression){
            .file = mem_text(ir_text(unit, unit->files.data[from->file].path)),
            .rules = from->rules == IR_NONE ? NULL : mem_text(ir_text(unit, from->rules)),
            .line = from->scope == IR_SUPPRESS_FILE ? 0 : from->target};
    }
}

static bool lists(const char *rules, const char *rule) {
    size_t length = strlen(rule);
    for (const char *at = rules; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, rule, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    }
    return false;
}

static bool covers(const struct suppression *s, const struct diag *diag) {
    return (s->line == 0 || s->line == diag->range.line) &&
           strcmp(s->file, diag->range.file) == 0 && (!s->rules || lists(s->rules, diag->rule));
}

size_t suppressions_apply(const struct suppressions *set, struct diag_list *list) {
    size_t kept = 0, before = list->count;
    for (size_t i = 0; i < before; i++) {
        bool covered = false;
        for (size_t k = 0; k < set->count && !covered; k++)
            covered = covers(&set->items[k], &list->items[i]);
        if (!covered)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
    return before - kept;
}
