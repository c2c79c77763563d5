/* The models that are built in: they load, and say what the rules rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/models.h"

static int load(void **state) {
    struct model_set *set = model_set_new();
    char *error = NULL;
    *state = set;
    if (model_set_add_bundled(set, &error) == 0)
        return 0;
    print_error("%s\n", error);
    free(error);
    return -1;
}

static int unload(void **state) {
    model_set_free(*state);
    return 0;
}

static const struct role *find(void *set, const char *name, enum role_kind kind) {
    const struct model_function *function = model_find(set, name);
    for (size_t i = 0; function && i < function->role_count; i++)
        if (function->roles[i].kind == kind)
            return &function->roles[i];
    fail_msg("%s lacks the role %s", name, role_name(kind));
    return NULL;
}

static void the_heap_and_files_are_resources(void **state) {
    const struct role *role = find(*state, "malloc", ROLE_ACQUIRES);
    assert_string_equal(role->subject, "memory");
    assert_int_equal(role->when, ROLE_WHEN_NONNULL);
    role = find(*state, "open", ROLE_ACQUIRES);
    assert_string_equal(role->subject, "fd");
    assert_int_equal(role->when, ROLE_WHEN_NONNEGATIVE);
    assert_string_equal(model_find_kind(*state, "FILE")->noun, "FILE stream");
    assert_string_equal(model_find_kind(*state, "FILE")->release, "fclose");
}

static void a_read_blocks_unless_its_descriptor_does_not(void **state) {
    const struct role *role = find(*state, "read", ROLE_BLOCKS);
    assert_int_equal(role->unless_count, 1);
    assert_int_equal(role->unless[0].arg, 0);
    assert_int_equal(role->unless[0].test, ROLE_TEST_NONBLOCKING);
}

static void a_file_operation_without_a_callback_blocks(void **state) {
    const struct role *role = find(*state, "uv_fs_open", ROLE_BLOCKS);
    assert_int_equal(role->unless[0].arg, 5);
    assert_int_equal(role->unless[0].test, ROLE_TEST_NONNULL);
    role = find(*state, "uv_fs_open", ROLE_BORROWS);
    assert_int_equal(role->unless[0].test, ROLE_TEST_NULL);
}

static void callbacks_know_where_they_run(void **state) {
    assert_string_equal(find(*state, "uv_timer_start", ROLE_CALLS_BACK)->context, "loop");
    assert_string_equal(find(*state, "uv_queue_work", ROLE_CALLS_BACK)->context, "worker");
    assert_string_equal(find(*state, "event_new", ROLE_CALLS_BACK)->context, "loop");
    assert_string_equal(find(*state, "g_task_run_in_thread", ROLE_CALLS_BACK)->context, "worker");
    assert_string_equal(find(*state, "qsort", ROLE_CALLS_BACK)->context, "sync");
}

static void writing_through_a_pointer_is_known_but_not_pure(void **state) {
    const struct model_function *copy = model_find(*state, "memcpy");
    for (size_t i = 0; i < copy->role_count; i++)
        assert_int_not_equal(copy->roles[i].kind, ROLE_PURE);
    find(*state, "strlen", ROLE_PURE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heap_and_files_are_resources),
        cmocka_unit_test(a_read_blocks_unless_its_descriptor_does_not),
        cmocka_unit_test(a_file_operation_without_a_callback_blocks),
        cmocka_unit_test(callbacks_know_where_they_run),
        cmocka_unit_test(writing_through_a_pointer_is_known_but_not_pure),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
