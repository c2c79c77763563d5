/*
 * Which functions are constructors: those that say so, and those whose name and shape do.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

static bool ends_with(const char *name, const char *suffix) {
    size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static const struct ir_type *pointee(const struct ir_unit *unit, ir_id type) {
    const struct ir_type *t = &unit->types.data[type];
    return t->kind == IR_TYPE_POINTER && t->elem != IR_NONE ? &unit->types.data[t->elem] : NULL;
}

/* x_has_zero_init asks whether something is. */
static bool asks(const char *name) {
    static const char *const words[] = {"has", "is", "can", "should", "needs", "want", "wants"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        for (const char *at = name; (at = strstr(at, words[i])); at++)
            if ((at == name || at[-1] == '_') && at[length] == '_')
                return true;
    }
    return false;
}

/* The letters and digits of a name, in lower case, of which the first `length` bytes count. */
static char *plain(const char *name, size_t length) {
    char *letters = mem_zero(length + 1, 1);
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        if (isalnum((unsigned char)name[i]))
            letters[count++] = (char)tolower((unsigned char)name[i]);
    return letters;
}

/* Is x_init, which is given a record, about that record? Otherwise it is given what it works for,
   as the start of a machine, a plugin, a program. */
static bool is_named_after(const char *function, const char *record) {
    static const char keyword[] = "struct ";
    if (strncmp(record, keyword, sizeof keyword - 1) == 0)
        record += sizeof keyword - 1;
    char *stem = plain(function, strlen(function) - strlen("_init"));
    char *made = plain(record, strlen(record));
    bool related = *made && (strstr(stem, made) || strstr(made, stem));
    free(stem);
    free(made);
    return related;
}

/* x_new and x_create return a pointer to a record, x_init takes an x first. */
static bool looks_like_constructor(const struct function *function) {
    const struct ir_unit *unit = function->unit;
    const struct ir_function *fn = &unit->functions.data[function->id];
    const struct ir_type *type = &unit->types.data[fn->type];
    if (ends_with(function->name, "_new") || ends_with(function->name, "_create")) {
        const struct ir_type *made = type->elem == IR_NONE ? NULL : pointee(unit, type->elem);
        return made && (made->kind == IR_TYPE_RECORD || made->kind == IR_TYPE_OTHER);
    }
    if (!ends_with(function->name, "_init") || asks(function->name) || fn->param_count == 0 ||
        !function->defined)
        return false;
    const struct ir_type *made = pointee(unit, ir_local_at(unit, fn, 0)->type);
    return made && made->kind == IR_TYPE_RECORD && made->name != IR_NONE &&
           is_named_after(function->name, ir_text(unit, made->name));
}

static bool has_name(const struct program *program, const struct function *function) {
    const struct prog_settings *settings = &program->settings;
    if (!settings->constructors)
        return looks_like_constructor(function);
    for (size_t i = 0; i < settings->constructor_count; i++)
        if (fnmatch(settings->constructors[i], function->name, 0) == 0)
            return true;
    return false;
}

/* A coroutine that makes something is a factory already: it is awaited. And a function whose roles
   tell that it waits or starts something does no more than it says. */
static bool is_constructor(const struct program *program, const struct function *function) {
    static const enum role_kind open_words[] = {ROLE_FACTORY, ROLE_COROUTINE, ROLE_BLOCKS,
                                                ROLE_SUSPENDS, ROLE_SPAWNS};
    if (prog_role(function->roles, function->role_count, ROLE_CONSTRUCTOR))
        return true;
    for (size_t i = 0; i < sizeof open_words / sizeof *open_words; i++)
        if (prog_role(function->roles, function->role_count, open_words[i]))
            return false;
    return has_name(program, function);
}

void prog_find_constructors(struct program *program) {
    for (size_t i = 0; i < program->function_count; i++)
        program->functions[i].constructor = is_constructor(program, &program->functions[i]);
}
