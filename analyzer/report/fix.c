#include "report/fix.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "flow/file.h"
#include "flow/memory.h"

/* ---- which files may be changed ---------------------------------------------------------- */

static bool is_below(const char *path, const char *folder) {
    size_t length = strlen(folder);
    while (length && folder[length - 1] == '/')
        length--;
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* What packages install, even if the project's folder is the root of the file system. */
static bool is_system(const char *path, const char *root) {
    static const char *const folders[] = {"/usr", "/lib", "/lib64", "/etc", "/opt", "/nix"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (is_below(path, folders[i]) && !is_below(root, folders[i]))
            return true;
    return false;
}

static bool is_later(struct timespec x, struct timespec y) {
    return x.tv_sec > y.tv_sec || (x.tv_sec == y.tv_sec && x.tv_nsec > y.tv_nsec);
}

/* An error may name the file by a link, or by a folder that is one. */
static bool has_error(const struct fix_file *file, const struct fix_options *options) {
    bool found = false;
    for (size_t i = 0; options->errors && i < options->errors->count && !found; i++) {
        const char *path = options->errors->items[i].file;
        char *real = realpath(path, NULL);
        found = strcmp(real ? real : path, file->path) == 0;
        free(real);
    }
    return found;
}

/* Whoever may do everything may not write a file that is meant to be left alone. */
static const char *refusal_of(const struct fix_file *file, const struct fix_options *options) {
    if (!S_ISREG(file->stat.st_mode))
        return "it is not a regular file";
    if (!is_below(file->path, options->root))
        return "it lies outside the project";
    if (is_system(file->path, options->root))
        return "it lies in a system folder";
    if (!(file->stat.st_mode & 0222))
        return "it is read-only";
    if (has_error(file, options))
        return "it does not parse";
    if (is_later(file->stat.st_mtim, options->since) ||
        is_later(file->stat.st_ctim, options->since))
        return "it has changed since it was read; check it again";
    return NULL;
}

static void read_file(struct fix_file *file, const struct fix_options *options) {
    char *error = NULL;
    const char *why = NULL;
    if (stat(file->path, &file->stat) != 0)
        why = strerror(errno);
    else
        why = refusal_of(file, options);
    if (!why && !(file->old = file_read(file->path, 0, &file->old_size, &error)))
        why = "it cannot be read";
    free(error);
    if (why)
        file->refusal = mem_format("%s is not fixed: %s", file->path, why);
    if (why && options->say)
        options->say(file->refusal, options->data);
}

/* The plan's file of that path, which may be one of several links to it. */
static struct fix_file *file_of(struct fix_plan *plan, const char *path,
                                const struct fix_options *options) {
    char *real = realpath(path, NULL);
    if (!real)
        real = mem_text(path);
    for (size_t i = 0; i < plan->file_count; i++)
        if (strcmp(plan->files[i].path, real) == 0) {
            free(real);
            return &plan->files[i];
        }
    plan->files = mem_resize(plan->files, plan->file_count + 1, sizeof *plan->files);
    struct fix_file *file = &plan->files[plan->file_count++];
    *file = (struct fix_file){.path = real};
    read_file(file, options);
    return file;
}

bool fix_file_is_same(const struct fix_file *file) {
    struct stat now;
    return stat(file->path, &now) == 0 && now.st_ino == file->stat.st_ino &&
           now.st_dev == file->stat.st_dev && now.st_size == file->stat.st_size &&
           !is_later(now.st_ctim, file->stat.st_ctim);
}

/* ---- edits ------------------------------------------------------------------------------- */

/* The offset of a place; SIZE_MAX if the text has no such place. What would be the line behind a
   last one without an end is the text's end. */
static size_t offset_of(const struct fix_file *file, uint32_t line, uint32_t col) {
    size_t at = 0;
    for (uint32_t i = 1; i < line; i++) {
        const char *end = memchr(file->old + at, '\n', file->old_size - at);
        if (!end)
            return i + 1 == line && col == 1 ? file->old_size : SIZE_MAX;
        at = (size_t)(end - file->old) + 1;
    }
    const char *end = memchr(file->old + at, '\n', file->old_size - at);
    size_t length = (end ? (size_t)(end - file->old) : file->old_size) - at;
    return col >= 1 && col - 1 <= length ? at + col - 1 : SIZE_MAX;
}

/* Whether the line at hand, or the one before if it has no end, ends as on other systems. */
static bool has_carriage_return(const struct fix_file *file, size_t at) {
    const char *end = memchr(file->old + at, '\n', file->old_size - at);
    if (!end)
        end = memrchr(file->old, '\n', at);
    return end && end > file->old && end[-1] == '\r';
}

/* The text with the line ends of the place it is for. */
static char *fitting_text(const struct fix_file *file, size_t at, const char *text) {
    if (!has_carriage_return(file, at))
        return mem_text(text);
    char *fitting = mem_zero(2 * strlen(text) + 1, 1), *to = fitting;
    for (; *text; text++) {
        if (*text == '\n' && (to == fitting || to[-1] != '\r'))
            *to++ = '\r';
        *to++ = *text;
    }
    return fitting;
}

/* Touching counts: what stands between two edits is what each was made for. */
static bool touches(const struct fix_file *file, size_t start, size_t end) {
    for (size_t i = 0; i < file->edit_count; i++)
        if (start <= file->edits[i].end && file->edits[i].start <= end)
            return true;
    return false;
}

static bool has_edit(const struct fix_file *file, size_t start, size_t end, const char *text) {
    for (size_t i = 0; i < file->edit_count; i++)
        if (file->edits[i].start == start && file->edits[i].end == end &&
            strcmp(file->edits[i].text, text) == 0)
            return true;
    return false;
}

static void add_edit(struct fix_file *file, size_t start, size_t end, char *text) {
    size_t at = file->edit_count++;
    file->edits = mem_resize(file->edits, file->edit_count, sizeof *file->edits);
    for (; at > 0 && file->edits[at - 1].start > start; at--)
        file->edits[at] = file->edits[at - 1];
    file->edits[at] = (struct fix_edit){start, end, text};
}

enum outcome { FREE, TAKEN, MADE };

/* Whether the edit can be made, cannot, or is one that was made for another finding. */
static enum outcome try_edit(struct fix_plan *plan, const struct diag_edit *edit,
                             const struct fix_options *options, bool make) {
    const struct diag_range *range = &edit->range;
    struct fix_file *file = file_of(plan, range->file, options);
    if (file->refusal)
        return TAKEN;
    size_t start = offset_of(file, range->line, range->col);
    size_t end = offset_of(file, range->end_line, range->end_col);
    if (start == SIZE_MAX || end == SIZE_MAX || end < start)
        return TAKEN;
    char *text = fitting_text(file, start, edit->text);
    enum outcome outcome = has_edit(file, start, end, text) ? MADE
                           : touches(file, start, end)      ? TAKEN
                                                            : FREE;
    if (make && outcome == FREE)
        add_edit(file, start, end, text);
    else
        free(text);
    return outcome;
}

/* Made whole, or not at all. */
static bool try_fix(struct fix_plan *plan, const struct diag_fix *fix,
                    const struct fix_options *options) {
    size_t made = 0;
    for (size_t i = 0; i < fix->edit_count; i++) {
        enum outcome outcome = try_edit(plan, &fix->edits[i], options, false);
        if (outcome == TAKEN)
            return false;
        made += outcome == MADE;
    }
    if (made == fix->edit_count)
        return true;
    if (made)
        return false;
    for (size_t i = 0; i < fix->edit_count; i++)
        try_edit(plan, &fix->edits[i], options, true);
    return true;
}

/* ---- the plan ---------------------------------------------------------------------------- */

static void make_text(struct fix_file *file) {
    size_t size = file->old_size + 1, at = 0, from = 0;
    for (size_t i = 0; i < file->edit_count; i++)
        size += strlen(file->edits[i].text);
    file->text = mem_resize(NULL, size, 1);
    for (size_t i = 0; i < file->edit_count; i++) {
        const struct fix_edit *edit = &file->edits[i];
        memcpy(file->text + at, file->old + from, edit->start - from);
        at += edit->start - from;
        memcpy(file->text + at, edit->text, strlen(edit->text));
        at += strlen(edit->text);
        from = edit->end;
    }
    memcpy(file->text + at, file->old + from, file->old_size - from);
    file->size = at + file->old_size - from;
}

void fix_plan_make(struct fix_plan *plan, const struct diag_list *diags,
                   const struct fix_options *options) {
    *plan = (struct fix_plan){0};
    for (size_t i = 0; i < diags->count; i++) {
        const struct diag_fix *fix = &diags->items[i].fix;
        if (!fix->title)
            continue;
        if (!fix->safe && !options->unsafe)
            plan->unsafe++;
        else
            plan->fixes += try_fix(plan, fix, options);
    }
    for (size_t i = 0; i < plan->file_count; i++)
        if (!plan->files[i].refusal)
            make_text(&plan->files[i]);
}

void fix_plan_free(struct fix_plan *plan) {
    for (size_t i = 0; i < plan->file_count; i++) {
        struct fix_file *file = &plan->files[i];
        for (size_t k = 0; k < file->edit_count; k++)
            free(file->edits[k].text);
        free(file->edits);
        free(file->path);
        free(file->refusal);
        free(file->old);
        free(file->text);
    }
    free(plan->files);
    *plan = (struct fix_plan){0};
}
