/* The verifier: each broken invariant is found, and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ir/io.h"
#include "ir_sample.h"

/* Breaks one thing in the sample; the defect found has to contain `says`. */
#define BROKEN(says, ...)                                                                          \
    do {                                                                                           \
        struct ir_unit *u = sample_unit();                                                         \
        __VA_ARGS__;                                                                               \
        char *found = ir_verify(u);                                                                \
        if (!found || !strstr(found, says))                                                        \
            fail_msg("\"%s\" wanted, found: %s", says, found ? found : "nothing");                 \
        if (strncmp(found, "the facts are not sound: ", 25) != 0)                                  \
            fail_msg("no sentence: %s", found);                                                    \
        free(found);                                                                               \
        ir_unit_free(u);                                                                           \
    } while (0)

#define AT(array, i) u->array.data[i]
#define WATCH        AT(functions, SAMPLE_WATCH)

static void the_sample_is_sound(void **state) {
    (void)state;
    struct ir_unit *u = sample_unit();
    assert_null(ir_verify(u));
    ir_unit_free(u);
}

static void strings_are_held_to_their_bytes(void **state) {
    (void)state;
    BROKEN("has no end", AT(chars, u->chars.count - 1) = 'x');
    BROKEN("text of a string", AT(string_at, 3) = u->chars.count);
}

static void tables_are_held_to_their_indices(void **state) {
    (void)state;
    BROKEN("file's path", AT(files, 1).path = u->string_at.count);
    BROKEN("file's path is missing", AT(files, 0).path = IR_NONE);
    BROKEN("location's file", AT(locs, 0).file = 2);
    BROKEN("location's file", AT(locs, 0).spell_file = IR_NONE);
    BROKEN("type's name", AT(types, 0).name = 1000);
    BROKEN("type of kind 9", AT(types, 0).kind = IR_TYPE_OTHER + 1);
    BROKEN("made of type 2", AT(types, SAMPLE_POINTER).elem = SAMPLE_POINTER);
    BROKEN("made of type 3", AT(types, SAMPLE_POINTER).elem = SAMPLE_SIGNATURE);
    BROKEN("global's name", AT(globals, 0).name = 1000);
    BROKEN("global's identity", AT(globals, 0).usr = 1000);
    BROKEN("type 4 of 4", AT(globals, 0).type = 4);
    BROKEN("location", AT(globals, 0).loc = 1000);
    BROKEN("linkage 2", AT(globals, 0).linkage = 2);
    BROKEN("slot's global", AT(slots, 0).global = 1);
    BROKEN("slot's record", AT(slots, 0).record = 1000);
    BROKEN("slot's field", AT(slots, 0).field = 1000);
    BROKEN("slot's function", AT(slots, 0).function = 3);
    BROKEN("location", AT(slots, 0).loc = 1000);
}

static void remarks_are_held_to_their_indices(void **state) {
    (void)state;
    BROKEN("annotation", AT(annotations, 0).text = 1000);
    BROKEN("location", AT(annotations, 0).loc = 1000);
    BROKEN("annotated record", AT(type_annotations, 0).record = 1000);
    BROKEN("annotated field", AT(type_annotations, 0).field = 1000);
    BROKEN("annotation", AT(type_annotations, 0).text = 1000);
    BROKEN("location", AT(type_annotations, 0).loc = 1000);
    BROKEN("suppression's file", AT(suppressions, 0).file = 2);
    BROKEN("suppression's rules", AT(suppressions, 0).rules = 1000);
    BROKEN("suppression's reason", AT(suppressions, 0).reason = 1000);
    BROKEN("suppression of scope 3", AT(suppressions, 0).scope = 3);
    BROKEN("problem", AT(problems, 0).text = 1000);
    BROKEN("location", AT(problems, 0).loc = 1000);
}

static void functions_are_held_to_their_indices(void **state) {
    (void)state;
    BROKEN("name is missing", WATCH.name = IR_NONE);
    BROKEN("in watch: identity", WATCH.usr = 1000);
    BROKEN("in watch: a type is missing", WATCH.type = IR_NONE);
    BROKEN("in watch: note", WATCH.note = 1000);
    BROKEN("in watch: location", WATCH.loc = 1000);
    BROKEN("in watch: location", WATCH.body_loc = 1000);
    BROKEN("in watch: linkage 7", WATCH.linkage = 7);
    BROKEN("locals from", WATCH.first_local = 1);
    BROKEN("locals from", WATCH.local_count = UINT32_MAX);
    BROKEN("blocks from", WATCH.first_block = UINT32_MAX);
    BROKEN("annotations from", WATCH.annotation_count = 1);
    BROKEN("4 parameters among 3 locals", WATCH.param_count = 4);
    BROKEN("local's name", AT(locals, 0).name = 1000);
    BROKEN("local's type", AT(locals, 0).type = 4);
    BROKEN("location", AT(locals, 0).loc = 1000);
}

static void bodies_go_with_flags(void **state) {
    (void)state;
    BROKEN("it has blocks and is not defined", WATCH.flags = 0);
    BROKEN("it has blocks and is incomplete", WATCH.flags |= IR_FN_INCOMPLETE);
    BROKEN("it is incomplete and not defined", AT(functions, 0).flags |= IR_FN_INCOMPLETE);
    BROKEN("it is defined and has no block", AT(functions, 0).flags |= IR_FN_DEFINED);
}

static void nothing_belongs_to_two(void **state) {
    (void)state;
    BROKEN("annotations that belong to two", WATCH.first_annotation = 0,
           WATCH.annotation_count = 1);
    BROKEN("locals that belong to two", AT(functions, SAMPLE_BROKEN).local_count = 1);
    BROKEN("blocks that belong to two", struct ir_function *fn = &AT(functions, SAMPLE_BROKEN);
           fn->flags = IR_FN_DEFINED; fn->param_count = 0; fn->block_count = 8);
    BROKEN("instructions that belong to two", AT(blocks, 3).first_instr = 6,
           AT(blocks, 3).instr_count = 5);
    BROKEN("arguments that belong to two", AT(instrs, 12).arg_count = 2);
    BROKEN("successors that belong to two", AT(blocks, 4).first_succ = 0,
           AT(blocks, 4).succ_count = 5);
    BROKEN("cases that belong to two", struct ir_block *b = &AT(blocks, 4);
           b->term = IR_TERM_SWITCH; b->value = 6; b->first_case = 0);
}

static void places_are_chains_that_end(void **state) {
    (void)state;
    BROKEN("place of kind 5", AT(places, SAMPLE_PLACE_STATE).kind = 5);
    BROKEN("local 3 of 3", AT(places, SAMPLE_PLACE_STATE).a = 3);
    BROKEN("global 1 of 1", AT(places, SAMPLE_PLACE_TABLE).a = 1);
    BROKEN("register 9 of 9", AT(places, SAMPLE_PLACE_TARGET).a = 9);
    BROKEN("a field is missing", AT(places, SAMPLE_PLACE_FIELD).b = IR_NONE);
    BROKEN("place's record", AT(places, SAMPLE_PLACE_FIELD).record = 1000);
    BROKEN("a register is missing", AT(places, SAMPLE_PLACE_ELEMENT).b = IR_NONE);
    BROKEN("type 4 of 4", AT(places, SAMPLE_PLACE_ELEMENT).type = 4);
    BROKEN("place 3 has parent 3", AT(places, SAMPLE_PLACE_FIELD).a = SAMPLE_PLACE_FIELD);
    BROKEN("place 3 has parent 4", AT(places, SAMPLE_PLACE_FIELD).a = SAMPLE_PLACE_ELEMENT);
    BROKEN("place 4 has parent 4294967295", AT(places, SAMPLE_PLACE_ELEMENT).a = IR_NONE);
}

/* A chain of `length` fields on top of a local, loaded by the first instruction. */
static void lengthen(struct ir_unit *u, unsigned length) {
    ir_id place = SAMPLE_PLACE_STATE;
    for (unsigned i = 0; i < length; i++)
        place =
            ir_push_places(u, (struct ir_place){IR_PLACE_FIELD, place, 0, SAMPLE_POINTER, IR_NONE});
    u->instrs.data[0].a = place;
}

static void places_are_not_too_deep(void **state) {
    (void)state;
    struct ir_unit *deepest = sample_unit();
    lengthen(deepest, IR_PLACE_DEPTH);
    assert_null(ir_verify(deepest));
    ir_unit_free(deepest);
    BROKEN("too deep", lengthen(u, IR_PLACE_DEPTH + 1));
}

static void operands_are_held_to_their_kind(void **state) {
    (void)state;
    BROKEN("instruction 14", AT(instrs, 13).op = IR_DEAD + 1);
    BROKEN("type 4 of 4", AT(instrs, 0).type = 4);
    BROKEN("location", AT(instrs, 0).loc = 1000);
    BROKEN("place 5 of 5", AT(instrs, 0).a = 5);
    BROKEN("string", AT(instrs, 2).a = 1000);
    BROKEN("function 3 of 3", AT(instrs, 3).a = 3);
    BROKEN("a place is missing", AT(instrs, 4).a = IR_NONE);
    BROKEN("a register is missing", AT(instrs, 5).b = IR_NONE);
    BROKEN("place", AT(instrs, 5).a = 1000);
    BROKEN("register", AT(instrs, 6).a = 9);
    BROKEN("register", AT(instrs, 7).a = 9);
    BROKEN("register", AT(instrs, 8).a = 9);
    BROKEN("register", AT(instrs, 8).b = 9);
    BROKEN("register", AT(instrs, 9).a = 9);
    BROKEN("operator 16 of two values", AT(instrs, 8).sub = IR_NEG);
    BROKEN("operator 0 of one value", AT(instrs, 9).sub = IR_ADD);
    BROKEN("operator 19 of one value", AT(instrs, 9).sub = IR_BITNOT + 1);
    BROKEN("local 3 of 3", AT(instrs, 14).a = 3);
}

static void calls_are_held_to_their_kind(void **state) {
    (void)state;
    BROKEN("call of kind 2", AT(instrs, 11).sub = 2);
    BROKEN("callee 3 of 3", AT(instrs, 11).a = 3);
    BROKEN("a register is missing", AT(instrs, 12).a = IR_NONE);
    BROKEN("place 5 of 5", AT(instrs, 12).b = 5);
    BROKEN("arguments from", AT(instrs, 11).first_arg = 2);
    BROKEN("arguments from", AT(instrs, 11).arg_count = UINT32_MAX);
    BROKEN("register 9 of 9", AT(args, 0) = 9);
    BROKEN("register 9 of 9", AT(args, 2) = 9);
}

static void results_go_to_registers(void **state) {
    (void)state;
    BROKEN("register 9 of 9", AT(instrs, 11).dst = 9);
    BROKEN("instruction 4 writes no register", AT(instrs, 0).dst = IR_NONE);
    BROKEN("instruction 5 writes a register", AT(instrs, 5).dst = 0);
    BROKEN("register 3 is used and never written", AT(instrs, 3).dst = 4);
    BROKEN("register 0 is used and never written", AT(instrs, 0).dst = 4);
    BROKEN("register 2 is used and never written", AT(instrs, 2).dst = 4);
    BROKEN("register 8 is used and never written", AT(instrs, 11).dst = IR_NONE);
    BROKEN("16 registers and 15 instructions", WATCH.register_count = 16);
}

static void blocks_end_in_terminators(void **state) {
    (void)state;
    BROKEN("terminator 6", AT(blocks, 0).term = IR_TERM_UNREACHABLE + 1);
    BROKEN("terminator 0 has 0 successors", AT(blocks, 0).succ_count = 0);
    BROKEN("terminator 1 has 1 successors", AT(blocks, 1).succ_count = 1);
    BROKEN("terminator 2 has 0 successors", AT(blocks, 3).succ_count = 0);
    BROKEN("terminator 3 has 2 successors", AT(blocks, 4).term = IR_TERM_RETURN);
    BROKEN("terminator 5 has 2 successors", AT(blocks, 4).term = IR_TERM_UNREACHABLE);
    BROKEN("a register is missing", AT(blocks, 1).value = IR_NONE);
    BROKEN("a register is missing", AT(blocks, 3).value = IR_NONE);
    BROKEN("register 9 of 9", AT(blocks, 5).value = 9);
    BROKEN("register 1000 of 9", AT(blocks, 0).value = 1000); /* where no value is wanted */
    BROKEN("successors from", AT(blocks, 4).first_succ = u->succs.count - 1);
    BROKEN("successor 8 of 8", AT(succs, 0) = 8);
    BROKEN("cases from", AT(blocks, 3).first_case = 1);
    BROKEN("instructions from", AT(blocks, 2).first_instr = 12);
    BROKEN("location", AT(blocks, 2).loc = 1000);
}

static void loop_heads_are_held_to_the_graph(void **state) {
    (void)state;
    BROKEN("block 1 is a loop head", AT(blocks, 1).loop_head = false);
    BROKEN("block 0 is not a loop head", AT(blocks, 0).loop_head = true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_sound),
        cmocka_unit_test(strings_are_held_to_their_bytes),
        cmocka_unit_test(tables_are_held_to_their_indices),
        cmocka_unit_test(remarks_are_held_to_their_indices),
        cmocka_unit_test(functions_are_held_to_their_indices),
        cmocka_unit_test(bodies_go_with_flags),
        cmocka_unit_test(nothing_belongs_to_two),
        cmocka_unit_test(places_are_chains_that_end),
        cmocka_unit_test(places_are_not_too_deep),
        cmocka_unit_test(operands_are_held_to_their_kind),
        cmocka_unit_test(calls_are_held_to_their_kind),
        cmocka_unit_test(results_go_to_registers),
        cmocka_unit_test(blocks_end_in_terminators),
        cmocka_unit_test(loop_heads_are_held_to_the_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
