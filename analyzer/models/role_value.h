/*
 * The values of a role's keys: shared by the reader of annotations and the reader of models, so
 * that both speak one language. A value is text as in an annotation: "return", "out:2", "io", "3".
 */
#ifndef AGLET_ROLE_VALUE_H
#define AGLET_ROLE_VALUE_H

#include "models/role.h"

/** The keys of roles.def, as bits. */
enum role_key {
    KEY_ARG = 1 << 0,
    KEY_KIND = 1 << 1,
    KEY_WHAT = 1 << 2,
    KEY_WHEN = 1 << 3,
    KEY_UNLESS = 1 << 4,
    KEY_VIA = 1 << 5,
    KEY_ENTRY = 1 << 6,
    KEY_DATA = 1 << 7,
    KEY_HANDLE = 1 << 8,
    KEY_OWNER = 1 << 9,
    KEY_SQL = 1 << 10,
    KEY_CONTEXT = 1 << 11,
    KEY_TIMES = 1 << 12,
    KEY_UNTIL = 1 << 13,
    KEY_VALUE = 1 << 14
};

/** Arguments are counted up to here; more is taken for a mistake. */
#define ROLE_LAST_ARG 64

/** The role called `name`; ROLE_COUNT with *error (caller frees) when there is none. */
enum role_kind role_find(const char *name, char **error);

/** An empty role of that kind: no argument, no key given. */
void role_init(struct role *role, enum role_kind kind);

/** A deep copy; free with role_clear. */
void role_copy(struct role *to, const struct role *from);

/** Whether the role understands `key`: returns the key's bit, or 0 with *error. */
unsigned role_key_of(enum role_kind kind, const char *key, char **error);

/** Sets what `key` (one bit, not KEY_UNLESS) says. 0, or -1 with *error. */
int role_set(struct role *role, unsigned key, const char *value, char **error);

/** Reads a test's name ("null", "has-flag" …). `*takes_value` says whether a number belongs to it.
 *  0, or -1 with *error. */
int role_test_of(const char *name, enum role_test *test, bool *takes_value, char **error);

/** Adds an exception. 0, or -1 with *error when there are too many. */
int role_add_unless(struct role *role, struct role_unless unless, char **error);

/** Reads an argument's number as people write it (from 1) into one that counts from 0. */
int role_arg_of(const char *text, int *arg, char **error);

/** Says whether all keys that the role needs were among `given`, and whether they fit together.
 *  0, or -1 with *error. */
int role_check(const struct role *role, unsigned given, char **error);

/** The greatest argument index the role names; ROLE_ARG_RETURN or less when it names none. */
int role_last_arg(const struct role *role);

#endif
