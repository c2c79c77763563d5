/*
 * aglet hook: a git pre-commit hook that checks the staged C files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "flow/memory.h"

static const char signature[] = "# installed by 'aglet hook install'";

/* Names are passed with zeros between them, and never begin with a dash. */
static const char script[] =
    "#!/bin/sh\n"
    "# installed by 'aglet hook install'\n"
    "# Checks the C files of this commit as they stand in the working tree.\n"
    "staged() {\n"
    "    git diff --cached --name-only -z --line-prefix=./ --diff-filter=ACMR -- '*.c'\n"
    "}\n"
    "staged | xargs -0 -r git --literal-pathspecs -c core.quotePath=false diff --name-only -- |\n"
    "    sed 's/.*/aglet: &: checked with its changes that are not staged/' >&2\n"
    "staged | xargs -0 -r aglet check\n";

/* The hooks' folder as git knows it; NULL outside of a repository. */
static char *hooks_folder(void) {
    FILE *git = popen("git rev-parse --git-path hooks 2>/dev/null", "r");
    char path[PATH_MAX];
    if (!git)
        return NULL;
    char *line = fgets(path, sizeof path, git);
    if (pclose(git) != 0 || !line)
        return NULL;
    path[strcspn(path, "\n")] = 0;
    return mem_text(path);
}

static bool is_ours(const char *path) {
    char text[4096] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = 0;
    fclose(file);
    return strstr(text, signature) != NULL;
}

static int write_hook(const char *path) {
    char *temporary = mem_format("%s.XXXXXX", path);
    int fd = mkstemp(temporary), status = EXIT_CLEAN;
    ssize_t length = (ssize_t)strlen(script);
    if (fd < 0 || write(fd, script, (size_t)length) != length || fchmod(fd, 0755) != 0 ||
        rename(temporary, path) != 0) {
        status = cli_fail("%s: cannot be written: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(temporary);
    }
    if (fd >= 0)
        close(fd);
    free(temporary);
    return status;
}

static int install(bool force) {
    char *folder = hooks_folder();
    if (!folder)
        return cli_fail("this is not a git repository: run it inside of one");
    char *path = mem_format("%s/pre-commit", folder);
    int status;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        status = cli_fail("%s: %s", folder, strerror(errno));
    else if (access(path, F_OK) == 0 && !is_ours(path) && !force)
        status = cli_fail("%s: there is a hook of somebody else's: add 'aglet check' to it, or "
                          "replace it with --force",
                          path);
    else
        status = write_hook(path);
    if (status == EXIT_CLEAN)
        printf("installed %s\n", path);
    free(path);
    free(folder);
    return cli_finish(status);
}

static int run_hook(int argc, char **argv) {
    static const struct option longs[] = {{"force", no_argument, NULL, 'F'}, {NULL, 0, NULL, 0}};
    bool force = false;
    for (int option; (option = cli_option(argc, argv, ":", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        force = true;
    }
    if (argc - optind != 1 || strcmp(argv[optind], "install") != 0)
        return cli_fail("the one thing to do with the hook is 'aglet hook install'");
    return install(force);
}

const struct cli_command cli_hook = {
    .name = "hook",
    .summary = "installs a git hook that checks what is committed",
    .help = "usage: aglet hook install [--force]\n"
            "\n"
            "Installs a pre-commit hook in the git repository at hand: a commit with findings in\n"
            "its C files, or with one that has no compile command, is refused\n"
            "('git commit --no-verify' commits all the same).\n"
            "\n"
            "Options:\n"
            "      --force  replaces a hook that is not aglet's\n"
            "\n"
            "Example: aglet hook install\n",
    .run = run_hook,
};
