/* Units: building, interning, loop heads, text, and the way to bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ir/io.h"
#include "ir/layout.h"
#include "ir_sample.h"

/* ---- building -------------------------------------------------------------------------- */

static void equal_strings_have_equal_ids(void **state) {
    (void)state;
    struct ir_unit *u = ir_unit_new();
    char text[16];
    ir_id ids[5000];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(text, sizeof text, "text %d", i);
            ir_id id = ir_string(u, text);
            if (round == 0)
                ids[i] = id;
            assert_int_equal(id, ids[i]);
            assert_string_equal(ir_text(u, id), text);
        }
    assert_int_equal(u->string_at.count, 5000);
    ir_unit_free(u);
}

static void a_string_is_no_prefix_of_another(void **state) {
    (void)state;
    struct ir_unit *u = ir_unit_new();
    ir_id whole = ir_string(u, "reader"), part = ir_string_n(u, "reader", 4);
    ir_id empty = ir_string_n(u, "reader", 0);
    assert_int_not_equal(whole, part);
    assert_string_equal(ir_text(u, part), "read");
    assert_int_equal(part, ir_string(u, "read"));
    assert_int_equal(empty, ir_string(u, ""));
    assert_int_equal(ir_string_n(u, "read\0er", 7), part);
    assert_string_equal(ir_text(u, IR_NONE), "");
    ir_unit_free(u);
}

static void equal_locations_and_types_have_equal_ids(void **state) {
    (void)state;
    struct ir_unit *u = ir_unit_new();
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 3000; i++) {
            assert_int_equal(ir_add_loc(u, (struct ir_loc){.line = i / 50, .col = i % 50}), i);
            assert_int_equal(ir_add_type(u, (struct ir_type){.kind = IR_TYPE_ARRAY,
                                                             .count = i / 2,
                                                             .is_const = i % 2 != 0}),
                             i);
        }
    assert_int_equal(u->locs.count, 3000);
    assert_int_equal(u->types.count, 3000);
    ir_unit_free(u);
}

static void an_unfinished_unit_can_be_freed(void **state) {
    (void)state;
    struct ir_unit *u = sample_unfinished();
    u->succs.data[0] = 1000; /* what is half built need not be sound */
    ir_unit_free(u);
    ir_unit_free(NULL);
}

/* ---- loop heads ------------------------------------------------------------------------ */

/* A function of `count` blocks; edges are pairs of from and to, ordered by from. */
static struct ir_unit *graph(uint32_t count, const ir_id (*edges)[2], uint32_t edge_count) {
    struct ir_unit *u = ir_unit_new();
    ir_push_functions(u, (struct ir_function){.flags = IR_FN_DEFINED, .block_count = count});
    for (ir_id b = 0; b < count; b++) {
        struct ir_block block = {.term = IR_TERM_GOTO, .first_succ = u->succs.count};
        for (uint32_t e = 0; e < edge_count; e++)
            if (edges[e][0] == b) {
                ir_push_succs(u, edges[e][1]);
                block.succ_count++;
            }
        ir_push_blocks(u, block);
    }
    ir_unit_finish(u);
    return u;
}

static void loop_heads_are_targets_of_back_edges(void **state) {
    (void)state;
    static const ir_id edges[][2] = {{0, 1}, {1, 2}, {2, 3}, {2, 5}, {3, 2}, {3, 4},
                                     {4, 1}, {5, 5}, {5, 6}, {4, 6}, {7, 0}};
    static const bool heads[] = {false, true, true, false, false, true, false, false};
    struct ir_unit *u = graph(8, edges, sizeof edges / sizeof *edges);
    for (ir_id b = 0; b < 8; b++)
        assert_int_equal(u->blocks.data[b].loop_head, heads[b]);
    ir_unit_free(u);
}

static void a_long_function_needs_no_deep_stack(void **state) {
    (void)state;
    enum { COUNT = 300000 };
    struct ir_unit *u = ir_unit_new();
    ir_push_functions(u, (struct ir_function){.flags = IR_FN_DEFINED, .block_count = COUNT});
    for (ir_id b = 0; b < COUNT; b++) {
        ir_push_blocks(u, (struct ir_block){.first_succ = b, .succ_count = 1});
        ir_push_succs(u, b + 1 < COUNT ? b + 1 : 1);
    }
    ir_unit_finish(u);
    assert_false(u->blocks.data[0].loop_head);
    assert_true(u->blocks.data[1].loop_head);
    assert_false(u->blocks.data[2].loop_head);
    ir_unit_free(u);
}

/* ---- text ------------------------------------------------------------------------------ */

static char *printed(const struct ir_unit *u) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    ir_print(u, out);
    fclose(out);
    return text;
}

static const char sample_text[] =
    "global extern const thread table  @watch.c:3:12\n"
    "slot table: struct ops.read = my_read  @watch.c:3:30\n"
    "slot table = watch\n"
    "annotation struct ops.read \"aglet:coroutine\"  @watch.c:2:5\n"
    "suppress next /src/watch.c:9 for line 10: missing-cleanup (freed by the loop)\n"
    "suppress file /src/watch.c:1 for line 0: all\n"
    "fatal problem: no such header\n"
    "declared extern my_read/2 system warn-unused  @watch.c:5:5\n"
    "  annotation \"a \\\"quoted\\\"\\x0a text\"\n"
    "function static watch(state) variadic  @watch.c:7:12\n"
    "b0:\n"
    "  r0 = load state  @8:9\n"
    "  r1 = -9223372036854775808  @8:9\n"
    "  r2 = \"tab\\x09here\"  @9:3 (text at 77)\n"
    "  r3 = &my_read\n"
    "  r4 = &::table\n"
    "  ((*r0).read)[r1] = r1 init aggregate  @8:9\n"
    "  jump b1\n"
    "b1: (loop head)\n"
    "  r5 = r1\n"
    "  r5 = (unsigned int) r5\n"
    "  r6 = r5 << r1\n"
    "  r6 = ~r6\n"
    "  r7 = unknown\n"
    "  branch r6 ? b2 : b3\n"
    "b2:\n"
    "  r8 = call my_read(r0, r1) cleanup unused  @8:9\n"
    "  call *r3 of (*r0).read() void  @8:9\n"
    "  asm (r2)\n"
    "  dead $2\n"
    "  jump b1\n"
    "b3: (loop head)\n"
    "  switch r6 -1: b4 -9223372036854775808...9223372036854775807: b5 default: b6\n"
    "b4:\n"
    "  goto b3 b5\n"
    "b5:\n"
    "  return r8\n"
    "b6:\n"
    "  unreachable\n"
    "b7:\n"
    "  return\n"
    "function static broken/1 incomplete (a jump to a label that is not there)  @watch.c:7:12\n";

static void a_unit_prints_as_text(void **state) {
    (void)state;
    struct ir_unit *u = sample_unit();
    char *text = printed(u);
    assert_string_equal(text, sample_text);
    free(text);
    ir_unit_free(u);
}

/* ---- bytes ----------------------------------------------------------------------------- */

static void a_sound_unit_is_read_as_it_was_written(void **state) {
    (void)state;
    struct ir_unit *u = sample_unit();
    char *defect = ir_verify(u), *error = NULL;
    assert_null(defect);
    uint8_t *bytes, *again;
    size_t length, length_again;
    ir_save(u, &bytes, &length);
    struct ir_unit *loaded = ir_load(bytes, length, &error);
    assert_null(error);
    assert_non_null(loaded);
    char *text = printed(loaded);
    assert_string_equal(text, sample_text);
    ir_save(loaded, &again, &length_again);
    assert_int_equal(length, length_again);
    assert_memory_equal(bytes, again, length);
    free(text);
    free(bytes);
    free(again);
    ir_unit_free(loaded);
    ir_unit_free(u);
}

/* Every field is written and read: between two of them there is nothing but what aligns the
   second. */
static void no_field_is_left_out(void **state) {
    (void)state;
    size_t count;
    const struct ir_array_layout *layouts = ir_layouts(&count);
    for (size_t a = 0; a < count; a++) {
        size_t end = 0, widest = 1;
        for (size_t f = 0; f < layouts[a].field_count; f++) {
            const struct ir_field *field = &layouts[a].fields[f];
            assert_true(field->offset >= end);
            assert_true(field->offset - end < field->size);
            end = field->offset + field->size;
            widest = field->size > widest ? field->size : widest;
        }
        assert_true(end <= layouts[a].element);
        assert_true(layouts[a].element - end < widest);
    }
}

static void padding_is_not_written(void **state) {
    (void)state;
    uint8_t *bytes[2];
    size_t length[2];
    for (int i = 0; i < 2; i++) {
        struct ir_unit *u = ir_unit_new();
        struct ir_place place;
        memset(&place, i ? 0xff : 0, sizeof place);
        place.kind = IR_PLACE_LOCAL;
        place.a = place.b = place.type = place.record = IR_NONE;
        ir_push_places(u, place);
        memcpy(u->places.data, &place, sizeof place);
        ir_unit_finish(u);
        ir_save(u, &bytes[i], &length[i]);
        ir_unit_free(u);
    }
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(bytes[0], bytes[1], length[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void an_empty_unit_has_facts_too(void **state) {
    (void)state;
    struct ir_unit *u = ir_unit_new();
    ir_unit_finish(u);
    uint8_t *bytes;
    size_t length;
    char *error;
    ir_save(u, &bytes, &length);
    struct ir_unit *loaded = ir_load(bytes, length, &error);
    assert_non_null(loaded);
    assert_null(error);
    assert_int_equal(loaded->functions.count, 0);
    free(bytes);
    ir_unit_free(loaded);
    ir_unit_free(u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_strings_have_equal_ids),
        cmocka_unit_test(a_string_is_no_prefix_of_another),
        cmocka_unit_test(equal_locations_and_types_have_equal_ids),
        cmocka_unit_test(an_unfinished_unit_can_be_freed),
        cmocka_unit_test(loop_heads_are_targets_of_back_edges),
        cmocka_unit_test(a_long_function_needs_no_deep_stack),
        cmocka_unit_test(a_unit_prints_as_text),
        cmocka_unit_test(a_sound_unit_is_read_as_it_was_written),
        cmocka_unit_test(no_field_is_left_out),
        cmocka_unit_test(padding_is_not_written),
        cmocka_unit_test(an_empty_unit_has_facts_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
