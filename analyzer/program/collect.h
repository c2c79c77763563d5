/*
 * What a walk over a function has seen of its effects, and the effects that its callers are told.
 */
#ifndef AGLET_PROGRAM_COLLECT_H
#define AGLET_PROGRAM_COLLECT_H

#include "program/internal.h"

enum { MOST_CANDIDATES = 32, MOST_NULLS = 16, MOST_PARAMS = CHAIN_PARAMS, CLASSES = 3 };

/* An effect that some returning path had, and how many of the paths of each class had it. */
struct candidate {
    struct effect effect;
    uint32_t holds[CLASSES];
    bool doubtful;
    uint8_t params[MOST_PARAMS]; /* the classes that each parameter was in where it holds */
    bool survives;               /* released, but on some path not for sure */
};

/* The paths of each class on which a parameter is null: there is nothing to release there. */
struct nulls {
    uint32_t paths[CLASSES];
    uint32_t behind[CLASSES]; /* … or what it points to is */
};

struct collector {
    struct program *program;
    prog_fn self;
    struct summary summary; /* the one being made */
    bool last;              /* no further round: calls are recorded */
    struct candidate candidates[MOST_CANDIDATES];
    size_t count;
    uint32_t paths[CLASSES];
    struct nulls nulls[MOST_NULLS];
    uint8_t params[MOST_PARAMS];  /* the classes that each parameter was in on some path */
    uint8_t touched[MOST_PARAMS]; /* the classes of results with which it may have been set */
    int64_t low, high;            /* of what was returned so far; none yet if low > high */
    int8_t scopes[SCOPE_KINDS]; /* at a successful return: the deepest, or the shallowest if none is
                       deeper than the entry (a cleanup that ends a shield if there is one) */
    bool succeeds;
    uint8_t yes[MOST_PARAMS], no[MOST_PARAMS]; /* the classes that each parameter was in where the
                                                  result may be another number than zero, or zero */
    struct told_time told;
    struct yielded yielded;
    bool hides_locks; /* on some path, what became of a lock cannot be told to callers */
    bool keeps_errno; /* on some returning path, it holds what this task set */
    bool overflow;
};

/** True if both are the same place, or the argument itself. */
bool collect_same_place(const struct effect_place *x, const struct effect_place *y);
/** Writes what the candidates amount to. */
void collect_write(struct collector *c, const struct path *path, struct summary *summary);
/** True if callers are told the same. */
bool collect_same_effects(const struct summary *x, const struct summary *y);

#endif
