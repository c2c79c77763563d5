/*
 * aglet-facts: compile commands in, facts out. The protocol is in frontend.h.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend.h"
#include "ir/io.h"

static int reply(const struct fe_result *result) {
    uint8_t *bytes = NULL;
    size_t length = 0;
    if (result->unit)
        ir_save(result->unit, &bytes, &length);
    json_t *dropped = json_array();
    for (size_t i = 0; i < result->dropped_count; i++)
        json_array_append_new(dropped, json_string(result->dropped[i]));
    json_t *head = json_pack("{s:I, s:o, s:s?}", "bytes", (json_int_t)length, "dropped", dropped,
                             "error", result->error);
    char *line = head ? json_dumps(head, JSON_COMPACT) : NULL;
    int failed = !line || printf("%s\n", line) < 0 ||
                 (length && fwrite(bytes, 1, length, stdout) != length) || fflush(stdout) != 0;
    free(line);
    json_decref(head);
    free(bytes);
    return failed;
}

static int answer(const char *line) {
    json_t *request = json_loads(line, 0, NULL);
    const char *directory, *file;
    json_t *words;
    struct fe_result result = {0};
    if (json_unpack(request, "{s:s, s:s, s:o}", "directory", &directory, "file", &file, "arguments",
                    &words) != 0 ||
        !json_is_array(words)) {
        result.error = strdup("the request to the front end could not be read");
    } else {
        size_t count = json_array_size(words);
        const char **arguments = calloc(count + 1, sizeof *arguments);
        if (!arguments)
            abort();
        for (size_t i = 0; i < count; i++) {
            const char *word = json_string_value(json_array_get(words, i));
            arguments[i] = word ? word : "";
        }
        struct fe_command command = {directory, file, arguments, count};
        result = fe_lower(&command);
        free(arguments);
    }
    int failed = reply(&result);
    fe_result_free(&result);
    json_decref(request);
    return failed;
}

/* Answers until there are no more requests. */
static void *serve(void *failed_out) {
    int *failed = failed_out;
    char *line = NULL;
    size_t capacity = 0;
    while (!*failed && getline(&line, &capacity, stdin) > 0)
        *failed = answer(line);
    free(line);
    return NULL;
}

/* Code made by programs nests deeply: chains of else if, of case labels, of operators. What parses
   and walks it calls itself, so it has a large stack; memory is taken only for the part in use. */
int main(void) {
    enum { STACK = 512 << 20 };
    setenv("LIBCLANG_NOTHREADS", "1", 1); /* else it parses on a thread with a small stack */
    /* a crash is to end this process: after one, the facts of the next files would be a guess */
    setenv("LIBCLANG_DISABLE_CRASH_RECOVERY", "1", 1);
    int failed = 0;
    pthread_t thread;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, STACK) != 0 ||
        pthread_create(&thread, &attributes, serve, &failed) != 0)
        serve(&failed); /* with the stack there is */
    else
        pthread_join(thread, NULL);
    return failed ? 2 : 0;
}
