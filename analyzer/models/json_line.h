/*
 * Where a value stands in a JSON text, for messages about its meaning: the JSON library tells
 * positions of syntax errors only.
 */
#ifndef AGLET_JSON_LINE_H
#define AGLET_JSON_LINE_H

#include <stddef.h>

/** One step from a value to a value within it: an object's member, or (key NULL) an array's element
 *  that counts from 0. */
struct json_step {
    const char *key;
    size_t index;
};

/** The line (from 1) of the value that `steps` lead to in the well-formed JSON `text`: for an
 *  object's member the line of its key. A step that is not there ends the search: the line is then
 *  that of the value found so far. */
size_t json_line(const char *text, size_t length, const struct json_step *steps, size_t count);

#endif
