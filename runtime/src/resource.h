/*
 * Resources of a loop: what the program has to release before run() ends.
 */
#ifndef AGL_RESOURCE_H
#define AGL_RESOURCE_H

#include "loop.h"

struct agl_resource;

/** Takes back what the kernel gave (descriptors); the memory stays the program's, which may still
 *  call the release function later: `loop` of the resource is NULL from then on. */
typedef void (*agl_reclaim_fn)(struct agl_resource *resource);

/** Embedded in a resource. */
struct agl_resource {
    agl_list link;
    struct agl_loop *loop; /* NULL after the loop's end */
    const char *kind;      /* as in AGLET_ACQUIRES: "stream" */
    agl_reclaim_fn reclaim;
    struct agl_place acquired;
    char task[AGL_NAME_SIZE]; /* who acquired it */
};

void agl_resource_open(struct agl_resource *resource, aglet_task *self, const char *kind,
                       agl_reclaim_fn reclaim, struct agl_place place);
void agl_resource_close(struct agl_resource *resource);
/** At the end of a loop: reports and reclaims what is open. */
void agl_resources_reclaim(struct agl_loop *loop);

#endif
