/*
 * aglet model: checks model files.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "models/models.h"

static void count_function(const struct model_function *function, void *data) {
    (void)function;
    ++*(size_t *)data;
}

static int check_model(const char *path) {
    struct model_set *set = model_set_new();
    char *error = NULL;
    int status = EXIT_CLEAN;
    size_t count = 0;
    if (model_set_add_file(set, path, &error) != 0) {
        status = cli_fail_with(error);
    } else {
        model_each(set, count_function, &count);
        printf("%s: %zu functions, no errors\n", path, count);
    }
    model_set_free(set);
    return status;
}

static int run_model(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], "check") != 0)
        return cli_fail("the one thing to do with models is 'aglet model check FILE'");
    if (argc < 3)
        return cli_fail("name the model files to check");
    int status = EXIT_CLEAN;
    for (int i = 2; i < argc; i++) {
        if (argv[i][0] == '-')
            return cli_fail("unknown option '%s'; 'aglet help model' lists what there is", argv[i]);
        int one = check_model(argv[i]);
        status = one > status ? one : status;
    }
    return cli_finish(status);
}

const struct cli_command cli_model = {
    .name = "model",
    .summary = "checks a model of a library's functions",
    .help = "usage: aglet model check FILES\n"
            "\n"
            "Reads model files (docs/models.md) and says what is wrong with file, line and key.\n"
            "\n"
            "Example: aglet model check mylib.json\n",
    .run = run_model,
};
