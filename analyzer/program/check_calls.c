#include "program/check_calls.h"

#include <string.h>

#include "program/named.h"

static const struct program *program_of(const struct path *path) {
    return path->client->data;
}

bool check_call_has_role(const struct path *path, const struct ir_instr *call,
                         enum role_kind kind) {
    struct callee callee = path_target(path, call);
    return callee_has_role(&callee, kind);
}

const struct role *check_call_role(const struct path *path, const struct ir_instr *call,
                                   enum role_kind kind) {
    struct callee callee = path_target(path, call);
    return prog_role(callee.roles, callee.role_count, kind);
}

const char *check_call_name(const struct path *path, const struct ir_instr *call) {
    return path_target(path, call).name;
}

/* What ends a scope asks whether there is anything to end, and leaves that to another. */
enum { CLEANUP_DEPTH = 3 };

/* Does the function call one with this role, itself or by way of others? */
static bool leads_to_role(const struct program *program, prog_fn from, enum role_kind kind,
                          unsigned depth) {
    for (size_t i = 0; depth && i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        if (edge->from != from || edge->starts)
            continue;
        const struct function *to = &program->functions[edge->to];
        if (prog_role(to->roles, to->role_count, kind) ||
            leads_to_role(program, edge->to, kind, depth - 1))
            return true;
    }
    return false;
}

bool check_calls_role(const struct path *path, enum role_kind kind) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op != IR_CALL)
            continue;
        struct callee callee = path_target(path, instr);
        if (callee_has_role(&callee, kind) ||
            (instr->flags & IR_CALL_CLEANUP && callee.function != PROG_NONE &&
             leads_to_role(program_of(path), callee.function, kind, CLEANUP_DEPTH)))
            return true;
    }
    return false;
}

bool check_calls_for_kind(const struct path *path, enum role_kind role, const char *kind) {
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *instr = &path->unit->instrs.data[path->first_instr + i];
        if (instr->op != IR_CALL)
            continue;
        struct callee callee = path_target(path, instr);
        for (size_t k = 0; k < callee.role_count; k++)
            if (callee.roles[k].kind == role && callee.roles[k].subject &&
                strcmp(callee.roles[k].subject, kind) == 0)
                return true;
    }
    return false;
}

/* The function that is applied in a value that always comes out the same. */
static const struct function *applied(const struct path *path, const struct value *v) {
    while (v->kind == VALUE_APPLIED)
        v = value_at(&path->context.values, v->a);
    const struct program *program = program_of(path);
    return v->kind == VALUE_FUNCTION ? &program->functions[prog_function(program, path->unit, v->a)]
                                     : NULL;
}

const struct role *check_maker_role(const struct path *path, value_id value, enum role_kind kind) {
    const struct value *v = value_at(&path->context.values, value);
    if (v->kind == VALUE_APPLIED) {
        const struct function *function = applied(path, v);
        return function ? prog_role(function->roles, function->role_count, kind) : NULL;
    }
    const struct ir_instr *made = path_maker(path, value);
    if (!made || made->op != IR_CALL)
        return NULL;
    struct callee callee = path_target(path, made);
    return prog_role(callee.roles, callee.role_count, kind);
}

bool check_drops_unlike_others(const struct path *path, const struct ir_instr *call) {
    const struct program *program = program_of(path);
    return call->sub == IR_CALL_DIRECT && (call->flags & IR_RESULT_UNUSED) &&
           prog_is_asked_mostly(&program->functions[prog_function(program, path->unit, call->a)]);
}

size_t check_caller_count(const struct path *path) {
    const struct program *program = program_of(path);
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    prog_fn self = prog_function(program, path->unit, id);
    prog_fn last = PROG_NONE; /* the calls that one function makes stand together */
    size_t count = 0;
    for (size_t i = 0; i < program->edge_count; i++) {
        const struct edge *edge = &program->edges[i];
        if (edge->to == self && !edge->starts && edge->from != last) {
            last = edge->from;
            count++;
        }
    }
    return count;
}

static bool is_runner(const struct function *function) {
    if (!prog_role(function->roles, function->role_count, ROLE_RUNS_LOOP))
        return false;
    for (size_t i = 0; i < function->role_count; i++) {
        const struct role *role = &function->roles[i];
        if (role->kind == ROLE_CALLS_BACK && role->context &&
            strcmp(role->context, "coroutine") == 0)
            return true;
    }
    return false;
}

const char *check_runner(const struct path *path, const struct path_call *call) {
    const struct program *program = program_of(path);
    if (call->callee->function == UINT32_MAX)
        return NULL;
    const struct function *called = &program->functions[call->callee->function];
    for (prog_fn f = 0; f < program->function_count; f++)
        if (is_runner(&program->functions[f]) &&
            prog_in_same_folder(&program->functions[f], called))
            return program->functions[f].name;
    return NULL;
}

const char *check_misplaced_coroutine(const struct path *path, const struct path_call *call,
                                      uint32_t arg, enum context_kind *kind) {
    const struct program *program = program_of(path);
    const struct value *v = value_at(&path->context.values, call->args[arg]);
    if (v->kind != VALUE_FUNCTION)
        return NULL;
    const struct function *given = &program->functions[prog_function(program, path->unit, v->a)];
    if (!prog_role(given->roles, given->role_count, ROLE_COROUTINE) ||
        !prog_hands_over(program, call->callee, (int)arg, kind) || *kind == CONTEXT_COROUTINE)
        return NULL;
    return given->name;
}
