/*
 * The queue. Items never rest between two tasks: a putter hands its item to the first waiting
 * getter, and a getter takes the first waiting putter's into the place that it has freed.
 */
#include <aglet/queue.h>

#include <errno.h>
#include <stdlib.h>

#include "loop.h"
#include "resource.h"
#include "seam.h"

struct aglet_queue {
    struct agl_resource resource;
    agl_list putters, getters, joiners;
    size_t capacity, first, length;
    size_t pending; /* put and not yet dealt with */
    bool shut;
    void *items[];
};

/* What a waiting task wants, in its frame; found through its agl_wait.object. */
struct request {
    aglet_queue *queue;
    void *item;
};

static void reclaim(struct agl_resource *resource) {
    (void)resource; /* only memory, which stays the program's */
}

aglet_queue *(aglet_queue_new)(size_t capacity) {
    struct agl_place place = AGL_PLACE_HERE();
    aglet_task *self = agl_self("aglet_queue_new");
    aglet_queue *queue = NULL;
    size_t size;
    if (!self)
        errno = EPERM;
    else if (!capacity)
        errno = EINVAL;
    else if (__builtin_mul_overflow(capacity, sizeof(void *), &size) ||
             __builtin_add_overflow(size, sizeof *queue, &size) || !(queue = agl_seam_alloc(size)))
        errno = ENOMEM;
    if (!queue)
        return NULL;
    queue->capacity = capacity;
    agl_resource_open(&queue->resource, self, "queue", reclaim, place);
    return queue;
}

int aglet_queue_free(aglet_queue *queue) {
    if (!queue)
        return 0;
    if (!agl_list_empty(&queue->putters) || !agl_list_empty(&queue->getters) ||
        !agl_list_empty(&queue->joiners))
        return -EBUSY;
    agl_resource_close(&queue->resource);
    free(queue);
    return 0;
}

static struct request *request_of(agl_list *row) {
    return (struct request *)AGL_CONTAINER(row, aglet_task, row)->wait.object;
}

static void append(aglet_queue *queue, void *item) {
    queue->items[(queue->first + queue->length++) % queue->capacity] = item;
}

int aglet_queue_try_put(aglet_queue *queue, void *item) {
    if (queue->shut)
        return -EPIPE;
    agl_list *getter = agl_list_first(&queue->getters);
    if (getter) {
        request_of(getter)->item = item;
        agl_wake_first(&queue->getters, 0);
    } else if (queue->length < queue->capacity) {
        append(queue, item);
    } else {
        return -EAGAIN;
    }
    queue->pending++;
    return 0;
}

int aglet_queue_try_get(aglet_queue *queue, void **item) {
    if (!queue->length)
        return queue->shut ? -EPIPE : -EAGAIN;
    *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->length--;
    agl_list *putter = agl_list_first(&queue->putters);
    if (putter) {
        append(queue, request_of(putter)->item);
        queue->pending++;
        agl_wake_first(&queue->putters, 0);
    }
    return 0;
}

static int wait_in(aglet_task *self, agl_list *row, struct request *request, const char *what) {
    struct agl_wait wait = {.what = what, .object = request, .row = row, .until = INT64_MAX};
    return agl_park(self, &wait);
}

int aglet_queue_put(aglet_queue *queue, void *item) {
    aglet_task *self = agl_self("aglet_queue_put");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc == 0)
        rc = aglet_queue_try_put(queue, item);
    if (rc != -EAGAIN)
        return rc;
    struct request request = {queue, item};
    return wait_in(self, &queue->putters, &request, "place in a queue");
}

int aglet_queue_get(aglet_queue *queue, void **item) {
    aglet_task *self = agl_self("aglet_queue_get");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc == 0)
        rc = aglet_queue_try_get(queue, item);
    if (rc != -EAGAIN)
        return rc;
    struct request request = {queue, NULL};
    rc = wait_in(self, &queue->getters, &request, "item of a queue");
    if (rc == 0)
        *item = request.item;
    return rc;
}

int aglet_queue_task_done(aglet_queue *queue) {
    if (!queue->pending)
        return -EINVAL;
    if (--queue->pending == 0)
        while (agl_wake_first(&queue->joiners, 0)) {
        }
    return 0;
}

int aglet_queue_join(aglet_queue *queue) {
    aglet_task *self = agl_self("aglet_queue_join");
    int rc = self ? agl_suspension(self) : -EPERM;
    if (rc < 0 || !queue->pending)
        return rc;
    struct request request = {queue, NULL};
    return wait_in(self, &queue->joiners, &request, "all items of a queue");
}

void aglet_queue_shutdown(aglet_queue *queue) {
    queue->shut = true;
    while (agl_wake_first(&queue->putters, -EPIPE)) {
    }
    while (agl_wake_first(&queue->getters, -EPIPE)) {
    }
}

size_t aglet_queue_length(const aglet_queue *queue) {
    return queue->length;
}
