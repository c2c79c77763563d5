/*
 * The command line: one file a subcommand.
 */
#ifndef AGLET_CLI_H
#define AGLET_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

/** Exit status of every subcommand. */
enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2 };

struct cli_command {
    const char *name;
    const char *summary;               /* one line, for `aglet --help` */
    const char *help;                  /* the whole text of `aglet help NAME` */
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand */
};

extern const struct cli_command cli_check, cli_facts, cli_link, cli_ninja, cli_init, cli_rules,
    cli_explain, cli_model, cli_hook;

/** Prints "aglet: " and the sentence on stderr; returns EXIT_TROUBLE. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** As cli_fail with a sentence that is freed. */
int cli_fail_with(char *sentence);

/** getopt_long with the project's messages: an unknown option says which was meant. Returns what
 *  getopt_long returns, '?' after having said what is wrong. `--help` is handled by main. */
int cli_option(int argc, char **argv, const char *shorts, const struct option *longs);

/** Reads an option's number from least to most. Returns 0, or EXIT_TROUBLE after having said what
 *  the option takes. */
int cli_number(const char *option, const char *text, size_t least, size_t most, size_t *number);

/** What --timeout is without it, and its most: seconds for the parsing of one file. */
enum { CLI_TIMEOUT = 300, CLI_MOST_TIMEOUT = 86400 };

/** Splits argv at "--"; returns the count before it and sets what follows. */
int cli_split(int argc, char **argv, char ***rest, int *rest_count);

/** Flushes stdout; EXIT_TROUBLE with a sentence when it could not be written. */
int cli_finish(int status);

#endif
