/*
 * Generators. The body is a task that is awake only while the consumer wants an item.
 */
#include <aglet/generator.h>
#include <aglet/task.h>

#include <errno.h>
#include <stdlib.h>

#include "loop.h"
#include "report.h"
#include "resource.h"
#include "seam.h"

struct aglet_generator {
    struct agl_resource resource;
    aglet_generator_fn body;
    void *arg;
    aglet_task *task;            /* NULL when the body has ended */
    agl_list producer, consumer; /* rows of at most one task */
    void *item;
    bool wanted, given;
    bool asked; /* a consumer is in aglet_generator_next(), be it that it has been woken */
    int result;
};

/* At the loop's end the body has ended; the memory is still the program's. */
static void reclaim(struct agl_resource *resource) {
    (void)resource;
}

static void ended(aglet_task *task) {
    aglet_generator *generator = task->owner_data;
    generator->result = agl_task_failed(task) ? task->result : 0;
    generator->task = NULL;
    agl_wake_first(&generator->consumer, 0);
}

static int wait_until_wanted(aglet_task *self, aglet_generator *generator) {
    struct agl_wait wait = {.what = "a generator's consumer",
                            .object = generator,
                            .row = &generator->producer,
                            .until = INT64_MAX,
                            .on_task = true};
    int rc = 0;
    while (rc == 0 && !generator->wanted)
        rc = agl_park(self, &wait);
    return rc;
}

static int run_body(void *arg) {
    aglet_generator *generator = arg;
    int rc = wait_until_wanted(aglet_current(), generator);
    return rc < 0 ? rc : generator->body(generator, generator->arg);
}

int(aglet_generator_open)(aglet_generator_fn body, void *arg, aglet_generator **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_generator_open");
    if (!self)
        return -EPERM;
    aglet_generator *generator = agl_seam_alloc(sizeof *generator);
    if (!generator)
        return -ENOMEM;
    generator->body = body;
    generator->arg = arg;
    generator->task = agl_task_new(self->loop, run_body, generator, AGL_OWNER_GENERATOR, place);
    if (!generator->task) {
        free(generator);
        return -ENOMEM;
    }
    generator->task->ended = ended;
    generator->task->owner_data = generator;
    agl_resource_open(&generator->resource, self, "generator", reclaim, place);
    *out = generator;
    return 0;
}

static int wait_for_item(aglet_task *self, aglet_generator *generator, bool firm) {
    struct agl_wait wait = {.what = "a generator's item",
                            .object = generator,
                            .row = &generator->consumer,
                            .until = INT64_MAX,
                            .firm = firm,
                            .on_task = true};
    int rc = 0;
    while (rc >= 0 && generator->task && (firm || !generator->given))
        rc = agl_park(self, &wait);
    return rc;
}

int aglet_generator_next(aglet_generator *generator, void **item) {
    aglet_task *self = agl_self("aglet_generator_next");
    if (!self)
        return -EPERM;
    if (self == generator->task)
        return AGL_MISUSE(-EPERM, "aglet_generator_next() in the generator's own body");
    if (generator->asked)
        return AGL_MISUSE(-EBUSY, "aglet_generator_next() while another task waits in it");
    if (!generator->given && generator->task) {
        generator->wanted = generator->asked = true;
        agl_wake_first(&generator->producer, 0);
        int rc = wait_for_item(self, generator, false);
        generator->asked = false;
        if (rc < 0)
            return rc;
    }
    if (!generator->given)
        return generator->result;
    generator->given = false;
    *item = generator->item;
    return 1;
}

int aglet_generate(aglet_generator *generator, void *item) {
    aglet_task *self = agl_self("aglet_generate");
    if (!self)
        return -EPERM;
    if (self != generator->task)
        return AGL_MISUSE(-EPERM, "aglet_generate() outside of the generator's body");
    int rc = agl_suspension(self);
    if (rc < 0)
        return rc;
    generator->item = item;
    generator->given = true;
    generator->wanted = false;
    agl_wake_first(&generator->consumer, 0);
    return wait_until_wanted(self, generator);
}

int aglet_generator_close(aglet_generator *generator) {
    if (!generator)
        return 0;
    aglet_task *self = aglet_current();
    if (generator->task && (!self || self == generator->task))
        return AGL_MISUSE(-EPERM, "aglet_generator_close() in its own body, or in no coroutine");
    if (generator->asked)
        return AGL_MISUSE(-EBUSY, "aglet_generator_close() while another task waits for an item");
    if (generator->task) {
        agl_task_cancel(generator->task);
        wait_for_item(self, generator, true);
    }
    int result = generator->result;
    agl_resource_close(&generator->resource);
    free(generator);
    return result;
}
