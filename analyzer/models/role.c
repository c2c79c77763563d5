#include "models/role.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "models/role_value.h"
#include "models/sentence.h"
#include "models/suggest.h"

struct role_row {
    const char *name;
    unsigned keys;
};

static const struct role_row rows[ROLE_COUNT] = {
#define ROLE(id, text, understood) [ROLE_##id] = {text, understood},
#include "models/roles.def"
#undef ROLE
};

/* In the order of enum role_key's bits. */
static const char *const key_names[] = {"arg", "kind",    "what",  "when",   "unless",
                                        "via", "entry",   "data",  "handle", "owner",
                                        "sql", "context", "times", "until",  "value"};
#define KEY_COUNT (sizeof key_names / sizeof *key_names)

const char *role_name(enum role_kind kind) {
    return (unsigned)kind < ROLE_COUNT ? rows[kind].name : "?";
}

enum role_kind role_find(const char *name, char **error) {
    const char *names[ROLE_COUNT];
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        names[i] = rows[i].name;
        if (strcmp(name, names[i]) == 0)
            return (enum role_kind)i;
    }
    char *ending = suggest_ending(name, names, ROLE_COUNT);
    sentence(error, "there is no role '%s'%s", name, ending);
    free(ending);
    return ROLE_COUNT;
}

void role_init(struct role *role, enum role_kind kind) {
    *role = (struct role){.kind = kind,
                          .arg = ROLE_ARG_NONE,
                          .entry = ROLE_ARG_NONE,
                          .data = ROLE_ARG_NONE,
                          .owner = ROLE_ARG_NONE,
                          .sql = ROLE_ARG_NONE,
                          .handle = ROLE_ARG_NONE,
                          .value = ROLE_VALUE_USUAL};
    /* A resource whose place is not given is what the function returns. */
    if (kind == ROLE_ACQUIRES)
        role->arg = ROLE_ARG_RETURN;
    if (kind == ROLE_RELEASES)
        role->via = ROLE_VIA_ARG;
}

static const char *copy_text(const char *text) {
    return text ? mem_text(text) : NULL;
}

void role_copy(struct role *to, const struct role *from) {
    *to = *from;
    to->subject = copy_text(from->subject);
    to->context = copy_text(from->context);
    to->until = copy_text(from->until);
}

void role_clear(struct role *role) {
    free((char *)role->subject);
    free((char *)role->context);
    free((char *)role->until);
    role->subject = role->context = role->until = NULL;
}

unsigned role_key_of(enum role_kind kind, const char *key, char **error) {
    const char *known[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++) {
        bool understood = rows[kind].keys & (1u << i);
        known[i] = understood ? key_names[i] : NULL;
        if (understood && strcmp(key, key_names[i]) == 0)
            return 1u << i;
    }
    if (rows[kind].keys == 0) {
        sentence(error, "role '%s' takes no keys, but here is '%s'", rows[kind].name, key);
        return 0;
    }
    char *ending = suggest_ending(key, known, KEY_COUNT);
    sentence(error, "role '%s' has no key '%s'%s", rows[kind].name, key, ending);
    free(ending);
    return 0;
}

/* Keys without which the role says nothing. */
static unsigned needed_keys(enum role_kind kind) {
    switch (kind) {
    case ROLE_ACQUIRES:
    case ROLE_RELEASES:
    case ROLE_TELLS_TIME:
    case ROLE_YIELDS:
        return KEY_KIND;
    case ROLE_EXPECTS:
        return KEY_KIND | KEY_ARG;
    case ROLE_JOINS:
    case ROLE_CANCELS:
    case ROLE_DETACHES:
    case ROLE_TAKES:
    case ROLE_SHIELDS:
    case ROLE_TAKES_DEADLINE:
    case ROLE_SETS_TIMEOUT:
    case ROLE_SETS_CONTEXT:
    case ROLE_RESETS_CONTEXT:
    case ROLE_COMPLETES:
    case ROLE_RETURNS:
    case ROLE_TAKES_STACK:
    case ROLE_STARTS:
    case ROLE_TAKES_ITEM:
    case ROLE_AWAITS_SIGNAL:
    case ROLE_QUEUES:
    case ROLE_FILLS:
    case ROLE_DECORATES:
    case ROLE_SUBMITS:
    case ROLE_AWAITS_SUBMITTED:
    case ROLE_GIVES_BACK_ALL:
    case ROLE_USES:
    case ROLE_TELLS_RELEASE:
    case ROLE_TELLS_SET:
        return KEY_ARG;
    case ROLE_BORROWS:
        return KEY_ARG | KEY_UNTIL;
    case ROLE_CALLS_BACK:
        return KEY_ARG | KEY_CONTEXT;
    case ROLE_CALLED_BACK:
        return KEY_CONTEXT;
    case ROLE_BLOCKS:
        return KEY_KIND;
    case ROLE_MUTATES:
        return KEY_WHAT;
    default:
        return 0;
    }
}

int role_check(const struct role *role, unsigned given, char **error) {
    unsigned missing = needed_keys(role->kind) & ~given;
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (missing & (1u << i))
            return sentence(error, "role '%s' needs the key '%s'", role_name(role->kind),
                            key_names[i]);
    /* What is released is an argument or what an argument points to. */
    if (role->kind == ROLE_RELEASES && !(given & KEY_ARG) == !(given & KEY_VIA))
        return sentence(error, "role 'releases' needs one of the keys 'arg' and 'via'");
    if (role->kind == ROLE_RELEASES && role->via == ROLE_VIA_RETURN)
        return sentence(error, "role 'releases' cannot release what is returned");
    if (role->kind == ROLE_CALLED_BACK && strcmp(role->context, "sync") == 0)
        return sentence(error, "role 'called-back' needs a context that does not depend on who "
                               "calls, and 'sync' does");
    if (role->kind == ROLE_SPAWNS && !(given & (KEY_ENTRY | KEY_HANDLE)))
        return sentence(error, "role 'spawns' needs the key 'entry' or 'handle'");
    return 0;
}

int role_last_arg(const struct role *role) {
    const int named[] = {role->arg, role->entry, role->data, role->owner, role->sql, role->handle};
    int last = ROLE_ARG_NONE;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        last = named[i] > last ? named[i] : last;
    for (unsigned i = 0; i < role->unless_count; i++)
        last = role->unless[i].arg > last ? role->unless[i].arg : last;
    return last;
}

/* ---- annotations ------------------------------------------------------------------------- */

/* A copy without white space, which means nothing here: the preprocessor keeps what stands between
 * a macro's arguments, and formatters put some around '=' and '-'. */
static char *squeeze(const char *text) {
    char *copy = mem_text(text), *to = copy;
    for (; *text; text++)
        if (!strchr(" \t\n", *text))
            *to++ = *text;
    *to = '\0';
    return copy;
}

/* Cuts `text` at the first `mark`; returns what follows it, or NULL. */
static char *cut(char *text, char mark) {
    char *at = strchr(text, mark);
    if (at)
        *at++ = '\0';
    return at;
}

/* "2:null", "3:has-flag:64" */
static int parse_unless(struct role *role, char *value, char **error) {
    struct role_unless unless = {0};
    bool takes_value;
    char *test = cut(value, ':');
    if (!test)
        return sentence(error, "'%s' is not N:TEST or N:TEST:NUMBER, as in 2:null or 3:equals:0",
                        value);
    char *number = cut(test, ':');
    if (role_arg_of(value, &unless.arg, error) < 0 ||
        role_test_of(test, &unless.test, &takes_value, error) < 0)
        return -1;
    if (takes_value != (number != NULL))
        return sentence(error, "test '%s' %s", test,
                        takes_value ? "needs a number, as in 3:equals:0" : "takes no number");
    if (number) {
        char *end;
        errno = 0;
        unless.value = strtoll(number, &end, 0);
        if (end == number || *end || errno)
            return sentence(error, "'%s' is not a number", number);
    }
    return role_add_unless(role, unless, error);
}

static int parse_pair(struct role *role, char *pair, unsigned *given, char **error) {
    char *value = cut(pair, '=');
    if (!value)
        return sentence(error, "'%s' is not KEY=VALUE", pair);
    unsigned bit = role_key_of(role->kind, pair, error);
    if (!bit)
        return -1;
    if (bit != KEY_UNLESS && (*given & bit))
        return sentence(error, "key '%s' is given twice", pair);
    *given |= bit;
    char *why;
    int failed =
        bit == KEY_UNLESS ? parse_unless(role, value, &why) : role_set(role, bit, value, &why);
    if (failed) {
        sentence(error, "key '%s' of role '%s': %s", pair, role_name(role->kind), why);
        free(why);
    }
    return failed;
}

static int parse_pairs(struct role *role, char *pairs, char **error) {
    unsigned given = 0;
    for (char *next; pairs; pairs = next) {
        next = cut(pairs, ',');
        if (parse_pair(role, pairs, &given, error) < 0)
            return -1;
    }
    return role_check(role, given, error);
}

int role_parse(const char *text, struct role *role, char **error) {
    char *copy = squeeze(text);
    char *pairs = cut(copy, '(');
    int result = -1;
    role_init(role, ROLE_COUNT);
    if (pairs) {
        size_t length = strlen(pairs);
        if (length == 0 || pairs[length - 1] != ')') {
            sentence(error, "'%s' lacks its closing parenthesis", text);
            goto done;
        }
        pairs[length - 1] = '\0';
    }
    enum role_kind kind = role_find(copy, error);
    if (kind == ROLE_COUNT)
        goto done;
    role_init(role, kind);
    result = parse_pairs(role, pairs && *pairs ? pairs : NULL, error);
    if (result < 0)
        role_clear(role);
done:
    free(copy);
    return result;
}
