#include "models/model_reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "models/sentence.h"
#include "models/suggest.h"

void reader_enter(struct model_reader *reader, const char *key) {
    reader->steps[reader->depth++] = (struct json_step){.key = key};
}

void reader_enter_index(struct model_reader *reader, size_t index) {
    reader->steps[reader->depth++] = (struct json_step){.index = index};
}

void reader_leave(struct model_reader *reader) {
    reader->depth--;
}

/* "functions.read.blocks[2]"; elements count from 1, like all else in a model. */
static char *where(const struct model_reader *reader) {
    char *so_far = mem_text("");
    for (size_t i = 0; i < reader->depth; i++) {
        const struct json_step *step = &reader->steps[i];
        char *longer;
        if (step->key)
            sentence(&longer, "%s%s%s", so_far, i ? "." : "", step->key);
        else
            sentence(&longer, "%s[%zu]", so_far, step->index + 1);
        free(so_far);
        so_far = longer;
    }
    return so_far;
}

int reader_fail_with(struct model_reader *reader, char *why) {
    char *place = where(reader);
    size_t line = json_line(reader->text, reader->length, reader->steps, reader->depth);
    sentence(reader->error, "%s:%zu: %s%s%s", reader->path, line, place, *place ? ": " : "", why);
    free(place);
    free(why);
    return -1;
}

int reader_fail(struct model_reader *reader, const char *format, ...) {
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return reader_fail_with(reader, mem_text(buffer));
}

int reader_check_keys(struct model_reader *reader, const json_t *object, const char *what,
                      const char *const *known, size_t count) {
    for (void *at = json_object_iter((json_t *)object); at;
         at = json_object_iter_next((json_t *)object, at)) {
        const char *key = json_object_iter_key(at);
        size_t i = 0;
        while (i < count && strcmp(key, known[i]) != 0)
            i++;
        if (i < count)
            continue;
        char *ending = suggest_ending(key, known, count), *why;
        sentence(&why, "%s has no key '%s'%s", what, key, ending);
        free(ending);
        reader_enter(reader, key);
        return reader_fail_with(reader, why);
    }
    return 0;
}

const char *reader_type_of(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "text";
    case JSON_INTEGER:
        return "a number";
    case JSON_REAL:
        return "a fraction";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    default:
        return "null";
    }
}

static size_t identifier(const char *name) {
    size_t i = 0;
    while (isalpha((unsigned char)name[i]) || name[i] == '_' ||
           (i && isdigit((unsigned char)name[i])))
        i++;
    return i;
}

bool reader_is_name(const char *name, bool field) {
    size_t length = identifier(name);
    if (field) {
        if (length == 0 || name[length] != '.')
            return false;
        name += length + 1;
        length = identifier(name);
    }
    return length > 0 && !name[length];
}
