#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "report/suppress_fix.h"

struct suppression {
    char *file, *rules; /* rules: "a,b", or NULL for all */
    uint32_t line;      /* that it is for; 0: the whole file */
    uint32_t at, col;   /* of the comment */
    uint64_t used;      /* a bit for each name that suppressed something; 1 if none is named */
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

/* A header's comments come with each unit that includes it. */
static bool is_known(const struct suppressions *set, const struct ir_suppression *s,
                     const char *file) {
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i].at == s->line && set->items[i].col == s->col &&
            strcmp(set->items[i].file, file) == 0)
            return true;
    return false;
}

void suppressions_add(struct suppressions *set, const struct ir_unit *unit) {
    for (uint32_t i = 0; i < unit->suppressions.count; i++) {
        const struct ir_suppression *from = &unit->suppressions.data[i];
        const struct ir_file *file = &unit->files.data[from->file];
        const char *path = ir_text(unit, file->path);
        if (file->is_system || is_known(set, from, path))
            continue;
        if (set->count == set->capacity) {
            set->capacity = set->capacity ? set->capacity * 2 : 16;
            set->items = mem_resize(set->items, set->capacity, sizeof *set->items);
        }
        set->items[set->count++] = (struct suppression){
            .file = mem_text(path),
            .rules = from->rules == IR_NONE ? NULL : mem_text(ir_text(unit, from->rules)),
            .line = from->scope == IR_SUPPRESS_FILE ? 0 : from->target,
            .at = from->line,
            .col = from->col};
    }
}

/* The names of a comment, one after the other: sets *length, and returns NULL behind the last. */
static const char *next_name(const char *rules, const char *name, size_t *length) {
    const char *at = name ? name + *length : rules;
    while (at && *at == ',')
        at++;
    *length = at ? strcspn(at, ",") : 0;
    return *length ? at : NULL;
}

/* The bit of the name in `used`; 0 if the comment is not for that rule. Names beyond the 63rd
   share a bit. */
static uint64_t bit_of(const struct suppression *s, const char *rule) {
    if (!s->rules)
        return 1;
    unsigned number = 0;
    size_t length, wanted = strlen(rule);
    for (const char *name = NULL; (name = next_name(s->rules, name, &length)); number++)
        if (length == wanted && strncmp(name, rule, length) == 0)
            return UINT64_C(1) << (number < 63 ? number : 63);
    return 0;
}

/* As bit_of, if the comment is for that place as well. */
static uint64_t covers(const struct suppression *s, const char *file, uint32_t line,
                       const char *rule) {
    return (s->line == 0 || s->line == line) && strcmp(s->file, file) == 0 ? bit_of(s, rule) : 0;
}

size_t suppressions_apply(struct suppressions *set, struct diag_list *list) {
    size_t kept = 0, before = list->count;
    for (size_t i = 0; i < before; i++) {
        const struct diag *diag = &list->items[i];
        bool covered = false;
        for (size_t k = 0; k < set->count; k++) {
            uint64_t bit = covers(&set->items[k], diag->range.file, diag->range.line, diag->rule);
            set->items[k].used |= bit;
            covered |= bit != 0;
        }
        if (!covered)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
    return before - kept;
}

/* ---- those that suppress nothing ------------------------------------------------------- */

/* A comment and what is idle in it. */
struct idle {
    const struct suppression *comment;
    const struct suppress_audit *audit;
    struct diag_list *list;
    struct diag_fix fix;
};

static void report(const struct idle *idle, char *message) {
    const struct suppression *s = idle->comment;
    diag_add(idle->list, &(struct diag){.rule = idle->audit->rule,
                                        .severity = idle->audit->severity,
                                        .message = message,
                                        .help = "remove it, so that it hides nothing that is to "
                                                "come",
                                        .range = {s->file, s->at, s->col, s->at, s->col + 2},
                                        .fix = idle->fix});
    free(message);
}

/* A comment may be kept on purpose: it names the rule that would find it, or its file does. */
static bool is_kept(const struct suppressions *set, const struct suppression *s,
                    const struct suppress_audit *audit) {
    if (s->rules && bit_of(s, audit->rule))
        return true;
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i].rules && covers(&set->items[i], s->file, s->at, audit->rule))
            return true;
    return false;
}

/* SUPPRESS_UNKNOWN, or SUPPRESS_RAN if the rule would have found something; else it is not idle. */
static enum suppress_status idleness(const struct idle *idle, const char *name, size_t length) {
    char *rule = strndup(name, length);
    enum suppress_status status = SUPPRESS_OFF;
    if (rule)
        status = idle->audit->status(rule, idle->audit->data);
    if (status == SUPPRESS_RAN && idle->comment->used & bit_of(idle->comment, rule))
        status = SUPPRESS_OFF;
    free(rule);
    return status;
}

/* The names that are idle are told one by one, and taken out together. */
static struct suppress_idle idle_names(const struct idle *idle) {
    const struct suppression *s = idle->comment;
    struct suppress_idle names = {.file = s->file, .line = s->at, .col = s->col};
    size_t length;
    for (const char *name = NULL; (name = next_name(s->rules, name, &length)); names.count++)
        if (names.count < 64 && idleness(idle, name, length) != SUPPRESS_OFF)
            names.names |= UINT64_C(1) << names.count;
    return names;
}

static void audit_names(const struct idle *idle) {
    size_t length;
    for (const char *name = NULL; (name = next_name(idle->comment->rules, name, &length));) {
        enum suppress_status status = idleness(idle, name, length);
        if (status == SUPPRESS_UNKNOWN)
            report(idle, mem_format("there is no rule '%.*s' to suppress", (int)length, name));
        else if (status == SUPPRESS_RAN)
            report(idle, mem_format("'%.*s' finds nothing here to suppress", (int)length, name));
    }
}

static void audit_comment(struct idle *idle, struct source_cache *sources) {
    struct suppress_idle names = idle_names(idle);
    bool bare = !idle->comment->rules;
    if (bare ? idle->comment->used || idle->audit->status(NULL, idle->audit->data) != SUPPRESS_RAN
             : !names.names)
        return;
    struct diag_edit edit = {0};
    if (names.count < 64 && suppress_fix(sources, &names, &edit))
        idle->fix = (struct diag_fix){"take out what suppresses nothing", true, &edit, 1};
    if (bare)
        report(idle, mem_text("no rule finds anything here to suppress"));
    else
        audit_names(idle);
    free((char *)edit.text);
}

void suppressions_audit(const struct suppressions *set, const struct suppress_audit *audit,
                        struct diag_list *list) {
    struct source_cache *sources = source_cache_new();
    for (size_t i = 0; i < set->count; i++) {
        struct idle idle = {&set->items[i], audit, list, {0}};
        if (!is_kept(set, idle.comment, audit))
            audit_comment(&idle, sources);
    }
    source_cache_free(sources);
}
