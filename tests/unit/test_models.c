/* Model files: what is read from them, and what is said of mistakes in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/models.h"

static void add(struct model_set *set, const char *text) {
    char *error = NULL;
    if (model_set_add_text(set, "m.json", text, strlen(text), &error) < 0)
        fail_msg("%s", error);
}

#define FUNCTIONS(text) "{\"model\": 1, \"name\": \"m\", \"functions\": {" text "}}"

static void reads_every_key_of_a_role(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, "{\"model\": 1, \"name\": \"m\", \"constants\": {\"NOW\": 8}, \"functions\": {"
             "\"f\": {\"parameters\": 5, \"blocks\": {\"kind\": \"io\", \"unless\": ["
             "  {\"arg\": 1, \"is\": \"nonblocking\"}, {\"arg\": 3, \"has-flag\": \"NOW\"},"
             "  {\"arg\": 4, \"equals\": -1}, {\"arg\": 2, \"differs\": 3}]},"
             "  \"calls-back\": {\"arg\": 4, \"data\": 5, \"context\": \"loop\","
             "    \"times\": \"at-most-once\", \"until\": \"callback\"}}}}");
    const struct model_function *f = model_find(set, "f");
    assert_non_null(f);
    assert_string_equal(f->library, "m");
    assert_int_equal(f->parameters, 5);
    assert_int_equal(f->role_count, 2);
    const struct role *blocks = &f->roles[0], *back = &f->roles[1];
    assert_int_equal(blocks->kind, ROLE_BLOCKS);
    assert_string_equal(blocks->subject, "io");
    assert_int_equal(blocks->unless_count, 4);
    assert_int_equal(blocks->unless[0].arg, 0);
    assert_int_equal(blocks->unless[0].test, ROLE_TEST_NONBLOCKING);
    assert_int_equal(blocks->unless[1].test, ROLE_TEST_HAS_FLAG);
    assert_int_equal(blocks->unless[1].value, 8);
    assert_int_equal(blocks->unless[2].test, ROLE_TEST_EQUALS);
    assert_int_equal(blocks->unless[2].value, -1);
    assert_int_equal(blocks->unless[3].test, ROLE_TEST_DIFFERS);
    assert_int_equal(blocks->unless[3].value, 3);
    assert_int_equal(back->kind, ROLE_CALLS_BACK);
    assert_int_equal(back->arg, 3);
    assert_int_equal(back->data, 4);
    assert_int_equal(back->entry, ROLE_ARG_NONE);
    assert_string_equal(back->context, "loop");
    assert_string_equal(back->until, "callback");
    assert_int_equal(back->times, ROLE_TIMES_AT_MOST_ONCE);
    model_set_free(set);
}

static void reads_several_roles_of_one_name_and_roles_without_keys(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, FUNCTIONS("\"f\": {\"takes\": [{\"arg\": 1}, {\"arg\": 2, \"when\": \"zero\"}],"
                       "\"any-thread\": true}, \"g\": {}"));
    const struct model_function *f = model_find(set, "f");
    assert_int_equal(f->role_count, 3);
    assert_int_equal(f->parameters, -1);
    assert_int_equal(f->roles[1].arg, 1);
    assert_int_equal(f->roles[1].when, ROLE_WHEN_ZERO);
    assert_int_equal(f->roles[2].kind, ROLE_ANY_THREAD);
    assert_int_equal(model_find(set, "g")->role_count, 0);
    assert_null(model_find(set, "h"));
    model_set_free(set);
}

static void reads_what_numbers_and_resources_belong_to(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, FUNCTIONS("\"f\": {\"parameters\": 2, \"yields\": {\"kind\": \"id\"},"
                       " \"expects\": {\"kind\": \"flags\", \"arg\": 2, \"value\": 7},"
                       " \"acquires\": {\"kind\": \"event\", \"owner\": 1}}"));
    const struct model_function *f = model_find(set, "f");
    assert_int_equal(f->role_count, 3);
    assert_int_equal(f->roles[0].kind, ROLE_YIELDS);
    assert_string_equal(f->roles[0].subject, "id");
    assert_int_equal(f->roles[1].kind, ROLE_EXPECTS);
    assert_int_equal(f->roles[1].arg, 1);
    assert_int_equal(f->roles[1].value, 7);
    assert_int_equal(f->roles[2].owner, 0);
    model_set_free(set);
}

static void same_as_copies_roles_even_from_further_down(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, FUNCTIONS("\"a\": {\"same-as\": \"b\"},"
                       "\"c\": {\"parameters\": 3, \"same-as\": \"b\"},"
                       "\"b\": {\"parameters\": 2, \"releases\": {\"kind\": \"k\", \"arg\": 2}}"));
    const struct model_function *a = model_find(set, "a");
    assert_int_equal(a->parameters, 2);
    assert_int_equal(a->role_count, 1);
    assert_string_equal(a->roles[0].subject, "k");
    assert_int_equal(model_find(set, "c")->parameters, 3);
    model_set_free(set);
}

static void a_later_model_wins_function_by_function_and_kind_by_kind(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, "{\"model\": 1, \"name\": \"one\", \"kinds\": {\"k\": {\"noun\": \"old\"}},"
             "\"functions\": {\"f\": {\"pure\": true}, \"g\": {\"pure\": true}}}");
    const struct model_function *before = model_find(set, "f");
    add(set, "{\"model\": 1, \"name\": \"two\", \"kinds\": {\"k\": {\"noun\": \"new\"}},"
             "\"functions\": {\"f\": {\"noreturn\": true}}}");
    assert_string_equal(model_find(set, "f")->library, "two");
    assert_int_equal(model_find(set, "f")->roles[0].kind, ROLE_NORETURN);
    assert_string_equal(model_find(set, "g")->library, "one");
    assert_string_equal(model_find_kind(set, "k")->noun, "new");
    assert_null(model_find_kind(set, "k")->release);
    assert_null(model_find_kind(set, "other"));
    assert_string_equal(before->library, "one"); /* what was handed out stays valid */
    model_set_free(set);
}

static void remember_name(const struct model_function *function, void *data) {
    strcat(strcat(data, function->name), " ");
}

static void visits_in_the_order_of_names(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    char names[64] = "";
    add(set, FUNCTIONS("\"zeta\": {}, \"alpha\": {}, \"beta\": {}"));
    add(set, FUNCTIONS("\"beta\": {}, \"gamma\": {}"));
    model_each(set, remember_name, names);
    assert_string_equal(names, "alpha beta gamma zeta ");
    model_set_free(set);
}

static void holds_thousands_of_functions(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    char *text = malloc(200000), *at = text, name[16];
    at += sprintf(at, "{\"model\": 1, \"name\": \"m\", \"functions\": {");
    for (int i = 0; i < 5000; i++)
        at += sprintf(at, "%s\"f%d\": {\"parameters\": %d}", i ? ", " : "", i, i % 10);
    strcpy(at, "}}");
    add(set, text);
    for (int i = 0; i < 5000; i++) {
        sprintf(name, "f%d", i);
        assert_int_equal(model_find(set, name)->parameters, i % 10);
    }
    assert_null(model_find(set, "f5000"));
    free(text);
    model_set_free(set);
}

/* ---- mistakes ------------------------------------------------------------------------------ */

struct mistake {
    const char *text, *sentence;
};

#define HEAD   "{\"model\": 1, \"name\": \"m\",\n"
#define F(...) HEAD "\"functions\": {\n\"f\": {\n" __VA_ARGS__ "}}}"

static const struct mistake mistakes[] = {
    {"", "m.json:1: not JSON: "},
    {"{\n\"model\": 1,\n}", "m.json:3: not JSON: "},
    {"{\"model\": 1,\n \"model\": 1}", "m.json:2: not JSON: duplicate object key"},
    {"[]", "m.json:1: a model must be an object, not an array"},
    {"{\"name\": \"m\"}", "m.json:1: a model needs \"model\": 1"},
    {"{\n\"model\": 2, \"name\": \"m\"}", "m.json:2: model: the only version of the format is 1"},
    {"{\"model\": 1}", "m.json:1: a model needs \"name\""},
    {HEAD "\n\"fucntions\": {}}",
     "m.json:3: fucntions: a model has no key 'fucntions'; did you mean 'functions'?"},
    {HEAD "\"functions\": []}", "m.json:2: functions: must be an object, not an array"},
    {HEAD "\"headers\": [\"a.h\",\n7]}", "m.json:3: headers[2]: must be text, not a number"},
    {HEAD "\"headers\": {}}", "m.json:2: headers: must be an array of header names, not an object"},
    {HEAD "\"constants\": {\n\"A\": \"8\"}}", "m.json:3: constants.A: must be a number, not text"},
    {HEAD "\"kinds\": {\n\"k\": {\"nuon\": \"x\"}}}",
     "m.json:3: kinds.k.nuon: a kind has no key 'nuon'; did you mean 'noun'?"},
    {HEAD "\"kinds\": {\"k\": {\n\"noun\": 1}}}",
     "m.json:3: kinds.k.noun: must be text, not a number"},
    {HEAD "\"kinds\": {\"k\": 1}}", "m.json:2: kinds.k: must be an object, not a number"},
    {HEAD "\"functions\": {\n\"a b\": {}}}",
     "m.json:3: functions.a b: is not the name of a C function"},
    {HEAD "\"functions\": {\n\"f\": true}}", "m.json:3: functions.f: must be an object, not true"},
    {F("\"parameters\": -1"),
     "m.json:4: functions.f.parameters: must be the number of parameters, 0 to 64"},
    {F("\"variadic\": 1"), "m.json:4: functions.f.variadic: must be true or false, not a number"},
    {F("\"blokcs\": {}"),
     "m.json:4: functions.f.blokcs: there is no role 'blokcs'; did you mean 'blocks'?"},
    {F("\"blocks\": \"io\""), "m.json:4: functions.f.blocks: must be true, an object or an array "
                              "of objects, not text"},
    {F("\"blocks\": true"), "m.json:4: functions.f.blocks: role 'blocks' needs the key 'kind'"},
    {F("\"blocks\": []"), "m.json:4: functions.f.blocks: is an empty array"},
    {F("\"blocks\": {\n\"kind\": \"disk\"}"),
     "m.json:5: functions.f.blocks.kind: 'disk' is none of: sleep, io, net, dns, lock, process, "
     "wait, db, cpu"},
    {F("\"blocks\": {\"kind\": \"io\",\n\"unles\": []}"),
     "m.json:5: functions.f.blocks.unles: role 'blocks' has no key 'unles'; did you mean "
     "'unless'?"},
    {F("\"pure\": {\"arg\": 1}"),
     "m.json:4: functions.f.pure.arg: role 'pure' takes no keys, but here is 'arg'"},
    {F("\"joins\": {\"arg\": 0}"), "m.json:4: functions.f.joins.arg: '0' is not an argument's "
                                   "number (they count from 1)"},
    {F("\"joins\": {\"arg\": \"1\"}"),
     "m.json:4: functions.f.joins.arg: must be an argument's number, not text"},
    {F("\"parameters\": 1,\n\"joins\": {\"arg\": 2}"),
     "m.json:5: functions.f.joins: names argument 2, but the function has 1"},
    {F("\"acquires\": {\"kind\": \"a b\"}"),
     "m.json:4: functions.f.acquires.kind: 'a b' is not a kind's name"},
    {F("\"acquires\": {\"kind\": \"k\", \"via\": \"in:1\"}"),
     "m.json:4: functions.f.acquires.via: 'in:1' is none of: return, out:N, arg:N"},
    {F("\"acquires\": {\"kind\": \"k\", \"when\": \"maybe\"}"),
     "m.json:4: functions.f.acquires.when: 'maybe' is none of: always, zero,"},
    {F("\"releases\": {\"kind\": \"k\"}"),
     "m.json:4: functions.f.releases: role 'releases' needs one of the keys 'arg' and 'via'"},
    {F("\"releases\": {\"kind\": \"k\", \"arg\": 1, \"via\": \"out:1\"}"),
     "m.json:4: functions.f.releases: role 'releases' needs one of the keys 'arg' and 'via'"},
    {F("\"releases\": {\"kind\": \"k\", \"via\": \"return\"}"),
     "m.json:4: functions.f.releases: role 'releases' cannot release what is returned"},
    {F("\"spawns\": {\"data\": 1}"),
     "m.json:4: functions.f.spawns: role 'spawns' needs the key 'entry' or 'handle'"},
    {F("\"takes\": [{\"arg\": 1},\n{\"arg\": true}]"),
     "m.json:5: functions.f.takes[2].arg: must be an argument's number, not true"},
    {F("\"runs-loop\": {\"unless\": {}}"),
     "m.json:4: functions.f.runs-loop.unless: must be an array of objects, not an object"},
    {F("\"runs-loop\": {\"unless\": [\n{\"arg\": 1, \"is\": \"closed\"}]}"),
     "m.json:5: functions.f.runs-loop.unless[1].is: must be one of: \"null\""},
    {F("\"runs-loop\": {\"unless\": [{\"arg\": 1, \"is\": \"equals\"}]}"),
     "m.json:4: functions.f.runs-loop.unless[1].is: must be one of: \"null\""},
    {F("\"runs-loop\": {\"unless\": [{\"arg\": 1, \"has-flg\": 1}]}"),
     "m.json:4: functions.f.runs-loop.unless[1].has-flg: an exception has no key 'has-flg'; did "
     "you mean 'has-flag'?"},
    {F("\"runs-loop\": {\"unless\": [{\"is\": \"null\"}]}"),
     "m.json:4: functions.f.runs-loop.unless[1]: needs \"arg\" and one of"},
    {F("\"runs-loop\": {\"unless\": [7]}"),
     "m.json:4: functions.f.runs-loop.unless[1]: must be an object such as"},
    {F("\"runs-loop\": {\"unless\": [{\"arg\": 1, \"equals\": 1.5}]}"),
     "m.json:4: functions.f.runs-loop.unless[1].equals: must be a number or the name of one, not "
     "a fraction"},
    {HEAD "\"constants\": {\"O_NONBLOCK\": 2048}, \"functions\": {\"f\": {\n"
          "\"runs-loop\": {\"unless\": [{\"arg\": 1, \"has-flag\": \"O_NONBLOK\"}]}}}}",
     "m.json:3: functions.f.runs-loop.unless[1].has-flag: 'O_NONBLOK' is not among the model's "
     "\"constants\"; did you mean 'O_NONBLOCK'?"},
    {F("\"runs-loop\": {\"unless\": ["
       "{\"arg\": 1, \"equals\": 1}, {\"arg\": 1, \"equals\": 2}, {\"arg\": 1, \"equals\": 3},"
       "{\"arg\": 1, \"equals\": 4},\n{\"arg\": 1, \"equals\": 5}]}"),
     "m.json:5: functions.f.runs-loop.unless[5]: a role has at most 4 exceptions"},
    {F("\"same-as\": \"f\""), "m.json:4: functions.f.same-as: must name a function which this "
                              "file describes with roles"},
    {F("\"same-as\": 1"), "m.json:4: functions.f.same-as: must name a function"},
    {F("\"same-as\": \"g\",\n\"pure\": true"), "m.json:5: functions.f.pure: an entry with "
                                               "\"same-as\" has no key 'pure'"},
    {HEAD "\"functions\": {\"g\": {\"joins\": {\"arg\": 2}},\n"
          "\"f\": {\"parameters\": 1, \"same-as\": \"g\"}}}",
     "m.json:3: functions.f.same-as: names argument 2, but the function has 1"},
};

static void names_file_line_and_key_of_every_mistake(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct model_set *set = model_set_new();
        char *error = NULL;
        const char *text = mistakes[i].text, *expected = mistakes[i].sentence;
        assert_int_equal(model_set_add_text(set, "m.json", text, strlen(text), &error), -1);
        assert_non_null(error);
        if (strncmp(error, expected, strlen(expected)) != 0)
            fail_msg("for %s\nexpected %s\n     got %s", text, expected, error);
        assert_null(strchr(error, '\n'));
        assert_null(model_find(set, "f")); /* all of a file or nothing */
        free(error);
        model_set_free(set);
    }
}

static void append_headers(const struct model_library *library, void *data) {
    FILE *text = data;
    fprintf(text, "%s:", library->name);
    for (size_t i = 0; i < library->header_count; i++)
        fprintf(text, " %s", library->headers[i]);
    fprintf(text, "\n");
}

static void keeps_the_headers_of_every_library(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    add(set, "{\"model\": 1, \"name\": \"b\", \"headers\": [\"b.h\", \"b/more.h\"]}");
    add(set, "{\"model\": 1, \"name\": \"a\"}");
    add(set, "{\"model\": 1, \"name\": \"c\", \"headers\": []}");
    char *seen = NULL;
    size_t size;
    FILE *text = open_memstream(&seen, &size);
    assert_non_null(text);
    model_each_library(set, append_headers, text);
    fclose(text);
    assert_string_equal(seen, "b: b.h b/more.h\na:\nc:\n");
    free(seen);
    model_set_free(set);
}

static void a_file_that_is_not_there_is_one_sentence(void **state) {
    (void)state;
    struct model_set *set = model_set_new();
    char *error = NULL;
    assert_int_equal(model_set_add_file(set, "/no/such/model.json", &error), -1);
    assert_string_equal(error, "/no/such/model.json: cannot be opened: "
                               "No such file or directory");
    free(error);
    assert_int_equal(model_set_add_file(set, "/", &error), -1);
    assert_string_equal(error, "/: cannot be read: Is a directory");
    free(error);
    model_set_free(set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_key_of_a_role),
        cmocka_unit_test(reads_several_roles_of_one_name_and_roles_without_keys),
        cmocka_unit_test(reads_what_numbers_and_resources_belong_to),
        cmocka_unit_test(same_as_copies_roles_even_from_further_down),
        cmocka_unit_test(a_later_model_wins_function_by_function_and_kind_by_kind),
        cmocka_unit_test(visits_in_the_order_of_names),
        cmocka_unit_test(holds_thousands_of_functions),
        cmocka_unit_test(keeps_the_headers_of_every_library),
        cmocka_unit_test(names_file_line_and_key_of_every_mistake),
        cmocka_unit_test(a_file_that_is_not_there_is_one_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
