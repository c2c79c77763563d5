/*
 * Queues of three orders. Items never rest between two tasks: a putter hands its item to the first
 * waiting getter, and a getter takes the first waiting putter's into the place that it has freed.
 */
#include <aglet/queue.h>

#include <errno.h>
#include <stdlib.h>

#include "loop.h"
#include "report.h"
#include "resource.h"
#include "seam.h"

enum order { FIFO, LIFO, PRIORITY };

struct slot {
    void *item;
    uint64_t number; /* equal items of a priority queue keep the order of putting */
};

struct aglet_queue {
    struct agl_resource resource;
    agl_list putters, getters, joiners;
    size_t capacity, first, length;
    size_t pending; /* put and not yet dealt with */
    bool shut;
    enum order order;
    aglet_compare compare;
    uint64_t put_count;
    struct slot items[];
};

/* What a waiting task wants, in its frame; found through its agl_wait.object. */
struct request {
    aglet_queue *queue;
    void *item;
};

static void reclaim(struct agl_resource *resource) {
    (void)resource; /* only memory, which stays the program's */
}

static aglet_queue *queue_new(const char *function, size_t capacity, enum order order,
                              aglet_compare compare, struct agl_place place) {
    aglet_task *self = agl_self(function);
    aglet_queue *queue = NULL;
    size_t size;
    if (!self)
        errno = EPERM;
    else if (!capacity)
        errno = EINVAL;
    else if (__builtin_mul_overflow(capacity, sizeof(struct slot), &size) ||
             __builtin_add_overflow(size, sizeof *queue, &size) || !(queue = agl_seam_alloc(size)))
        errno = ENOMEM;
    if (!queue)
        return NULL;
    queue->capacity = capacity;
    queue->order = order;
    queue->compare = compare;
    agl_resource_open(&queue->resource, self, "queue", reclaim, place);
    return queue;
}

aglet_queue *(aglet_queue_new)(size_t capacity) {
    return queue_new("aglet_queue_new", capacity, FIFO, NULL, AGL_PLACE_HERE());
}

aglet_queue *(aglet_queue_new_lifo)(size_t capacity) {
    return queue_new("aglet_queue_new_lifo", capacity, LIFO, NULL, AGL_PLACE_HERE());
}

aglet_queue *(aglet_queue_new_priority)(size_t capacity, aglet_compare compare) {
    return queue_new("aglet_queue_new_priority", capacity, PRIORITY, compare, AGL_PLACE_HERE());
}

int aglet_queue_free(aglet_queue *queue) {
    if (!queue)
        return 0;
    if (!agl_list_empty(&queue->putters) || !agl_list_empty(&queue->getters) ||
        !agl_list_empty(&queue->joiners))
        return AGL_MISUSE(-EBUSY, "aglet_queue_free() while tasks wait for it");
    agl_resource_close(&queue->resource);
    free(queue);
    return 0;
}

static struct request *request_of(agl_list *row) {
    return (struct request *)AGL_CONTAINER(row, aglet_task, row)->wait.object;
}

static bool before(const aglet_queue *queue, const struct slot *a, const struct slot *b) {
    int order = queue->compare(a->item, b->item);
    return order ? order < 0 : a->number < b->number;
}

/* A binary heap; `at` is the empty slot. */
static void heap_up(aglet_queue *queue, size_t at, struct slot slot) {
    while (at > 0 && before(queue, &slot, &queue->items[(at - 1) / 2])) {
        queue->items[at] = queue->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->items[at] = slot;
}

static void heap_down(aglet_queue *queue, size_t at, struct slot slot) {
    size_t child;
    while ((child = 2 * at + 1) < queue->length) {
        if (child + 1 < queue->length &&
            before(queue, &queue->items[child + 1], &queue->items[child]))
            child++;
        if (!before(queue, &queue->items[child], &slot))
            break;
        queue->items[at] = queue->items[child];
        at = child;
    }
    queue->items[at] = slot;
}

static void append(aglet_queue *queue, void *item) {
    struct slot slot = {item, queue->put_count++};
    if (queue->order == PRIORITY)
        heap_up(queue, queue->length, slot);
    else
        queue->items[(queue->first + queue->length) % queue->capacity] = slot;
    queue->length++;
}

static void *take(aglet_queue *queue) {
    queue->length--;
    if (queue->order == LIFO)
        return queue->items[(queue->first + queue->length) % queue->capacity].item;
    void *item = queue->items[queue->first].item;
    if (queue->order == PRIORITY)
        heap_down(queue, 0, queue->items[queue->length]);
    else
        queue->first = (queue->first + 1) % queue->capacity;
    return item;
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
    *item = take(queue);
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
        return AGL_MISUSE(-EINVAL, "aglet_queue_task_done() of an item too many");
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
