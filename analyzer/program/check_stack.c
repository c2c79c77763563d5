#include "program/check_stack.h"

#include "program/internal.h"

static const struct program *program_of(const struct path *path) {
    return path->client->data;
}

static const struct function *function_of(const struct path *path) {
    const struct program *program = program_of(path);
    ir_id id = (ir_id)(path->function - path->unit->functions.data);
    return &program->functions[prog_function(program, path->unit, id)];
}

uint64_t check_stack_size(const struct path *path) {
    return program_of(path)->stack_size;
}

bool check_overflow(const struct path *path, struct stack_overflow *overflow) {
    const struct depth *depth = &function_of(path)->depth;
    if (depth->root == PROG_NONE)
        return false;
    const struct function *root = &program_of(path)->functions[depth->root];
    *overflow = (struct stack_overflow){root->name, root->depth.bytes, depth->largest};
    return true;
}

void finding_overflow(struct finding *finding, const struct path *path) {
    const struct program *program = program_of(path);
    const struct function *at = &program->functions[function_of(path)->depth.root];
    finding_step(finding, at->unit, at->unit->functions.data[at->id].loc,
                 "'%s' runs as a coroutine", at->name);
    for (size_t links = 0; at->depth.by && links < program->function_count; links++) {
        const struct edge *by = at->depth.by;
        const struct function *to = &program->functions[by->to];
        finding_step(finding, at->unit, by->loc, "'%s' has %llu bytes in use and calls '%s'",
                     at->name, (unsigned long long)at->depth.own, to->name);
        at = to;
    }
}

uint64_t check_recursion(const struct path *path, ir_id *local) {
    const struct depth *depth = &function_of(path)->depth;
    *local = depth->level_largest;
    return depth->level;
}
