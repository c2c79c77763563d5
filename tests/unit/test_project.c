/* The compile database, and the workers that are given its entries: a script stands in for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "flow/memory.h"
#include "project/workers.h"

/* ---- the database ---------------------------------------------------------------------- */

struct place {
    char folder[64], *file;
};

static void put(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int set_up(void **state) {
    struct place *place = mem_zero(1, sizeof *place);
    strcpy(place->folder, "/tmp/aglet-project-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    place->file = mem_format("%s/compile_commands.json", place->folder);
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    unlink(place->file);
    rmdir(place->folder);
    free(place->file);
    free(place);
    return 0;
}

static void read_text(const struct place *place, struct compdb *db, const char *text) {
    char *error = NULL;
    put(place->file, text);
    if (compdb_read(db, place->folder, &error) != 0)
        fail_msg("%s", error);
}

/* The sentence about a database of that text has the words in it. */
static void refused(const struct place *place, const char *text, const char *words) {
    struct compdb db;
    char *error = NULL;
    put(place->file, text);
    if (compdb_read(&db, place->folder, &error) != -1)
        fail_msg("accepted: %s", text);
    if (!strstr(error, words) || strncmp(error, place->file, strlen(place->file)) != 0)
        fail_msg("'%s' is said of %s", error, text);
    assert_int_equal(db.count, 0);
    free(error);
}

static void has_words(const struct compdb_entry *entry, const char *const *words) {
    size_t count = 0;
    for (; words[count]; count++) {
        assert_true(count < entry->argument_count);
        assert_string_equal(entry->arguments[count], words[count]);
    }
    assert_int_equal(entry->argument_count, count);
}

static void reads_arguments_as_they_are(void **state) {
    struct compdb db;
    read_text(
        *state, &db,
        "[{\"directory\": \"/src\", \"file\": \"a.c\","
        "  \"arguments\": [\"cc\", \"-DX='a \\\\\\\"b'\", \"\", \"a.c\"], \"output\": \"a.o\"}]");
    assert_int_equal(db.count, 1);
    has_words(&db.entries[0], (const char *[]){"cc", "-DX='a \\\"b'", "", "a.c", NULL});
    compdb_free(&db);
}

static void splits_commands_as_a_shell_does(void **state) {
    static const struct {
        const char *command; /* as it stands in the JSON file */
        const char *words[6];
    } cases[] = {
        {"cc a.c", {"cc", "a.c"}},
        {"  cc \\t -c\\n a.c  ", {"cc", "-c", "a.c"}},
        {"cc 'a b' \\\"c d\\\" e\\\\ f", {"cc", "a b", "c d", "e f"}},
        {"cc -D'X=a b'c", {"cc", "-DX=a bc"}},
        {"cc '' \\\"\\\"", {"cc", "", ""}},
        {"cc -DS=\\\\\\\"x\\\\\\\"", {"cc", "-DS=\"x\""}},
        {"cc \\\"-DS=\\\\\\\"x y\\\\\\\"\\\"", {"cc", "-DS=\"x y\""}},
        {"cc '-DS=\\\"\\\\n\\\"'", {"cc", "-DS=\"\\n\""}},
        {"cc \\\"a\\\\nb\\\"", {"cc", "a\\nb"}},
        {"cc \\\"it's\\\" 'say \\\"x\\\"'", {"cc", "it's", "say \"x\""}},
        {"cc a\\\\\\nb \\\"c\\\\\\nd\\\"", {"cc", "ab", "cd"}},
        {"cc \\\\\\n a.c", {"cc", "a.c"}},
        {"cc a\\\\\\\\b 'c\\\\d'", {"cc", "a\\b", "c\\d"}},
        {"cc 'a\\\\\\\\b'", {"cc", "a\\\\b"}},
        {"cc größe.c", {"cc", "größe.c"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compdb db;
        char *text =
            mem_format("[{\"directory\": \"/src\", \"file\": \"a.c\", \"command\": \"%s\"}]",
                       cases[i].command);
        read_text(*state, &db, text);
        has_words(&db.entries[0], cases[i].words);
        compdb_free(&db);
        free(text);
    }
}

static void makes_paths_absolute(void **state) {
    static const char *const cases[][3] = {
        /* directory, path, absolute */
        {"/src", "a.c", "/src/a.c"},
        {"/src/", "./sub/../a.c", "/src/a.c"},
        {"/src", "../../../a.c", "/a.c"},
        {"/src", "/other//a.c", "/other/a.c"},
        {"/src", ".", "/src"},
        {"/src", "..", "/"},
        {"/src", "a..b/.c", "/src/a..b/.c"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = compdb_absolute(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

static void a_relative_directory_is_that_of_the_database(void **state) {
    const struct place *place = *state;
    struct compdb db;
    read_text(place, &db,
              "[{\"directory\": \"sub\", \"file\": \"../a.c\", \"command\": \"cc a.c\"},"
              " {\"directory\": \".\", \"file\": \"/b.c\", \"command\": \"cc /b.c\"}]");
    char *sub = mem_format("%s/sub", place->folder), *file = mem_format("%s/a.c", place->folder);
    assert_int_equal(db.count, 2);
    assert_string_equal(db.entries[0].file, "/b.c");
    assert_string_equal(db.entries[0].directory, place->folder);
    assert_string_equal(db.entries[1].file, file);
    assert_string_equal(db.entries[1].directory, sub);
    free(sub);
    free(file);
    compdb_free(&db);
}

#define ENTRY(directory, file, command)                                                            \
    "{\"directory\": \"" directory "\", \"file\": \"" file "\", \"command\": \"" command "\"}"

static void takes_one_command_a_file_in_any_order(void **state) {
    static const char *const orders[] = {
        "[" ENTRY("/a", "/x.c", "cc -DTWO x.c") "," ENTRY("/a", "/x.c", "cc -DONE x.c") "," ENTRY(
            "/a", "/a.c", "cc a.c") "," ENTRY("/b", "/x.c", "cc -DALL x.c") "]",
        "[" ENTRY("/b", "/x.c", "cc -DALL x.c") "," ENTRY("/a", "/a.c", "cc a.c") "," ENTRY(
            "/a", "/x.c", "cc -DONE x.c") "," ENTRY("/a", "/x.c", "cc -DTWO x.c") "]",
    };
    for (size_t i = 0; i < 2; i++) {
        struct compdb db;
        read_text(*state, &db, orders[i]);
        assert_int_equal(db.count, 2);
        assert_string_equal(db.entries[0].file, "/a.c");
        assert_string_equal(db.entries[1].file, "/x.c");
        has_words(&db.entries[1], (const char *[]){"cc", "-DONE", "x.c", NULL});
        compdb_free(&db);
    }
}

static void leaves_out_what_is_not_c(void **state) {
    struct compdb db;
    read_text(
        *state, &db,
        "[" ENTRY("/", "/a.cc", "c++ a.cc") "," ENTRY("/", "/b.c", "cc -x c++ b.c") "," ENTRY("/", "/c.c", "cc -xc++ c.c") "," ENTRY("/", "/d.S", "cc d.S") "," ENTRY(
            "/", "/e",
            "cc e") "," ENTRY("/", "/f.inc",
                              "cc -x c f.inc") "," ENTRY("/", "/g.inc",
                                                         "cc -xc g.inc") "," ENTRY("/", "/h.i",
                                                                                   "cc h.i") "," ENTRY("/",
                                                                                                       "/i.c",
                                                                                                       "cc -x none i.c") "," ENTRY("/",
                                                                                                                                   "/j.c",
                                                                                                                                   "cc -x c++ -x c j.c") "]");
    static const char *const files[] = {"/f.inc", "/g.inc", "/h.i", "/i.c", "/j.c"};
    assert_int_equal(db.count, 5);
    assert_int_equal(db.foreign, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(db.entries[i].file, files[i]);
    compdb_free(&db);
}

static void says_what_is_wrong_with_it(void **state) {
    refused(*state, "", "valid JSON");
    refused(*state, "[\n{\"directory\": }]", ".json:2: this is not valid JSON");
    refused(*state, "{}", "array of commands");
    refused(*state, "[3]", "entry 1 needs");
    refused(*state, "[" ENTRY("/", "a.c", "cc a.c") ", {}]", "entry 2 needs");
    refused(*state, "[{\"file\": \"a.c\", \"command\": \"cc a.c\"}]", "entry 1 needs");
    refused(*state, "[{\"directory\": \"/\", \"command\": \"cc a.c\"}]", "entry 1 needs");
    refused(*state, "[{\"directory\": \"/\", \"file\": \"a.c\"}]", "entry 1 needs");
    refused(*state, "[" ENTRY("/", "", "cc a.c") "]", "entry 1 needs");
    refused(*state, "[" ENTRY("/", "a.c", "  ") "]", "entry 1 needs");
#define ARGUMENTS(list) "[{\"directory\": \"/\", \"file\": \"a.c\", \"arguments\": " list "}]"
    refused(*state, ARGUMENTS("[]"), "entry 1 needs");
    refused(*state, ARGUMENTS("[\"\"]"), "entry 1 needs");
    refused(*state, ARGUMENTS("\"cc a.c\""), "entry 1 needs");
    refused(*state, ARGUMENTS("[\"cc\", 7]"), "entry 1 needs");
#undef ARGUMENTS
}

static void says_that_it_cannot_be_read(void **state) {
    static const struct {
        const char *where, *words;
    } cases[] = {{"/proc/self/mem", "/proc/self/mem: Input/output error"},
                 {"/none", "/none/compile_commands.json: no such file"},
                 {"", "is empty"}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct compdb db;
        char *error = NULL;
        assert_int_equal(compdb_read(&db, cases[i].where, &error), -1);
        assert_non_null(strstr(error, cases[i].words));
        free(error);
    }
}

static void makes_one_of_files_and_arguments(void **state) {
    (void)state;
    struct compdb db;
    compdb_make(&db, NULL, (char *[]){"/b.c", "/a.c", "/b.c"}, 3, (char *[]){"-DX", "-I."}, 2);
    assert_int_equal(db.count, 2);
    assert_string_equal(db.entries[1].file, "/b.c");
    has_words(&db.entries[0], (const char *[]){"cc", "-DX", "-I.", "/a.c", NULL});
    compdb_free(&db);
}

/* ---- workers --------------------------------------------------------------------------- */

enum { FILES = 9 };

/* A worker that takes its time with the first files, dies on one, and tells what it was asked. */
static const char worker[] = "#!/bin/sh\n"
                             "while read -r line; do\n"
                             "    case $line in\n"
                             "    *crash.c*) kill -9 $$ ;;\n"
                             "    *nonsense.c*) echo nonsense; continue ;;\n"
                             "    *quits.c*) exit 0 ;;\n"
                             "    *hangs.c*) exec sleep 60 ;;\n"
                             "    *f0.c*) sleep 0.3 ;;\n"
                             "    *f1.c*) sleep 0.1 ;;\n"
                             "    esac\n"
                             "    name=${line%%.c*}\n"
                             "    echo \"{\\\"bytes\\\": 0, \\\"error\\\": \\\"${name##*/}\\\"}\"\n"
                             "done\n";

static int set_up_worker(void **state) {
    if (set_up(state) != 0)
        return -1;
    struct place *place = *state;
    put(place->file, worker); /* the one file of the folder is the program */
    return chmod(place->file, 0700) || setenv("AGLET_FACTS", place->file, 1);
}

static int tear_down_worker(void **state) {
    unsetenv("AGLET_FACTS");
    return tear_down(state);
}

/* Seven files that get an answer, and two that do not. */
static void make_files(struct compdb *db) {
    char *files[FILES] = {"/s/f0.c", "/s/f1.c", "/s/f2.c",    "/s/f3.c",      "/s/f4.c",
                          "/s/f5.c", "/s/f6.c", "/s/crash.c", "/s/nonsense.c"};
    compdb_make(db, NULL, files, FILES, NULL, 0);
    assert_string_equal(db->entries[0].file, "/s/crash.c");
}

static void free_results(struct worker_result *results, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(results[i].error);
}

static void count_call(size_t done, size_t total, void *data) {
    size_t *last = data;
    assert_true(done >= *last && done <= total);
    assert_int_equal(total, FILES);
    *last = done;
}

static void results_are_those_of_their_entries(void **state) {
    (void)state;
    struct compdb db;
    make_files(&db);
    for (size_t jobs = 1; jobs <= 16; jobs *= 4) {
        struct worker_result results[FILES];
        size_t last = 0;
        struct worker_options options = {.jobs = jobs, .progress = count_call, .data = &last};
        char *error = NULL;
        assert_int_equal(workers_run(&db, NULL, &options, results, &error), 0);
        assert_int_equal(last, FILES);
        assert_non_null(strstr(results[0].error, "the parser was killed at this file"));
        for (size_t i = 1; i < FILES - 1; i++) {
            char expected[] = {'f', (char)('0' + i - 1), 0};
            assert_string_equal(results[i].error, expected);
            assert_null(results[i].unit);
        }
        assert_non_null(results[FILES - 1].error); /* of ir_load */
        free_results(results, FILES);
    }
    compdb_free(&db);
}

static void only_what_is_wanted_is_asked_for(void **state) {
    (void)state;
    struct compdb db;
    make_files(&db);
    bool wanted[FILES] = {[3] = true, [5] = true};
    struct worker_result results[FILES];
    struct worker_options options = {.jobs = 2};
    char *error = NULL;
    assert_int_equal(workers_run(&db, wanted, &options, results, &error), 0);
    for (size_t i = 0; i < FILES; i++)
        assert_int_equal(results[i].error != NULL, wanted[i]);
    free_results(results, FILES);
    compdb_free(&db);
}

static void a_worker_that_gives_up_is_replaced(void **state) {
    (void)state;
    struct compdb db;
    compdb_make(&db, NULL, (char *[]){"/s/a.c", "/s/quits.c", "/s/z.c"}, 3, NULL, 0);
    struct worker_result results[3];
    struct worker_options options = {.jobs = 1};
    char *error = NULL;
    assert_int_equal(workers_run(&db, NULL, &options, results, &error), 0);
    assert_string_equal(results[0].error, "a");
    assert_string_equal(results[1].error, "the parser gave up on this file");
    assert_string_equal(results[2].error, "z");
    free_results(results, 3);
    compdb_free(&db);
}

static void a_worker_that_hangs_is_replaced(void **state) {
    (void)state;
    struct compdb db;
    compdb_make(&db, NULL, (char *[]){"/s/a.c", "/s/hangs.c", "/s/z.c"}, 3, NULL, 0);
    struct worker_result results[3];
    struct worker_options options = {.jobs = 1, .timeout = 1};
    char *error = NULL;
    assert_int_equal(workers_run(&db, NULL, &options, results, &error), 0);
    assert_string_equal(results[0].error, "a");
    assert_non_null(strstr(results[1].error, "not done with this file after 1 second: "));
    assert_string_equal(results[2].error, "z");
    free_results(results, 3);
    compdb_free(&db);
}

static void a_path_that_is_not_utf8_is_told(void **state) {
    (void)state;
    struct compdb db;
    compdb_make(&db, NULL, (char *[]){"/s/a.c", "/s/\xFF.c"}, 2, NULL, 0);
    struct worker_result results[2];
    struct worker_options options = {0};
    char *error = NULL;
    assert_int_equal(workers_run(&db, NULL, &options, results, &error), 0);
    assert_string_equal(results[0].error, "a");
    assert_non_null(strstr(results[1].error, "UTF-8"));
    free_results(results, 2);
    compdb_free(&db);
}

static void says_that_the_program_is_missing(void **state) {
    (void)state;
    struct compdb db;
    make_files(&db);
    struct worker_result results[FILES];
    struct worker_options options = {0};
    char *error = NULL;
    setenv("AGLET_FACTS", "/none/aglet-facts", 1);
    assert_int_equal(workers_run(&db, NULL, &options, results, &error), -1);
    assert_non_null(strstr(error, "/none/aglet-facts"));
    free(error);
    compdb_free(&db);
}

#define WITH_FILE(test)   cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, set_up_worker, tear_down_worker)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILE(reads_arguments_as_they_are),
        WITH_FILE(splits_commands_as_a_shell_does),
        cmocka_unit_test(makes_paths_absolute),
        WITH_FILE(a_relative_directory_is_that_of_the_database),
        WITH_FILE(takes_one_command_a_file_in_any_order),
        WITH_FILE(leaves_out_what_is_not_c),
        WITH_FILE(says_what_is_wrong_with_it),
        cmocka_unit_test(says_that_it_cannot_be_read),
        cmocka_unit_test(makes_one_of_files_and_arguments),
        WITH_WORKER(results_are_those_of_their_entries),
        WITH_WORKER(only_what_is_wanted_is_asked_for),
        WITH_WORKER(a_worker_that_gives_up_is_replaced),
        WITH_WORKER(a_worker_that_hangs_is_replaced),
        WITH_WORKER(a_path_that_is_not_utf8_is_told),
        WITH_WORKER(says_that_the_program_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
