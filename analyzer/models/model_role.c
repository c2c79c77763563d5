/* Roles as a model file writes them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "models/model_reader.h"
#include "models/role_value.h"
#include "models/sentence.h"
#include "models/suggest.h"

/* A number, or the name of one from the model's "constants". */
static int read_number(struct model_reader *reader, const json_t *value, int64_t *number) {
    if (json_is_integer(value)) {
        *number = json_integer_value(value);
        return 0;
    }
    if (!json_is_string(value))
        return reader_fail(reader, "must be a number or the name of one, not %s",
                           reader_type_of(value));
    const char *name = json_string_value(value);
    const json_t *constant = json_object_get(reader->constants, name);
    if (constant) {
        *number = json_integer_value(constant);
        return 0;
    }
    size_t count = 0;
    const char **names = mem_zero(json_object_size(reader->constants) + 1, sizeof *names);
    for (void *at = json_object_iter(reader->constants); at;
         at = json_object_iter_next(reader->constants, at))
        names[count++] = json_object_iter_key(at);
    char *ending = suggest_ending(name, names, count), *why;
    sentence(&why, "'%s' is not among the model's \"constants\"%s", name, ending);
    free(names);
    free(ending);
    return reader_fail_with(reader, why);
}

static int read_arg(struct model_reader *reader, const json_t *value, int *arg) {
    char text[32], *why;
    if (!json_is_integer(value))
        return reader_fail(reader, "must be an argument's number, not %s", reader_type_of(value));
    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return role_arg_of(text, arg, &why) < 0 ? reader_fail_with(reader, why) : 0;
}

/* "is": "null" and the like: the tests that need no number. */
static int read_is(struct model_reader *reader, const json_t *value, enum role_test *test) {
    const char *word = json_is_string(value) ? json_string_value(value) : NULL;
    bool takes_value = true;
    char *why = NULL;
    if (word && role_test_of(word, test, &takes_value, &why) < 0)
        free(why);
    if (takes_value)
        return reader_fail(reader, "must be one of: \"null\", \"nonnull\", \"nonblocking\"");
    return 0;
}

static int read_test(struct model_reader *reader, const char *key, const json_t *value,
                     struct role_unless *unless) {
    bool takes_value;
    char *why;
    if (strcmp(key, "arg") == 0)
        return read_arg(reader, value, &unless->arg);
    if (strcmp(key, "is") == 0)
        return read_is(reader, value, &unless->test);
    if (role_test_of(key, &unless->test, &takes_value, &why) < 0)
        return reader_fail_with(reader, why);
    return read_number(reader, value, &unless->value);
}

static int read_exception(struct model_reader *reader, const json_t *value, struct role *role) {
    static const char *const known[] = {"arg", "is", "equals", "differs", "has-flag", "lacks-flag"};
    if (!json_is_object(value))
        return reader_fail(reader, "must be an object such as {\"arg\": 1, \"is\": \"null\"}");
    if (reader_check_keys(reader, value, "an exception", known, sizeof known / sizeof *known) < 0)
        return -1;
    if (!json_object_get(value, "arg") || json_object_size(value) != 2)
        return reader_fail(reader, "needs \"arg\" and one of \"is\", \"equals\", \"differs\", "
                                   "\"has-flag\", \"lacks-flag\"");
    struct role_unless unless = {0};
    for (void *at = json_object_iter((json_t *)value); at;
         at = json_object_iter_next((json_t *)value, at)) {
        reader_enter(reader, json_object_iter_key(at));
        if (read_test(reader, json_object_iter_key(at), json_object_iter_value(at), &unless) < 0)
            return -1;
        reader_leave(reader);
    }
    char *why;
    return role_add_unless(role, unless, &why) < 0 ? reader_fail_with(reader, why) : 0;
}

static int read_unless(struct model_reader *reader, const json_t *value, struct role *role) {
    if (!json_is_array(value))
        return reader_fail(reader, "must be an array of objects, not %s", reader_type_of(value));
    for (size_t i = 0; i < json_array_size(value); i++) {
        reader_enter_index(reader, i);
        if (read_exception(reader, json_array_get(value, i), role) < 0)
            return -1;
        reader_leave(reader);
    }
    return 0;
}

/* One KEY: VALUE of a role; the text of a value is that of an annotation. */
static int read_key(struct model_reader *reader, struct role *role, unsigned key,
                    const json_t *value) {
    const unsigned numbers = KEY_ARG | KEY_ENTRY | KEY_DATA | KEY_OWNER | KEY_SQL;
    char text[32], *why;
    int64_t number;
    if (key == KEY_UNLESS)
        return read_unless(reader, value, role);
    const char *word = json_string_value(value);
    if (key & numbers) {
        if (!json_is_integer(value))
            return reader_fail(reader, "must be an argument's number, not %s",
                               reader_type_of(value));
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        word = text;
    } else if (key == KEY_VALUE) {
        if (read_number(reader, value, &number) < 0)
            return -1;
        snprintf(text, sizeof text, "%" PRId64, number);
        word = text;
    } else if (!word) {
        return reader_fail(reader, "must be text, not %s", reader_type_of(value));
    }
    return role_set(role, key, word, &why) < 0 ? reader_fail_with(reader, why) : 0;
}

static int read_role(struct model_reader *reader, const json_t *value, struct role *role) {
    unsigned given = 0;
    char *why;
    for (void *at = json_object_iter((json_t *)value); at;
         at = json_object_iter_next((json_t *)value, at)) {
        const char *name = json_object_iter_key(at);
        reader_enter(reader, name);
        unsigned key = role_key_of(role->kind, name, &why);
        if (!key)
            return reader_fail_with(reader, why);
        if (read_key(reader, role, key, json_object_iter_value(at)) < 0)
            return -1;
        reader_leave(reader);
        given |= key;
    }
    return role_check(role, given, &why) < 0 ? reader_fail_with(reader, why) : 0;
}

/* Appends a role, which the list owns even when reading it fails half-way. */
static int append_role(struct model_reader *reader, enum role_kind kind, const json_t *value,
                       struct role **roles, size_t *count) {
    if (!json_is_object(value) && !json_is_true(value))
        return reader_fail(reader, "must be true, an object or an array of objects, not %s",
                           reader_type_of(value));
    *roles = mem_resize(*roles, *count + 1, sizeof **roles);
    struct role *role = &(*roles)[(*count)++];
    role_init(role, kind);
    return read_role(reader, value, role);
}

int reader_roles(struct model_reader *reader, enum role_kind kind, const json_t *value,
                 struct role **roles, size_t *count) {
    if (!json_is_array(value))
        return append_role(reader, kind, value, roles, count);
    if (json_array_size(value) == 0)
        return reader_fail(reader, "is an empty array: leave the role out instead");
    for (size_t i = 0; i < json_array_size(value); i++) {
        reader_enter_index(reader, i);
        if (append_role(reader, kind, json_array_get(value, i), roles, count) < 0)
            return -1;
        reader_leave(reader);
    }
    return 0;
}
