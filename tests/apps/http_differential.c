/*
 * The applications' HTTP parser beside Debian's http-parser, on a corpus and on random mutations of
 * it. What ours accepts, the other must accept and understand in the same way, to the end of each
 * message; what ours refuses, the other must refuse too, unless the reason is one of those where
 * ours is strict on purpose. Ours runs as the applications run it: on a stream.
 *
 *     http_differential [ROUNDS]      mutations of each text of the corpus; default 400
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <http_parser.h>

#include "http.h"
#include "http_corpus.h"

enum { MESSAGES = 8, TEXT = 4096, ROUNDS = 400 };

/* What a parser understood, as text: one line an element. */
struct message {
    char text[2 * TEXT];
    size_t length;
    bool keep_alive, complete;
};

struct reading {
    struct message messages[MESSAGES];
    size_t count;
    bool upgraded;       /* the rest is in another protocol */
    int error;           /* why it stopped; 0 at the end of the text */
    const char *problem; /* in words; ours only */
};

static void note(struct message *message, const char *label, const char *data, size_t length) {
    while (length && (data[length - 1] == ' ' || data[length - 1] == '\t'))
        length--;
    int count = snprintf(message->text + message->length, sizeof message->text - message->length,
                         "%s=%.*s\n", label, (int)length, data);
    message->length += (size_t)count;
}

/* ---- Debian's ---- */

struct theirs {
    struct reading *reading;
    struct message *message;
    char target[TEXT], name[TEXT], value[TEXT], body[TEXT];
    size_t target_length, name_length, value_length, body_length;
    bool in_value, in_trailer;
};

static void append(char *buffer, size_t *length, const char *data, size_t count) {
    memcpy(buffer + *length, data, count);
    *length += count;
}

static int their_begin(http_parser *parser) {
    struct theirs *theirs = parser->data;
    struct reading *reading = theirs->reading;
    if (reading->count == MESSAGES)
        return 1;
    memset(theirs, 0, sizeof *theirs);
    theirs->reading = reading;
    theirs->message = &reading->messages[reading->count];
    return 0;
}

static int their_target(http_parser *parser, const char *data, size_t length) {
    struct theirs *theirs = parser->data;
    append(theirs->target, &theirs->target_length, data, length);
    return 0;
}

static void flush_header(struct theirs *theirs) {
    if (theirs->name_length && !theirs->in_trailer) {
        note(theirs->message, "name", theirs->name, theirs->name_length);
        note(theirs->message, "value", theirs->value, theirs->value_length);
    }
    theirs->name_length = theirs->value_length = 0;
    theirs->in_value = false;
}

static int their_name(http_parser *parser, const char *data, size_t length) {
    struct theirs *theirs = parser->data;
    if (theirs->in_value)
        flush_header(theirs);
    append(theirs->name, &theirs->name_length, data, length);
    return 0;
}

static int their_value(http_parser *parser, const char *data, size_t length) {
    struct theirs *theirs = parser->data;
    theirs->in_value = true;
    append(theirs->value, &theirs->value_length, data, length);
    return 0;
}

/* The path alone, as ours keeps it of a whole URL. */
static void note_target(struct theirs *theirs) {
    static const char scheme[] = "http://";
    const char *at = theirs->target, *end = at + theirs->target_length;
    if (theirs->target_length >= sizeof scheme && *at != '/' && *at != '*') {
        at = memchr(at + sizeof scheme - 1, '/', theirs->target_length - sizeof scheme + 1);
        if (!at)
            at = end;
    }
    note(theirs->message, "target", at == end ? "/" : at, at == end ? 1 : (size_t)(end - at));
}

static int their_head(http_parser *parser) {
    struct theirs *theirs = parser->data;
    flush_header(theirs);
    char line[64];
    if (parser->type == HTTP_REQUEST) {
        const char *method = http_method_str((enum http_method)parser->method);
        note(theirs->message, "method", method, strlen(method));
        note_target(theirs);
    } else {
        snprintf(line, sizeof line, "%u", parser->status_code);
        note(theirs->message, "status", line, strlen(line));
    }
    snprintf(line, sizeof line, "%u", parser->http_minor);
    note(theirs->message, "minor", line, strlen(line));
    theirs->in_trailer = true;
    unsigned int status = parser->status_code;
    /* 1: there is no body. Of 204 and 1xx http-parser knows it only where no length is given. */
    return parser->type == HTTP_RESPONSE && (status < 200 || status == 204 || status == 304);
}

static int their_body(http_parser *parser, const char *data, size_t length) {
    struct theirs *theirs = parser->data;
    append(theirs->body, &theirs->body_length, data, length);
    return 0;
}

static int their_end(http_parser *parser) {
    struct theirs *theirs = parser->data;
    note(theirs->message, "body", theirs->body, theirs->body_length);
    theirs->message->keep_alive = http_should_keep_alive(parser);
    theirs->message->complete = true;
    theirs->reading->count++;
    return 0;
}

static void read_theirs(bool requests, const char *text, size_t length, struct reading *reading) {
    static const http_parser_settings settings = {.on_message_begin = their_begin,
                                                  .on_url = their_target,
                                                  .on_header_field = their_name,
                                                  .on_header_value = their_value,
                                                  .on_headers_complete = their_head,
                                                  .on_body = their_body,
                                                  .on_message_complete = their_end};
    static struct theirs theirs;
    theirs = (struct theirs){.reading = reading};
    http_parser parser;
    http_parser_init(&parser, requests ? HTTP_REQUEST : HTTP_RESPONSE);
    parser.data = &theirs;
    size_t count = http_parser_execute(&parser, &settings, text, length);
    if (count == length && !parser.upgrade)
        http_parser_execute(&parser, &settings, text, 0);
    reading->upgraded = parser.upgrade;
    reading->error = (int)HTTP_PARSER_ERRNO(&parser);
}

/* ---- ours ---- */

/* The order of the elements is the one in which http-parser tells them. */
static void note_head(struct message *message, bool request, const struct http_head *head) {
    for (size_t i = 0; i < head->header_count; i++) {
        note(message, "name", head->headers[i].name.data, head->headers[i].name.length);
        note(message, "value", head->headers[i].value.data, head->headers[i].value.length);
    }
    char line[64];
    if (request) {
        note(message, "method", head->method.data, head->method.length);
        note(message, "target", head->target.data, head->target.length);
    } else {
        snprintf(line, sizeof line, "%d", head->status);
        note(message, "status", line, strlen(line));
    }
    snprintf(line, sizeof line, "%d", head->minor);
    note(message, "minor", line, strlen(line));
    message->keep_alive = head->keep_alive;
}

static AGLET_COROUTINE int read_one(aglet_stream *stream, bool requests, struct reading *reading) {
    static char text[TEXT], body[TEXT];
    static struct http_head head;
    struct message *message = &reading->messages[reading->count];
    ssize_t length = http_read_head(stream, text, sizeof text, NULL, NULL);
    if (length < 0)
        return (int)length;
    int rc = requests ? http_parse_request(text, (size_t)length, &head)
                      : http_parse_response(text, (size_t)length, false, &head);
    reading->problem = head.problem;
    if (rc < 0)
        return rc;
    note_head(message, requests, &head);
    length = http_read_body(stream, &head, body, sizeof body);
    if (length < 0) {
        reading->problem = "in the body";
        return (int)length;
    }
    note(message, "body", body, (size_t)length);
    message->complete = true;
    reading->count++;
    return 0;
}

static AGLET_COROUTINE int read_ours(bool requests, const char *text, size_t length,
                                     struct reading *reading) {
    AGLET_AUTO(aglet_stream) near = NULL;
    AGLET_AUTO(aglet_stream) far = NULL;
    int rc = aglet_stream_pair(&near, &far);
    if (rc == 0)
        rc = aglet_stream_write(near, text, length);
    if (rc == 0)
        rc = aglet_stream_shutdown(near);
    if (rc < 0)
        return rc;
    do
        reading->error = read_one(far, requests, reading);
    while (reading->error == 0 && reading->count < MESSAGES);
    return 0;
}

/* ---- both ---- */

/* Where ours refuses what http-parser lets pass. */
static const char *const strict[] = {
    "a folded line",
    "a value with a character that it may not have", /* the first one is not looked at */
    "a header's name does not end with a colon",     /* Debian's build allows spaces in it */
    "a length which is no sensible number",
    "a target which is neither a path nor a URL",
    "a target with a character that it may not have",
    "a target of OPTIONS only",
    "a URL without a good host",
    "a version which is not 1.x",
    "a transfer coding which is not chunked",
    "a transfer coding in HTTP/1.0",
    "two transfer codings",
    "text after the version",
    "text after the status",
    "no status",
    "a status which is no number", /* one digit is enough for http-parser */
    "no version of HTTP",          /* Debian's build looks at the first letter only */
    "in the body", /* Debian's build does not look at the end of a chunk, nor at trailers */
    "no host",
    "two hosts",
};

/* A CR or LF alone, which http-parser takes for the end of a line. */
static bool has_half_line_end(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            return true;
        if (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'))
            return true;
    }
    return false;
}

static bool strict_on_purpose(const struct reading *ours, const char *text, size_t length) {
    if (has_half_line_end(text, length))
        return true;
    for (size_t i = 0; ours->problem && i < sizeof strict / sizeof *strict; i++)
        if (strcmp(strict[i], ours->problem) == 0)
            return true;
    return false;
}

/* Methods that http-parser does not know, and CONNECT, whose target is none of ours. */
static bool foreign_method(const struct message *message) {
    static const char label[] = "method=";
    const char *name = strstr(message->text, label);
    if (!name)
        return false;
    name += sizeof label - 1;
    size_t length = strcspn(name, "\n");
    for (int i = 0; i <= HTTP_SOURCE; i++) {
        const char *known = http_method_str((enum http_method)i);
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return i == HTTP_CONNECT;
    }
    return true;
}

/* http-parser looks for the value of Transfer-Encoding in headers whose names only begin so. */
static bool longer_transfer_encoding(const struct message *message) {
    static const char label[] = "name=transfer-encoding";
    for (const char *at = message->text; (at = strcasestr(at, label)); at += sizeof label - 1)
        if (at[sizeof label - 1] != '\n')
            return true;
    return false;
}

/* http-parser takes a tab for a part of the coding's name. */
static bool tab_at_coding(const struct message *message, bool tabs) {
    return tabs && strcasestr(message->text, "name=transfer-encoding\n");
}

/* Both words at once, a list that begins with an empty item, and a header that http-parser takes
 * for Connection: there the two do not have to agree. */
static bool unclear_connection(const struct message *message, bool tabs) {
    const char *text = message->text;
    return tabs || strcasestr(text, "proxy-") || strstr(text, "value=,") ||
           (strcasestr(text, "close") && strcasestr(text, "keep-alive"));
}

static const char *compare(const struct reading *ours, const struct reading *theirs,
                           const char *text, size_t length) {
    bool tabs = memchr(text, '\t', length); /* white space (RFC 9110, 5.6.3), not for http-parser */
    for (size_t i = 0; i < ours->count; i++) {
        const struct message *mine = &ours->messages[i], *other = &theirs->messages[i];
        if (foreign_method(mine) || longer_transfer_encoding(mine) || tab_at_coding(mine, tabs) ||
            (i && !ours->messages[i - 1].keep_alive))
            return NULL;
        if (!other->complete &&
            (theirs->upgraded || (tabs && theirs->error == HPE_INVALID_CONTENT_LENGTH)))
            return NULL;
        if (!other->complete)
            return "only ours accepts a message";
        if (strcmp(mine->text, other->text) != 0)
            return "a message is understood in two ways";
        if (mine->keep_alive != other->keep_alive && !unclear_connection(mine, tabs))
            return "the connection is kept by one only";
        if (theirs->upgraded && i + 1 == theirs->count)
            return NULL;
    }
    if (ours->count && !ours->messages[ours->count - 1].keep_alive)
        return NULL;
    if (theirs->count > ours->count && !strict_on_purpose(ours, text, length))
        return "only http-parser accepts a message";
    return NULL;
}

struct totals {
    size_t texts, messages, refused;
};

static AGLET_COROUTINE int check(bool requests, const char *text, size_t length,
                                 struct totals *totals) {
    static struct reading ours, theirs;
    memset(&ours, 0, sizeof ours);
    memset(&theirs, 0, sizeof theirs);
    read_theirs(requests, text, length, &theirs);
    int rc = read_ours(requests, text, length, &ours);
    if (rc < 0)
        return rc;
    const char *difference = compare(&ours, &theirs, text, length);
    totals->texts++;
    totals->messages += ours.count;
    totals->refused += ours.error == -EBADMSG;
    if (!difference)
        return 0;
    printf("%s\n--- the text\n%.*s\n--- ours: %zu, %s, %s\n%s--- theirs: %zu, %s\n%s", difference,
           (int)length, text, ours.count, strerror(-ours.error), ours.problem ? ours.problem : "",
           ours.messages[ours.count ? ours.count - 1 : 0].text, theirs.count,
           http_errno_name((enum http_errno)theirs.error),
           theirs.messages[theirs.count ? theirs.count - 1 : 0].text);
    return -EPROTO;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Changes the text in one place: a byte, a piece taken out or doubled, a word put in. */
static size_t mutate(char *text, size_t length, size_t size, uint64_t *state) {
    size_t at = next_random(state) % length, span = 1 + next_random(state) % 12;
    if (span > length - at)
        span = length - at;
    const char *word = http_words[next_random(state) % HTTP_WORDS];
    size_t word_length = strlen(word);
    switch (next_random(state) % 4) {
    case 0:
        text[at] = (char)next_random(state);
        return length;
    case 1:
        memmove(text + at, text + at + span, length - at - span);
        return length > span ? length - span : length;
    case 2:
        if (length + span > size)
            return length;
        memmove(text + at + span, text + at, length - at);
        return length + span;
    default:
        if (length + word_length > size)
            return length;
        memmove(text + at + word_length, text + at, length - at);
        memcpy(text + at, word, word_length);
        return length + word_length;
    }
}

static AGLET_COROUTINE int check_mutations(const struct http_sample *sample, unsigned long rounds,
                                           uint64_t *state, struct totals *totals) {
    int rc = check(sample->request, sample->text, strlen(sample->text), totals);
    for (unsigned long i = 0; i < rounds && rc == 0; i++) {
        char text[TEXT / 2];
        size_t length = strlen(sample->text);
        memcpy(text, sample->text, length);
        for (uint64_t changes = 1 + next_random(state) % 3; changes > 0; changes--)
            length = mutate(text, length, sizeof text, state);
        rc = check(sample->request, text, length, totals);
    }
    return rc;
}

static AGLET_COROUTINE int run(void *arg) {
    uint64_t state = 88172645463325252u;
    struct totals totals = {0};
    const struct http_sample *bad = NULL;
    int rc = 0;
    for (size_t i = 0; i < HTTP_SAMPLES && rc == 0; i++) {
        const struct http_sample *sample = &http_samples[i];
        size_t before = totals.messages;
        rc = check(sample->request, sample->text, strlen(sample->text), &totals);
        if (rc == 0 && totals.messages - before != sample->messages)
            bad = sample;
        if (rc == 0)
            rc = check_mutations(sample, *(unsigned long *)arg, &state, &totals);
    }
    if (bad)
        printf("other than %zu messages in:\n%s\n", bad->messages, bad->text);
    printf("%zu texts, %zu messages alike, %zu texts refused\n", totals.texts, totals.messages,
           totals.refused);
    return bad && rc == 0 ? -EPROTO : rc;
}

int main(int argc, char **argv) {
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    return aglet_run(run, &rounds) < 0;
}
