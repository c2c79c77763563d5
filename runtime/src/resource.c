#include "resource.h"

#include <string.h>

#include <aglet/task.h>

#include "report.h"

void agl_resource_open(struct agl_resource *resource, aglet_task *self, const char *kind,
                       agl_reclaim_fn reclaim, struct agl_place place) {
    resource->loop = self->loop;
    resource->kind = kind;
    resource->reclaim = reclaim;
    resource->acquired = place;
    memcpy(resource->task, aglet_task_name(self), sizeof resource->task);
    agl_list_append(&self->loop->resources, &resource->link);
}

void agl_resource_close(struct agl_resource *resource) {
    agl_list_remove(&resource->link);
    resource->loop = NULL;
}

void agl_resources_reclaim(struct agl_loop *loop) {
    agl_list *node;
    while ((node = agl_list_first(&loop->resources))) {
        struct agl_resource *resource = AGL_CONTAINER(node, struct agl_resource, link);
        agl_report(loop, "leak", NULL, &resource->acquired,
                   "%s acquired by task %s was not released", resource->kind, resource->task);
        resource->reclaim(resource);
        agl_resource_close(resource);
    }
}
