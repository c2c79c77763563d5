/*
 * Configurations, and lists of words. What is read names rules that there are, and what it says of
 * functions is a model; what is refused comes with a sentence.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "project/config.h"
#include "project/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const rules[] = {"missing-cleanup", "manual-loop"};

static void require(bool truth) {
    if (!truth)
        abort();
}

static bool is_rule(const char *name) {
    return strcmp(name, rules[0]) == 0 || strcmp(name, rules[1]) == 0 || strcmp(name, "all") == 0;
}

static void check_rules(const struct config_list *list) {
    for (size_t i = 0; i < list->count; i++)
        require(is_rule(list->items[i]));
}

static void check(const struct config *config) {
    char *error = NULL;
    check_rules(&config->select);
    check_rules(&config->ignore);
    for (size_t i = 0; i < config->exception_count; i++)
        check_rules(&config->exceptions[i].ignore);
    for (size_t i = 0; i < config->severity_count; i++)
        require(is_rule(config->severities[i].rule));
    for (size_t i = 0; i < config->models.count; i++)
        require(config->models.items[i][0] == '/');
    struct model_set *models = model_set_new();
    if (config_add_models(config, models, &error) !=
        0) /* a model that is not there, a name of none */
        require(error && *error);
    free(error);
    model_set_free(models);
    struct diag_list diags;
    diag_list_init(&diags);
    diag_add(&diags,
             &(struct diag){.rule = rules[0], .message = "", .range = {"/a/b.c", 1, 1, 1, 2}});
    config_apply(config, &diags);
    require(diags.count <= 1);
    diag_list_free(&diags);
}

static void check_words(const uint8_t *data, size_t size) {
    char *text = calloc(size + 1, 1), **words = NULL;
    size_t count = 0;
    require(text != NULL);
    memcpy(text, data, size);
    words_split(text, &words, &count);
    for (size_t i = 0; i < count; i++)
        require(strlen(words[i]) <= size);
    words_free(words, count);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int fd = memfd_create(CONFIG_NAME, MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    char path[64], *error = NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct config config;
    if (config_read(&config, path, rules, 2, &error) == 0)
        check(&config);
    else
        require(error && *error);
    free(error);
    config_free(&config);
    close(fd);
    check_words(data, size);
    return 0;
}
