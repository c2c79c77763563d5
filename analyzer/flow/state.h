/*
 * An abstract state: what is known at one point of one path.
 */
#ifndef AGLET_STATE_H
#define AGLET_STATE_H

#include "flow/cfg.h"
#include "flow/effect.h"
#include "flow/value.h"

/** Memory: a region holds a value. Sorted by region. */
struct binding {
    region_id region;
    value_id value;
};

/** What is known of a symbolic value: low <= v <= high, and perhaps v != 0. Sorted by value. */
struct constraint {
    value_id value;
    bool nonzero;
    int64_t low, high;
};

/** A register that holds a value. */
struct held {
    ir_id reg;
    value_id value;
};

enum duty_status {
    DUTY_OPEN,  /* must be released */
    DUTY_OUT,   /* stored where the caller finds it; no longer ours, but part of the summary */
    DUTY_DONE,  /* released; kept while the entity can still be named */
    DUTY_TAKEN, /* a parameter, which belongs to somebody else if the guard is in `when` */
    DUTY_LOST,  /* nothing refers to it any more, and it was open */
    DUTY_NONE   /* no resource: if the entity is not null, the guard is in `when` */
};

/** A resource and what became of it. */
struct duty {
    value_id entity; /* the handle's value, or the address of the object */
    const char *subject;
    uint8_t status;
    uint8_t when;     /* holds if `guard` is in these classes (enum return_class); 7: always */
    bool joined;      /* states were joined since: no evidence to report from */
    bool widened;     /* a loop's counters were generalised since */
    bool counted;     /* others may hold references to it */
    bool raw;         /* plain memory: what it holds is not released with it */
    bool shared;      /* counted, and it was shown to others */
    bool entry;       /* of a queue: to write into it is to fill it in */
    bool tells;       /* no resource, but news: to look at it is enough */
    bool answers;     /* DUTY_NONE: and if the entity is null, the guard is not in `when` */
    bool again;       /* the call has acquired another since, on a further round of a loop */
    bool detached;    /* a task, which was told to go on by itself */
    uint8_t leaves;   /* DONE, without an entity: enum effect_leaves */
    bool lapses;      /* handed over unless `guard` says that it failed: gone if nobody asks */
    value_id guard;   /* VALUE_UNKNOWN: none */
    value_id size;    /* how much was asked for; VALUE_UNKNOWN: no size was told */
    uint8_t which;    /* the call may acquire several: the effect's number */
    ir_id origin;     /* the call that acquired (or, from the start, released) it */
    ir_id end;        /* location where it was lost */
    int64_t high;     /* … and the most that the handle could be then, as a number */
    region_id out;    /* with DUTY_OUT: where it is stored; DUTY_DONE: where the caller had it */
    region_id within; /* with DUTY_OPEN: the place in memory of our own that it was put in */
    const struct path_trace *trace; /* how it was lost */
};

enum claim_kind {
    CLAIM_ENDED,     /* it was released: whoever uses it now uses what is no more */
    CLAIM_LENT,      /* somebody goes on using it, or what it points to */
    CLAIM_LOCKED,    /* it is a lock, and held */
    CLAIM_UNLOCKED,  /* it was held, since `origin`, and given back */
    CLAIM_COMPLETED, /* it was completed */
    CLAIM_HANDED,    /* somebody got it who may complete it */
    CLAIM_DECORATED, /* an entry of a queue: something was set that filling it in resets */
    CLAIM_QUEUED,    /* a queue: an entry waits to be submitted */
    CLAIM_OPEN,      /* as the last call before this told, it has not been released */
    CLAIM_READ,      /* it was read at `origin` where `owner` says, which others can change */
    CLAIM_STALE,     /* … and there was a suspension since, at `origin` */
    CLAIM_PROMISED,  /* a callback: what `origin` made is to call it, with `owner` */
    CLAIM_BELONGS,   /* a resource that `owner` has to outlive */
    CLAIM_YIELDED,   /* a number of the kind `subject` */
    CLAIM_CLEARED    /* no entity: all signals that had come were taken at once */
};

/** What a path did to an entity, for good. Held in arrays that copies of a state share. */
struct claim {
    value_id entity;
    value_id guard; /* VALUE_UNKNOWN: none */
    uint8_t kind;
    uint8_t when;        /* holds if `guard` is in these classes (enum return_class);
                            READ, STALE: a set of enum stale_outcome */
    bool raw;            /* ENDED: plain memory */
    bool in_place;       /* an object that can be made anew at the same address */
    uint8_t until;       /* LENT: enum effect_until */
    value_id owner;      /* LENT: whose release ends it too; VALUE_UNKNOWN: none. READ, STALE: the
                            address of the place */
    const char *subject; /* resource kind, or NULL */
    const char *by;      /* the function that did it */
    ir_id origin;        /* the call that did it */
};

/** What a branch asked of memory that others have, too. */
struct question {
    region_id place;  /* REGION_UNKNOWN: it asked for something else */
    uint8_t op;       /* EQ, LT or GT … */
    int64_t than;     /* … than that */
    bool holds;       /* the answer */
    bool either;      /* a path with the other answer has led on to the same state since */
    bool of_argument; /* it asked for an argument, or for what one points to */
    ir_id block;      /* where it was asked */
};

/** One step of a path; shared tails. */
struct path_trace {
    struct path_trace *before;
    ir_id loc;
    enum trace_kind { TRACE_TRUE, TRACE_FALSE, TRACE_CASE, TRACE_ACQUIRE, TRACE_CALL } kind;
    const char *text;      /* with CALL, ACQUIRE: the function's name */
    struct question asked; /* with TRUE, FALSE */
};

struct state {
    struct binding *bindings;
    struct constraint *constraints;
    struct duty *duties;
    struct claim *claims;
    value_id *registers; /* the context's: of the one state that is being walked on */
    struct held *held;   /* those that are live where this state waits; sorted, shared by copies */
    uint32_t binding_count, constraint_count, duty_count, held_count, claim_count;
    uint32_t binding_capacity, constraint_capacity, duty_capacity;
    uint64_t *exposed; /* locals whose address others may hold; one bit a local */
    uint32_t exposed_words;
    int8_t scopes[SCOPE_KINDS]; /* depth, against that at the function's entry */
    ir_id parked;  /* a suspension, after which errno is whoever's; IR_NONE: it was set since */
    int8_t inside; /* 1: this runs in a coroutine, as a test told; -1: it does not; 0: not known */
    bool cut;      /* a cancellation cut a call short (only in the walk after one) */
    bool told;     /* no outcome is news any more: tasks were stopped, or asked how they ended */
    bool once;     /* this happens once: something that was not there yet is being made */
    struct path_trace *trace;
    uint64_t hash; /* of all that state_equal compares; set by state_seal */
};

/** A field out of which the function releases something of kind `subject`, by call `origin`. */
struct state_emptied {
    ir_id field; /* string */
    const char *subject;
    ir_id origin;
    bool stored; /* something is stored there as well */
};

/** The arena and the tables that states live in. */
struct state_context {
    struct mem_arena arena;
    struct value_table values;
    const struct cfg *cfg;
    value_id *registers;     /* all of the function's */
    ir_id walked, walk_from; /* instructions [walk_from, walked) of the block at hand are done */
    struct state_emptied *emptied;
    size_t emptied_count;
    uint32_t *marks; /* by value: the epoch in which it was marked last */
    uint32_t mark_capacity, epoch;
};

/** Makes the tables for the context's cfg. */
void state_context_init(struct state_context *c);
void state_context_free(struct state_context *c);

/** Keeps the registers that are live at `block` with a state that is to wait there. */
void state_hold_registers(struct state_context *c, struct state *state, ir_id block);
/** Puts them back where the state is walked on. */
void state_restore_registers(struct state_context *c, const struct state *state, ir_id block);

/** Takes all marks off values. */
void state_begin_marks(struct state_context *c);
/** Marks a value; false if it is marked already. */
bool state_mark(struct state_context *c, value_id value);

struct state *state_new(struct state_context *c);
struct state *state_copy(struct state_context *c, const struct state *state);

/** The value bound to exactly this region, or VALUE_UNKNOWN with *found false. */
value_id state_lookup(const struct state *state, region_id region, bool *found);
void state_bind(struct state_context *c, struct state *state, region_id region, value_id value);
/** Drops what is known of `whole` and its parts. */
void state_unbind(struct state_context *c, struct state *state, region_id whole);

/** The interval known for a value, from its constraint, its type and its operands. */
struct constraint state_range(const struct state_context *c, const struct state *state,
                              value_id value);
/** Narrows; false when nothing is left, i.e. the path cannot be. */
bool state_narrow(struct state_context *c, struct state *state, struct constraint fact);
/** Assumes value != 0 (truth) or value == 0; false when that cannot be. */
bool state_assume(struct state_context *c, struct state *state, value_id value, bool truth);
/** The classes of enum return_class that the value can be in. */
unsigned state_classes(const struct state_context *c, const struct state *state, value_id value);

/** True when some value that is still asked for is known to be negative: a failure, which is dealt
 *  with here. */
bool state_knows_failure(const struct state *state);

struct duty *state_duty(struct state *state, value_id entity);
/** The resource that the region is memory of, or a part of; NULL if it is none. */
struct duty *state_owner(const struct state_context *c, struct state *state, region_id region);
/** False when the path shows that there is no resource: the acquiring call failed on it. */
bool state_duty_is_real(const struct state_context *c, const struct state *state,
                        const struct duty *duty);
/** True when the path shows that the duty's condition holds. */
bool state_guard_is_decided(const struct state_context *c, const struct state *state,
                            const struct duty *duty);
struct duty *state_add_duty(struct state_context *c, struct state *state, struct duty duty);
void state_remove_duty(struct state *state, uint32_t index);

/** The scopes that were begun since the function's entry and are in force: a set of bits
 *  1 << enum scope_kind. */
static inline unsigned state_scopes(const struct state *state) {
    unsigned set = 0;
    for (unsigned k = 0; k < SCOPE_KINDS; k++)
        set |= (unsigned)(state->scopes[k] > 0) << k;
    return set;
}

/* Claims (state_claim.c). Not part of what states are told apart by when they are joined. */

/** Adds a claim; one of the same kind, entity and origin is replaced. */
void state_add_claim(struct state_context *c, struct state *state, struct claim claim);
void state_remove_claim(struct state_context *c, struct state *state, uint32_t index);
/** False when the path shows that it does not hold. */
bool state_claim_is_real(const struct state_context *c, const struct state *state,
                         const struct claim *claim);
/** The index of the claim that this very entity was ended; UINT32_MAX if it was not. */
uint32_t state_find_ended(const struct state_context *c, const struct state *state,
                          value_id entity);
uint64_t state_hash_claims(const struct state *state, uint64_t hash);
bool state_equal_claims(const struct state *x, const struct state *y);
/** Keeps what both claim; nothing if the join is doubtful. True when `into` changed. */
bool state_join_claims(struct state_context *c, struct state *into, const struct state *other,
                       bool doubtful);
bool state_claims_mention(const struct state_context *c, const struct state *state,
                          value_id symbol);

/** Drops what was known of values that mention `symbol`. */
void state_forget(struct state_context *c, struct state *state, value_id symbol);

/** A symbol made by instruction `origin` that nothing in the state mentions yet. */
value_id state_fresh(struct state_context *c, struct state *state, ir_id origin,
                     const struct ir_type *type);

/**
 * Prepares a state for the start of `block`: forgets registers, locals and facts that nothing will
 * ask for, and turns open duties that nothing refers to any more into lost ones (with `loc` and the
 * state's trace as evidence).
 */
void state_prune(struct state_context *c, struct state *state, ir_id block, ir_id loc);

/** Computes the hash; call before comparing. */
void state_seal(struct state *state);
bool state_equal(const struct state *x, const struct state *y);
/** Equal in what rules report on: duties, scopes, suspension. */
bool state_same_property(const struct state *x, const struct state *y);
/**
 * Generalises `into` to cover `other` as well (same property). Differing values become symbols of
 * `block`. Duties that are open lose their evidence unless `widen` says that this is a loop and
 * only counters differ. Returns true when `into` changed.
 */
bool state_join(struct state_context *c, struct state *into, const struct state *other, ir_id block,
                bool widen);

#endif
