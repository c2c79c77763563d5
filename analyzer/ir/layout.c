#include "ir/layout.h"

#define KIND(T, name)                                                                              \
    _Generic(((T *)0)->name,                                                                       \
        bool: IR_FIELD_BOOL,                                                                       \
        int64_t: IR_FIELD_SIGNED,                                                                  \
        default: IR_FIELD_UNSIGNED)
#define FIELD(T, name) {offsetof(T, name), sizeof(((T *)0)->name), KIND(T, name)}

static const struct ir_field files_fields[] = {
    FIELD(struct ir_file, path), FIELD(struct ir_file, is_system), FIELD(struct ir_file, is_main)};
static const struct ir_field locs_fields[] = {
    FIELD(struct ir_loc, file),       FIELD(struct ir_loc, line),
    FIELD(struct ir_loc, col),        FIELD(struct ir_loc, end_line),
    FIELD(struct ir_loc, end_col),    FIELD(struct ir_loc, spell_file),
    FIELD(struct ir_loc, spell_line),
};
static const struct ir_field types_fields[] = {
    FIELD(struct ir_type, kind),     FIELD(struct ir_type, is_unsigned),
    FIELD(struct ir_type, is_const), FIELD(struct ir_type, is_union),
    FIELD(struct ir_type, name),     FIELD(struct ir_type, elem),
    FIELD(struct ir_type, size),     FIELD(struct ir_type, count),
};
static const struct ir_field globals_fields[] = {
    FIELD(struct ir_global, name),
    FIELD(struct ir_global, usr),
    FIELD(struct ir_global, type),
    FIELD(struct ir_global, loc),
    FIELD(struct ir_global, linkage),
    FIELD(struct ir_global, is_const),
    FIELD(struct ir_global, is_thread_local),
    FIELD(struct ir_global, is_definition),
    FIELD(struct ir_global, is_local_static),
};
static const struct ir_field slots_fields[] = {
    FIELD(struct ir_slot, global),   FIELD(struct ir_slot, record), FIELD(struct ir_slot, field),
    FIELD(struct ir_slot, function), FIELD(struct ir_slot, loc),
};
static const struct ir_field functions_fields[] = {
    FIELD(struct ir_function, name),
    FIELD(struct ir_function, usr),
    FIELD(struct ir_function, type),
    FIELD(struct ir_function, loc),
    FIELD(struct ir_function, body_loc),
    FIELD(struct ir_function, linkage),
    FIELD(struct ir_function, flags),
    FIELD(struct ir_function, param_count),
    FIELD(struct ir_function, note),
    FIELD(struct ir_function, first_local),
    FIELD(struct ir_function, local_count),
    FIELD(struct ir_function, first_block),
    FIELD(struct ir_function, block_count),
    FIELD(struct ir_function, first_annotation),
    FIELD(struct ir_function, annotation_count),
    FIELD(struct ir_function, register_count),
};
static const struct ir_field annotations_fields[] = {FIELD(struct ir_annotation, text),
                                                     FIELD(struct ir_annotation, loc)};
static const struct ir_field type_annotations_fields[] = {
    FIELD(struct ir_type_annotation, record),
    FIELD(struct ir_type_annotation, field),
    FIELD(struct ir_type_annotation, text),
    FIELD(struct ir_type_annotation, loc),
};
static const struct ir_field locals_fields[] = {
    FIELD(struct ir_local, name),
    FIELD(struct ir_local, type),
    FIELD(struct ir_local, loc),
    FIELD(struct ir_local, flags),
};
static const struct ir_field blocks_fields[] = {
    FIELD(struct ir_block, first_instr), FIELD(struct ir_block, instr_count),
    FIELD(struct ir_block, term),        FIELD(struct ir_block, loop_head),
    FIELD(struct ir_block, value),       FIELD(struct ir_block, first_succ),
    FIELD(struct ir_block, succ_count),  FIELD(struct ir_block, first_case),
    FIELD(struct ir_block, loc),
};
static const struct ir_field instrs_fields[] = {
    FIELD(struct ir_instr, op),        FIELD(struct ir_instr, sub),
    FIELD(struct ir_instr, flags),     FIELD(struct ir_instr, type),
    FIELD(struct ir_instr, dst),       FIELD(struct ir_instr, a),
    FIELD(struct ir_instr, b),         FIELD(struct ir_instr, first_arg),
    FIELD(struct ir_instr, arg_count), FIELD(struct ir_instr, loc),
    FIELD(struct ir_instr, imm),
};
static const struct ir_field places_fields[] = {
    FIELD(struct ir_place, kind), FIELD(struct ir_place, a),      FIELD(struct ir_place, b),
    FIELD(struct ir_place, type), FIELD(struct ir_place, record),
};
static const struct ir_field args_fields[] = {{0, sizeof(ir_id), IR_FIELD_UNSIGNED}};
static const struct ir_field succs_fields[] = {{0, sizeof(ir_id), IR_FIELD_UNSIGNED}};
static const struct ir_field cases_fields[] = {FIELD(struct ir_case, low),
                                               FIELD(struct ir_case, high)};
static const struct ir_field suppressions_fields[] = {
    FIELD(struct ir_suppression, file),   FIELD(struct ir_suppression, line),
    FIELD(struct ir_suppression, col),    FIELD(struct ir_suppression, target),
    FIELD(struct ir_suppression, scope),  FIELD(struct ir_suppression, rules),
    FIELD(struct ir_suppression, reason),
};
static const struct ir_field problems_fields[] = {
    FIELD(struct ir_problem, text), FIELD(struct ir_problem, loc), FIELD(struct ir_problem, fatal)};

static const struct ir_array_layout layouts[] = {
#define LAYOUT(T, name)                                                                            \
    {#name, offsetof(struct ir_unit, name), sizeof(T), name##_fields,                              \
     sizeof name##_fields / sizeof *name##_fields},
    IR_ARRAYS(LAYOUT)
#undef LAYOUT
};

const struct ir_array_layout *ir_layouts(size_t *count) {
    *count = sizeof layouts / sizeof *layouts;
    return layouts;
}
