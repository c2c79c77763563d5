/*
 * A coroutine that needs more of the stack than it has, with what it calls: large variables, memory
 * that is taken there without a bound, recursion whose levels are large.
 */
#include <inttypes.h>

#include "program/check_stack.h"
#include "rule.h"

static const char help[] = "allocate it, or let a worker thread do the work, which has a stack of "
                           "megabytes";

static const struct ir_local *local_at(const struct path *path, ir_id local) {
    return ir_local_at(path->unit, path->function, local);
}

static void report_overflow(struct path *path, const struct stack_overflow *overflow) {
    const struct ir_local *local = local_at(path, overflow->local);
    struct finding finding = {.loc = local->loc};
    finding_message(&finding,
                    "coroutine '%s' takes %" PRIu64 " bytes of its stack at least, and has %" PRIu64
                    ": '%s' alone is %" PRIu64,
                    overflow->root, overflow->bytes, check_stack_size(path),
                    ir_text(path->unit, local->name), path->unit->types.data[local->type].size);
    finding_overflow(&finding, path);
    finding_help(&finding, help);
    check_report(path, &finding);
}

static void report_recursion(struct path *path, uint64_t bytes, ir_id largest) {
    struct finding finding = {.loc = local_at(path, largest)->loc};
    finding_message(&finding,
                    "'%s' calls itself with %" PRIu64 " bytes in use at each level: a coroutine "
                    "has %" PRIu64 ", which is enough for %" PRIu64 " levels at most",
                    check_function_name(path), bytes, check_stack_size(path),
                    check_stack_size(path) / bytes);
    finding_context(&finding, path, CONTEXT_COROUTINE);
    finding_help(&finding, help);
    check_report(path, &finding);
}

static void on_enter(struct path *path) {
    struct stack_overflow overflow;
    ir_id largest;
    uint64_t level = check_recursion(path, &largest);
    if (check_overflow(path, &overflow))
        report_overflow(path, &overflow);
    else if (level)
        report_recursion(path, level, largest);
}

static void on_call(struct path *path, const struct path_call *call) {
    const struct role *role = NULL;
    for (size_t i = 0; i < call->callee->role_count; i++)
        if (call->callee->roles[i].kind == ROLE_TAKES_STACK)
            role = &call->callee->roles[i];
    if (!role || (uint32_t)role->arg >= call->arg_count || !check_stack_size(path) ||
        check_nearest_context(path, 1u << CONTEXT_COROUTINE, true) == CONTEXT_KINDS)
        return;
    struct constraint range = state_range(&path->context, path->state, call->args[role->arg]);
    if (range.high >= 0 && (uint64_t)range.high <= check_stack_size(path))
        return;
    struct finding finding = {.loc = call->instr->loc};
    finding_message(&finding,
                    "nothing bounds how much of the stack is taken here, and a coroutine has "
                    "%" PRIu64 " bytes",
                    check_stack_size(path));
    finding_context(&finding, path, CONTEXT_COROUTINE);
    finding_help(&finding, "allocate it, or ask for its size before");
    check_report(path, &finding);
}

const struct rule rule_large_frame = {
    .name = "large-frame",
    .tier = RULE_DEFAULT,
    .summary = "a coroutine that needs more stack than it has",
    .listener = {.on_enter = on_enter, .on_call = on_call},
};
