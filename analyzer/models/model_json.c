/* A model file: its frame, its kinds and its functions. */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "models/model_reader.h"
#include "models/role_value.h"
#include "models/sentence.h"
#include "models/suggest.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

void model_draft_clear(struct model_draft *draft) {
    for (size_t i = 0; i < draft->function_count; i++) {
        struct model_function *function = &draft->functions[i];
        for (size_t j = 0; j < function->role_count; j++)
            role_clear((struct role *)&function->roles[j]);
        free((struct role *)function->roles);
        free((char *)function->name);
    }
    for (size_t i = 0; i < draft->kind_count; i++) {
        free((char *)draft->kinds[i].name);
        free((char *)draft->kinds[i].noun);
        free((char *)draft->kinds[i].release);
        free((char *)draft->kinds[i].begin);
        free((char *)draft->kinds[i].type);
        free((char *)draft->kinds[i].detach);
        free((char *)draft->kinds[i].await);
        free((char *)draft->kinds[i].queue);
        free((char *)draft->kinds[i].header);
    }
    for (size_t i = 0; i < draft->library.header_count; i++)
        free((char *)draft->library.headers[i]);
    free(draft->functions);
    free(draft->kinds);
    free((char **)draft->library.headers);
    free((char *)draft->library.name);
    *draft = (struct model_draft){0};
}

/* The member `key` if it is an object; NULL if it is absent or, with *failed set, something else.
 */
static json_t *section(struct model_reader *reader, const json_t *root, const char *key,
                       bool *failed) {
    json_t *value = json_object_get(root, key);
    if (!value || json_is_object(value))
        return value;
    reader_enter(reader, key);
    reader_fail(reader, "must be an object, not %s", reader_type_of(value));
    *failed = true;
    return NULL;
}

static int read_constants(struct model_reader *reader) {
    reader_enter(reader, "constants");
    for (void *at = json_object_iter(reader->constants); at;
         at = json_object_iter_next(reader->constants, at)) {
        const json_t *value = json_object_iter_value(at);
        reader_enter(reader, json_object_iter_key(at));
        if (!json_is_integer(value))
            return reader_fail(reader, "must be a number, not %s", reader_type_of(value));
        reader_leave(reader);
    }
    reader_leave(reader);
    return 0;
}

/* ---- kinds ------------------------------------------------------------------------------- */

static int read_kind_flag(struct model_reader *reader, const json_t *kind, const char *key,
                          bool *flag) {
    const json_t *value = json_object_get(kind, key);
    *flag = value != NULL;
    if (!value || json_is_true(value))
        return 0;
    reader_enter(reader, key);
    return reader_fail(reader, "must be true, or left out");
}

static int read_kind(struct model_reader *reader, const char *name, const json_t *value,
                     struct model_kind *kind) {
    static const char *const known[] = {"noun",    "release",    "begin",  "type",
                                        "detach",  "await",      "header", "queue",
                                        "counted", "idempotent", "raw",    "scope"};
    const char **texts[] = {&kind->noun,   &kind->release, &kind->begin,  &kind->type,
                            &kind->detach, &kind->await,   &kind->header, &kind->queue};
    kind->name = mem_text(name);
    if (!json_is_object(value))
        return reader_fail(reader, "must be an object, not %s", reader_type_of(value));
    if (reader_check_keys(reader, value, "a kind", known, COUNT(known)) < 0)
        return -1;
    for (size_t i = 0; i < COUNT(texts); i++) {
        const json_t *text = json_object_get(value, known[i]);
        if (!text)
            continue;
        reader_enter(reader, known[i]);
        if (!json_is_string(text))
            return reader_fail(reader, "must be text, not %s", reader_type_of(text));
        reader_leave(reader);
        *texts[i] = mem_text(json_string_value(text));
    }
    if (read_kind_flag(reader, value, "counted", &kind->counted) < 0)
        return -1;
    if (read_kind_flag(reader, value, "idempotent", &kind->idempotent) < 0)
        return -1;
    if (read_kind_flag(reader, value, "scope", &kind->scope) < 0)
        return -1;
    return read_kind_flag(reader, value, "raw", &kind->raw);
}

static int read_kinds(struct model_reader *reader, json_t *kinds, struct model_draft *draft) {
    reader_enter(reader, "kinds");
    draft->kinds = mem_zero(json_object_size(kinds) + 1, sizeof *draft->kinds);
    for (void *at = json_object_iter(kinds); at; at = json_object_iter_next(kinds, at)) {
        const char *name = json_object_iter_key(at);
        reader_enter(reader, name);
        if (read_kind(reader, name, json_object_iter_value(at),
                      &draft->kinds[draft->kind_count++]) < 0)
            return -1;
        reader_leave(reader);
    }
    reader_leave(reader);
    return 0;
}

/* ---- functions --------------------------------------------------------------------------- */

static int read_parameters(struct model_reader *reader, const json_t *entry,
                           struct model_function *function) {
    static const char *const switches[] = {"variadic", "partial"};
    for (size_t i = 0; i < COUNT(switches); i++) {
        const json_t *on = json_object_get(entry, switches[i]);
        reader_enter(reader, switches[i]);
        if (on && !json_is_boolean(on))
            return reader_fail(reader, "must be true or false, not %s", reader_type_of(on));
        reader_leave(reader);
    }
    function->partial = json_is_true(json_object_get(entry, "partial"));
    const json_t *value = json_object_get(entry, "parameters");
    if (!value)
        return 0;
    json_int_t count = json_integer_value(value);
    if (json_is_integer(value) && count >= 0 && count <= ROLE_LAST_ARG) {
        function->parameters = (int)count;
        return 0;
    }
    reader_enter(reader, "parameters");
    return reader_fail(reader, "must be the number of parameters, 0 to %d", ROLE_LAST_ARG);
}

static int unknown_key(struct model_reader *reader, const char *key) {
    const char *known[ROLE_COUNT + 5] = {"parameters", "variadic", "same-as", "about", "partial"};
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        known[i + 5] = role_name((enum role_kind)i);
    char *ending = suggest_ending(key, known, COUNT(known)), *why;
    sentence(&why, "there is no role '%s'%s", key, ending);
    free(ending);
    return reader_fail_with(reader, why);
}

/* Whether the roles after the first `from` name only arguments that the function has. Those of a
 * "..." follow the parameters. */
static int check_args(struct model_reader *reader, const json_t *entry,
                      const struct model_function *function, size_t from) {
    if (json_is_true(json_object_get(entry, "variadic")))
        return 0;
    for (size_t i = from; i < function->role_count; i++) {
        int last = role_last_arg(&function->roles[i]);
        if (function->parameters >= 0 && last >= function->parameters)
            return reader_fail(reader, "names argument %d, but the function has %d", last + 1,
                               function->parameters);
    }
    return 0;
}

static int read_function(struct model_reader *reader, const json_t *entry,
                         struct model_function *function) {
    struct role *roles = NULL;
    if (read_parameters(reader, entry, function) < 0)
        return -1;
    for (void *at = json_object_iter((json_t *)entry); at;
         at = json_object_iter_next((json_t *)entry, at)) {
        const char *key = json_object_iter_key(at);
        char *why;
        if (strcmp(key, "parameters") == 0 || strcmp(key, "variadic") == 0 ||
            strcmp(key, "about") == 0 || strcmp(key, "partial") == 0)
            continue;
        reader_enter(reader, key);
        enum role_kind kind = role_find(key, &why);
        if (kind == ROLE_COUNT) {
            free(why);
            return unknown_key(reader, key);
        }
        size_t from = function->role_count;
        int failed =
            reader_roles(reader, kind, json_object_iter_value(at), &roles, &function->role_count);
        function->roles = roles;
        if (failed || check_args(reader, entry, function, from) < 0)
            return -1;
        reader_leave(reader);
    }
    return 0;
}

/* {"same-as": NAME}: the roles of another function of this file. */
static int copy_function(struct model_reader *reader, const json_t *entry,
                         const struct model_draft *draft, struct model_function *function) {
    static const char *const known[] = {"same-as", "parameters", "variadic", "about", "partial"};
    if (reader_check_keys(reader, entry, "an entry with \"same-as\"", known, COUNT(known)) < 0 ||
        read_parameters(reader, entry, function) < 0)
        return -1;
    const char *name = json_string_value(json_object_get(entry, "same-as"));
    const struct model_function *source = NULL;
    for (size_t i = 0; name && i < draft->function_count && !source; i++)
        if (strcmp(draft->functions[i].name, name) == 0)
            source = &draft->functions[i];
    reader_enter(reader, "same-as");
    if (!source)
        return reader_fail(reader, "must name a function which this file describes with roles");
    struct role *roles = mem_zero(source->role_count + 1, sizeof *roles);
    for (size_t i = 0; i < source->role_count; i++)
        role_copy(&roles[i], &source->roles[i]);
    function->roles = roles;
    function->role_count = source->role_count;
    if (function->parameters < 0)
        function->parameters = source->parameters;
    if (check_args(reader, entry, function, 0) < 0)
        return -1;
    reader_leave(reader);
    return 0;
}

static int read_entries(struct model_reader *reader, json_t *entries, struct model_draft *draft,
                        bool fields, bool copies) {
    for (void *at = json_object_iter(entries); at; at = json_object_iter_next(entries, at)) {
        const char *name = json_object_iter_key(at);
        const json_t *entry = json_object_iter_value(at);
        if ((json_object_get(entry, "same-as") != NULL) != copies)
            continue;
        reader_enter(reader, name);
        if (!reader_is_name(name, fields))
            return reader_fail(reader, fields ? "is not the name of a field, RECORD.FIELD"
                                              : "is not the name of a C function");
        if (!json_is_object(entry))
            return reader_fail(reader, "must be an object, not %s", reader_type_of(entry));
        /* Counted only when it is complete, lest it be found as the source of a copy. */
        struct model_function *function = &draft->functions[draft->function_count];
        *function =
            (struct model_function){mem_text(name), draft->library.name, -1, false, NULL, 0};
        int failed = copies ? copy_function(reader, entry, draft, function)
                            : read_function(reader, entry, function);
        draft->function_count++;
        if (failed)
            return -1;
        reader_leave(reader);
    }
    return 0;
}

/* Entries with roles first, so that "same-as" may name one that stands further down. */
static int read_section(struct model_reader *reader, const char *name, json_t *entries,
                        struct model_draft *draft, bool fields) {
    reader_enter(reader, name);
    if (read_entries(reader, entries, draft, fields, false) < 0 ||
        read_entries(reader, entries, draft, fields, true) < 0)
        return -1;
    reader_leave(reader);
    return 0;
}

/* ---- the file ---------------------------------------------------------------------------- */

static int read_headers(struct model_reader *reader, const json_t *headers,
                        struct model_library *library) {
    if (!headers)
        return 0;
    reader_enter(reader, "headers");
    if (!json_is_array(headers))
        return reader_fail(reader, "must be an array of header names, not %s",
                           reader_type_of(headers));
    const char **names = mem_zero(json_array_size(headers) + 1, sizeof *names);
    library->headers = names;
    for (size_t i = 0; i < json_array_size(headers); i++) {
        const json_t *header = json_array_get(headers, i);
        reader_enter_index(reader, i);
        if (!json_is_string(header))
            return reader_fail(reader, "must be text, not %s", reader_type_of(header));
        names[library->header_count++] = mem_text(json_string_value(header));
        reader_leave(reader);
    }
    reader_leave(reader);
    return 0;
}

static int read_frame(struct model_reader *reader, const json_t *root, struct model_draft *draft) {
    static const char *const known[] = {"$schema", "model",     "name",  "about",     "package",
                                        "headers", "constants", "kinds", "functions", "fields"};
    if (!json_is_object(root))
        return reader_fail(reader, "a model must be an object, not %s", reader_type_of(root));
    if (reader_check_keys(reader, root, "a model", known, COUNT(known)) < 0)
        return -1;
    const json_t *version = json_object_get(root, "model");
    if (!version)
        return reader_fail(reader, "a model needs \"model\": 1, the version of the format");
    if (json_integer_value(version) != 1) {
        reader_enter(reader, "model");
        return reader_fail(reader, "the only version of the format is 1");
    }
    const char *name = json_string_value(json_object_get(root, "name"));
    if (!name || !*name)
        return reader_fail(reader, "a model needs \"name\", the library's name");
    draft->library.name = mem_text(name);
    return read_headers(reader, json_object_get(root, "headers"), &draft->library);
}

static int read_model(struct model_reader *reader, const json_t *root, struct model_draft *draft) {
    bool failed = false;
    if (read_frame(reader, root, draft) < 0)
        return -1;
    reader->constants = section(reader, root, "constants", &failed);
    json_t *kinds = failed ? NULL : section(reader, root, "kinds", &failed);
    json_t *functions = failed ? NULL : section(reader, root, "functions", &failed);
    json_t *fields = failed ? NULL : section(reader, root, "fields", &failed);
    if (failed || read_constants(reader) < 0 || read_kinds(reader, kinds, draft) < 0)
        return -1;
    draft->functions = mem_zero(json_object_size(functions) + json_object_size(fields) + 1,
                                sizeof *draft->functions);
    return read_section(reader, "functions", functions, draft, false) < 0 ||
                   read_section(reader, "fields", fields, draft, true) < 0
               ? -1
               : 0;
}

int model_read(const char *path, const char *text, size_t length, struct model_draft *draft,
               char **error) {
    json_error_t syntax;
    struct model_reader reader = {.path = path, .text = text, .length = length, .error = error};
    *draft = (struct model_draft){0};
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &syntax);
    if (!root)
        return sentence(error, "%s:%d: not JSON: %s", path, syntax.line > 0 ? syntax.line : 1,
                        syntax.text);
    int result = read_model(&reader, root, draft);
    json_decref(root);
    if (result < 0)
        model_draft_clear(draft);
    return result;
}
