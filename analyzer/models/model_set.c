#include "models/models.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "flow/file.h"
#include "flow/memory.h"
#include "models/model_draft.h"
#include "models/sentence.h"

/* Every model that was added stays whole until the set is freed, so what model_find returned stays
 * valid when a later model says something else of the same function. */
struct model_set {
    struct model_draft *drafts;
    size_t draft_count;
    const struct model_function **slots; /* open addressing; NULL: free */
    size_t slot_count;                   /* a power of two, or 0 */
    size_t function_count;
};

/* A model file beyond this is somebody's mistake. */
#define LARGEST_FILE ((size_t)64 << 20)

struct model_set *model_set_new(void) {
    return mem_zero(1, sizeof(struct model_set));
}

void model_set_free(struct model_set *set) {
    if (!set)
        return;
    for (size_t i = 0; i < set->draft_count; i++)
        model_draft_clear(&set->drafts[i]);
    free(set->drafts);
    free(set->slots);
    free(set);
}

/* FNV-1a. */
static size_t hash_name(const char *name) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (size_t)(hash ^ (hash >> 32));
}

/* The slot that holds `name`, or the free one where it belongs. */
static const struct model_function **slot_of(const struct model_set *set, const char *name) {
    size_t mask = set->slot_count - 1;
    size_t at = hash_name(name) & mask;
    while (set->slots[at] && strcmp(set->slots[at]->name, name) != 0)
        at = (at + 1) & mask;
    return &set->slots[at];
}

static void reserve(struct model_set *set, size_t functions) {
    if (functions * 2 <= set->slot_count)
        return;
    const struct model_function **old = set->slots;
    size_t old_count = set->slot_count;
    set->slot_count = old_count ? old_count : 256;
    while (set->slot_count < functions * 2)
        set->slot_count *= 2;
    set->slots = mem_zero(set->slot_count, sizeof(const struct model_function *));
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            *slot_of(set, old[i]->name) = old[i];
    free(old);
}

static void adopt(struct model_set *set, const struct model_draft *draft) {
    set->drafts = mem_resize(set->drafts, set->draft_count + 1, sizeof *set->drafts);
    set->drafts[set->draft_count++] = *draft;
    reserve(set, set->function_count + draft->function_count);
    for (size_t i = 0; i < draft->function_count; i++) {
        const struct model_function **slot = slot_of(set, draft->functions[i].name);
        if (!*slot)
            set->function_count++;
        *slot = &draft->functions[i];
    }
}

int model_set_add_text(struct model_set *set, const char *path, const char *text, size_t length,
                       char **error) {
    struct model_draft draft;
    if (model_read(path, text, length, &draft, error) < 0)
        return -1;
    adopt(set, &draft);
    return 0;
}

int model_set_add_file(struct model_set *set, const char *path, char **error) {
    size_t length;
    char *text = file_read(path, LARGEST_FILE, &length, error);
    if (!text)
        return -1;
    int result = model_set_add_text(set, path, text, length, error);
    free(text);
    return result;
}

int model_set_add_bundled(struct model_set *set, char **error) {
    for (const struct embedded_file *file = embedded_models; file->name; file++)
        if (model_set_add_text(set, file->name, file->begin, (size_t)(file->end - file->begin),
                               error) < 0)
            return -1;
    return 0;
}

const struct model_function *model_find(const struct model_set *set, const char *name) {
    return set->slot_count ? *slot_of(set, name) : NULL;
}

const struct model_kind *model_find_kind(const struct model_set *set, const char *kind) {
    for (size_t i = set->draft_count; i-- > 0;)
        for (size_t j = 0; j < set->drafts[i].kind_count; j++)
            if (strcmp(set->drafts[i].kinds[j].name, kind) == 0)
                return &set->drafts[i].kinds[j];
    return NULL;
}

void model_each_library(const struct model_set *set,
                        void (*visit)(const struct model_library *library, void *data),
                        void *data) {
    for (size_t i = 0; i < set->draft_count; i++)
        visit(&set->drafts[i].library, data);
}

static int by_name(const void *a, const void *b) {
    const struct model_function *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

void model_each(const struct model_set *set,
                void (*visit)(const struct model_function *function, void *data), void *data) {
    const struct model_function **all =
        mem_zero(set->function_count + 1, sizeof(const struct model_function *));
    size_t count = 0;
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i])
            all[count++] = set->slots[i];
    qsort(all, count, sizeof *all, by_name);
    for (size_t i = 0; i < count; i++)
        visit(all[i], data);
    free(all);
}
