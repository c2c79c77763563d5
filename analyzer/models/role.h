/*
 * Roles: what a function does to its arguments, in one vocabulary for every library.
 *
 * A role comes from a model (rules/models/NAME.json), from the user's configuration, or from an
 * annotation in the source ("aglet:acquires(kind=stream, via=return)"). Arguments count from 1 in
 * all three; in these structures they count from 0.
 */
#ifndef AGLET_ROLE_H
#define AGLET_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role_kind {
#define ROLE(id, name, keys) ROLE_##id,
#include "models/roles.def"
#undef ROLE
    ROLE_COUNT
};

/** Argument indices besides 0, 1, 2 …  */
#define ROLE_ARG_NONE   (-2)
#define ROLE_ARG_RETURN (-1)

/** No number that a call returns. */
#define ROLE_VALUE_USUAL INT64_MIN

/** On which outcome of the call the role holds, said of the returned value. */
enum role_when {
    ROLE_WHEN_ALWAYS,
    ROLE_WHEN_ZERO,        /* == 0 */
    ROLE_WHEN_NONZERO,     /* != 0 */
    ROLE_WHEN_NEGATIVE,    /* < 0 */
    ROLE_WHEN_NONNEGATIVE, /* >= 0 */
    ROLE_WHEN_POSITIVE,    /* > 0 */
    ROLE_WHEN_NULL,
    ROLE_WHEN_NONNULL,
    ROLE_WHEN_MAYBE /* may or may not (suspends) */
};

/** Where an acquired resource is found, or a released one. */
enum role_via {
    ROLE_VIA_RETURN, /* the returned value */
    ROLE_VIA_OUT,    /* *arg afterwards holds the handle: fopen-like with an out-parameter */
    ROLE_VIA_ARG     /* the object arg points to (or the value arg itself) becomes owned */
};

/** A condition on an argument; with any of them true, the role does not hold for this call. */
enum role_test {
    ROLE_TEST_EQUALS,     /* arg == value */
    ROLE_TEST_DIFFERS,    /* arg != value */
    ROLE_TEST_HAS_FLAG,   /* (arg & value) != 0; every bit of value */
    ROLE_TEST_LACKS_FLAG, /* (arg & value) == 0, and that is known */
    ROLE_TEST_NULL,
    ROLE_TEST_NONNULL,    /* known not to be null, e.g. a function's address */
    ROLE_TEST_NONBLOCKING /* the fd in arg is known to be in non-blocking mode */
};

struct role_unless {
    int arg;
    enum role_test test;
    int64_t value;
};

#define ROLE_MAX_UNLESS 4

/** How often a callback is called. */
enum role_times { ROLE_TIMES_UNKNOWN, ROLE_TIMES_ONCE, ROLE_TIMES_AT_MOST_ONCE, ROLE_TIMES_MANY };

/** Strings are owned by the model set (or, for annotations, by the caller of role_parse). */
struct role {
    enum role_kind kind;
    const char *subject; /* kind=, what=: "task", "io", "db" … ; NULL if none */
    const char *context; /* calls-back: coroutine loop worker thread sync signal */
    const char *until;   /* borrows, calls-back */
    int arg;
    int entry, data, owner, sql; /* ROLE_ARG_NONE if not given */
    int handle;                  /* spawns: ROLE_ARG_RETURN, an out-parameter, or NONE */
    int64_t value; /* cancellable: what is returned then; ROLE_VALUE_USUAL: the type's usual error.
                      stack: bytes; ROLE_VALUE_USUAL: it is for the program to say how many.
                      expects: all bits that there are; ROLE_VALUE_USUAL: any */
    enum role_via via;
    enum role_when when;
    enum role_times times;
    unsigned unless_count;
    struct role_unless unless[ROLE_MAX_UNLESS];
};

const char *role_name(enum role_kind kind);

/**
 * Parses an annotation's text "ROLE" or "ROLE(key=value, …)", without the "aglet:" prefix.
 * Returns 0 and fills *role (strings in *role are copied; free with role_clear), or -1 with
 * *error a sentence which the caller frees.
 */
int role_parse(const char *text, struct role *role, char **error);
void role_clear(struct role *role);

#endif
