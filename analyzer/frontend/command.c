#include "frontend/command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/lower.h"

static void append(char ***list, size_t *count, const char *text) {
    *list = lower_resize(*list, *count + 1, sizeof **list);
    (*list)[*count] = strdup(text);
    if (!(*list)[*count])
        abort();
    (*count)++;
}

void command_free(struct clang_command *clang) {
    for (size_t i = 0; i < clang->count; i++)
        free(clang->arguments[i]);
    free(clang->arguments);
    clang->arguments = NULL;
    clang->count = 0;
}

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *text, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(text, list) is_one_of(text, list, sizeof(list) / sizeof *(list))

/* Outputs and steps of the compiler that do not matter for what the code says. */
static bool is_output(const char *flag, bool *takes_next) {
    static const char *const with_value[] = {"-o",        "-MF",      "-MT",       "-MQ",     "-MJ",
                                             "-dumpbase", "-dumpdir", "-aux-info", "--output"};
    static const char *const alone[] = {"-c",  "-S",  "-E",    "-M",          "-MM", "-MD",  "-MMD",
                                        "-MP", "-MG", "-pipe", "-save-temps", "-v",  "-time"};
    *takes_next = IS_ONE_OF(flag, with_value);
    return *takes_next || IS_ONE_OF(flag, alone) || starts_with(flag, "-o") ||
           starts_with(flag, "-MF") || starts_with(flag, "-MT") || starts_with(flag, "-MQ");
}

/* Warnings are not ours to give. */
static bool is_warning(const char *flag) {
    return (starts_with(flag, "-W") && !starts_with(flag, "-Wp,")) || strcmp(flag, "-w") == 0 ||
           starts_with(flag, "-pedantic");
}

/* What gcc has and clang rejects or does not know. */
static bool is_foreign(const char *flag) {
    static const char *const prefixes[] = {"-fplugin",
                                           "-fno-tree-",
                                           "-ftree-",
                                           "-fdump-",
                                           "-mabi=",
                                           "-fno-ipa",
                                           "-fipa",
                                           "-fconserve-stack",
                                           "-fno-allow-store",
                                           "-falign-",
                                           "-fno-var-tracking",
                                           "-fvar-tracking",
                                           "-mpreferred-stack",
                                           "-mindirect-br",
                                           "-mfunction-return",
                                           "-mskip-rax",
                                           "-fno-code-hoist",
                                           "-fno-gcse",
                                           "-fgcse",
                                           "-fno-reorder",
                                           "-fmax-",
                                           "-fmin-function",
                                           "-fpatchable",
                                           "-fcondition-wise",
                                           "-fanalyzer",
                                           "-fopenacc",
                                           "-fno-analyzer",
                                           "-flto-partition",
                                           "-fuse-linker",
                                           "-fno-dse",
                                           "-fhardened",
                                           "-mrecord-mcount",
                                           "-fno-partial-inlining",
                                           "-fsched",
                                           "-fno-sched",
                                           "-fmodulo",
                                           "-frandom-seed",
                                           "--param",
                                           "-specs=",
                                           "-fzero-call-used",
                                           "-ftrivial-auto-var-init",
                                           "-fstrict-flex",
                                           "-fcf-protection",
                                           "-fstack-clash",
                                           "-fsanitize",
                                           "-fprofile",
                                           "-ftest-coverage",
                                           "--coverage",
                                           "-flto",
                                           "-fno-lto",
                                           "-fsplit-stack",
                                           "-fcallgraph-info",
                                           "-fstack-usage"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (starts_with(flag, prefixes[i]))
            return true;
    return false;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_launcher(const char *word) {
    static const char *const names[] = {"ccache", "sccache", "distcc", "icecc", "gomacc", "env"};
    return IS_ONE_OF(base_name(word), names);
}

static bool is_c_source(const char *file) {
    const char *dot = strrchr(base_name(file), '.');
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".i") == 0);
}

/* A response file: words separated by white space, quotes and backslashes as in the shell. */
static bool read_response(const char *path, char ***words, size_t *count) {
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char word[8192];
    size_t length = 0;
    int quote = 0;
    bool open = false;
    for (int c = getc(file);; c = getc(file)) {
        if (c == EOF || (!quote && isspace(c))) {
            word[length] = 0;
            if (open)
                append(words, count, word);
            length = 0;
            open = false;
            if (c == EOF)
                break;
            continue;
        }
        open = true;
        if (c == quote) {
            quote = 0;
            continue;
        }
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        }
        if (c == '\\' && quote != '\'')
            c = getc(file);
        if (c != EOF && length + 1 < sizeof word)
            word[length++] = (char)c;
    }
    fclose(file);
    return true;
}

struct translation {
    struct clang_command *out;
    bool skip_next, explicit_c, only_files;
};

/* Behind "--" all words are files; clang takes those that begin with a dash for options all the
   same. */
static void translate_file(struct translation *t, const char *file) {
    char *path = NULL;
    if (asprintf(&path, "%s%s", *file == '-' ? "./" : "", file) < 0)
        abort();
    append(&t->out->arguments, &t->out->count, path);
    free(path);
}

static void translate_flag(struct translation *t, const char *flag, const char *next) {
    bool takes_next = false;
    if (t->skip_next) {
        t->skip_next = false;
        return;
    }
    if (t->only_files) {
        translate_file(t, flag);
        return;
    }
    if (strcmp(flag, "--") == 0) {
        t->only_files = true;
        return;
    }
    if (is_output(flag, &takes_next)) {
        t->skip_next = takes_next;
        return;
    }
    if (strcmp(flag, "-x") == 0 && next) {
        t->explicit_c = strcmp(next, "c") == 0;
    }
    if (is_warning(flag))
        return;
    if (starts_with(flag, "-fopenmp")) {
        /* libclang hides the bodies of parallel regions; without their directives they are C */
        if (!starts_with(flag, "-fopenmp-"))
            append(&t->out->arguments, &t->out->count, "-D_OPENMP=202011");
        return;
    }
    if (is_foreign(flag)) {
        append(&t->out->dropped, &t->out->dropped_count, flag);
        t->skip_next = strcmp(flag, "--param") == 0;
        return;
    }
    append(&t->out->arguments, &t->out->count, flag);
}

char *command_translate(const struct fe_command *command, struct clang_command *clang) {
    *clang = (struct clang_command){0};
    char **words = NULL, *error = NULL;
    size_t count = 0, first = 0;
    for (size_t i = 0; i < command->argument_count; i++)
        if (command->arguments[i][0] != '@' ||
            !read_response(command->arguments[i] + 1, &words, &count))
            append(&words, &count, command->arguments[i]);
    while (first + 1 < count && (is_launcher(words[first]) || strchr(words[first], '=')))
        first++;
    struct translation t = {.out = clang};
    append(&clang->arguments, &clang->count, "clang");
    append(&clang->arguments, &clang->count, "-resource-dir=" AGLET_RESOURCE_DIR);
    append(&clang->arguments, &clang->count, "-w");
    for (size_t i = first + 1; i < count; i++)
        translate_flag(&t, words[i], i + 1 < count ? words[i + 1] : NULL);
    if (!is_c_source(command->file) && !t.explicit_c) {
        if (asprintf(&error, "%s: this is not a C source file: aglet analyses C only",
                     command->file) < 0)
            abort();
        command_free(clang);
    }
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
    return error;
}
