#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "flow/memory.h"
#include "models/suggest.h"

static const struct cli_command *const commands[] = {&cli_check,   &cli_facts, &cli_link,
                                                     &cli_ninja,   &cli_init,  &cli_rules,
                                                     &cli_explain, &cli_model, &cli_hook};
enum { COMMANDS = sizeof commands / sizeof *commands };

int cli_fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("aglet: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_TROUBLE;
}

int cli_fail_with(char *sentence) {
    int status = cli_fail("%s", sentence);
    free(sentence);
    return status;
}

int cli_finish(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return cli_fail("the output could not be written: %s", strerror(errno));
}

int cli_number(const char *option, const char *text, size_t least, size_t most, size_t *number) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || *end || end == text || value < (long)least || value > (long)most)
        return cli_fail("%s takes a whole number from %zu to %zu, not '%s'", option, least, most,
                        text);
    *number = (size_t)value;
    return 0;
}

int cli_split(int argc, char **argv, char ***rest, int *rest_count) {
    *rest = NULL;
    *rest_count = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            *rest = argv + i + 1;
            *rest_count = argc - i - 1;
            return i;
        }
    return argc;
}

static void complain(const char *command, const char *word, const struct option *longs) {
    const char *names[32];
    size_t count = 0;
    char name[128];
    snprintf(name, sizeof name, "%s", word + strspn(word, "-"));
    name[strcspn(name, "=")] = 0;
    for (; longs->name && count < sizeof names / sizeof *names; longs++)
        names[count++] = longs->name;
    const char *near = suggest_word(name, names, count);
    if (near)
        cli_fail("unknown option '%s'; did you mean '--%s'?", word, near);
    else if (access(word, F_OK) == 0)
        cli_fail("unknown option '%s'; the file of that name is './%s'", word, word);
    else
        cli_fail("unknown option '%s'; 'aglet help %s' lists what there is", word, command);
}

int cli_option(int argc, char **argv, const char *shorts, const struct option *longs) {
    opterr = 0;
    int at = optind ? optind : 1;
    int option = getopt_long(argc, argv, shorts, longs, NULL);
    if (option == ':') {
        cli_fail("option '%s' needs a value", argv[optind - 1]);
        return '?';
    }
    if (option == '?') {
        const char *word = argv[optind - 1][0] == '-' ? argv[optind - 1] : argv[at];
        complain(argv[0], word, longs);
    }
    return option;
}

static const struct cli_command *find_command(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_option(const char *name) {
    static const char *const names[] = {"--help", "--version"};
    char *ending = suggest_ending(name, names, sizeof names / sizeof *names);
    int status = cli_fail("unknown option '%s'%s", name,
                          *ending ? ending : "; 'aglet --help' lists what there is");
    free(ending);
    return status;
}

static int unknown_command(const char *name) {
    if (name[0] == '-')
        return unknown_option(name);
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    char *ending = suggest_ending(name, names, COMMANDS);
    int status = cli_fail("unknown command '%s'%s", name,
                          *ending ? ending : "; 'aglet --help' lists what there is");
    free(ending);
    return status;
}

static int usage(FILE *out) {
    fputs(
        "usage: aglet COMMAND [OPTIONS] [FILES]\n"
        "\n"
        "Finds the loose ends of asynchronous C: tasks nobody waits for, blocking calls where an\n"
        "event loop should turn, resources that leak, writes that a cancellation tears.\n"
        "\n"
        "Commands:\n",
        out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("  help      says more about a command: aglet help check\n"
          "\n"
          "Options:\n"
          "  --help     this text\n"
          "  --version  the version\n"
          "\n"
          "Exit status: 0 nothing found, 1 findings, 2 could not do what was asked.\n",
          out);
    return cli_finish(EXIT_CLEAN);
}

static int help(const char *name) {
    const struct cli_command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    fputs(command->help, stdout);
    return cli_finish(EXIT_CLEAN);
}

/* Each function's analysis takes memory and gives it back; to have the system take part in that is
   a third of the time that a link takes. */
static void keep_memory(void) {
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
}

int main(int argc, char **argv) {
    keep_memory();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is told of as a full disk is */
    if (argc < 2) {
        usage(stderr);
        return EXIT_TROUBLE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        (strcmp(name, "help") == 0 && argc == 2))
        return usage(stdout);
    if (strcmp(name, "help") == 0)
        return help(argv[2]);
    if (strcmp(name, "--version") == 0) {
        printf("aglet %s\n", AGLET_VERSION);
        return cli_finish(EXIT_CLEAN);
    }
    const struct cli_command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return help(name);
    return command->run(argc - 1, argv + 1);
}
