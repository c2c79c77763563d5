/* Reports: the order and the identity of findings, and each format on findings made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "flow/memory.h"
#include "report/utf8.h"
#include "report/writer.h"

#define ROOT "/project"

static struct diag_range range(const char *file, uint32_t line, uint32_t col, uint32_t end_col) {
    return (struct diag_range){file, line, col, line, end_col};
}

static struct diag finding(const char *file, uint32_t line, uint32_t col, const char *rule) {
    return (struct diag){.rule = rule,
                         .severity = DIAG_ERROR,
                         .message = "it is wrong",
                         .function = "f",
                         .range = range(file, line, col, col + 4)};
}

/* What a writer writes of the list and the errors; the caller frees. */
static char *written(const char *format, const struct diag_list *list,
                     const struct error_list *errors, bool color) {
    static const struct error_list none;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    struct report report = {
        .diags = list, .errors = errors ? errors : &none, .files = 2, .root = ROOT, .color = color};
    report_writer_find(format)->write(&report, out);
    fclose(out);
    return text;
}

/* ---- lists ----------------------------------------------------------------------------- */

static void sorts_by_file_place_and_rule(void **state) {
    (void)state;
    struct diag_list list;
    diag_list_init(&list);
    struct diag unsorted[] = {finding("/b.c", 1, 1, "a-rule"), finding("/a.c", 10, 1, "a-rule"),
                              finding("/a.c", 9, 8, "a-rule"), finding("/a.c", 9, 7, "b-rule"),
                              finding("/a.c", 9, 7, "a-rule")};
    for (size_t i = 0; i < 5; i++)
        diag_add(&list, &unsorted[i]);
    diag_list_finish(&list, ROOT);
    assert_int_equal(list.count, 5);
    static const size_t order[] = {4, 3, 2, 1, 0};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(list.items[i].range.file, unsorted[order[i]].range.file);
        assert_int_equal(list.items[i].range.line, unsorted[order[i]].range.line);
        assert_int_equal(list.items[i].range.col, unsorted[order[i]].range.col);
        assert_string_equal(list.items[i].rule, unsorted[order[i]].rule);
    }
    diag_list_free(&list);
}

static void keeps_the_shortest_of_equals(void **state) {
    (void)state;
    struct diag_list list;
    diag_list_init(&list);
    struct diag_step steps[] = {{range("/a.c", 1, 1, 2), "first"},
                                {range("/a.c", 2, 1, 2), "second"}};
    struct diag diag = finding("/a.c", 9, 7, "a-rule");
    diag.steps = steps;
    for (size_t count = 3; count-- > 1;) {
        diag.step_count = count;
        diag_add(&list, &diag);
    }
    diag_list_finish(&list, ROOT);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].step_count, 1);
    assert_string_equal(list.items[0].steps[0].message, "first");
    diag_list_free(&list);
}

static void copies_what_it_is_given(void **state) {
    (void)state;
    struct diag_list list;
    diag_list_init(&list);
    char message[] = "before", file[] = "/a.c", text[] = "x", title[] = "do it";
    struct diag_edit edit = {range(file, 1, 1, 2), text};
    struct diag diag = finding(file, 1, 1, "a-rule");
    diag.message = message;
    diag.fix = (struct diag_fix){.title = title, .edits = &edit, .edit_count = 1};
    diag_add(&list, &diag);
    message[0] = file[1] = text[0] = title[0] = '?';
    const struct diag *copy = &list.items[0];
    assert_string_equal(copy->message, "before");
    assert_string_equal(copy->range.file, "/a.c");
    assert_string_equal(copy->fix.title, "do it");
    assert_string_equal(copy->fix.edits[0].text, "x");
    assert_string_equal(copy->fix.edits[0].range.file, "/a.c");
    diag_list_free(&list);
}

static void fingerprints(struct diag_list *list, const char *root) {
    diag_list_finish(list, root);
    for (size_t i = 0; i < list->count; i++)
        assert_int_equal(strspn(list->items[i].fingerprint, "0123456789abcdef"), 16);
}

/* The fingerprint of one finding at the line, in a file of that text below the root. */
static void fingerprint_of(char out[17], const char *root, const char *text, uint32_t line,
                           const char *rule, const char *function) {
    char path[200];
    snprintf(path, sizeof path, "%s/a.c", root);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct diag_list list;
    diag_list_init(&list);
    struct diag diag = finding(path, line, 1, rule);
    diag.function = function;
    diag_add(&list, &diag);
    fingerprints(&list, root);
    memcpy(out, list.items[0].fingerprint, 17);
    diag_list_free(&list);
    unlink(path);
}

static void fingerprints_know_the_code_and_not_its_place(void **state) {
    (void)state;
    char one[] = "/tmp/aglet-report-XXXXXX", two[] = "/tmp/aglet-report-XXXXXX";
    assert_non_null(mkdtemp(one));
    assert_non_null(mkdtemp(two));
    char print[17], other[17];
    fingerprint_of(print, one, "a\ncall( x );\n", 2, "a-rule", "f");
    fingerprint_of(other, one, "new\nlines\n\tcall(x);\n", 3, "a-rule", "f");
    assert_string_equal(print, other); /* lines above, indentation */
    fingerprint_of(other, two, "a\ncall(x);\n", 2, "a-rule", "f");
    assert_string_equal(print, other); /* another checkout */
    fingerprint_of(other, one, "a\ncall(y);\n", 2, "a-rule", "f");
    assert_string_not_equal(print, other);
    fingerprint_of(other, one, "a\ncall(x);\n", 2, "b-rule", "f");
    assert_string_not_equal(print, other);
    fingerprint_of(other, one, "a\ncall(x);\n", 2, "a-rule", "g");
    assert_string_not_equal(print, other);
    rmdir(one);
    rmdir(two);
}

static void fingerprints_of_equal_lines_differ(void **state) {
    (void)state;
    struct diag_list list;
    diag_list_init(&list);
    for (uint32_t line = 1; line <= 3; line++) {
        struct diag diag = finding("/none.c", line, 1, "a-rule");
        diag_add(&list, &diag);
    }
    fingerprints(&list, ROOT);
    assert_string_not_equal(list.items[0].fingerprint, list.items[1].fingerprint);
    assert_string_not_equal(list.items[0].fingerprint, list.items[2].fingerprint);
    assert_string_not_equal(list.items[1].fingerprint, list.items[2].fingerprint);
    diag_list_free(&list);
}

static void tells_each_error_once_and_in_order(void **state) {
    (void)state;
    struct error_list errors = {0};
    error_list_add(&errors, "/b.c", "late", 1, 1);
    error_list_add(&errors, "/a.h", "same", 10, 1);
    error_list_add(&errors, "/a.h", "same", 9, 1);
    error_list_add(&errors, "/a.h", "same", 10, 1);
    error_list_add(&errors, "/a.h", "other", 10, 1);
    error_list_add(&errors, "/a.h", "without a place", 0, 0);
    error_list_finish(&errors);
    static const char *const messages[] = {"without a place", "same", "other", "same", "late"};
    assert_int_equal(errors.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(errors.items[i].message, messages[i]);
    assert_int_equal(errors.items[1].line, 9);
    error_list_free(&errors);
}

/* ---- formats --------------------------------------------------------------------------- */

/* One of everything, on a source file that is there: its path, to be removed and freed. */
static char *sample(struct diag_list *list) {
    char *path = strdup("/tmp/aglet-report-XXXXXX");
    int fd = mkstemp(path);
    static const char source[] = "int f(void)\n\tint \xC3\xA4 = g(1);\033[1m\r\n\n";
    assert_int_equal(write(fd, source, sizeof source - 1), (ssize_t)sizeof source - 1);
    close(fd);
    diag_list_init(list);
    struct diag_step step = {range(ROOT "/sub/h.h", 7, 1, 3), "it starts, 100%:\nhere"};
    struct diag diag = finding(path, 2, 11, "a-rule");
    diag.severity = DIAG_WARNING;
    diag.help = "mend it";
    diag.steps = &step;
    diag.step_count = 1;
    diag_add(list, &diag);
    return path;
}

static void text_is_as_a_compiler_prints_it(void **state) {
    (void)state;
    struct diag_list list;
    char *path = sample(&list), *text = written("text", &list, NULL, false);
    char *expected = mem_format("%s:2:11: warning: it is wrong [a-rule]\n"
                                "    2 | \tint \xC3\xA4 = g(1);?[1m\n"
                                "      | \t        ^~~~\n"
                                "sub/h.h:7:1: note: it starts, 100%%:\nhere\n"
                                "      = help: mend it\n"
                                "\n"
                                "1 finding (0 errors, 1 warning) in 2 files\n",
                                path);
    assert_string_equal(text, expected);
    free(expected);
    free(text);
    text = written("text", &list, NULL, true);
    assert_non_null(strstr(text, "\033[1;35mwarning:\033[0m \033[1mit is wrong\033[0m [a-rule]\n"));
    free(text);
    unlink(path);
    free(path);
    diag_list_free(&list);
}

static void text_says_what_was_not_analysed(void **state) {
    (void)state;
    struct diag_list list;
    struct error_list errors = {0};
    diag_list_init(&list);
    error_list_add(&errors, ROOT "/a.c", "it is gone", 0, 0);
    error_list_add(&errors, "/usr/h.h", "cannot parse: x", 3, 5);
    char *text = written("text", &list, &errors, false);
    assert_string_equal(text, "a.c: it is gone\n"
                              "/usr/h.h:3:5: cannot parse: x\n"
                              "no findings in 2 files; incomplete because of 2 problems\n");
    free(text);
    error_list_free(&errors);
    diag_list_free(&list);
}

static void github_escapes_what_it_must(void **state) {
    (void)state;
    struct diag_list list;
    struct error_list errors = {0};
    diag_list_init(&list);
    struct diag_step step = {range(ROOT "/sub/h.h", 7, 1, 3), "it starts, 100%:\r\nhere"};
    struct diag diag = finding(ROOT "/50%,a:b\r\n.c", 2, 11, "a-rule");
    diag.help = "mend it";
    diag.steps = &step;
    diag.step_count = 1;
    diag_add(&list, &diag);
    error_list_add(&errors, ROOT "/a.c", "line 1\nline 2", 3, 5);
    char *text = written("github", &list, &errors, false);
    assert_string_equal(text, "::error file=50%25%2Ca%3Ab%0D%0A.c,line=2,endLine=2,col=11,"
                              "endColumn=15,title=a-rule::it is wrong"
                              "%0Asub/h.h:7: it starts, 100%25:%0D%0Ahere%0Ahelp: mend it\n"
                              "::error file=a.c,line=3,col=5,title=not analysed::"
                              "line 1%0Aline 2\n");
    free(text);
    error_list_free(&errors);
    diag_list_free(&list);
}

static json_t *as_json(const struct diag_list *list, const struct error_list *errors) {
    char *text = written("json", list, errors, false);
    json_error_t problem;
    json_t *root = json_loads(text, 0, &problem);
    if (!root)
        fail_msg("%s in %s", problem.text, text);
    free(text);
    return root;
}

static void json_has_a_version_and_a_fix(void **state) {
    (void)state;
    struct diag_list list;
    diag_list_init(&list);
    struct diag diag = finding(ROOT "/a.c", 2, 11, "a-rule");
    diag_add(&list, &diag);
    struct diag_edit edit = {range(ROOT "/a.c", 2, 11, 15), "\"\\\n"};
    diag = finding(ROOT "/a.c", 3, 11, "a-rule");
    diag.fix =
        (struct diag_fix){.title = "quote it", .safe = true, .edits = &edit, .edit_count = 1};
    diag.function = NULL;
    diag_add(&list, &diag);
    json_t *root = as_json(&list, NULL), *without, *with;
    int version, safe, line, column, end;
    const char *title, *text, *file;
    assert_int_equal(
        json_unpack(root, "{s:i, s:[o, o]}", "version", &version, "findings", &without, &with), 0);
    assert_int_equal(version, 1);
    assert_true(json_is_null(json_object_get(without, "fix")));
    assert_true(json_is_null(json_object_get(with, "function")));
    assert_int_equal(json_unpack(with, "{s:{s:s, s:b, s:[{s:s, s:{s:s, s:{s:i, s:i}, s:{s:i}}}]}}",
                                 "fix", "title", &title, "safe", &safe, "edits", "text", &text,
                                 "range", "file", &file, "start", "line", &line, "column", &column,
                                 "end", "column", &end),
                     0);
    assert_string_equal(title, "quote it");
    assert_string_equal(text, "\"\\\n");
    assert_string_equal(file, "a.c");
    assert_true(safe);
    assert_int_equal(line, 2);
    assert_int_equal(column, 11);
    assert_int_equal(end, 15);
    json_decref(root);
    diag_list_free(&list);
}

static void json_loses_nothing_to_odd_bytes(void **state) {
    (void)state;
    struct diag_list list;
    struct error_list errors = {0};
    diag_list_init(&list);
    struct diag diag = finding(ROOT "/caf\xE9.c", 2, 11, "a-rule");
    diag_add(&list, &diag);
    error_list_add(&errors, ROOT "/\xFF.c", "it is \x80", 0, 0);
    json_t *root = as_json(&list, &errors);
    const char *file, *broken, *message;
    assert_int_equal(json_unpack(root, "{s:[{s:{s:s}}], s:[{s:s, s:s}]}", "findings", "range",
                                 "file", &file, "errors", "file", &broken, "message", &message),
                     0);
    assert_string_equal(file, "caf\xEF\xBF\xBD.c");
    assert_string_equal(broken, "\xEF\xBF\xBD.c");
    assert_string_equal(message, "it is \xEF\xBF\xBD");
    json_decref(root);
    error_list_free(&errors);
    diag_list_free(&list);
}

static void mends_only_what_is_not_utf8(void **state) {
    (void)state;
#define R "\xEF\xBF\xBD"
    static const char *const cases[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF",
         "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"},
        {"\xE4x", R "x"},                    /* Latin-1 */
        {"\xC3", R},                         /* cut short */
        {"\xE2\x82", R R},                   /* cut short */
        {"\xC0\xAF", R R},                   /* longer than needed */
        {"\xE0\x80\xAF", R R R},             /* longer than needed */
        {"\xED\xA0\x80", R R R},             /* a surrogate */
        {"\xF4\x90\x80\x80", R R R R},       /* above U+10FFFF */
        {"\xF8\x88\x80\x80\x80", R R R R R}, /* no lead byte */
    };
#undef R
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *mended = utf8_mended(cases[i][0]);
        assert_string_equal(mended, cases[i][1]);
        json_t *accepted = json_string(mended);
        assert_non_null(accepted);
        json_decref(accepted);
        free(mended);
    }
}

static void knows_its_formats(void **state) {
    (void)state;
    const char *const *names = report_writer_names();
    size_t count = 0;
    for (; names[count]; count++)
        assert_string_equal(report_writer_find(names[count])->name, names[count]);
    assert_int_equal(count, 3);
    assert_null(report_writer_find("jsn"));
}

static void shows_paths_below_the_root_without_it(void **state) {
    (void)state;
    struct report report = {.root = ROOT};
    assert_string_equal(report_path(&report, ROOT "/sub/a.c"), "sub/a.c");
    assert_string_equal(report_path(&report, ROOT "s/a.c"), ROOT "s/a.c");
    assert_string_equal(report_path(&report, "/a.c"), "/a.c");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_by_file_place_and_rule),
        cmocka_unit_test(keeps_the_shortest_of_equals),
        cmocka_unit_test(copies_what_it_is_given),
        cmocka_unit_test(fingerprints_know_the_code_and_not_its_place),
        cmocka_unit_test(fingerprints_of_equal_lines_differ),
        cmocka_unit_test(tells_each_error_once_and_in_order),
        cmocka_unit_test(text_is_as_a_compiler_prints_it),
        cmocka_unit_test(text_says_what_was_not_analysed),
        cmocka_unit_test(github_escapes_what_it_must),
        cmocka_unit_test(json_has_a_version_and_a_fix),
        cmocka_unit_test(json_loses_nothing_to_odd_bytes),
        cmocka_unit_test(mends_only_what_is_not_utf8),
        cmocka_unit_test(knows_its_formats),
        cmocka_unit_test(shows_paths_below_the_root_without_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
