/*
 * The intermediate representation: what one translation unit says, as flat arrays.
 *
 * Everything refers to everything else by index (`ir_id`), never by pointer, so a unit can be
 * written to a file and read back without relocation. Index IR_NONE means "none".
 *
 * A function is a control-flow graph. Block 0 of a function is its entry. A block holds
 * instructions and one terminator. Values are registers: each instruction may write one register
 * (`dst`), numbered from 0 within the function. A register may be written at several places (the
 * arms of ?: or &&), but every use is reached by a write. Memory is named by places: a chain such
 * as FIELD(DEREF(r3), "next").
 *
 * C's implicit control flow is explicit here: && || ?: switch fallthrough goto are edges, and the
 * cleanup attribute is a CALL (flag IR_CALL_CLEANUP) at every exit of the variable's scope.
 * Unevaluated operands (sizeof, typeof, other arms of _Generic) are not here at all.
 */
#ifndef AGLET_IR_H
#define AGLET_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t ir_id;
#define IR_NONE UINT32_MAX

/** The version of the facts format; a file of any other version is refused. */
#define IR_VERSION 1

/* ---- locations ------------------------------------------------------------------------- */

/** A source range, 1-based line and column (bytes). `end_*` is one past the last character.
 *  For code written by a macro: file/line/col is where the macro is used (where a person looks); a
 *  macro's arguments are where they stand. `spell_*` is where the text stands, equal to file/line
 * when there is no macro. */
struct ir_loc {
    ir_id file;
    uint32_t line, col, end_line, end_col;
    ir_id spell_file;
    uint32_t spell_line;
};

/* ---- types ----------------------------------------------------------------------------- */

enum ir_type_kind {
    IR_TYPE_VOID,
    IR_TYPE_BOOL,
    IR_TYPE_INT, /* also enums and characters */
    IR_TYPE_FLOAT,
    IR_TYPE_POINTER,  /* elem: pointee */
    IR_TYPE_ARRAY,    /* elem; count (0: unknown or variable length) */
    IR_TYPE_RECORD,   /* name: tag or typedef's name */
    IR_TYPE_FUNCTION, /* elem: the returned type */
    IR_TYPE_OTHER
};

struct ir_type {
    uint8_t kind; /* enum ir_type_kind */
    bool is_unsigned;
    bool is_const;
    bool is_union;
    ir_id name;     /* string: as written, e.g. "struct foo" */
    ir_id elem;     /* type */
    uint64_t size;  /* bytes; 0 if incomplete or variable */
    uint64_t count; /* elements of an array */
};

/* ---- globals --------------------------------------------------------------------------- */

enum ir_linkage { IR_LINK_INTERNAL, IR_LINK_EXTERNAL };

struct ir_global {
    ir_id name; /* string */
    ir_id usr;  /* string; the identity across units */
    ir_id type;
    ir_id loc;
    uint8_t linkage; /* enum ir_linkage */
    bool is_const;
    bool is_thread_local;
    bool is_definition;
    bool is_local_static; /* a function's static local */
};

/** A function's address in static data: tables of operations, initialisers of globals.
 *  `struct ops t = { .read = my_read }` gives {global t, record "struct ops", field "read"}.
 *  A plain function-pointer variable has record and field IR_NONE. */
struct ir_slot {
    ir_id global;
    ir_id record; /* string: the record type's name */
    ir_id field;  /* string */
    ir_id function;
    ir_id loc;
};

/* ---- functions ------------------------------------------------------------------------- */

/** An annotation's text, e.g. "aglet:coroutine", "coroutine_fn", "warn_unused_result". */
struct ir_annotation {
    ir_id text; /* string */
    ir_id loc;
};

/** An annotation on a record's field or on a typedef (function pointers that are coroutines …). */
struct ir_type_annotation {
    ir_id record; /* string: record's name, or the typedef's name */
    ir_id field;  /* string; IR_NONE for a typedef */
    ir_id text;   /* string */
    ir_id loc;
};

enum ir_function_flag {
    IR_FN_DEFINED = 1 << 0,
    IR_FN_VARIADIC = 1 << 1,
    IR_FN_NORETURN = 1 << 2,
    IR_FN_INLINE = 1 << 3,
    IR_FN_IN_HEADER = 1 << 4,     /* its body stands outside the unit's main file */
    IR_FN_SYSTEM_HEADER = 1 << 5, /* declared in a system header */
    IR_FN_WARN_UNUSED = 1 << 6,   /* warn_unused_result */
    IR_FN_INCOMPLETE = 1 << 7,    /* its body has errors or a construct that could not be lowered:
                                     `note` says which; it has no blocks and is reported */
    IR_FN_PURE = 1 << 8           /* const or pure attribute */
};

/** Parameters are the first `param_count` locals. Ranges index the unit's arrays. */
struct ir_function {
    ir_id name;     /* string */
    ir_id usr;      /* string */
    ir_id type;     /* IR_TYPE_FUNCTION */
    ir_id loc;      /* of the name */
    ir_id body_loc; /* the whole definition, or IR_NONE */
    uint8_t linkage;
    uint32_t flags;
    uint32_t param_count; /* also set for declarations */
    ir_id note;           /* string, with IR_FN_INCOMPLETE */
    ir_id first_local;
    uint32_t local_count;
    ir_id first_block;
    uint32_t block_count;
    ir_id first_annotation;
    uint32_t annotation_count;
    uint32_t register_count;
};

enum ir_local_flag {
    IR_LOCAL_PARAM = 1 << 0,
    IR_LOCAL_CLEANUP = 1 << 1,       /* has the cleanup attribute */
    IR_LOCAL_ADDRESS_TAKEN = 1 << 2, /* & was applied, or it is an array that decayed */
    IR_LOCAL_TEMP = 1 << 3           /* made by the front end, e.g. a compound literal */
};

struct ir_local {
    ir_id name; /* string; IR_NONE for temporaries */
    ir_id type;
    ir_id loc;
    uint32_t flags;
};

/* ---- places ---------------------------------------------------------------------------- */

enum ir_place_kind {
    IR_PLACE_LOCAL,  /* a: index of the local within the function */
    IR_PLACE_GLOBAL, /* a: global */
    IR_PLACE_DEREF,  /* a: register holding the address */
    IR_PLACE_FIELD,  /* a: parent place; b: string, the field's name */
    IR_PLACE_INDEX   /* a: parent place (an array); b: register of the index */
};

/** A chain has no more links than this, so that it may be followed by recursion. */
#define IR_PLACE_DEPTH 1000

/** A parent stands before its parts in the unit's `places`. */
struct ir_place {
    uint8_t kind;
    ir_id a, b;
    ir_id type;   /* of the object named */
    ir_id record; /* FIELD: string, name of the record that holds the field */
};

/* ---- instructions ---------------------------------------------------------------------- */

enum ir_op {
    IR_CONST,    /* dst = imm (integers, characters, null, sizeof) */
    IR_STRING,   /* dst = address of the literal, string a */
    IR_FUNCTION, /* dst = address of function a */
    IR_ADDR,     /* dst = address of place a */
    IR_LOAD,     /* dst = value at place a */
    IR_STORE,    /* place a = register b */
    IR_MOVE,     /* dst = register a */
    IR_CAST,     /* dst = register a converted to `type` */
    IR_BINARY,   /* dst = a <sub> b */
    IR_UNARY,    /* dst = <sub> a */
    IR_CALL,     /* dst = callee(args); see below; dst IR_NONE for void */
    IR_UNKNOWN,  /* dst = a value nothing is known of (float constants, offsetof …) */
    IR_ASM,      /* inline assembly: clobbers what its args point to; args = places' addresses */
    IR_DEAD      /* local a goes out of scope */
};

/* `sub` of IR_BINARY and IR_UNARY */
enum ir_operator {
    IR_ADD,
    IR_SUB,
    IR_MUL,
    IR_DIV,
    IR_REM,
    IR_SHL,
    IR_SHR,
    IR_AND,
    IR_OR,
    IR_XOR,
    IR_EQ,
    IR_NE,
    IR_LT,
    IR_LE,
    IR_GT,
    IR_GE,
    IR_NEG,
    IR_NOT, /* logical !, gives 0 or 1 */
    IR_BITNOT
};

/* `sub` of IR_CALL */
enum ir_call_kind {
    IR_CALL_DIRECT,   /* a: function */
    IR_CALL_INDIRECT, /* a: register with the address; b: the place it was loaded from, or IR_NONE
                         (FIELD places give record and field) */
};

enum ir_instr_flag {
    IR_CALL_CLEANUP = 1 << 0,     /* made by the cleanup attribute */
    IR_RESULT_UNUSED = 1 << 1,    /* the call is an expression statement, not cast to void */
    IR_RESULT_VOID_CAST = 1 << 2, /* the call's result is cast to void */
    IR_STORE_INIT = 1 << 3,       /* initialises its local */
    IR_STORE_AGGREGATE = 1 << 4,  /* a whole record or array is written; value unknown */
    IR_FROM_MACRO = 1 << 5
};

struct ir_instr {
    uint8_t op;  /* enum ir_op */
    uint8_t sub; /* enum ir_operator or ir_call_kind */
    uint16_t flags;
    ir_id type; /* of dst; of the stored value for STORE */
    ir_id dst;  /* register */
    ir_id a, b;
    ir_id first_arg; /* into the unit's `args`: registers */
    uint32_t arg_count;
    ir_id loc;
    int64_t imm;
};

enum ir_term_kind {
    IR_TERM_JUMP,       /* first_succ[0] */
    IR_TERM_BRANCH,     /* value != 0 ? succ[0] : succ[1] */
    IR_TERM_SWITCH,     /* cases; succ[i] belongs to case i, the last succ is the default */
    IR_TERM_RETURN,     /* value, or IR_NONE */
    IR_TERM_GOTO,       /* computed or asm goto: any of succ */
    IR_TERM_UNREACHABLE /* after a noreturn call */
};

/** One case of a switch: low..high inclusive (GNU ranges). */
struct ir_case {
    int64_t low, high;
};

struct ir_block {
    ir_id first_instr;
    uint32_t instr_count;
    uint8_t term;     /* enum ir_term_kind */
    bool loop_head;   /* the target of a back edge */
    ir_id value;      /* register */
    ir_id first_succ; /* into the unit's `succs`: blocks, numbered within the function */
    uint32_t succ_count;
    ir_id first_case; /* into `cases`; succ_count - 1 of them */
    ir_id loc;        /* of the condition, the return …; IR_NONE if there is no text */
};

/* ---- suppressions and problems --------------------------------------------------------- */

enum ir_suppression_scope {
    IR_SUPPRESS_LINE, /* this line */
    IR_SUPPRESS_NEXT, /* a comment alone on its line: the next line that has code */
    IR_SUPPRESS_FILE  /* aglet:ignore-file */
};

struct ir_suppression {
    ir_id file;
    uint32_t line, col; /* of the comment */
    uint32_t target;    /* the line it is for */
    uint8_t scope;
    ir_id rules;  /* string: names separated by commas, or IR_NONE for a bare ignore */
    ir_id reason; /* string or IR_NONE */
};

/** An error of the compiler's front end in this unit. */
struct ir_problem {
    ir_id text; /* string */
    ir_id loc;
    bool fatal;
};

/* ---- the unit -------------------------------------------------------------------------- */

struct ir_file {
    ir_id path;     /* string: absolute, or as the compiler was told, made absolute */
    bool is_system; /* found through a system include path */
    bool is_main;
};

#define IR_ARRAYS(X)                                                                               \
    X(struct ir_file, files)                                                                       \
    X(struct ir_loc, locs)                                                                         \
    X(struct ir_type, types)                                                                       \
    X(struct ir_global, globals)                                                                   \
    X(struct ir_slot, slots)                                                                       \
    X(struct ir_function, functions)                                                               \
    X(struct ir_annotation, annotations)                                                           \
    X(struct ir_type_annotation, type_annotations)                                                 \
    X(struct ir_local, locals)                                                                     \
    X(struct ir_block, blocks)                                                                     \
    X(struct ir_instr, instrs)                                                                     \
    X(struct ir_place, places)                                                                     \
    X(ir_id, args)                                                                                 \
    X(ir_id, succs)                                                                                \
    X(struct ir_case, cases)                                                                       \
    X(struct ir_suppression, suppressions)                                                         \
    X(struct ir_problem, problems)

/** A growable array, as used for each of IR_ARRAYS: unit->functions.data[i], .count. */
#define IR_VEC(T)                                                                                  \
    struct {                                                                                       \
        T *data;                                                                                   \
        uint32_t count, capacity;                                                                  \
    }

struct ir_unit {
#define IR_MEMBER(T, name) IR_VEC(T) name;
    IR_ARRAYS(IR_MEMBER)
#undef IR_MEMBER
    /* Strings: NUL-terminated texts one after the other; `ir_id` of a string is an index into
       string_at, which gives the offset in chars. Interned: equal texts have equal ids. */
    IR_VEC(char) chars;
    IR_VEC(uint32_t) string_at;
    struct ir_intern *intern; /* only while building; NULL after load */
};

/** The text of string `id`; "" for IR_NONE. Valid as long as the unit. */
const char *ir_text(const struct ir_unit *unit, ir_id id);

/** The i-th successor of `block` (a block number within its function). */
static inline ir_id ir_succ(const struct ir_unit *u, const struct ir_block *block, uint32_t i) {
    return u->succs.data[block->first_succ + i];
}

/** The i-th argument register of a call. */
static inline ir_id ir_arg(const struct ir_unit *u, const struct ir_instr *call, uint32_t i) {
    return u->args.data[call->first_arg + i];
}

/** The place that this one is, or is a part of: a variable, or what a pointer leads to. */
static inline const struct ir_place *ir_place_root(const struct ir_unit *u, ir_id place_id) {
    const struct ir_place *place = &u->places.data[place_id];
    while (place->kind == IR_PLACE_FIELD || place->kind == IR_PLACE_INDEX)
        place = &u->places.data[place->a];
    return place;
}

static inline const struct ir_block *ir_block_at(const struct ir_unit *u,
                                                 const struct ir_function *fn, ir_id block) {
    return &u->blocks.data[fn->first_block + block];
}

static inline const struct ir_local *ir_local_at(const struct ir_unit *u,
                                                 const struct ir_function *fn, ir_id local) {
    return &u->locals.data[fn->first_local + local];
}

/** Frees the unit and all it holds. NULL is allowed. */
void ir_unit_free(struct ir_unit *unit);

#endif
