/*
 * aglet rules, aglet explain: what the rules say of themselves.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/selection.h"

static const char *tier_name(enum rule_tier tier) {
    return tier == RULE_CORE ? "core" : tier == RULE_DEFAULT ? "default" : "opt-in";
}

static void print_json(void) {
    size_t count;
    const struct rule *const *all = rules_all(&count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", all[i]->name, "tier",
                                              tier_name(all[i]->tier), "summary", all[i]->summary));
    json_dumpf(list, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list);
}

static int run_rules(int argc, char **argv) {
    static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    bool json = false;
    for (int option; (option = cli_option(argc, argv, ":f:", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        json = strcmp(optarg, "json") == 0;
        if (!json && strcmp(optarg, "text") != 0)
            return cli_fail("--format takes text or json, not '%s'", optarg);
    }
    if (optind < argc)
        return cli_fail("'aglet rules' takes no argument; 'aglet explain %s' tells of one rule",
                        argv[optind]);
    size_t count;
    const struct rule *const *all = rules_all(&count);
    if (json)
        print_json();
    else
        for (size_t i = 0; i < count; i++)
            printf("%-22s %-8s %s\n", all[i]->name, tier_name(all[i]->tier), all[i]->summary);
    return cli_finish(EXIT_CLEAN);
}

const struct cli_command cli_rules = {
    .name = "rules",
    .summary = "lists the rules",
    .help = "usage: aglet rules [--format text|json]\n"
            "\n"
            "Lists each rule with its tier: core (on, an error), default (on, a warning), opt-in\n"
            "(off until selected).\n"
            "\n"
            "Options:\n"
            "  -f, --format FORMAT  text or json\n"
            "\n"
            "Example: aglet rules --format json\n",
    .run = run_rules,
};

/* Markdown reads well as it is; on a terminal its headings stand out. */
static void print_document(const char *text, bool terminal) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        bool heading = terminal && text[0] == '#';
        printf("%s%.*s%s\n", heading ? "\033[1m" : "", (int)length, text, heading ? "\033[0m" : "");
        text += length + (text[length] == '\n');
    }
}

static int run_explain(int argc, char **argv) {
    if (argc != 2)
        return cli_fail("name one rule; 'aglet rules' lists them");
    const struct rule **rules = NULL;
    size_t count;
    char *error = NULL;
    if (selection_rules(argv[1], NULL, &rules, &count, &error) != 0)
        return cli_fail_with(error);
    for (size_t i = 0; i < count; i++)
        print_document(rules_document(rules[i]), isatty(STDOUT_FILENO));
    free(rules);
    return cli_finish(EXIT_CLEAN);
}

const struct cli_command cli_explain = {
    .name = "explain",
    .summary = "tells what a rule is about",
    .help = "usage: aglet explain RULE\n"
            "\n"
            "Prints the rule's document: what it finds, why that is bad, what to write instead.\n"
            "\n"
            "Example: aglet explain fire-and-forget\n",
    .run = run_explain,
};
