/*
 * What a store may change that is known by another name: pointers may lead to the same place.
 */
#include "flow/path_step.h"

/* May somebody who has a pointer write to it? */
static bool is_reachable(const struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    const struct region *root = region_at(t, region_root(t, region));
    return root->kind != REGION_LOCAL ||
           ((path->state->exposed[root->a / 64] >> (root->a % 64)) & 1);
}

/* The object that the pointer was found in; VALUE_UNKNOWN if it was found in none. */
static value_id holder_of(const struct path *path, value_id pointer) {
    const struct value_table *t = &path->context.values;
    for (uint32_t i = 0; i < path->state->binding_count; i++) {
        const struct binding *b = &path->state->bindings[i];
        const struct region *root = region_at(t, region_root(t, b->region));
        if (b->value == pointer && root->kind == REGION_POINTEE && root->a != pointer)
            return root->a;
    }
    return VALUE_UNKNOWN;
}

/* Who writes through a pointer that was found in an object may be about to take the object out of a
   list: what led to it there, such as the list's head, may lead to another now. */
static void forget_neighbours(struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    struct state *state = path->state;
    const struct region *root = region_at(t, region_root(t, region));
    value_id object = root->kind == REGION_POINTEE ? holder_of(path, root->a) : VALUE_UNKNOWN;
    if (object == VALUE_UNKNOWN)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct binding *b = &state->bindings[i];
        if (b->value != object || !is_reachable(path, b->region))
            state->bindings[kept++] = *b;
    }
    state->binding_count = kept;
}

void path_forget_aliases(struct path *path, region_id region) {
    const struct value_table *t = &path->context.values;
    struct state *state = path->state;
    const struct region *r = region_at(t, region);
    forget_neighbours(path, region);
    if (r->kind != REGION_FIELD && r->kind != REGION_POINTEE)
        return;
    /* a pointer found in memory, as in a list, may lead to any field; one that is given does not */
    bool anywhere = r->kind == REGION_POINTEE && value_at(t, r->a)->kind == VALUE_SYMBOL;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->binding_count; i++) {
        const struct region *other = region_at(t, state->bindings[i].region);
        bool same_name = anywhere || (r->kind == REGION_FIELD && other->kind == REGION_FIELD &&
                                      other->b == r->b);
        bool elsewhere = state->bindings[i].region != region &&
                         !path_root_is_local(path, state->bindings[i].region);
        if (!(same_name && elsewhere))
            state->bindings[kept++] = state->bindings[i];
    }
    state->binding_count = kept;
}
