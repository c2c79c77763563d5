/*
 * What a call does, as the path engine needs it: the same form for a library's function (made from
 * its roles) and for a function of the program (its summary).
 */
#ifndef AGLET_EFFECT_H
#define AGLET_EFFECT_H

#include "ir/ir.h"
#include "models/role.h"

/** Classes of a returned value; null is zero, a pointer that is not null is positive. */
enum return_class { RETURNS_NEGATIVE = 1, RETURNS_ZERO = 2, RETURNS_POSITIVE = 4, RETURNS_ANY = 7 };

/** Scopes that a function can be inside of, and that what it calls is inside of as well. */
enum scope_kind {
    SCOPE_SHIELD,   /* no cancellation arrives here */
    SCOPE_DEADLINE, /* what suspends here ends in time */
    SCOPE_KINDS
};

enum effect_kind {
    EFFECT_ACQUIRE,  /* the target holds a resource that the caller owns */
    EFFECT_RELEASE,  /* the target's resource is given back */
    EFFECT_TAKE,     /* the target now belongs to somebody else */
    EFFECT_LEND,     /* what the argument points to is used on after the call */
    EFFECT_LOCK,     /* the lock behind the argument is held from now on */
    EFFECT_UNLOCK,   /* it is not */
    EFFECT_COMPLETE, /* the argument is completed, which must happen once */
    EFFECT_SET,      /* if what the argument points to was set, the outcome is one of `when` */
    EFFECT_ANSWER    /* the outcome is not zero if (and only if, unless `maybe`) the argument is one
                        of `when` */
};

/** Until when it is lent. */
enum effect_until {
    UNTIL_CALLBACK, /* a callback has come, or cannot come any more */
    UNTIL_JOIN,     /* the task, thread or group was waited for */
    UNTIL_DONE,     /* work that goes on by itself is done */
    UNTIL_CLOSED    /* the handle's close callback has come */
};

/** What a release leaves where the argument points to. */
enum effect_leaves {
    LEAVES_NULL,
    LEAVES_DANGLING, /* the value that is no more */
    LEAVES_ANYTHING
};

enum effect_target {
    TARGET_RETURN,
    TARGET_ARG,  /* the argument itself: a handle, or the object it points to */
    TARGET_OUT,  /* what the argument points to */
    TARGET_PLACE /* what lies at `place`, which the argument leads to */
};

enum { EFFECT_FIELDS = 3 };

/** A place that functions of several units agree about: from what an argument points to, or from a
 * global, by way of fields. */
struct effect_place {
    const char *global; /* its identity; NULL: the argument */
    uint8_t count;
    const char *fields[EFFECT_FIELDS];
};

/** Holds when the returned value is in one of the classes of `when`, and the argument `if_arg` was
 * in one of `if_classes`. */
struct effect {
    uint8_t kind, target;
    uint8_t if_arg, if_classes; /* if_classes 0: whatever the arguments */
    uint8_t when;               /* set of enum return_class */
    uint8_t arg;                /* from 0; unless the target is the return value */
    const char *subject;        /* resource kind; NULL: any; with TAKE: it may be released there */
    bool ends;      /* RELEASE, TAKE: in the outcomes of `when` it is released for sure */
    uint8_t until;  /* LEND: enum effect_until */
    uint8_t owner;  /* LEND: from 1, the argument whose release ends it too; or 0 */
    uint8_t leaves; /* RELEASE of TARGET_OUT, TARGET_PLACE: enum effect_leaves */
    bool detaches;  /* RELEASE: of a task, which is told to go on by itself */
    bool shows;     /* RELEASE: shows it, or parts of it, to others, who may call off */
    bool in_place;  /* of a kind that is made anew at the same address */
    bool maybe;     /* COMPLETE: on some paths only, of which nothing tells; ANSWER: … the outcome
                       may be zero all the same */
    bool entry;     /* of a queue: to write into it is to fill it in */
    bool raw;       /* plain memory, whose release does not know what it held */
    bool counted;   /* of a kind that others may hold references to */
    bool tells;     /* no resource, but news: to look at it is enough */
    bool number;    /* ACQUIRE of TARGET_PLACE: the handle is no pointer */
    const struct effect_place
        *place; /* TARGET_PLACE; LOCK, UNLOCK: the lock is there; NULL: the argument is it */
    const struct role *role; /* where it comes from: its `unless` may call it off; or NULL */
};

enum { CHAIN_PARAMS = 8 };

/** One link of a chain that leads to a guilty call. */
struct chain {
    const char *callee; /* the function called here */
    const char *subject; /* at the end of the chain: what kind of blocking, mutation …; else NULL */
    const struct ir_unit *unit;
    ir_id loc;
    bool undoes;    /* on the way, some function undoes what it has made itself */
    uint8_t *given; /* the classes of the parameters of the function that has it, CHAIN_PARAMS of
                       them, with which it gets there; NULL: any */
    const struct chain *next; /* inside the callee; NULL at the end */
};

enum callee_flag {
    CALLEE_KNOWN = 1, /* arguments without an effect are not kept, and memory that is not
                         reached from them is not written */
    CALLEE_PURE = 2,  /* writes nothing */
    CALLEE_NORETURN = 4,
    CALLEE_SUSPENDS = 8,
    CALLEE_COROUTINE = 16,
    CALLEE_WRITES = 32,      /* may write any memory that is not private to the caller */
    CALLEE_CONTRACT = 64,    /* declared by roles, as a library's function */
    CALLEE_REPEATS = 256,    /* computes: asked the same it answers the same until memory changes */
    CALLEE_WAITS = 512,      /* may wait for what others do: a loop is run, a task joined … */
    CALLEE_UNLOCKS = 2048,   /* gives a lock back, its caller's perhaps */
    CALLEE_TELLS = 1024,     /* stops tasks, or shows how they ended: no outcome is news after it */
    CALLEE_PAUSES = 4096,    /* does nothing but let time pass */
    CALLEE_HEARS = 8192,     /* waits for what comes from outside the program */
    CALLEE_QUEUES = 16384,   /* waits for others in the program: for its turn, a task's end … */
    CALLEE_LETS_GO = 32768,  /* starts a task that nobody owns */
    CALLEE_PARKS = 65536,    /* whenever it returns, errno is as a suspension left it */
    CALLEE_SUBMITS = 131072, /* submits what is queued somewhere */
    CALLEE_LAST = 262144,    /* a callback that is called when something is released for good */
    CALLEE_SIGNALS = 524288, /* sends a signal of which many count as one */
    CALLEE_UNLINKS = 128     /* what it releases it may take out of where it was filed */
};

/** What a call does once its task, or an object that it is given, was cancelled: it returns at
 * once, each time it is called. */
struct cut {
    bool is;
    bool loses;        /* what it was to do is not done then, or not to its end */
    bool endless;      /* … or rather, it never returns */
    int arg;           /* the object; ROLE_ARG_NONE: the task */
    int64_t low, high; /* bounds of what it returns then */
};

/** A call's target. */
struct callee {
    const char *name;
    uint32_t function; /* the program's function, or UINT32_MAX */
    unsigned flags;
    uint64_t uses;               /* arguments (a bit each) that it always reads, writes or uses */
    uint8_t after[CHAIN_PARAMS]; /* the classes of its parameters with which it returns at all; 0:
                                    not known */
    uint8_t returns;             /* set of enum return_class */
    int64_t low, high;           /* bounds of the returned number */
    int8_t scopes[SCOPE_KINDS];  /* by how much it deepens each */
    struct cut cut;
    uint32_t
        spare_args;   /* from 1: the first of those that have no parameter, and may be kept; or 0 */
    int returned_arg; /* the result leads to this argument, or is null; or ROLE_ARG_NONE */
    const struct effect *effects;
    size_t effect_count;
    const struct role *roles; /* as declared; for the rules */
    size_t role_count;
    const struct chain *blocks;  /* why it may block the thread, for functions of the program */
    const struct chain *spawns;  /* where it starts a task */
    const struct chain *awaits;  /* where it suspends */
    const struct chain *loses;   /* where a cancellation cuts it short */
    const struct chain *takes;   /* where it takes one item from a queue, and no more */
    const struct chain *mutates; /* where it makes an unshielded change */
};

/** Is it about what lies where the argument leads, and not about the argument? */
static inline bool effect_is_behind(const struct effect *effect) {
    return effect->target == TARGET_OUT || effect->target == TARGET_PLACE;
}

/** True when its roles, as declared, have one of that kind. */
static inline bool callee_has_role(const struct callee *callee, enum role_kind kind) {
    for (size_t i = 0; i < callee->role_count; i++)
        if (callee->roles[i].kind == kind)
            return true;
    return false;
}

#endif
