#include "models/role_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "models/sentence.h"
#include "models/suggest.h"

/* Lists of words in the order of their enumerations. */
static const char *const whens[] = {"always",   "zero", "nonzero", "negative", "nonnegative",
                                    "positive", "null", "nonnull", "maybe"};
static const char *const times[] = {NULL, "once", "at-most-once", "many"};
static const char *const tests[] = {"equals", "differs", "has-flag",   "lacks-flag",
                                    "null",   "nonnull", "nonblocking"};
static const char *const blocks_kinds[] = {"sleep",   "io",   "net", "dns", "lock",
                                           "process", "wait", "db",  "cpu"};
static const char *const time_units[] = {"ns", "us", "ms", "s"};
static const char *const deadline_kinds[] = {"timeout-ns",  "timeout-us",  "timeout-ms",
                                             "timeout-s",   "deadline-ns", "deadline-us",
                                             "deadline-ms", "deadline-s"};
static const char *const suspends_kinds[] = {"net", "time", "arrival"};
static const char *const lock_kinds[] = {"thread", "async"};
static const char *const coroutine_kinds[] = {"marked"};
static const char *const spawn_kinds[] = {"task", "thread"};
static const char *const subjects[] = {"db", "file", "peer", "state"};
static const char *const contexts[] = {"coroutine", "loop", "worker", "thread", "sync", "signal"};
static const char *const ends[] = {"return", "callback", "join", "close-callback", "completion"};

/* What a resource kind's name is made of: also a C type's name will do. */
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The index of `word` in `list`; -1 with a sentence that names all words. */
static int index_of(const char *word, const char *const *list, size_t count, char **error) {
    char *all = mem_text("");
    for (size_t i = 0; i < count; i++) {
        if (!list[i])
            continue;
        if (strcmp(word, list[i]) == 0) {
            free(all);
            return (int)i;
        }
        char *longer;
        sentence(&longer, "%s%s%s", all, *all ? ", " : "", list[i]);
        free(all);
        all = longer;
    }
    sentence(error, "'%s' is none of: %s", word, all);
    free(all);
    return -1;
}

int role_arg_of(const char *text, int *arg, char **error) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < 1 || number > ROLE_LAST_ARG)
        return sentence(error, "'%s' is not an argument's number (they count from 1)", text);
    *arg = (int)number - 1;
    return 0;
}

/* "return", or "out:N", or — for resources — "arg:N". */
static int set_where(const char *text, bool resource, enum role_via *via, int *arg, char **error) {
    if (strcmp(text, "return") == 0) {
        *via = ROLE_VIA_RETURN;
        *arg = ROLE_ARG_RETURN;
        return 0;
    }
    if (strncmp(text, "out:", 4) == 0)
        *via = ROLE_VIA_OUT;
    else if (resource && strncmp(text, "arg:", 4) == 0)
        *via = ROLE_VIA_ARG;
    else
        return sentence(error, "'%s' is none of: return, out:N%s", text, resource ? ", arg:N" : "");
    return role_arg_of(text + 4, arg, error);
}

static int set_word(const char **to, const char *value, const char *const *list, size_t count,
                    char **error) {
    if (list && index_of(value, list, count, error) < 0)
        return -1;
    if (!list) {
        size_t good = strspn(value, WORD);
        if (good == 0 || value[good])
            return sentence(error, "'%s' is not a kind's name: letters, digits, - and _", value);
    }
    *to = mem_text(value);
    return 0;
}

static int set_kind(struct role *role, const char *value, char **error) {
    switch (role->kind) {
    case ROLE_BLOCKS:
        return set_word(&role->subject, value, blocks_kinds, COUNT(blocks_kinds), error);
    case ROLE_SUSPENDS:
        return set_word(&role->subject, value, suspends_kinds, COUNT(suspends_kinds), error);
    case ROLE_TELLS_TIME:
        return set_word(&role->subject, value, time_units, COUNT(time_units), error);
    case ROLE_TAKES_DEADLINE:
        return set_word(&role->subject, value, deadline_kinds, COUNT(deadline_kinds), error);
    case ROLE_LOCKS:
    case ROLE_UNLOCKS:
        return set_word(&role->subject, value, lock_kinds, COUNT(lock_kinds), error);
    case ROLE_COROUTINE:
        return set_word(&role->subject, value, coroutine_kinds, COUNT(coroutine_kinds), error);
    case ROLE_SPAWNS:
        return set_word(&role->subject, value, spawn_kinds, COUNT(spawn_kinds), error);
    default:
        return set_word(&role->subject, value, NULL, 0, error);
    }
}

static int set_when(struct role *role, const char *value, char **error) {
    if (role->kind == ROLE_SUSPENDS && strcmp(value, "always") != 0 && strcmp(value, "maybe") != 0)
        return sentence(error, "'%s' is none of: always, maybe", value);
    /* Only a suspension may or may not happen; resources hold on a known outcome. */
    size_t count = role->kind == ROLE_SUSPENDS ? COUNT(whens) : COUNT(whens) - 1;
    int index = index_of(value, whens, count, error);
    if (index >= 0)
        role->when = (enum role_when)index;
    return index < 0 ? -1 : 0;
}

static int set_times(struct role *role, const char *value, char **error) {
    int index = index_of(value, times, COUNT(times), error);
    if (index >= 0)
        role->times = (enum role_times)index;
    return index < 0 ? -1 : 0;
}

static int set_value(struct role *role, const char *value, char **error) {
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 0);
    if (end == value || *end || errno || number == ROLE_VALUE_USUAL)
        return sentence(error, "'%s' is not a number", value);
    role->value = number;
    return 0;
}

int role_set(struct role *role, unsigned key, const char *value, char **error) {
    switch (key) {
    case KEY_ARG:
        return role_arg_of(value, &role->arg, error);
    case KEY_ENTRY:
        return role_arg_of(value, &role->entry, error);
    case KEY_DATA:
        return role_arg_of(value, &role->data, error);
    case KEY_OWNER:
        return role_arg_of(value, &role->owner, error);
    case KEY_SQL:
        return role_arg_of(value, &role->sql, error);
    case KEY_HANDLE: {
        enum role_via via;
        return set_where(value, false, &via, &role->handle, error);
    }
    case KEY_VIA:
        return set_where(value, true, &role->via, &role->arg, error);
    case KEY_KIND:
        return set_kind(role, value, error);
    case KEY_WHAT:
        return set_word(&role->subject, value, subjects, COUNT(subjects), error);
    case KEY_CONTEXT:
        return set_word(&role->context, value, contexts, COUNT(contexts), error);
    case KEY_UNTIL:
        return set_word(&role->until, value, ends, COUNT(ends), error);
    case KEY_TIMES:
        return set_times(role, value, error);
    case KEY_VALUE:
        return set_value(role, value, error);
    case KEY_WHEN:
        return set_when(role, value, error);
    default:
        return sentence(error, "this key takes no plain value");
    }
}

int role_test_of(const char *name, enum role_test *test, bool *takes_value, char **error) {
    int index = index_of(name, tests, COUNT(tests), error);
    if (index < 0)
        return -1;
    *test = (enum role_test)index;
    *takes_value = *test <= ROLE_TEST_LACKS_FLAG;
    return 0;
}

int role_add_unless(struct role *role, struct role_unless unless, char **error) {
    if (role->unless_count == ROLE_MAX_UNLESS)
        return sentence(error, "a role has at most %d exceptions", ROLE_MAX_UNLESS);
    role->unless[role->unless_count++] = unless;
    return 0;
}
