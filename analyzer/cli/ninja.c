/*
 * aglet ninja: the work as a build file, so that ninja and whatever starts its commands elsewhere
 * can do it.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/analysis.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "flow/memory.h"

struct options {
    const char *build, *output, *launcher;
    char **link; /* arguments of the link */
    int link_count;
};

/* ---- words ----------------------------------------------------------------------------- */

/* As the value of a variable: ninja reads only the dollar there. */
static void put_value(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '$')
            fputc('$', out);
        fputc(*text, out);
    }
}

/* As a path in a build line, where blanks and colons end a word. */
static void put_path(FILE *out, const char *path) {
    for (; *path; path++) {
        if (strchr("$ :", *path))
            fputc('$', out);
        fputc(*path, out);
    }
}

/* As one word for the shell, within the value of a variable. */
static void put_word(FILE *out, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (*word && word[strspn(word, plain)] == 0) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else if (*word == '$')
            fputs("$$", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

/* ---- edges ----------------------------------------------------------------------------- */

/* aglet.facts/src/a.c.facts for src/a.c below `here`; what lies elsewhere keeps its whole path. */
static char *facts_name(const char *here, const char *file) {
    size_t length = strlen(here);
    bool below = strncmp(file, here, length) == 0 && file[length] == '/';
    return mem_format("aglet.facts/%s.facts", below ? file + length + 1 : file + 1);
}

/* A line break cannot stand in a build file, however it is written. */
static char *unwritable(const struct compdb_entry *entry) {
    bool broken = strchr(entry->file, '\n') || strchr(entry->directory, '\n');
    for (size_t i = 0; i < entry->argument_count; i++)
        broken |= strchr(entry->arguments[i], '\n') != NULL;
    return broken ? mem_format("%s: its compile command has a line break in it, which ninja cannot "
                               "read",
                               entry->file)
                  : NULL;
}

static void put_edge(FILE *out, const struct compdb_entry *entry, const char *facts) {
    fputs("build ", out);
    put_path(out, facts);
    fputs(": facts ", out);
    put_path(out, entry->file);
    fputs("\n  directory = ", out);
    put_word(out, entry->directory);
    fputs("\n  arguments =", out);
    for (size_t i = 1; i < entry->argument_count; i++) {
        fputc(' ', out);
        put_word(out, entry->arguments[i]);
    }
    fputc('\n', out);
}

static void put_rules(FILE *out, const char *program, const struct options *o) {
    fputs("# Written by 'aglet ninja': one edge a unit, and the link.\n"
          "ninja_required_version = 1.5\n\naglet = ",
          out);
    put_word(out, program);
    fputs("\nlauncher = ", out);
    if (o->launcher) {
        put_value(out, o->launcher);
        fputs("$ ", out); /* the blank that parts them is part of the value */
    }
    fputs("\nlink_options =", out);
    for (int i = 0; i < o->link_count; i++) {
        fputc(' ', out);
        put_word(out, o->link[i]);
    }
    fputs("\n\n"
          "rule facts\n"
          "  command = $launcher$aglet facts --directory $directory -o $out --depfile $out.d $in "
          "-- $arguments\n"
          "  depfile = $out.d\n"
          "  deps = gcc\n"
          "  description = facts $in\n\n"
          "rule link\n"
          "  command = rm -f $out; $aglet link $link_options -o $out @$out.rsp || { status=$$?; "
          "cat $out; exit $$status; }\n"
          "  rspfile = $out.rsp\n"
          "  rspfile_content = $in_newline\n"
          "  description = link $out\n\n",
          out);
}

static int write_build(FILE *out, const struct compdb *db, const bool *wanted,
                       const struct options *o) {
    char here[PATH_MAX] = "", program[PATH_MAX] = "aglet";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0)
        program[length] = 0;
    if (!getcwd(here, sizeof here))
        here[0] = 0;
    put_rules(out, program, o);
    char **names = mem_zero(db->count, sizeof *names);
    for (size_t i = 0; i < db->count; i++)
        if (wanted[i])
            put_edge(out, &db->entries[i], names[i] = facts_name(here, db->entries[i].file));
    fputs("\nbuild aglet.report: link", out);
    for (size_t i = 0; i < db->count; i++)
        if (names[i]) {
            fputs(" $\n    ", out);
            put_path(out, names[i]);
            free(names[i]);
        }
    free(names);
    fputs("\n\ndefault aglet.report\n", out);
    return 0;
}

/* ---- the command ----------------------------------------------------------------------- */

static int write_file(const struct compdb *db, const bool *wanted, const struct options *o) {
    char *error = NULL;
    struct output output;
    for (size_t i = 0; i < db->count; i++)
        if (wanted[i] && (error = unwritable(&db->entries[i])))
            return cli_fail_with(error);
    if (output_open(&output, o->output, &error) != 0)
        return cli_fail_with(error);
    write_build(output.file, db, wanted, o);
    return output_close(&output, &error) == 0 ? EXIT_CLEAN : cli_fail_with(error);
}

static int run_ninja(int argc, char **argv) {
    static const struct option longs[] = {{"build", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"launcher", required_argument, NULL, 'l'},
                                          {NULL, 0, NULL, 0}};
    struct options o = {.output = "build.ninja"};
    int count = cli_split(argc, argv, &o.link, &o.link_count);
    for (int option; (option = cli_option(count, argv, ":p:o:", longs)) != -1;) {
        if (option == '?')
            return EXIT_TROUBLE;
        *(option == 'p' ? &o.build : option == 'o' ? &o.output : &o.launcher) = optarg;
    }
    struct compdb db = {0};
    struct config config;
    bool *wanted = NULL;
    char *error = output_problem(o.output);
    if (error)
        return cli_fail_with(error);
    int status = analysis_config(NULL, false, &config);
    if (status)
        return status;
    if (compdb_read(&db, o.build ? o.build : config.build, &error) != 0 ||
        selection_files(&db, argv + optind, (size_t)(count - optind), &wanted, &error) != 0)
        status = cli_fail_with(error);
    else
        status = write_file(&db, wanted, &o);
    free(wanted);
    compdb_free(&db);
    config_free(&config);
    return status;
}

const struct cli_command cli_ninja = {
    .name = "ninja",
    .summary = "writes a build file that does the work of check, for ninja and for build farms",
    .help =
        "usage: aglet ninja [-p DIR] [-o FILE] [--launcher COMMAND] [FILES or folders]\n"
        "                   [-- OPTIONS of the link]\n"
        "\n"
        "Writes a file for ninja with an edge for each unit ('aglet facts') and one that puts\n"
        "them together ('aglet link'). 'ninja -f FILE' then writes the report to aglet.report, "
        "and\n"
        "fails when there are findings; the facts, in aglet.facts/, are made anew only when a\n"
        "file that they depend on changes.\n"
        "\n"
        "Options:\n"
        "  -p, --build DIR         folder of compile_commands.json\n"
        "  -o, --output FILE       build.ninja if it is not said\n"
        "      --launcher COMMAND  words put before each command that makes facts, such as\n"
        "                          'srun' or a script that runs it on another host\n"
        "\n"
        "Example: aglet ninja -p build -o aglet.ninja -- --format json && ninja -f aglet.ninja\n",
    .run = run_ninja,
};
