/*
 * A doubly linked ring, embedded in what it links. A zeroed head is an empty list, a zeroed node is
 * in no list; removing a node that is in none does nothing.
 */
#ifndef AGL_LIST_H
#define AGL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <aglet/sync.h>

/** The public row of waiters is such a ring: locks and events embed their heads. */
typedef struct aglet_waiters agl_list;

#define AGL_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

#define AGL_LIST_EACH(node, head)                                                                  \
    for (agl_list * (node) = agl_list_first(head); (node); (node) = agl_list_after(head, node))

static inline bool agl_list_empty(const agl_list *head) {
    return !head->next || head->next == head;
}

static inline agl_list *agl_list_first(const agl_list *head) {
    return agl_list_empty(head) ? NULL : head->next;
}

static inline agl_list *agl_list_after(const agl_list *head, const agl_list *node) {
    return node->next == head ? NULL : node->next;
}

static inline void agl_list_append(agl_list *head, agl_list *node) {
    if (!head->next)
        head->next = head->prev = head;
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static inline void agl_list_remove(agl_list *node) {
    if (!node->next)
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
}

/*
 * A ring without a head, for what is in turn: NULL is the empty one, else any of its nodes stands
 * for it.
 */

/** Makes a ring of one. Returns the node. */
static inline agl_list *agl_ring_init(agl_list *node) {
    return node->next = node->prev = node;
}

/** Puts a node in before `at`: if `at` is the first, as the last. */
static inline void agl_ring_insert(agl_list *at, agl_list *node) {
    agl_list *last = at->prev;
    node->prev = last;
    node->next = at;
    last->next = node;
    at->prev = node;
}

/** Takes a node out of its ring. Returns the one after it; NULL: it was alone. */
static inline agl_list *agl_ring_remove(agl_list *node) {
    agl_list *next = node->next;
    if (next == node)
        next = NULL;
    else
        agl_list_remove(node);
    node->next = node->prev = NULL;
    return next;
}

#endif
