/*
 * The dump. A task stands under its parent, the host of its group or else its creator; parents are
 * older than their children, so the loop's list, which is in the order of birth, has them first.
 */
#include "dump.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <aglet/debug.h>
#include <aglet/task.h>

#include "report.h"
#include "symbol.h"

enum {
    OUT_SIZE = 4096,
    LINE_SIZE = 512,
    FRAME_TEXT = 512,
    FRAME_NAME = 200,
    FRAMES_MAX = 24,
    KNOWN_FRAMES = 64,
    INDENT = 2,
    DEEPEST = 20
};

struct frame {
    const void *address;
    bool call; /* into the runtime */
    bool end;  /* of the task's own frames */
    char text[FRAME_TEXT];
};

/* A node of the tree; the indices count from 1, 0 is none. */
struct node {
    aglet_task *task;
    size_t child, last_child, sibling;
};

struct dump {
    int fd;
    int64_t now;
    size_t used, count;
    char out[OUT_SIZE];
    struct frame known[KNOWN_FRAMES];
    struct node node[];
};

static void flush(struct dump *dump) {
    size_t done = 0;
    while (done < dump->used) {
        ssize_t count = write(dump->fd, dump->out + done, dump->used - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        done += (size_t)count;
    }
    dump->used = 0;
}

static void __attribute__((format(printf, 2, 3))) put(struct dump *dump, const char *format, ...) {
    if (OUT_SIZE - dump->used < LINE_SIZE)
        flush(dump);
    va_list args;
    va_start(args, format);
    int count = vsnprintf(dump->out + dump->used, LINE_SIZE, format, args);
    va_end(args);
    if (count > 0)
        dump->used += count < LINE_SIZE ? (size_t)count : LINE_SIZE - 1;
}

/* The index of the task with this id, by bisection; 0: it is not there. */
static size_t find(const struct dump *dump, uint64_t id) {
    size_t low = 1, high = dump->count;
    while (low <= high && id) {
        size_t middle = low + (high - low) / 2;
        uint64_t here = dump->node[middle].task->id;
        if (here == id)
            return middle;
        if (here < id)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return 0;
}

static void append_child(struct dump *dump, size_t parent, size_t child) {
    struct node *node = &dump->node[parent];
    if (node->last_child)
        dump->node[node->last_child].sibling = child;
    else
        node->child = child;
    node->last_child = child;
}

/* Node 0 is above all; a task whose parent is gone or not wanted stands at the top. */
static struct dump *plant(struct agl_loop *loop, int fd, bool (*wanted)(const aglet_task *task)) {
    size_t most = 1;
    for (const agl_list *at = agl_list_first(&loop->tasks); at;
         at = agl_list_after(&loop->tasks, at))
        most++;
    struct dump *dump = malloc(sizeof *dump + most * sizeof dump->node[0]);
    if (!dump)
        return NULL;
    dump->fd = fd;
    dump->now = agl_clock(loop);
    dump->used = dump->count = 0;
    dump->node[0] = (struct node){0};
    memset(dump->known, 0, sizeof dump->known);
    AGL_LIST_EACH(at, &loop->tasks) {
        aglet_task *task = AGL_CONTAINER(at, aglet_task, link);
        if (wanted && !wanted(task))
            continue;
        size_t parent = find(dump, task->parent);
        dump->node[++dump->count] = (struct node){.task = task};
        append_child(dump, parent, dump->count);
    }
    return dump;
}

static const char *owner_text(const aglet_task *task) {
    static const char *const text[] = {
        [AGL_OWNER_HANDLE] = "owned by its handle",
        [AGL_OWNER_DETACHED] = "detached",
        [AGL_OWNER_GROUP] = "owned by a group",
        [AGL_OWNER_SHIELD] = "owned by the loop (shield)",
        [AGL_OWNER_JOBS] = "owned by a jobs object",
        [AGL_OWNER_GENERATOR] = "owned by a generator",
        [AGL_OWNER_MAIN] = "the main task",
    };
    return text[task->owner];
}

static void put_span(struct dump *dump, int64_t from, int64_t to) {
    put(dump, "%.3f s", to > from ? (double)(to - from) / 1e9 : 0.0);
}

static void put_wait(struct dump *dump, const aglet_task *task) {
    put(dump, "waits for: %s", task->wait.what);
    size_t whom = task->wait.whom ? find(dump, task->wait.whom(task->wait.object)) : 0;
    if (whom)
        put(dump, " (%s)", aglet_task_name(dump->node[whom].task));
    put(dump, ", for ");
    put_span(dump, task->since, dump->now);
}

static void put_state(struct dump *dump, const aglet_task *task) {
    switch (task->state) {
    case AGL_READY:
        put(dump, task == agl_running ? "running" : "ready to run");
        break;
    case AGL_PARKED:
        put_wait(dump, task);
        break;
    case AGL_DONE:
        put(dump, "done with %d", task->result);
        break;
    }
}

/* What may cut the task's wait, or must not. */
static void put_scopes(struct dump *dump, const aglet_task *task) {
    if (task->root.error)
        put(dump, ", cancelled");
    for (const struct agl_scope *scope = task->scope; scope; scope = scope->outer) {
        if (scope->kind != AGL_SCOPE_SHIELD)
            continue;
        put(dump, ", shielded");
        break;
    }
    int64_t deadline = task->state == AGL_DONE ? INT64_MAX : agl_nearest_deadline(task);
    if (deadline == INT64_MAX)
        return;
    put(dump, deadline > dump->now ? ", deadline in " : ", deadline passed ");
    put_span(dump, deadline > dump->now ? dump->now : deadline,
             deadline > dump->now ? deadline : dump->now);
    if (deadline <= dump->now)
        put(dump, " ago");
}

/* The name of a return address. Many tasks wait at the same places, and looking a name up is slow.
 */
static const struct frame *name_frame(struct dump *dump, const void *address) {
    struct frame *frame = &dump->known[(uintptr_t)address / 4 % KNOWN_FRAMES];
    if (frame->address == address)
        return frame;
    char name[FRAME_NAME], where[AGL_PLACE_TEXT];
    const struct agl_place place = {.where = address};
    /* A frame holds where it returns to; the call lies before. */
    long offset = agl_symbol((const char *)address - 1, name, sizeof name);
    agl_place_text(&place, where, sizeof where);
    if (offset >= 0)
        snprintf(frame->text, sizeof frame->text, "%s+0x%lx (%s)", name, (unsigned long)offset,
                 where);
    else
        snprintf(frame->text, sizeof frame->text, "%s", where);
    frame->address = address;
    frame->call = offset >= 0 && strncmp(name, "aglet_", 6) == 0;
    frame->end = offset >= 0 && strcmp(name, "agl_task_body") == 0;
    return frame;
}

/* From the program's call on: the frames below it are how waiting is done. */
static void put_backtrace(struct dump *dump, aglet_task *task, int indent) {
    void *frames[FRAMES_MAX];
    int count = agl_backtrace(task, frames, FRAMES_MAX), first = 0;
    while (first < count && !name_frame(dump, frames[first])->call)
        first++;
    for (int i = first < count ? first : 0; i < count; i++) {
        const struct frame *frame = name_frame(dump, frames[i]);
        if (frame->end)
            break;
        put(dump, "%*sin %s\n", indent, "", frame->text);
    }
}

static void put_task(struct dump *dump, aglet_task *task, int indent) {
    char where[AGL_PLACE_TEXT];
    put(dump, "%*s%s: ", indent, "", aglet_task_name(task));
    put_state(dump, task);
    put_scopes(dump, task);
    put(dump, "; %s, created at %s", owner_text(task),
        agl_place_text(&task->created, where, sizeof where));
    if (task->loop->stacks.wipe)
        put(dump, "; used %zu of %zu KB of stack", agl_stack_used(&task->stack, task) / 1024,
            (size_t)((const char *)task - task->stack.low) / 1024);
    put(dump, "\n");
    put_backtrace(dump, task, indent + 2 * INDENT);
}

/* Depth first without recursion: a chain of tasks may be longer than a stack is deep. The parent of
 * a node is kept in its last_child, which nobody needs any more. */
static void put_tree(struct dump *dump) {
    size_t at = dump->node[0].child;
    int depth = 0;
    while (at) {
        put_task(dump, dump->node[at].task, (depth < DEEPEST ? depth : DEEPEST) * INDENT);
        size_t child = dump->node[at].child;
        if (child) {
            for (size_t i = child; i; i = dump->node[i].sibling)
                dump->node[i].last_child = at;
            at = child;
            depth++;
            continue;
        }
        while (at && !dump->node[at].sibling) {
            at = depth > 0 ? dump->node[at].last_child : 0;
            depth--;
        }
        at = dump->node[at].sibling;
    }
}

void agl_dump(struct agl_loop *loop, int fd, bool (*wanted)(const aglet_task *task)) {
    agl_sweep(loop);
    struct dump *dump = plant(loop, fd, wanted);
    if (!dump) {
        static const char text[] = "aglet: no memory to list the tasks\n";
        (void)!write(fd, text, sizeof text - 1);
        return;
    }
    put_tree(dump);
    flush(dump);
    free(dump);
}

int aglet_dump_tasks(int fd) {
    struct agl_loop *loop = agl_loop_current();
    if (!loop)
        return AGL_MISUSE(-EPERM, "aglet_dump_tasks() outside of a loop");
    agl_dump(loop, fd, NULL);
    return 0;
}
