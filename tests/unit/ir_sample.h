/*
 * A unit made by hand which has each kind of everything once: what the tests of the facts print,
 * write, read, and break.
 */
#ifndef AGLET_IR_SAMPLE_H
#define AGLET_IR_SAMPLE_H

#include "ir/build.h"

/* The indices of what the tests break. */
enum { SAMPLE_READER, SAMPLE_WATCH, SAMPLE_BROKEN };               /* functions */
enum { SAMPLE_INT, SAMPLE_OPS, SAMPLE_POINTER, SAMPLE_SIGNATURE }; /* types */
enum { SAMPLE_STATE, SAMPLE_COUNT_LOCAL, SAMPLE_TEMPORARY };       /* locals of watch */
enum {                                                             /* places */
       SAMPLE_PLACE_STATE,
       SAMPLE_PLACE_TABLE,
       SAMPLE_PLACE_TARGET,
       SAMPLE_PLACE_FIELD,
       SAMPLE_PLACE_ELEMENT
};

static inline ir_id sample_loc(struct ir_unit *u, uint32_t line, uint32_t col) {
    return ir_add_loc(
        u, (struct ir_loc){
               .line = line, .col = col, .end_line = line, .end_col = col + 4, .spell_line = line});
}

static inline void sample_tables(struct ir_unit *u) {
    ir_push_files(u, (struct ir_file){.path = ir_string(u, "/src/watch.c"), .is_main = true});
    ir_push_files(u, (struct ir_file){.path = ir_string(u, "/usr/watch.h"), .is_system = true});
    ir_add_type(u, (struct ir_type){.kind = IR_TYPE_INT,
                                    .is_unsigned = true,
                                    .name = ir_string(u, "unsigned int"),
                                    .elem = IR_NONE,
                                    .size = 4});
    ir_add_type(u, (struct ir_type){.kind = IR_TYPE_RECORD,
                                    .is_const = true,
                                    .is_union = true,
                                    .name = ir_string(u, "struct ops"),
                                    .elem = IR_NONE,
                                    .size = UINT64_C(1) << 40});
    ir_add_type(u, (struct ir_type){.kind = IR_TYPE_POINTER,
                                    .name = IR_NONE,
                                    .elem = SAMPLE_OPS,
                                    .size = 8,
                                    .count = UINT64_MAX});
    ir_add_type(u, (struct ir_type){.kind = IR_TYPE_FUNCTION, .name = IR_NONE, .elem = SAMPLE_INT});
    ir_push_globals(u, (struct ir_global){.name = ir_string(u, "table"),
                                          .usr = ir_string(u, "c:@table"),
                                          .type = SAMPLE_OPS,
                                          .loc = sample_loc(u, 3, 12),
                                          .linkage = IR_LINK_EXTERNAL,
                                          .is_const = true,
                                          .is_thread_local = true,
                                          .is_definition = true,
                                          .is_local_static = true});
    ir_push_slots(u, (struct ir_slot){.global = 0,
                                      .record = ir_string(u, "struct ops"),
                                      .field = ir_string(u, "read"),
                                      .function = SAMPLE_READER,
                                      .loc = sample_loc(u, 3, 30)});
    ir_push_slots(u, (struct ir_slot){0, IR_NONE, IR_NONE, SAMPLE_WATCH, IR_NONE});
    ir_push_type_annotations(
        u, (struct ir_type_annotation){ir_string(u, "struct ops"), ir_string(u, "read"),
                                       ir_string(u, "aglet:coroutine"), sample_loc(u, 2, 5)});
    ir_push_suppressions(u, (struct ir_suppression){.line = 9,
                                                    .col = 20,
                                                    .target = 10,
                                                    .scope = IR_SUPPRESS_NEXT,
                                                    .rules = ir_string(u, "missing-cleanup"),
                                                    .reason = ir_string(u, "freed by the loop")});
    ir_push_suppressions(
        u, (struct ir_suppression){
               .line = 1, .scope = IR_SUPPRESS_FILE, .rules = IR_NONE, .reason = IR_NONE});
    ir_push_problems(u, (struct ir_problem){ir_string(u, "no such header"), IR_NONE, true});
}

static inline void sample_functions(struct ir_unit *u) {
    struct ir_function fn = {.name = ir_string(u, "my_read"),
                             .usr = ir_string(u, "c:@F@my_read"),
                             .type = SAMPLE_SIGNATURE,
                             .loc = sample_loc(u, 5, 5),
                             .body_loc = IR_NONE,
                             .linkage = IR_LINK_EXTERNAL,
                             .flags = IR_FN_WARN_UNUSED | IR_FN_SYSTEM_HEADER,
                             .param_count = 2,
                             .note = IR_NONE,
                             .annotation_count = 1};
    ir_push_annotations(u, (struct ir_annotation){ir_string(u, "a \"quoted\"\n text"), IR_NONE});
    ir_push_functions(u, fn);
    fn = (struct ir_function){.name = ir_string(u, "watch"),
                              .usr = ir_string(u, "c:watch.c@F@watch"),
                              .type = SAMPLE_SIGNATURE,
                              .loc = sample_loc(u, 7, 12),
                              .body_loc = sample_loc(u, 7, 1),
                              .linkage = IR_LINK_INTERNAL,
                              .flags = IR_FN_DEFINED | IR_FN_VARIADIC,
                              .param_count = 1,
                              .note = IR_NONE,
                              .local_count = 3,
                              .block_count = 8,
                              .first_annotation = 1,
                              .register_count = 9};
    ir_push_functions(u, fn);
    fn.name = ir_string(u, "broken");
    fn.usr = ir_string(u, "c:@F@broken");
    fn.flags = IR_FN_DEFINED | IR_FN_INCOMPLETE;
    fn.note = ir_string(u, "a jump to a label that is not there");
    fn.local_count = fn.block_count = fn.register_count = 0;
    ir_push_functions(u, fn);
}

static inline void sample_places(struct ir_unit *u) {
    const uint32_t flags[] = {IR_LOCAL_PARAM, IR_LOCAL_CLEANUP | IR_LOCAL_ADDRESS_TAKEN,
                              IR_LOCAL_TEMP};
    const ir_id names[] = {ir_string(u, "state"), ir_string(u, "count"), IR_NONE};
    for (unsigned i = 0; i < 3; i++)
        ir_push_locals(u, (struct ir_local){names[i], SAMPLE_POINTER, IR_NONE, flags[i]});
    const struct ir_place places[] = {
        {IR_PLACE_LOCAL, SAMPLE_STATE, IR_NONE, SAMPLE_POINTER, IR_NONE},
        {IR_PLACE_GLOBAL, 0, IR_NONE, SAMPLE_OPS, IR_NONE},
        {IR_PLACE_DEREF, 0, IR_NONE, SAMPLE_OPS, IR_NONE},
        {IR_PLACE_FIELD, SAMPLE_PLACE_TARGET, ir_string(u, "read"), SAMPLE_POINTER,
         ir_string(u, "struct ops")},
        {IR_PLACE_INDEX, SAMPLE_PLACE_FIELD, 1, SAMPLE_INT, IR_NONE}};
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
        ir_push_places(u, places[i]);
}

/* Ends the block whose instructions began at `first`. */
static inline void sample_end(struct ir_unit *u, ir_id first, unsigned term, ir_id value,
                              uint32_t count, const ir_id *to) {
    ir_push_blocks(u, (struct ir_block){.first_instr = first,
                                        .instr_count = u->instrs.count - first,
                                        .term = (uint8_t)term,
                                        .value = value,
                                        .first_succ = u->succs.count,
                                        .succ_count = count,
                                        .loc = IR_NONE});
    for (uint32_t i = 0; i < count; i++)
        ir_push_succs(u, to[i]);
}

static inline void sample_body(struct ir_unit *u) {
    const ir_id at = sample_loc(u, 8, 9), none = IR_NONE;
    const ir_id in_macro = ir_add_loc(u, (struct ir_loc){0, 9, 3, 9, 7, 1, 77});
    const ir_id first_arg = ir_push_args(u, 0);
    ir_push_args(u, 1);
    ir_push_args(u, 2);
    const struct ir_instr entry[] = {
        {.op = IR_LOAD, .type = SAMPLE_POINTER, .dst = 0, .a = SAMPLE_PLACE_STATE, .loc = at},
        {.op = IR_CONST, .type = SAMPLE_INT, .dst = 1, .imm = INT64_MIN, .loc = at},
        {.op = IR_STRING,
         .type = none,
         .dst = 2,
         .a = ir_string(u, "tab\there"),
         .loc = in_macro,
         .flags = IR_FROM_MACRO},
        {.op = IR_FUNCTION, .type = none, .dst = 3, .a = SAMPLE_READER, .loc = none},
        {.op = IR_ADDR, .type = none, .dst = 4, .a = SAMPLE_PLACE_TABLE, .loc = none},
        {.op = IR_STORE,
         .type = none,
         .dst = none,
         .a = SAMPLE_PLACE_ELEMENT,
         .b = 1,
         .loc = at,
         .flags = IR_STORE_INIT | IR_STORE_AGGREGATE},
    };
    const struct ir_instr loop[] = {
        {.op = IR_MOVE, .type = none, .dst = 5, .a = 1, .loc = none},
        {.op = IR_CAST, .type = SAMPLE_INT, .dst = 5, .a = 5, .loc = none},
        {.op = IR_BINARY, .sub = IR_SHL, .type = none, .dst = 6, .a = 5, .b = 1, .loc = none},
        {.op = IR_UNARY, .sub = IR_BITNOT, .type = none, .dst = 6, .a = 6, .loc = none},
        {.op = IR_UNKNOWN, .type = none, .dst = 7, .loc = none},
    };
    const struct ir_instr calls[] = {
        {.op = IR_CALL,
         .sub = IR_CALL_DIRECT,
         .type = SAMPLE_INT,
         .dst = 8,
         .a = SAMPLE_READER,
         .first_arg = first_arg,
         .arg_count = 2,
         .loc = at,
         .flags = IR_RESULT_UNUSED | IR_CALL_CLEANUP},
        {.op = IR_CALL,
         .sub = IR_CALL_INDIRECT,
         .type = none,
         .dst = none,
         .a = 3,
         .b = SAMPLE_PLACE_FIELD,
         .loc = at,
         .flags = IR_RESULT_VOID_CAST},
        {.op = IR_ASM,
         .type = none,
         .dst = none,
         .first_arg = first_arg + 2,
         .arg_count = 1,
         .loc = none},
        {.op = IR_DEAD, .type = none, .dst = none, .a = SAMPLE_TEMPORARY, .loc = none},
    };
    for (unsigned i = 0; i < sizeof entry / sizeof *entry; i++)
        ir_push_instrs(u, entry[i]);
    sample_end(u, 0, IR_TERM_JUMP, none, 1, (ir_id[]){1});
    for (unsigned i = 0; i < sizeof loop / sizeof *loop; i++)
        ir_push_instrs(u, loop[i]);
    sample_end(u, 6, IR_TERM_BRANCH, 6, 2, (ir_id[]){2, 3});
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        ir_push_instrs(u, calls[i]);
    sample_end(u, 11, IR_TERM_JUMP, none, 1, (ir_id[]){1});
    sample_end(u, 15, IR_TERM_SWITCH, 6, 3, (ir_id[]){4, 5, 6});
    ir_push_cases(u, (struct ir_case){-1, -1});
    ir_push_cases(u, (struct ir_case){INT64_MIN, INT64_MAX});
    sample_end(u, 15, IR_TERM_GOTO, none, 2, (ir_id[]){3, 5});
    sample_end(u, 15, IR_TERM_RETURN, 8, 0, NULL);
    sample_end(u, 15, IR_TERM_UNREACHABLE, none, 0, NULL);
    sample_end(u, 15, IR_TERM_RETURN, none, 0, NULL); /* nothing leads here */
}

/** The unit, complete but not finished; the caller frees it. */
static inline struct ir_unit *sample_unfinished(void) {
    struct ir_unit *u = ir_unit_new();
    sample_tables(u);
    sample_functions(u);
    sample_places(u);
    sample_body(u);
    return u;
}

static inline struct ir_unit *sample_unit(void) {
    struct ir_unit *u = sample_unfinished();
    ir_unit_finish(u);
    return u;
}

#endif
