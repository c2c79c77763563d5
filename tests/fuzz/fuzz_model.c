/*
 * Model files and annotations. The first byte chooses: 'a' and the rest is an annotation's text,
 * anything else and the whole is a model file. Whatever is read must look like what the headers
 * promise; whatever is refused must come with a sentence.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/models.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth) {
    if (!truth)
        abort();
}

static void check_role(const struct role *role) {
    const int named[] = {role->arg, role->entry, role->data, role->owner, role->sql, role->handle};
    require(role->kind < ROLE_COUNT && role->unless_count <= ROLE_MAX_UNLESS);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        require(named[i] >= ROLE_ARG_NONE && named[i] < 64);
    for (unsigned i = 0; i < role->unless_count; i++)
        require(role->unless[i].arg >= 0 && role->unless[i].arg < 64);
}

static void check_function(const struct model_function *function, void *data) {
    require(model_find(data, function->name) == function && function->library);
    for (size_t i = 0; i < function->role_count; i++)
        check_role(&function->roles[i]);
}

static void check_refusal(char *error) {
    require(error && *error);
    free(error);
}

static void annotation(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *error = NULL;
    struct role role;
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (role_parse(text, &role, &error) == 0) {
        check_role(&role);
        role_clear(&role);
    } else {
        check_refusal(error);
    }
    free(text);
}

static void model(const uint8_t *data, size_t size) {
    struct model_set *set = model_set_new();
    char *error = NULL;
    if (model_set_add_text(set, "fuzz.json", (const char *)data, size, &error) < 0)
        check_refusal(error);
    model_each(set, check_function, set);
    model_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 0 && data[0] == 'a')
        annotation(data + 1, size - 1);
    else
        model(data, size);
    return 0;
}
