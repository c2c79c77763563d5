/* Suppressions: what a comment says, which line it is for, and what it takes out of a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frontend/suppress.h"
#include "ir/build.h"
#include "report/suppress.h"

/* A unit with the suppressions of one file, a.c, of that text. Free with ir_unit_free. */
static struct ir_unit *scan(const char *text) {
    struct ir_unit *unit = ir_unit_new();
    ir_id file = ir_push_files(unit, (struct ir_file){.path = ir_string(unit, "/a.c")});
    suppress_scan(unit, file, text, strlen(text));
    return unit;
}

static const char *text_or_null(const struct ir_unit *unit, ir_id id) {
    return id == IR_NONE ? NULL : ir_text(unit, id);
}

static void same(const char *text, const char *expected, const char *where) {
    if (text && expected ? strcmp(text, expected) != 0 : text != expected)
        fail_msg("'%s' instead of '%s' in: %s", text ? text : "", expected ? expected : "", where);
}

static void reads_what_a_comment_says(void **state) {
    static const struct {
        const char *text, *rules, *reason;
    } cases[] = {
        {"f(); // aglet:ignore", NULL, NULL},
        {"f(); // aglet:ignore a-rule", "a-rule", NULL},
        {"f(); //aglet:ignore a-rule", "a-rule", NULL},
        {"f(); // aglet:ignore a-rule, b-rule", "a-rule,b-rule", NULL},
        {"f(); // aglet:ignore a-rule -- it is so", "a-rule", "it is so"},
        {"f(); // aglet:ignore a-rule --it is so -- really  ", "a-rule", "it is so -- really"},
        {"f(); // aglet:ignore a--rule", "a--rule", NULL},
        {"f(); // aglet:ignore a-rule because it is so", "a-rule", "because it is so"},
        {"f(); // aglet:ignore a-rule , b-rule,c-rule it is so", "a-rule,b-rule,c-rule",
         "it is so"},
        {"f(); // aglet:ignore ,a-rule,", "a-rule", NULL},
        {"f(); // aglet:ignore -- all of them", NULL, "all of them"},
        {"f(); // aglet:ignore a-rule -- ", "a-rule", NULL},
        {"f(); /* aglet:ignore a-rule -- it is so */", "a-rule", "it is so"},
        {"f(); /* aglet:ignore a-rule */ g();", "a-rule", NULL},
        {"f(); /** aglet:ignore */", NULL, NULL},
        {"f(); /* aglet:ignore*/", NULL, NULL},
        {"f(); // aglet:ignore a-rule -- größer\r\n", "a-rule", "größer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ir_unit *unit = scan(cases[i].text);
        assert_int_equal(unit->suppressions.count, 1);
        const struct ir_suppression *s = &unit->suppressions.data[0];
        same(text_or_null(unit, s->rules), cases[i].rules, cases[i].text);
        same(text_or_null(unit, s->reason), cases[i].reason, cases[i].text);
        assert_int_equal(s->scope, IR_SUPPRESS_LINE);
        assert_int_equal(s->line, 1);
        assert_int_equal(s->col, 6);
        ir_unit_free(unit);
    }
}

static void knows_the_line_it_is_for(void **state) {
    static const struct {
        const char *text;
        enum ir_suppression_scope scope;
        uint32_t line, target;
    } cases[] = {
        {"f();\ng(); // aglet:ignore", IR_SUPPRESS_LINE, 2, 2},
        {"// aglet:ignore\nf();", IR_SUPPRESS_NEXT, 1, 2},
        {"\n  // aglet:ignore\n\n\n  f();", IR_SUPPRESS_NEXT, 2, 5},
        {"// aglet:ignore\n// and why\n/* and\n more */\nf();", IR_SUPPRESS_NEXT, 1, 5},
        {"/* aglet:ignore */ f();", IR_SUPPRESS_NEXT, 1, 1},
        {"/* aglet:ignore\n   a-rule */\nf();", IR_SUPPRESS_NEXT, 1, 3},
        {"char *s = \"//\"; // aglet:ignore", IR_SUPPRESS_LINE, 1, 1},
        {"char c = '\"'; // aglet:ignore", IR_SUPPRESS_LINE, 1, 1},
        {"char *s = \"a\\\nb\"; // aglet:ignore", IR_SUPPRESS_LINE, 2, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ir_unit *unit = scan(cases[i].text);
        assert_int_equal(unit->suppressions.count, 1);
        const struct ir_suppression *s = &unit->suppressions.data[0];
        if (s->scope != cases[i].scope || s->line != cases[i].line || s->target != cases[i].target)
            fail_msg("scope %d, line %u for %u: %s", s->scope, s->line, s->target, cases[i].text);
        ir_unit_free(unit);
    }
}

static void does_not_see_it_elsewhere(void **state) {
    static const char *const texts[] = {
        "f(); // aglet:ignored",
        "f(); // aglet:ignore-files",
        "f(); // see aglet:ignore",
        "char *s = \"// aglet:ignore\";",
        "char *s = \"\\\"// aglet:ignore\";",
        "aglet:ignore",
        "f(); // aglet: ignore",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ir_unit *unit = scan(texts[i]);
        if (unit->suppressions.count)
            fail_msg("taken for a suppression: %s", texts[i]);
        ir_unit_free(unit);
    }
}

/* Whether a finding of the rule at the line of a file is left when a.c has that text. */
static bool left(const char *text, const char *file, uint32_t line, const char *rule) {
    struct ir_unit *unit = scan(text);
    struct suppressions *set = suppressions_new();
    suppressions_add(set, unit);
    ir_unit_free(unit); /* what is needed of it was copied */
    struct diag_list list;
    diag_list_init(&list);
    struct diag diag = {.rule = rule, .message = "it is wrong", .range = {file, line, 1, line, 2}};
    diag_add(&list, &diag);
    size_t taken = suppressions_apply(set, &list);
    bool is_left = list.count == 1;
    assert_int_equal(taken, !is_left);
    diag_list_free(&list);
    suppressions_free(set);
    return is_left;
}

static void takes_out_what_it_names(void **state) {
    (void)state;
    static const char one[] = "f(); // aglet:ignore a-rule -- it is so\n";
    assert_false(left(one, "/a.c", 1, "a-rule"));
    assert_true(left(one, "/a.c", 2, "a-rule"));
    assert_true(left(one, "/b.c", 1, "a-rule"));
    assert_true(left(one, "/a.c", 1, "b-rule"));
    assert_true(left(one, "/a.c", 1, "a-rul"));
    assert_true(left(one, "/a.c", 1, "rule"));
    static const char two[] = "// aglet:ignore a-rule, b-rule\nf();\n";
    assert_false(left(two, "/a.c", 2, "a-rule"));
    assert_false(left(two, "/a.c", 2, "b-rule"));
    assert_true(left(two, "/a.c", 2, "c-rule"));
    assert_true(left(two, "/a.c", 1, "a-rule"));
    assert_false(left("f(); // aglet:ignore\n", "/a.c", 1, "c-rule"));
}

static void takes_out_those_of_a_whole_file(void **state) {
    (void)state;
    static const char file[] = "f();\n// aglet:ignore-file a-rule -- made by a program\n";
    assert_false(left(file, "/a.c", 1, "a-rule"));
    assert_false(left(file, "/a.c", 900, "a-rule"));
    assert_true(left(file, "/a.c", 1, "b-rule"));
    assert_true(left(file, "/b.c", 1, "a-rule"));
    assert_false(left("/* aglet:ignore-file */\n", "/a.c", 7, "b-rule"));
}

/* A run that had a-rule and b-rule, and not off-rule; those that begin with "no" don't exist. */
static enum suppress_status status_of(const char *name, void *data) {
    (void)data;
    if (!name || strcmp(name, "a-rule") == 0 || strcmp(name, "b-rule") == 0)
        return SUPPRESS_RAN;
    return strncmp(name, "no", 2) == 0 ? SUPPRESS_UNKNOWN : SUPPRESS_OFF;
}

/* What is said of the comments in a.c when a-rule found something in its second line. */
static void idle(const char *text, size_t count, const char *message) {
    struct ir_unit *unit = scan(text);
    struct suppressions *set = suppressions_new();
    suppressions_add(set, unit);
    suppressions_add(set, unit); /* as a header that two units include */
    ir_unit_free(unit);
    struct diag_list list;
    diag_list_init(&list);
    diag_add(&list, &(struct diag){
                        .rule = "a-rule", .message = "it is wrong", .range = {"/a.c", 2, 1, 2, 2}});
    suppressions_apply(set, &list);
    size_t before = list.count;
    suppressions_audit(set, &(struct suppress_audit){.rule = "idle", .status = status_of}, &list);
    if (list.count - before != count)
        fail_msg("%zu idle instead of %zu in: %s", list.count - before, count, text);
    if (message)
        assert_string_equal(list.items[before].message, message);
    diag_list_free(&list);
    suppressions_free(set);
}

static void finds_idle_ones(void **state) {
    (void)state;
    idle("\nf(); // aglet:ignore a-rule\n", 0, NULL);
    idle("f(); // aglet:ignore a-rule\n", 1, "'a-rule' finds nothing here to suppress");
    idle("\nf(); // aglet:ignore a-rule, b-rule\n", 1, "'b-rule' finds nothing here to suppress");
    idle("f(); // aglet:ignore b-rule, a-rule\n", 2, "'b-rule' finds nothing here to suppress");
    idle("f(); // aglet:ignore off-rule\n", 0, NULL);
    idle("f(); // aglet:ignore no-rule\n", 1, "there is no rule 'no-rule' to suppress");
    idle("f(); // aglet:ignore\n", 1, "no rule finds anything here to suppress");
    idle("\nf(); // aglet:ignore\n", 0, NULL);
    idle("// aglet:ignore-file a-rule\nf();\n", 0, NULL);
    idle("// aglet:ignore-file b-rule\nf();\n", 1, NULL);
}

static void leaves_those_that_are_kept(void **state) {
    (void)state;
    idle("f(); // aglet:ignore a-rule, idle\n", 0, NULL);
    idle("f(); // aglet:ignore a-rule\n// aglet:ignore-file idle\n", 0, NULL);
    idle("// aglet:ignore-file\nf();\ng(); // aglet:ignore b-rule\n", 1, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_comment_says),
        cmocka_unit_test(knows_the_line_it_is_for),
        cmocka_unit_test(does_not_see_it_elsewhere),
        cmocka_unit_test(takes_out_what_it_names),
        cmocka_unit_test(takes_out_those_of_a_whole_file),
        cmocka_unit_test(finds_idle_ones),
        cmocka_unit_test(leaves_those_that_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
