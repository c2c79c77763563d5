#include "rules.h"

#include <string.h>

#include "embedded.h"

#define RULE(identifier, name) extern const struct rule rule_##identifier;
#include "rules.def"
#undef RULE

static const struct rule *const table[] = {
#define RULE(identifier, name) &rule_##identifier,
#include "rules.def"
#undef RULE
};

const struct rule *const *rules_all(size_t *count) {
    *count = sizeof table / sizeof *table;
    return table;
}

const struct rule *rules_find(const char *name) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    return NULL;
}

const char *rules_document(const struct rule *rule) {
    size_t length = strlen(rule->name);
    for (const struct embedded_file *file = embedded_documents; file->name; file++)
        if (strncmp(file->name, rule->name, length) == 0 && strcmp(file->name + length, ".md") == 0)
            return file->begin;
    return "";
}
