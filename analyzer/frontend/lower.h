/*
 * The front end's inside: lowering one translation unit.
 */
#ifndef AGLET_FRONTEND_LOWER_H
#define AGLET_FRONTEND_LOWER_H

#include <clang-c/Index.h>

#include "ir/build.h"

/** Pointers to numbers, e.g. declarations to what they became. */
struct pointer_map {
    struct pointer_entry {
        const void *key;
        uint32_t value;
    } *entries;
    size_t size, used;
};

/** The value of `key`, or IR_NONE. */
uint32_t map_find(const struct pointer_map *map, const void *key);
void map_put(struct pointer_map *map, const void *key, uint32_t value);
void map_clear(struct pointer_map *map);
void map_free(struct pointer_map *map);

/** A variable of a scope that is open, linked to those around it. */
struct scope {
    const struct scope *outer;
    uint32_t depth;
    ir_id local;
    ir_id cleanup; /* function, or IR_NONE */
    ir_id loc;     /* of the declaration */
};

struct block {
    IR_VEC(struct ir_instr) instrs;
    uint8_t term;
    bool ended;
    ir_id value, loc;
    IR_VEC(ir_id) succs;
    IR_VEC(struct ir_case) cases;
};

enum jump_kind {
    JUMP_LABEL,    /* goto label, and labels themselves */
    JUMP_NAMED,    /* asm goto, of which only the label's name is known */
    JUMP_COMPUTED, /* goto *p: any label whose address is taken */
};

/** A label, or the place a goto leaves from. */
struct jump {
    enum jump_kind kind;
    const void *label; /* the LabelStmt; NULL for JUMP_NAMED and JUMP_COMPUTED */
    ir_id name;        /* string, of labels and for JUMP_NAMED */
    ir_id block;
    const struct scope *scope;
    ir_id loc;
};

/** Where break and continue go. */
struct target {
    ir_id break_block, continue_block; /* IR_NONE in a switch: continue goes further out */
    const struct scope *scope;
    struct switch_cases *cases; /* of a switch */
    struct target *outer;
};

struct switch_cases {
    IR_VEC(struct ir_case) labels;
    IR_VEC(ir_id) blocks;
    ir_id default_block;
};

struct named_function {
    ir_id name, function;
};

struct named_type {
    ir_id name;
    CXType type; /* of kind CXType_Invalid: there is no such typedef */
};

/** Where the compiler has found an error. */
struct fault {
    CXFile file;
    unsigned offset;
};

struct lowering {
    struct ir_unit *unit;
    CXTranslationUnit tu;
    struct pointer_map files, types, functions, globals, locals, field_notes;
    IR_VEC(struct named_function) named;   /* those a cleanup attribute asked for */
    IR_VEC(struct named_type) named_types; /* those that a _Generic asked for */
    IR_VEC(CXCursor) pending;              /* definitions that still have to be lowered */
    IR_VEC(CXCursor) kids;                 /* a stack of children */
    IR_VEC(struct fault) faults;

    /* the function at hand */
    IR_VEC(struct ir_local) function_locals;
    IR_VEC(struct block) blocks;
    IR_VEC(struct jump) labels;
    IR_VEC(struct jump) gotos;
    IR_VEC(const void *) addressed; /* labels whose address is taken, each once */
    IR_VEC(struct scope *) scopes;  /* all made for this function, to free */
    ir_id current;                  /* block */
    uint32_t registers;
    const struct scope *scope;
    struct target *target;
    const char *failure; /* why the function could not be lowered */
    ir_id last_loc;
};

#define VEC_PUSH(vec, value)                                                                       \
    do {                                                                                           \
        if ((vec).count == (vec).capacity) {                                                       \
            (vec).capacity = (vec).capacity ? (vec).capacity * 2 : 8;                              \
            (vec).data = lower_resize((vec).data, (vec).capacity, sizeof *(vec).data);             \
        }                                                                                          \
        (vec).data[(vec).count++] = (value);                                                       \
    } while (0)

void *lower_resize(void *old, size_t count, size_t size);

/* ---- tables (tables.c) ----------------------------------------------------------------- */

ir_id lower_loc(struct lowering *l, CXCursor cursor);
/** The location of a closing brace or the like: the last character of the cursor's extent. */
ir_id lower_end_loc(struct lowering *l, CXCursor cursor);
/** One place in the text. */
ir_id lower_point(struct lowering *l, CXSourceLocation location);
ir_id lower_type(struct lowering *l, CXType type);
/** The type of a parameter, or of a value made of it: an array or function decays to a pointer. */
ir_id lower_param_type(struct lowering *l, CXType type);
ir_id lower_string(struct lowering *l, CXString string);
/** A type's name as text; of a type without one, the place where it is declared, which is the same
 *  from wherever that is included. */
ir_id lower_type_name(struct lowering *l, CXType type);
/** Whether a field is an anonymous struct or union, whose members are named as if they stood in
 *  what holds it. */
bool lower_is_anonymous(CXCursor field);
/** The name of the record that holds a field, seen through anonymous ones. */
ir_id lower_record_of(struct lowering *l, CXCursor field);
/** Whether calling a function of this type, or through a pointer of this type, does not return. */
bool lower_is_noreturn(CXType type);
/** The function behind a FunctionDecl; queues its body when that stands in a header. */
ir_id lower_function_ref(struct lowering *l, CXCursor decl);
/** The variable behind a VarDecl with static storage, with the functions in its initialiser. */
ir_id lower_global_ref(struct lowering *l, CXCursor decl);
/** Notes the annotations on a typedef. */
void lower_typedef_annotations(struct lowering *l, CXCursor decl);
/** Notes the annotations on a field that is used, and those of its type. */
void lower_field_annotations(struct lowering *l, CXCursor field);
/** The function with that name (a string), or IR_NONE. */
ir_id lower_function_named(struct lowering *l, ir_id name);
/** What the typedef with that name (a string) stands for; of kind CXType_Invalid if there is none.
 */
CXType lower_type_named(struct lowering *l, ir_id name);

/* ---- children -------------------------------------------------------------------------- */

/** Pushes the children of `cursor`; they are kids.data[*first .. *first + result). Pop with
 *  lower_pop(*first). The array may move when more are pushed: index, do not point. */
uint32_t lower_children(struct lowering *l, CXCursor cursor, uint32_t *first);
void lower_pop(struct lowering *l, uint32_t first);
CXCursor lower_kid(const struct lowering *l, uint32_t index);
/** The expression under parentheses, implicit conversions, and choices made at compile time. */
CXCursor lower_strip(struct lowering *l, CXCursor cursor);

/* ---- emitting (emit.c) ----------------------------------------------------------------- */

ir_id emit_register(struct lowering *l);
/** Appends to the current block; gives instr.dst. */
ir_id emit(struct lowering *l, struct ir_instr instr);
ir_id emit_const(struct lowering *l, int64_t imm, ir_id type, ir_id loc);
ir_id emit_unknown(struct lowering *l, ir_id type, ir_id loc);
ir_id emit_load(struct lowering *l, ir_id place, ir_id loc);
ir_id emit_address(struct lowering *l, ir_id place, ir_id loc);
void emit_store(struct lowering *l, ir_id place, ir_id value, unsigned flags, ir_id loc);
/** Something done with the values of registers that is not known. */
void emit_opaque(struct lowering *l, const ir_id *args, uint32_t count, ir_id loc);
ir_id place_local(struct lowering *l, ir_id local);
ir_id place_deref(struct lowering *l, ir_id address, ir_id type);
ir_id place_field(struct lowering *l, ir_id parent, ir_id name, ir_id record, ir_id type);
ir_id place_index(struct lowering *l, ir_id parent, ir_id index, ir_id type);
ir_id new_local(struct lowering *l, ir_id name, ir_id type, ir_id loc, unsigned flags);
ir_id new_block(struct lowering *l);
/** Makes `block` current. */
void start_block(struct lowering *l, ir_id block);
/** Ends the current block, unless it has ended. */
void end_jump(struct lowering *l, ir_id to);
void end_branch(struct lowering *l, ir_id value, ir_id yes, ir_id no, ir_id loc);
void end_return(struct lowering *l, ir_id value, ir_id loc);
void end_unreachable(struct lowering *l);
/** Ends the scopes from the current one up to `outer`: cleanups and deaths, innermost first. */
void emit_unwind(struct lowering *l, const struct scope *from, const struct scope *outer,
                 ir_id loc);

/* ---- lowering -------------------------------------------------------------------------- */

/** An expression's value; IR_NONE if it has none (void). */
ir_id lower_expr(struct lowering *l, CXCursor cursor);
/** For its effects only. */
void lower_effects(struct lowering *l, CXCursor cursor);
/** The place an lvalue names. */
ir_id lower_place(struct lowering *l, CXCursor cursor);
ir_id lower_call(struct lowering *l, CXCursor cursor, unsigned flags);
/** Branches on a condition. */
void lower_condition(struct lowering *l, CXCursor cursor, ir_id yes, ir_id no);
void lower_statement(struct lowering *l, CXCursor cursor);
/** What identifies the label that a reference, or the label itself, stands for. */
const void *lower_label_key(CXCursor label);
/** Notes the labels whose addresses are taken anywhere in `cursor`. */
void lower_label_addresses(struct lowering *l, CXCursor cursor);
/** asm, and asm goto, which may go to its labels or on. */
void lower_asm(struct lowering *l, CXCursor cursor);
/** Ends the current block with a jump that is resolved when all labels are known. */
void lower_jump(struct lowering *l, struct jump jump);
/** Leads the function's jumps to their labels. */
void lower_resolve_jumps(struct lowering *l);
/** A block statement; with `value`, gives the value of its last expression (GNU ({ })). */
ir_id lower_compound(struct lowering *l, CXCursor cursor, bool value);
enum for_part { FOR_INIT, FOR_TEST, FOR_STEP };
/** Tells which parts of a `for` its `count` children before the body are; NULL: not there. */
void lower_for_parts(struct lowering *l, CXCursor loop, const CXCursor *kids, uint32_t count,
                     const CXCursor *parts[3]);
/** A VarDecl within a function. */
void lower_variable(struct lowering *l, CXCursor decl);
/** Stores an initialiser into a place. */
void lower_initialise(struct lowering *l, ir_id place, CXType type, CXCursor init);
/** The tables of functions in the initialiser of `decl`, a variable with static storage. */
void lower_slots(struct lowering *l, CXCursor decl, ir_id global);
/** Evaluates the lengths in a declaration's type where they are variable. */
void lower_lengths(struct lowering *l, CXCursor decl, CXType type);
/** A function's body; `id` is its ir_function. */
void lower_body(struct lowering *l, CXCursor definition, ir_id id);
/** True and *value when the cursor is a constant. */
bool lower_constant(CXCursor cursor, int64_t *value);

#endif
