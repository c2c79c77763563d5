/* Annotations: "ROLE(key=value, …)" becomes a role, or a sentence that says what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/role.h"

static struct role parse(const char *text) {
    struct role role;
    char *error = NULL;
    if (role_parse(text, &role, &error) < 0)
        fail_msg("%s: %s", text, error);
    return role;
}

static void reads_resources_by_return_out_and_arg(void **state) {
    (void)state;
    struct role role = parse("acquires(kind=stream, via=out:2, when=zero)");
    assert_int_equal(role.kind, ROLE_ACQUIRES);
    assert_string_equal(role.subject, "stream");
    assert_int_equal(role.via, ROLE_VIA_OUT);
    assert_int_equal(role.arg, 1);
    assert_int_equal(role.when, ROLE_WHEN_ZERO);
    role_clear(&role);
    role = parse("acquires(kind=queue, via=return, when=nonnull)");
    assert_int_equal(role.via, ROLE_VIA_RETURN);
    assert_int_equal(role.arg, ROLE_ARG_RETURN);
    role_clear(&role);
    role = parse("acquires(kind=Timer,via=arg:1,when=zero)");
    assert_int_equal(role.via, ROLE_VIA_ARG);
    assert_int_equal(role.arg, 0);
    role_clear(&role);
    role = parse("releases(kind=gerror, via=out:1)");
    assert_int_equal(role.via, ROLE_VIA_OUT);
    role_clear(&role);
    role = parse("releases(kind=gerror, arg=1)");
    assert_int_equal(role.via, ROLE_VIA_ARG);
    role_clear(&role);
}

static void reads_spawns(void **state) {
    (void)state;
    struct role role = parse("spawns(entry=1, data=2, handle=return, owner=3)");
    assert_int_equal(role.entry, 0);
    assert_int_equal(role.data, 1);
    assert_int_equal(role.owner, 2);
    assert_int_equal(role.handle, ROLE_ARG_RETURN);
    assert_int_equal(role.arg, ROLE_ARG_NONE);
    role = parse("spawns(kind=thread, entry=2, handle=out:1)");
    assert_int_equal(role.handle, 0);
    assert_int_equal(role.data, ROLE_ARG_NONE);
    assert_string_equal(role.subject, "thread");
    role_clear(&role);
}

static void reads_values(void **state) {
    (void)state;
    struct role role = parse("cancellable");
    assert_int_equal(role.arg, ROLE_ARG_NONE);
    assert_int_equal(role.value, ROLE_VALUE_USUAL);
    role = parse("cancellable(arg=2, value=-1)");
    assert_int_equal(role.arg, 1);
    assert_int_equal(role.value, -1);
}

static void spaces_and_empty_parentheses_do_not_matter(void **state) {
    (void)state;
    assert_int_equal(parse("deadline - begin").kind, ROLE_DEADLINE_BEGIN);
    struct role out = parse("acquires(kind = file, via = out : 4, when = zero)");
    assert_int_equal(out.arg, 3);
    role_clear(&out);
    assert_int_equal(parse("coroutine").kind, ROLE_COROUTINE);
    assert_int_equal(parse(" shield-begin ( ) ").kind, ROLE_SHIELD_BEGIN);
    struct role role = parse(" suspends ( when = maybe ) ");
    assert_int_equal(role.when, ROLE_WHEN_MAYBE);
}

static void reads_exceptions(void **state) {
    (void)state;
    struct role role =
        parse("blocks(kind=io, unless=1:nonblocking, unless=3:has-flag:0x800, unless=2:null)");
    assert_int_equal(role.unless_count, 3);
    assert_int_equal(role.unless[0].test, ROLE_TEST_NONBLOCKING);
    assert_int_equal(role.unless[1].arg, 2);
    assert_int_equal(role.unless[1].value, 0x800);
    assert_int_equal(role.unless[2].test, ROLE_TEST_NULL);
    role_clear(&role);
}

static void every_role_has_a_name_that_reads_back(void **state) {
    (void)state;
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        struct role role;
        char *error = NULL;
        if (role_parse(role_name((enum role_kind)i), &role, &error) == 0)
            assert_int_equal(role.kind, i);
        else
            assert_non_null(strstr(error, "needs")); /* keys, but the name is known */
        free(error);
    }
}

static void says_what_is_wrong(void **state) {
    (void)state;
    static const char *const mistakes[][2] = {
        {"", "there is no role ''"},
        {"corutine", "there is no role 'corutine'; did you mean 'coroutine'?"},
        {"quux", "there is no role 'quux'"},
        {"joins(arg=1", "'joins(arg=1' lacks its closing parenthesis"},
        {"joins", "role 'joins' needs the key 'arg'"},
        {"joins(1)", "'1' is not KEY=VALUE"},
        {"joins(arg=1,)", "'' is not KEY=VALUE"},
        {"joins(agr=1)", "role 'joins' has no key 'agr'; did you mean 'arg'?"},
        {"joins(arg=1, arg=2)", "key 'arg' is given twice"},
        {"joins(arg=0)",
         "key 'arg' of role 'joins': '0' is not an argument's number (they count from 1)"},
        {"joins(arg=65)",
         "key 'arg' of role 'joins': '65' is not an argument's number (they count from 1)"},
        {"pure(arg=1)", "role 'pure' takes no keys, but here is 'arg'"},
        {"suspends(when=zero)", "key 'when' of role 'suspends': 'zero' is none of: always, maybe"},
        {"spawns(entry=1, handle=arg:2)",
         "key 'handle' of role 'spawns': 'arg:2' is none of: return, out:N"},
        {"blocks(kind=io, unless=3)",
         "key 'unless' of role 'blocks': '3' is not N:TEST or N:TEST:NUMBER, as in 2:null or "
         "3:equals:0"},
        {"blocks(kind=io, unless=3:equals)",
         "key 'unless' of role 'blocks': test 'equals' needs a number, as in 3:equals:0"},
        {"blocks(kind=io, unless=3:null:1)",
         "key 'unless' of role 'blocks': test 'null' takes no number"},
        {"blocks(kind=io, unless=3:equals:x)",
         "key 'unless' of role 'blocks': 'x' is not a number"},
        {"cancellable(value=none)", "key 'value' of role 'cancellable': 'none' is not a number"},
        {"calls-back(arg=1, context=looop)",
         "key 'context' of role 'calls-back': 'looop' is none of: coroutine, loop, worker, "
         "thread, sync, signal"},
        {"called-back", "role 'called-back' needs the key 'context'"},
        {"called-back(context=sync)",
         "role 'called-back' needs a context that does not depend on who calls, and 'sync' does"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct role role;
        char *error = NULL;
        assert_int_equal(role_parse(mistakes[i][0], &role, &error), -1);
        assert_string_equal(error, mistakes[i][1]);
        free(error);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_resources_by_return_out_and_arg),
        cmocka_unit_test(reads_spawns),
        cmocka_unit_test(reads_values),
        cmocka_unit_test(spaces_and_empty_parentheses_do_not_matter),
        cmocka_unit_test(reads_exceptions),
        cmocka_unit_test(every_role_has_a_name_that_reads_back),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
