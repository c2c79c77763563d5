/*
 * Reading a model: the place in the file where the reader is, and sentences about that place.
 */
#ifndef AGLET_MODEL_READER_H
#define AGLET_MODEL_READER_H

#include <jansson.h>

#include "models/json_line.h"
#include "models/model_draft.h"

#define READER_DEPTH 8

struct model_reader {
    const char *path, *text;
    size_t length;
    json_t *constants; /* borrowed; NULL if the model has none */
    struct json_step steps[READER_DEPTH];
    size_t depth;
    char **error;
};

/** Enters the member `key` / the element `index` of the value being read, and leaves it. */
void reader_enter(struct model_reader *reader, const char *key);
void reader_enter_index(struct model_reader *reader, size_t index);
void reader_leave(struct model_reader *reader);

/** "path:line: functions.read.blocks: what is wrong" into *reader->error. Always -1. */
int reader_fail(struct model_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** As reader_fail, for a sentence in memory, which is freed. */
int reader_fail_with(struct model_reader *reader, char *why);

/** Fails unless every key of `object` is among `known`. `what` names the object in the sentence. */
int reader_check_keys(struct model_reader *reader, const json_t *object, const char *what,
                      const char *const *known, size_t count);

/** What a value is, for sentences: "an object", "text" … */
const char *reader_type_of(const json_t *value);

/** Whether the text is the name of a C function or, with `field`, RECORD.FIELD. */
bool reader_is_name(const char *name, bool field);

/** Reads the value of role `kind` (true, an object, an array of objects) and appends to *roles. */
int reader_roles(struct model_reader *reader, enum role_kind kind, const json_t *value,
                 struct role **roles, size_t *count);

#endif
