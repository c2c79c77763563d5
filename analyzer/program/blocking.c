#include "program/blocking.h"

#include <stddef.h>
#include <string.h>

bool blocking_is_feared(const char *kind) {
    return !kind || (strcmp(kind, "lock") != 0 && strcmp(kind, "cpu") != 0);
}

const char *blocking_words(const char *kind) {
    static const struct {
        const char *kind, *words;
    } table[] = {{"sleep", "sleeps"},
                 {"io", "waits for a file"},
                 {"net", "waits for the network"},
                 {"dns", "waits for a name server"},
                 {"process", "waits for a process"},
                 {"wait", "waits"},
                 {"db", "waits for a database"}};
    for (size_t i = 0; kind && i < sizeof table / sizeof *table; i++)
        if (strcmp(kind, table[i].kind) == 0)
            return table[i].words;
    return "blocks the thread";
}
