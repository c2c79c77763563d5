/*
 * The program's inside, shared by linking, summaries, contexts and the check.
 */
#ifndef AGLET_PROGRAM_INTERNAL_H
#define AGLET_PROGRAM_INTERNAL_H

#include "flow/path.h"
#include "program/context.h"
#include "program/program.h"

/** Why a function can run in a context. */
enum context_reason {
    CONTEXT_NEVER,  /* it cannot, as far as is known */
    CONTEXT_MARKED, /* an annotation or a model says so */
    CONTEXT_STORED, /* it is stored in a field, `by`, whose functions do */
    CONTEXT_HANDED, /* it is handed to a function, `by`, that has it run there */
    CONTEXT_CALLED, /* `before` does, and calls it: itself, or through `by` */
    CONTEXT_TESTED  /* it asks, and goes on where the answer is yes */
};

/** So many parameters are followed through calls. */
enum { EDGE_PARAMS = 8 };

/** A function's link of the shortest proof that it can run in a context, with parameters in these
 *  classes (sets of enum return_class). */
struct context {
    enum context_reason reason;
    prog_fn function;
    const struct context *before; /* the caller's, with CONTEXT_CALLED; else NULL */
    struct context *other;        /* the same function and kind, with other parameters; or NULL */
    const struct ir_unit *unit;   /* of the place that proves it */
    ir_id loc;
    const char *by;
    bool constructing; /* a constructor, or reached only through one */
    uint8_t params[EDGE_PARAMS];
};

/** Where a function runs the one that is in its parameter. */
enum relay_place {
    RELAY_COROUTINE,
    RELAY_SHIELDED, /* as a coroutine, under a shield */
    RELAY_LOOP,
    RELAY_WORKER,
    RELAY_THREAD,
    RELAY_SIGNAL,
    RELAY_COALESCED, /* once for any number of signals */
    RELAY_HERE       /* before it returns */
};

/** A parameter that is called, or handed on to be called. */
struct relay {
    uint8_t arg;
    uint8_t place; /* enum relay_place */
    uint8_t under; /* the scopes in force there in any case: bits 1 << enum scope_kind */
    bool owned;    /* as a task of a group or the like, which is told when it fails */
    bool many;     /* as many tasks as it likes */
    int data;      /* the parameter that they are given, or ROLE_ARG_NONE */
};

/** What a function does to memory that has a name (named.h), or that a parameter leads to. */
struct touch {
    enum touch_kind {
        TOUCH_SETS,        /* stores there, or gives the address to others */
        TOUCH_AWAITS,      /* waits for the signal that is there */
        TOUCH_SIGNALS_LAST /* signals it, and does nothing after that */
    } kind;
    int8_t param;               /* what it leads to; or -1 */
    const char *record, *field; /* as in struct named; NULL: it has no such name */
    const char *word;           /* the field's or the variable's own name; or NULL */
};

/** What a function does, as its callers see it. Bottom-up. */
struct summary {
    bool done;
    unsigned flags; /* enum callee_flag */
    uint8_t returns;
    uint64_t uses;               /* parameters that it always reads, writes or uses; a bit each */
    uint8_t after[CHAIN_PARAMS]; /* the classes of its parameters with which it returns at all;
                                    0: not known */
    int64_t low, high;           /* bounds of what is returned */
    struct cut cut;
    int8_t scopes[SCOPE_KINDS]; /* by how much it deepens each, when it succeeds */
    struct effect *effects;
    size_t effect_count;
    const struct chain *blocks, *spawns, *awaits, *loses, *mutates, *takes;
    struct relay *relays;
    size_t relay_count;
    struct touch *touches;
    size_t touch_count;
    bool capped;
    bool worth_checking; /* something happens here that a rule may care for */
};

/** How much of a coroutine's stack a function takes with what it calls, at least. */
struct depth {
    uint64_t bytes;
    uint64_t own;          /* of these, its own variables */
    ir_id largest;         /* of them: a local, or IR_NONE */
    const struct edge *by; /* the call that takes the rest, or NULL */
    uint64_t level;        /* it calls itself, perhaps through others, with so much in use */
    ir_id level_largest;
    prog_fn root; /* the coroutine for whose stack `largest` is too much, or PROG_NONE */
};

/** A function, in the unit that defines it (or the first that declares it). */
struct function {
    const char *usr, *name;
    const struct ir_unit *unit;
    ir_id id;
    bool defined;
    prog_fn rival;      /* another of the same USR, or PROG_NONE */
    bool contract;      /* annotated or modelled: its roles tell all there is */
    struct role *roles; /* annotations' first, then the model's */
    size_t role_count;
    struct effect *effects; /* what the roles amount to */
    size_t effect_count;
    struct summary summary;
    struct handed { /* to be called once for any number of signals: where, if that was seen */
        const struct ir_unit *unit;
        ir_id loc;
        const char *by;
    } coalesced;
    struct start { /* the call that starts it as a coroutine, if one was seen */
        const struct ir_unit *unit;
        const struct ir_function *function;
        ir_id call;
        value_id data; /* of the walk over that function */
    } start;
    bool started_often; /* many tasks may run it at a time: it is started by several calls, or in a
                           loop, or by what starts it for each client */
    bool shares_data;   /* … and several of them are given the same object */
    bool spawned;       /* started as a task, or run by a loop as a coroutine */
    bool shield_entry;  /* run under a shield */
    bool last;          /* called when something is released for good */
    bool called;        /* some function of the program calls it */
    bool makes_loop;    /* it, or what it calls, makes or runs an event loop */
    uint64_t promised;  /* parameters that it has to complete; a bit each */
    bool constructor;   /* said to be one, or its name and shape say so */
    bool cancellable;   /* runs in a coroutine that a cancellation can cut, not shielded */
    bool unlimited;     /* main leads here with no deadline in force */
    const struct edge *unlimited_by; /* the last call or start on the way; NULL for main */
    struct context contexts[CONTEXT_KINDS];
    struct depth depth;
    uint32_t asked, dropped; /* so many calls look at what it returns, or do not */
};

/** What a call gives for a parameter. */
struct passed {
    uint8_t classes; /* it may be in */
    int8_t param;    /* the caller's own parameter that it is, or -1 */
};

/** A call from one function to another, at one place. */
struct edge {
    prog_fn from, to;
    ir_id loc;      /* in the unit of `from` */
    const char *by; /* the function that calls it for `from`, before it returns; or NULL */
    bool starts;    /* it is not called, but started as a coroutine */
    bool owned;     /* … as relay.owned */
    uint8_t under;  /* wherever `from` calls it: the scopes in force, bits 1 << enum scope_kind */
    bool ending;    /* wherever `from` calls it, only the end of the process comes after */
    bool inside;    /* wherever `from` calls it, it has found that it is in a coroutine */
    bool outside;   /* … that it is not */
    bool once;      /* wherever `from` calls it, it makes what is made once */
    uint8_t needs[EDGE_PARAMS]; /* classes that the parameters of `from` are in when it does */
    struct passed passes[EDGE_PARAMS];
};

/** A function stored in a record's field, or in a global: then `record` is the global's identity,
 *  and `field` is "" unless it is a record. */
struct slot {
    const char *record, *field;
    prog_fn function;
};

/** What is promised of every function stored in a record's field. */
struct field {
    const char *name; /* "record.field" */
    struct function contract;
};

/** A function that takes locks of that name, gives them back, or both. */
struct lock_user {
    const char *lock;
    prog_fn function;
    bool takes, gives_back;
};

/** Where to send a sentence about input that is passed over. */
struct warner {
    void (*warn)(const char *sentence, void *data);
    void *data;
};

struct program {
    const struct model_set *models;
    struct prog_settings settings;
    const char **libraries; /* names of the models that apply to all units */
    size_t library_count;
    struct ir_unit **units;
    size_t unit_count, unit_capacity;
    prog_fn **map; /* by unit, by the unit's function */
    struct unit_index {
        const struct ir_unit *unit;
        size_t index;
    } * by_address; /* sorted, to find a unit's index */
    struct function *functions;
    size_t function_count, function_capacity;
    uint32_t *usr_slots; /* hash of USRs */
    size_t usr_slot_count;
    struct lock_user *lock_users;
    size_t lock_user_count;
    bool gives_back_unnamed; /* a lock without a name is given back somewhere */
    struct edge *edges;
    size_t edge_count, edge_capacity;
    struct slot *slots;
    size_t slot_count, slot_capacity;
    struct kept *kept; /* sorted; see kept.h */
    size_t kept_count;
    struct field *fields; /* sorted */
    size_t field_count;
    const char **shared; /* names of records: an object of that kind is given to several tasks */
    size_t shared_count;
    uint64_t stack_size;   /* of coroutines, in bytes; 0: not known */
    const char **in_place; /* kinds of resources that are only made in a place that is given */
    size_t in_place_count;
    struct mem_arena arena; /* chains, effects */
    unsigned states_per_block;
};

/** The program's function behind a unit's function. */
prog_fn prog_function(const struct program *program, const struct ir_unit *unit, ir_id function);

/** Reads the roles of all functions and fields, and what they amount to. */
void prog_read_contracts(struct program *program, struct warner warner);

/** The contract of the functions in (record, field), or NULL. */
const struct function *prog_field(const struct program *program, const char *record,
                                  const char *field);

/** Finds what is stored in slots. */
void prog_read_slots(struct program *program);

/** The functions that a call through the place reaches: all that are stored in it if it is a global
 *  variable or table, or part of one; the only one that is stored in its field if it is reached by
 * a pointer. NULL, *count 0, if that is not known. */
const struct slot *prog_targets(const struct program *program, const struct ir_unit *unit,
                                const struct ir_place *place, size_t *count);

/** The function if it is only one, or PROG_NONE. */
prog_fn prog_only_target(const struct program *program, const struct ir_unit *unit,
                         const struct ir_place *place);

/** Finds the kinds that are made in place, once all roles are read (kinds.c). */
void prog_find_kinds(struct program *program);
/** Says in the effect what its kind of resource is like. */
void prog_describe_kind(const struct program *program, struct effect *effect);
/** True if a second release of the kind finds nothing to do. */
bool prog_is_idempotent(const struct program *program, const char *kind);

/** Fills in what the roles amount to (resolve.c). */
void prog_roles_to_effects(struct program *program, struct function *function);

/** Adds a copy of the role, unless the function has it. */
void prog_add_role(struct function *function, const struct role *role);

/** What the results of a function have to do with the clock, path by path. */
struct told_time {
    const char *unit; /* it was a clock's, and some more */
    bool otherwise;   /* on another path it was not, or another clock's */
};

/** Of which kind the numbers are that a function returns, path by path; besides constants. */
struct yielded {
    const char *kind;
    bool otherwise; /* on another path it is of another, or of none */
};

/** Gives functions that do nothing but call another the words that are as true of them
 * (handed_on.c). After the contracts. */
void prog_read_handed_on(struct program *program);

/** Gives the function the roles of its calls that tell which deadline, or which kind of number, its
 *  own parameters are (handed_on.c). */
void prog_note_handed_on(struct program *program, prog_fn self, const struct path *path,
                         const struct path_call *call);
/** Notes what is returned on a path. */
void prog_note_told_time(struct told_time *told, const struct path *path, value_id value);
void prog_note_yielded(struct yielded *yielded, const struct path *path, value_id value);
/** The function yields numbers of a kind, if each of its paths returns one. */
void prog_tell_yielded(struct program *program, prog_fn self, const struct yielded *yielded);
/** Makes a clock of the function, if each of its paths returns a point in time. */
void prog_tell_time(struct program *program, prog_fn self, const struct told_time *told);

/** The first role of that kind, or NULL. */
const struct role *prog_role(const struct role *roles, size_t count, enum role_kind kind);

/** True if the unit includes the header, named as in an include ("lib/guard.h"). */
bool prog_includes(const struct ir_unit *unit, const char *header);

/** path_client.resolve for `program` as its data. */
void prog_resolve(void *data, const struct ir_unit *unit, const struct ir_instr *call,
                  ir_id function, struct callee *callee);

/** Summarises all functions, callees before callers, and records the edges. */
void prog_summarise(struct program *program);

/** Summarises one function from what is known of its callees; with `last`, records its calls. True
 *  if the summary is another one than before. */
bool prog_summarise_one(struct program *program, prog_fn function, bool last);

/** Marks the constructors: functions that are said to be one, and those that have a constructor's
 * name and shape and no role that says that they wait or start something. */
void prog_find_constructors(struct program *program);

/** Finds the libraries that the program is written with. */
void prog_find_libraries(struct program *program);

/** True when the model of that library tells of `function`. */
bool prog_library_applies(const struct program *program, const struct function *function,
                          const char *library);

/** True unless nothing in the program gives a lock of that name back; with `for_others`, nothing
 * but functions that have taken it themselves. */
bool prog_gives_back(const struct program *program, const char *lock, bool for_others);

/** Records where a call leads: an edge to its target, and what becomes of functions given to it. */
void prog_note_call(struct program *program, prog_fn self, const struct path *path,
                    const struct path_call *call);

/** True when a call of `callee` has the function in its argument `arg` run in a context, which
 * *kind then is; false if it calls it itself, or nothing is known. */
bool prog_hands_over(const struct program *program, const struct callee *callee, int arg,
                     enum context_kind *kind);

/** Notes that the call has tasks run the function, `how` in its own arguments (tasks.c). */
void prog_note_start(struct program *program, prog_fn function, const struct path *path,
                     const struct path_call *call, const struct relay *how);
/** Finds the records of which several tasks have the same object. After the last prog_note_start.
 */
void prog_find_shared(struct program *program);
/** True for a record of that name. */
bool prog_is_shared(const struct program *program, const char *record);

/** Finds the contexts of each function, and which run in a coroutine that can be cancelled. */
void prog_find_contexts(struct program *program);

/** Finds how much of their stacks the coroutines take (depth.c). After the contexts. */
void prog_find_depths(struct program *program);

/** Counts what is done with the results of each function (habits.c). */
void prog_find_habits(struct program *program);
/** True when most calls of it look at what it returns. */
bool prog_is_asked_mostly(const struct function *function);

#endif
