/*
 * From facts to a report: what every command shares that checks a program.
 */
#ifndef AGLET_CLI_ANALYSIS_H
#define AGLET_CLI_ANALYSIS_H

#include <getopt.h>

#include "cli/progress.h"
#include "ir/ir.h"
#include "program/program.h"
#include "project/config.h"
#include "report/suppress.h"
#include "report/writer.h"

/** What the command line says of rules and of the report. */
struct analysis_options {
    const char *format, *output, *color;
    char *select, *ignore; /* lists of rules, NULL when the option is not there */
    const char *config;    /* the configuration's file; NULL: the nearest .aglet.json */
    bool no_config, exit_zero, statistics;
};

/** The options' part of a table for getopt_long, and of its letters. */
#define ANALYSIS_LONG_OPTIONS                                                                      \
    {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},            \
        {"select", required_argument, NULL, 's'}, {"ignore", required_argument, NULL, 'i'},        \
        {"color", required_argument, NULL, 'c'}, {"exit-zero", no_argument, NULL, 'z'},            \
        {"config", required_argument, NULL, 'C'}, {"no-config", no_argument, NULL, 'N'},           \
        {"statistics", no_argument, NULL, 'S'}
#define ANALYSIS_SHORT_OPTIONS "f:o:"

/** The options' lines for a command's help. */
#define ANALYSIS_OPTIONS_HELP                                                                      \
    "  -f, --format FORMAT  text (as a compiler prints), json (docs/json.md) or github\n"          \
    "  -o, --output FILE    writes the report there, whole or not at all\n"                        \
    "      --select RULES   only these rules, separated by commas; 'all' is every rule\n"          \
    "      --ignore RULES   all but these; either may be given several times\n"                    \
    "      --color WHEN     auto, always or never\n"                                               \
    "      --config FILE    the project's configuration, if not the nearest .aglet.json\n"         \
    "      --no-config      does without one\n"                                                    \
    "      --exit-zero      exit status 0 in spite of findings\n"                                  \
    "      --statistics     says how much was analysed\n"

/** Everything a run holds, so that it can be freed from one place. Zeroed at first. */
struct analysis {
    struct analysis_options options;
    struct config config;
    const struct rule **rules;
    size_t rule_count;
    struct error_list errors;
    struct model_set *models;
    struct program *program;
    struct suppressions *suppressions;
    struct diag_list diags;
    char *root; /* the working directory, "" if it is not known; set by analysis_begin */
    size_t files;
    bool partial; /* files of the database were left out */
    struct progress progress;
};

/** Reads the configuration that the options name, or finds one; it is empty when there is none.
 *  Returns 0, or EXIT_TROUBLE after having said what is wrong. */
int analysis_config(const char *path, bool none, struct config *config);

/** The options as they are without a command line. */
struct analysis_options analysis_defaults(void);
/** Takes an option of the tables above with its optarg. Returns 0, or EXIT_TROUBLE after having
 *  said what is wrong (also for a letter that is none of them, of which cli_option has spoken). */
int analysis_option(struct analysis_options *options, int option);

/** Reads configuration, rules and models, and looks whether the report can be written, before any
 * work is done. Returns 0, or EXIT_TROUBLE after having said what is wrong. Always followed by
 * analysis_free. */
int analysis_begin(struct analysis *analysis);
/** Takes the unit made of `file`, with the problems that the parser had. */
void analysis_add(struct analysis *analysis, const char *file, struct ir_unit *unit);
/** Links and runs the rules: the findings and errors are then as they are to be reported. */
void analysis_find(struct analysis *analysis);
/** Writes the report. Returns the exit status of the command. */
int analysis_report(struct analysis *analysis);
/** Both. */
int analysis_finish(struct analysis *analysis);
void analysis_free(struct analysis *analysis);

#endif
