/*
 * The path engine: walks one function over (block, state) pairs and tells listeners what happens.
 *
 * It knows nothing of libraries or of rules. A client says what each call does (struct callee);
 * rules listen. Equal states meet; above a number of states a block (64), states that rules cannot
 * tell apart are joined, and what was open at that moment is no longer reported on.
 */
#ifndef AGLET_PATH_H
#define AGLET_PATH_H

#include "flow/effect.h"
#include "flow/state.h"

struct path;
struct path_cut;

/** A call, as it happens in one state. */
struct path_call {
    const struct ir_instr *instr;
    ir_id id; /* the instruction's index in the unit */
    const struct callee *callee;
    const value_id *args;
    uint32_t arg_count;
};

/** A resource that some path neither releases nor hands on. One is reported for each acquisition.
 */
struct path_loss {
    const struct duty *duty;
    ir_id exit;  /* location where the path leaves without it, or drops the last reference */
    bool always; /* no path of this function releases it or hands it on */
    const struct ir_instr *refused; /* the call that was to take it, and failed; or NULL */
    bool cut;                       /* … it may have been cancelled */
    bool again; /* it is acquired again after it was lost: a loop loses one each round */
};

/** Something is used that was released before on the same path. */
struct path_reuse {
    const struct claim *ended;
    const struct ir_instr *instr;
    enum reuse_kind {
        REUSE_RELEASE, /* it is released again */
        REUSE_CALL,    /* it is given to a function that uses it */
        REUSE_PART,    /* a part of its memory is */
        REUSE_ACCESS,  /* what it points to is read or written */
        REUSE_CALLBACK /* the callback that is told of its release releases it again */
    } kind;
    const char *callee;  /* the function called, or the callback; or NULL */
    const char *subject; /* RELEASE: the kind that is released, or NULL */
    bool declared;       /* CALL: it is not said that the function looks at what is there */
    bool again;          /* by the call that released it: on another round of a loop */
};

/** A variable ends while somebody may go on using it. */
struct path_outlive {
    const struct claim *lent;
    ir_id local;    /* of the function */
    ir_id end;      /* location where its scope is left */
    bool at_return; /* by leaving the function */
};

/** Memory is freed while somebody may go on using it, or a part of it. */
struct path_early_free {
    const struct claim *lent;
    const struct ir_instr *instr;
    const char *callee; /* the function that frees it */
};

/** A callback that is to be called when something is released is called for it by hand, and it was
 *  not released. */
struct path_by_hand {
    const struct claim *open;
    const struct ir_instr *instr;
    const char *callee; /* the callback */
};

/** A loop that, once cancelled, is never left: each call that a cancellation cuts short returns at
 *  once, and the loop goes on. */
struct path_stuck {
    const struct ir_instr *call; /* the first that is cut short */
    const char *callee;
    const struct chain *awaits; /* where the callee suspends, or NULL */
    bool object; /* it is not the task that is cancelled, but an object that the call is given */
};

/** What the ways out of a loop depend on. */
enum loop_asks {
    LOOP_ASKS_LOCAL = 1,    /* what the loop counts or walks along by itself */
    LOOP_ASKS_MEMORY = 2,   /* the same place in memory, each round */
    LOOP_ASKS_QUESTION = 4, /* a call that only looks, each time at the same */
    LOOP_ASKS_TIME = 8,     /* the clock */
    LOOP_ASKS_PAUSE = 16,   /* whether a pause was cut short */
    LOOP_ASKS_ERRNO = 32,   /* which error it was */
    LOOP_ASKS_CALL = 64     /* what some other call says */
};

/** A loop as its text shows it, with what it calls. */
struct path_loop {
    ir_id head;
    ir_id loc;                    /* its first text */
    unsigned asks;                /* set of enum loop_asks: all its ways out */
    bool counted;                 /* some way out compares LOCAL, with what is kept perhaps */
    bool polls;                   /* some way out asks for nothing but MEMORY and QUESTION */
    ir_id watched;                /* a place that a way out reads; or IR_NONE */
    const struct ir_instr *pause; /* a call that does nothing but let time pass; or NULL */
    const struct ir_instr *spawn; /* a call that starts a task which nobody owns; or NULL */
    bool works;                   /* does something that others can see, other than to pause */
    bool sleeps;                  /* pauses the whole thread */
    bool calls;                   /* calls something */
    bool input;                   /* waits for what comes from outside the program */
    bool relieved;                /* waits for others in the program: a place, a task's end … */
    bool limited;                 /* compares what others keep by size: a limit perhaps */
    bool idle;                    /* a round may pass without a suspension */
};

/** Something is completed that was completed before on the same path. */
struct path_completion {
    const struct claim *before;
    const struct ir_instr *instr;
    const char *callee;
    bool again; /* by the same call: on another round of a loop */
};

/** A callback of the caller's is to be called once, by what a call before has made; and this call
 *  has it called as well. */
struct path_rival {
    const struct claim *promised;
    const struct ir_instr *instr;
    const char *callee;
};

/** Something that has to be completed is let go, and nobody has completed it or may do so. */
struct path_promise {
    const struct ir_instr *origin; /* the call that made it; NULL: it is a parameter */
    ir_id exit;                    /* location where it is let go */
};

/** A lock that one path gives back before it returns, and another does not, though the two return
 *  alike; or that no path gives back. */
struct path_hold {
    ir_id origin;       /* the call that took it */
    const char *callee; /* its name */
    const char *lock;   /* the lock's own name: a variable's, a field's; NULL: it has none */
    bool global;        /* it is a variable that all functions share */
    bool told;          /* the two return differently: the caller may know */
    unsigned released;  /* classes of what is returned where it was given back */
    unsigned held;      /* … where it was not */
    ir_id exits[3];     /* by class: location of the first such return */
    const struct path_trace *traces[3];
};

/** What is queued is not treated in the order that its library asks for. */
struct path_misorder {
    enum misorder_kind {
        MISORDER_DECORATED, /* an entry is filled in after something was set in it */
        MISORDER_AWAITED,   /* a completion is awaited while an entry waits to be submitted */
        MISORDER_CLOSED     /* the queue is closed while an entry waits to be submitted */
    } kind;
    const struct ir_instr *before; /* the call that set it, or that queued the entry */
    const char *by;                /* its name */
};

/** What a call hands out if it succeeds is used, and nothing has asked yet whether it did. */
struct path_unasked {
    const struct duty *duty;
    const struct ir_instr *instr;
};

/** errno is read, and it is not known whose it is. */
struct path_stale_errno {
    const struct ir_instr *instr;  /* the load, or the call that reads it */
    const struct ir_instr *parked; /* the suspension, after which nothing of this task's set it */
};

/** Which way was taken where it was asked what a place holds; and that it was nothing. */
enum stale_outcome { STALE_IF_TRUE = 1, STALE_IF_FALSE = 2, STALE_WAS_NULL = 4 };

/** Memory that is not this function's own is changed after a suspension, and what was read there
 *  before it is relied on. */
struct path_stale {
    enum stale_kind {
        STALE_COUNTED, /* the new value is computed from the old one */
        STALE_ASKED    /* the change is made because of what the old one was */
    } kind;
    const struct ir_instr *instr;  /* the store */
    const struct ir_instr *read;   /* the load */
    const struct ir_instr *parked; /* the last suspension in between */
    unsigned outcomes;             /* of the question, on the paths that lead to the store */
    struct state *state;           /* on the first of them */
};

/** Something is released, and what belongs to it is not: it cannot be any more. */
struct path_orphan {
    const struct claim *left;
    const char *owner; /* its kind */
    const struct ir_instr *instr;
};

/** What a number is, and where that is said. */
struct path_number {
    const char *kind; /* NULL: not known */
    const char *by;   /* the function that yields it; NULL: it is kept in memory, and stored … */
    const struct ir_unit *unit;
    ir_id loc; /* … here */
};

/** A number of one kind, such as flags or an id, is given where one of another is expected. */
struct path_mixup {
    const struct path_call *call;
    const char *expected;
    struct path_number given; /* without a kind: a constant, whose bits … */
    int64_t foreign;          /* … these are unknown to what is expected */
};

/** One item is taken from a queue. */
struct path_take {
    const struct ir_instr *instr; /* the call, or the store */
    const struct ir_instr *found; /* with a store: the load that found the item; else NULL */
    const char *callee;           /* the function called, or NULL */
    const char *queue;         /* the list's name: its variable's, its field's; NULL: a library's */
    const struct chain *chain; /* inside the callee: where it does so; or NULL */
    bool once;                 /* no round of a loop takes another */
    const struct ir_instr *cleared; /* the call before that took all signals at once, which is not
                                       made again before the next item is taken; or NULL */
};

/** What a rule or a client listens to; any member may be NULL. */
struct path_listener {
    void (*on_enter)(struct path *path); /* before anything else of the function */
    void (*on_call)(struct path *path, const struct path_call *call);
    void (*on_hold)(struct path *path, const struct path_hold *hold, unsigned class);
    void (*on_loss)(struct path *path, const struct path_loss *loss);
    void (*on_early_free)(struct path *path, const struct path_early_free *early);
    void (*on_by_hand)(struct path *path, const struct path_by_hand *by_hand);
    void (*on_outlive)(struct path *path, const struct path_outlive *outlive);
    void (*on_reuse)(struct path *path, const struct path_reuse *reuse);
    void (*on_completion)(struct path *path, const struct path_completion *completion);
    void (*on_broken_promise)(struct path *path, const struct path_promise *promise);
    void (*on_rival)(struct path *path, const struct path_rival *rival);
    void (*on_return)(struct path *path, value_id value);
    void (*on_stuck)(struct path *path, const struct path_stuck *stuck);
    void (*on_idle)(struct path *path, const struct ir_instr *made); /* no path starts it */
    void (*on_misorder)(struct path *path, const struct path_call *call,
                        const struct path_misorder *misorder);
    void (*on_unasked)(struct path *path, const struct path_unasked *unasked);
    void (*on_stale_errno)(struct path *path, const struct path_stale_errno *stale);
    void (*on_orphan)(struct path *path, const struct path_orphan *orphan);
    void (*on_mixup)(struct path *path, const struct path_mixup *mixup);
    void (*on_take)(struct path *path, const struct path_take *take);
    void (*on_stale)(struct path *path, const struct path_stale *stale);
    void (*on_loop)(struct path *path, const struct path_loop *loop);
};

/** What the engine asks. */
struct path_client {
    void *data;
    /** Fills *callee for a call; `function` is the unit's function if it is known, else IR_NONE. */
    void (*resolve)(void *data, const struct ir_unit *unit, const struct ir_instr *call,
                    ir_id function, struct callee *callee);
    /** Says what all numbers are that the program keeps in the place; may be NULL. */
    struct path_number (*kept_number)(void *data, const struct ir_unit *unit, ir_id place);
    unsigned states_per_block; /* 0: 64 */
    uint64_t promised;         /* parameters of the function that it has to complete; a bit each */
};

/** What became of what a call acquired, on some path. */
enum path_fate {
    FATE_MADE = 1,
    FATE_BEGUN = 2 /* it was started; or others got it, who may do so */
};

/** A name that summaries of other units told, and what it is here. */
struct path_word {
    const char *text;
    ir_id id; /* a string of the unit's; or, beyond them, one that it has not */
};

/** The engine at work; listeners may read it. */
struct path {
    struct state_context context;
    const struct ir_unit *unit;
    const struct ir_function *function;
    struct state *state; /* the current one */
    bool leaves;         /* the current block ends in a return */
    bool straight;       /* no branch came before: whatever happens now, always does */
    ir_id returned;      /* the register that the current block returns, or IR_NONE */
    const struct path_listener *const *listeners;
    size_t listener_count;
    const struct path_client *client;
    void *user;     /* for the listeners */
    size_t current; /* which listener is called */

    ir_id first_instr; /* the function's instructions lie in this range of the unit's */
    uint32_t instr_count;
    bool *kept_params; /* parameters that were stored, or handed to somebody who may keep them */
    uint64_t shown_params;     /* given, or parts of them, to functions that may do something */
    uint64_t completed_params; /* completed on some path; a bit each */
    uint64_t used_params;      /* used before the first branch; a bit each */
    uint8_t *fates;      /* by instruction: what became of what it acquired, a set of path_fate */
    uint8_t *discharged; /* by instruction of the function: which of the resources it acquired were
                            released or handed on on some path, a bit each */
    struct path_loss *losses;
    uint32_t loss_count, loss_capacity;
    struct path_hold *holds; /* the locks that were taken here, as the returns found them */
    size_t hold_count;
    struct path_word *words; /* names that other units' summaries told */
    unsigned word_count;
    bool *followed; /* by name of the cfg: places of which a change after a suspension is told;
                       NULL: none */
    struct path_stale *stales;
    uint32_t stale_count;
    bool *cuttable; /* by instruction: a call that a cancellation can cut short, on some path */
    struct path_cut *cut; /* with the walk after a cancellation */
    bool capped;          /* states were joined or dropped because there were too many */
    bool returns;         /* some path returns */
    struct path_block *blocks;
    struct path_queue *queue;
};

/**
 * Walks `function` of `unit` (which must have blocks). The path's results stay readable until
 * path_end. `user` is passed on as path->user.
 */
void path_run(struct path *path, const struct ir_unit *unit, const struct ir_function *function,
              const struct path_client *client, const struct path_listener *const *listeners,
              size_t listener_count, void *user);
void path_end(struct path *path);

/** What a call of `function` does once a cancellation came: walks it with every call cut short that
 *  one can cut. `.is` is false if there is none, or if more than one object was to be cancelled. */
struct cut path_run_cut(const struct ir_unit *unit, const struct ir_function *function,
                        const struct path_client *client);

/** The function's instruction that made the value, such as a load or a call; NULL if it was made
 *  otherwise: by an operation, by a join of paths, or before the function began. */
const struct ir_instr *path_maker(const struct path *path, value_id value);

/** What a call of the function leads to, as far as its text says: not by what a state knows of a
 *  function pointer. */
struct callee path_target(const struct path *path, const struct ir_instr *call);

/** The name of the variable or the field that is the lock; NULL if it is none of these. */
const char *path_lock_name(const struct path *path, value_id lock);

/** Says what the address is of, in words that a caller understands: true if it is a place that a
 *  parameter (*arg, unless *place has a global) or a global leads to (path_place.c). */
bool path_describe_place(const struct path *path, value_id address, struct effect_place *place,
                         uint8_t *arg);
/** The text of a field's name in a region. */
const char *path_word(const struct path *path, ir_id word);
bool effect_same_place(const struct effect_place *x, const struct effect_place *y);
/** Is it what a parameter points to, or a field of that? */
bool path_is_for_caller(const struct path *path, region_id region);
/** The caller's memory, behind a parameter, in which the value was found; or REGION_UNKNOWN. */
region_id path_found_behind_param(const struct path *path, value_id value);
/** Where what the call's effect is about lies, for TARGET_OUT and TARGET_PLACE. */
region_id path_effect_region(struct path *path, const struct path_call *call,
                             const struct effect *effect);
/** What it is about, as things are: the argument, or what lies there; VALUE_UNKNOWN if not known.
 */
value_id path_effect_value(struct path *path, const struct path_call *call,
                           const struct effect *effect);
/** The address of what the call's effect is about; VALUE_UNKNOWN if it is not known. */
value_id path_effect_address(struct path *path, const struct path_call *call,
                             const struct effect *effect);

/** The lock that this claim says is held for sure in the current state; false if it is another
 * claim, or not certain. */
bool path_holds(const struct path *path, const struct claim *claim);

/** The value of a parameter at the function's entry. */
value_id path_param(struct path *path, uint32_t index);

/** Says whether a role's `unless` lets this call off: true when one of the conditions holds in the
 *  current state, or may hold because too little is known of the argument. */
bool path_excused(const struct path *path, const struct path_call *call, const struct role *role);

/** True when the call suspends, or may do so, as it is called here. */
bool path_suspends(const struct path *path, const struct path_call *call);

/** True when the call releases what this function has made: what is begun here is undone again. */
bool path_undoes(const struct path *path, const struct path_call *call);

/** True when a cancellation of the running task can cut the call short, as it is called here. */
bool path_can_cut(const struct path *path, const struct path_call *call);

/** The call that this path has seen fail in a way that may be a cancellation: one that can be cut,
 *  whose result was asked for. It is not called again from `here` on. NULL if there is none. */
const struct ir_instr *path_seen_cut(const struct path *path, const struct path_call *here);

/** What the number is said to be, or one that is part of it. */
struct path_number path_number_of(const struct path *path, value_id value);

/** True when `value` is known to be one constant, which *constant then is. */
bool path_constant(const struct path *path, value_id value, int64_t *constant);

#endif
