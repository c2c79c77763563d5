/*
 * I/O in a constructor: making an object should neither wait nor start anything. What has to is an
 * asynchronous factory, and says so.
 */
#include <string.h>

#include "program/check.h"
#include "rule.h"

static bool ends_with(const char *name, const char *suffix) {
    size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static const struct ir_type *pointee(const struct ir_unit *unit, ir_id type) {
    const struct ir_type *t = &unit->types.data[type];
    return t->kind == IR_TYPE_POINTER && t->elem != IR_NONE ? &unit->types.data[t->elem] : NULL;
}

/* By name and shape: x_new and x_create return a pointer to a record, x_init takes one first. */
static bool looks_like_constructor(const struct path *path) {
    const char *name = check_function_name(path);
    const struct ir_type *type = &path->unit->types.data[path->function->type];
    if (ends_with(name, "_new") || ends_with(name, "_create")) {
        const struct ir_type *made = type->elem == IR_NONE ? NULL : pointee(path->unit, type->elem);
        return made && (made->kind == IR_TYPE_RECORD || made->kind == IR_TYPE_OTHER);
    }
    if (!ends_with(name, "_init") || path->function->param_count == 0)
        return false;
    const struct ir_local *self = ir_local_at(path->unit, path->function, 0);
    const struct ir_type *made = pointee(path->unit, self->type);
    return made && made->kind == IR_TYPE_RECORD;
}

/* A coroutine that makes something is a factory already: it is awaited. And a function whose roles
   tell that it waits or starts something does no more than it says. */
static bool is_constructor(const struct path *path) {
    static const enum role_kind open_words[] = {ROLE_FACTORY, ROLE_COROUTINE, ROLE_BLOCKS,
                                                ROLE_SUSPENDS, ROLE_SPAWNS};
    if (check_has_role(path, ROLE_CONSTRUCTOR))
        return true;
    for (size_t i = 0; i < sizeof open_words / sizeof *open_words; i++)
        if (check_has_role(path, open_words[i]))
            return false;
    return looks_like_constructor(path);
}

static const char *deed_of(const char *subject, bool blocks) {
    static const struct {
        const char *kind, *deed;
    } words[] = {{"sleep", "sleeps"},
                 {"io", "waits for a file"},
                 {"net", "waits for the network"},
                 {"dns", "waits for a name server"},
                 {"process", "waits for a process"},
                 {"wait", "waits"},
                 {"db", "waits for a database"},
                 {"task", "starts a task"}};
    for (size_t i = 0; subject && i < sizeof words / sizeof *words; i++)
        if (strcmp(subject, words[i].kind) == 0)
            return words[i].deed;
    return blocks ? "blocks the thread" : "suspends";
}

static void report(struct path *path, const struct path_call *call, const char *subject,
                   bool blocks, const struct chain *chain) {
    struct finding finding = {.loc = call->instr->loc,
                              .cause = chain ? check_chain_end(chain) : NULL};
    const char *guilty = chain ? check_chain_end(chain)->callee : call->callee->name;
    finding_message(&finding, "constructor '%s' %s: '%s'%s", check_function_name(path),
                    deed_of(subject, blocks), guilty ? guilty : "a function",
                    chain ? " is reached from here" : "");
    finding_chain(&finding, chain);
    finding_help(&finding, "do the I/O in an asynchronous factory (a coroutine, or a function "
                           "marked as a factory), and keep the constructor for setting fields");
    check_report(path, &finding);
}

static bool is_feared(const char *subject) {
    return !subject || (strcmp(subject, "lock") != 0 && strcmp(subject, "cpu") != 0);
}

static bool has_role(const struct callee *callee, enum role_kind kind) {
    for (size_t i = 0; i < callee->role_count; i++)
        if (callee->roles[i].kind == kind)
            return true;
    return false;
}

static void on_call(struct path *path, const struct path_call *call) {
    const struct callee *callee = call->callee;
    if (!is_constructor(path))
        return;
    for (size_t i = 0; i < callee->role_count; i++) {
        const struct role *role = &callee->roles[i];
        if (path_excused(path, call, role))
            continue;
        if (role->kind == ROLE_BLOCKS && is_feared(role->subject))
            report(path, call, role->subject, true, NULL);
        else if (role->kind == ROLE_SUSPENDS)
            report(path, call, NULL, false, NULL);
        else if (role->kind == ROLE_SPAWNS)
            report(path, call, "task", false, NULL);
    }
    if (callee->blocks && !has_role(callee, ROLE_BLOCKS))
        report(path, call, check_chain_end(callee->blocks)->subject, true, callee->blocks);
    else if (callee->awaits && !has_role(callee, ROLE_SUSPENDS))
        report(path, call, NULL, false, callee->awaits);
    else if (callee->spawns && !has_role(callee, ROLE_SPAWNS))
        report(path, call, "task", false, callee->spawns);
}

const struct rule rule_blocking_constructor = {
    .name = "blocking-constructor",
    .tier = RULE_CORE,
    .summary = "a constructor does I/O: it blocks, suspends or starts a task",
    .listener = {.on_call = on_call},
};
