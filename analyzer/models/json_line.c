#include "models/json_line.h"

#include <stdbool.h>
#include <string.h>

/* A reader that skips; the text was parsed before, so it need not understand errors, only end. */
struct scanner {
    const char *at, *end;
};

static void skip_space(struct scanner *s) {
    while (s->at < s->end && strchr(" \t\r\n", *s->at))
        s->at++;
}

static bool next_is(struct scanner *s, char c) {
    skip_space(s);
    return s->at < s->end && *s->at == c;
}

/* Steps over `c` and reports whether it was there. */
static bool accept(struct scanner *s, char c) {
    bool there = next_is(s, c);
    if (there)
        s->at++;
    return there;
}

/* Steps over a string and says which text stood between the quotes, escapes unread. */
static void skip_string(struct scanner *s, const char **text, size_t *length) {
    accept(s, '"');
    *text = s->at;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    *length = (size_t)(s->at - *text);
    accept(s, '"');
}

/* Steps over a whole value by counting brackets. */
static void skip_value(struct scanner *s) {
    const char *text;
    size_t length;
    unsigned long depth = 0;
    skip_space(s);
    while (s->at < s->end) {
        char c = *s->at;
        if (depth == 0 && strchr(",]}", c))
            return;
        if (c == '"') {
            skip_string(s, &text, &length);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']')
            depth--;
        s->at++;
    }
}

/* Moves to the member called `key`; *found is where the key stands. */
static bool enter_member(struct scanner *s, const char *key, const char **found) {
    if (!accept(s, '{'))
        return false;
    while (next_is(s, '"')) {
        const char *start = s->at, *name;
        size_t length;
        skip_string(s, &name, &length);
        if (!accept(s, ':'))
            return false;
        if (length == strlen(key) && memcmp(name, key, length) == 0) {
            skip_space(s);
            *found = start;
            return true;
        }
        skip_value(s);
        if (!accept(s, ','))
            return false;
    }
    return false;
}

static bool enter_element(struct scanner *s, size_t index, const char **found) {
    if (!accept(s, '['))
        return false;
    for (; index > 0; index--) {
        skip_value(s);
        if (!accept(s, ','))
            return false;
    }
    skip_space(s);
    *found = s->at;
    return true;
}

size_t json_line(const char *text, size_t length, const struct json_step *steps, size_t count) {
    struct scanner s = {text, text + length};
    skip_space(&s);
    const char *found = s.at;
    for (size_t i = 0; i < count; i++)
        if (!(steps[i].key ? enter_member(&s, steps[i].key, &found)
                           : enter_element(&s, steps[i].index, &found)))
            break;
    size_t line = 1;
    for (const char *at = text; at < found; at++)
        line += *at == '\n';
    return line;
}
