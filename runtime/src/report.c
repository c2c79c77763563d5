#include "report.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <aglet/task.h>

#include "dump.h"

enum { DETAIL_SIZE = 512, LINE_SIZE = 2048 };

bool agl_debug_wanted(void) {
    const char *debug = getenv("AGLET_DEBUG");
    return (debug && *debug && strcmp(debug, "0") != 0) || getenv("AGLET_WITNESS");
}

/* Appends `text` as the inside of a JSON string; what does not fit is left out. */
static size_t append_escaped(char *line, size_t at, const char *text) {
    for (; *text && at + 8 < LINE_SIZE; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            line[at++] = '\\';
            line[at++] = (char)c;
        } else if (c < 0x20) {
            at += (size_t)snprintf(line + at, 7, "\\u%04x", c);
        } else {
            line[at++] = (char)c;
        }
    }
    return at;
}

static size_t append_member(char *line, size_t at, const char *key, const char *value) {
    at += (size_t)snprintf(line + at, LINE_SIZE - at, "%s\"%s\":\"", at ? "," : "{", key);
    at = append_escaped(line, at, value);
    line[at++] = '"';
    return at;
}

/* One write a line, so that lines of several processes do not mix. */
static void write_line(int fd, const char *line, size_t size) {
    while (size > 0) {
        ssize_t count = write(fd, line, size);
        if (count <= 0)
            return;
        line += count;
        size -= (size_t)count;
    }
}

static void write_json(const char *target, const char *kind, const char *task, const char *place,
                       const char *detail) {
    char line[LINE_SIZE + 4];
    size_t at = append_member(line, 0, "kind", kind);
    at = append_member(line, at, "task", task);
    at = append_member(line, at, "place", place);
    at = append_member(line, at, "detail", detail);
    memcpy(line + at, "}\n", 2);
    char *end;
    long number = strtol(target, &end, 10);
    if (*target && !*end) {
        write_line((int)number, line, at + 2);
        return;
    }
    int fd = open(target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    write_line(fd, line, at + 2);
    close(fd);
}

static void report(const char *kind, const aglet_task *task, const struct agl_place *place,
                   const char *format, va_list args) {
    char detail[DETAIL_SIZE], where[AGL_PLACE_TEXT];
    vsnprintf(detail, sizeof detail, format, args);
    agl_place_text(place, where, sizeof where);
    const char *name = task ? aglet_task_name(task) : "";
    const char *target = getenv("AGLET_WITNESS");
    if (target)
        write_json(target, kind, name, where, detail);
    else
        fprintf(stderr, "aglet: %s: %s: task %s: %s\n", where, kind, *name ? name : "-", detail);
}

void agl_report(struct agl_loop *loop, const char *kind, const aglet_task *task,
                const struct agl_place *place, const char *format, ...) {
    if (!loop->debug)
        return;
    va_list args;
    va_start(args, format);
    report(kind, task, place, format, args);
    va_end(args);
}

void agl_report_always(const char *kind, const aglet_task *task, const struct agl_place *place,
                       const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(kind, task, place, format, args);
    va_end(args);
}

int agl_misuse(struct agl_place place, int error, const char *format, ...) {
    const struct agl_loop *loop = agl_loop_current();
    const aglet_task *self = agl_running;
    if (loop ? !loop->debug : !agl_debug_wanted())
        return error;
    va_list args;
    va_start(args, format);
    report("misuse", self, !agl_place_file(&place) && self ? &self->created : &place, format, args);
    va_end(args);
    return error;
}

static int64_t ns_of(struct timeval time) {
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

static struct agl_step measure(struct agl_loop *loop) {
    struct rusage usage = {0};
    getrusage(RUSAGE_THREAD, &usage);
    return (struct agl_step){agl_clock(loop), ns_of(usage.ru_utime) + ns_of(usage.ru_stime),
                             usage.ru_nvcsw};
}

void agl_report_step_begins(struct agl_loop *loop) {
    loop->step = measure(loop);
}

void agl_report_slow_step(aglet_task *task) {
    struct agl_loop *loop = task->loop;
    int64_t limit = (int64_t)loop->options.slow_step_ms * 1000000;
    if (agl_clock(loop) - loop->step.wall <= limit)
        return;
    struct agl_step end = measure(loop);
    /* Time in which others had the processor is not the task's fault: it must have computed for so
     * long, or waited in the kernel. */
    bool computed = end.processor - loop->step.processor > limit;
    bool waited = end.waits != loop->step.waits;
    int64_t ms = (end.wall - loop->step.wall) / 1000000;
    if (computed || waited)
        agl_report(loop, "slow-step", task, &task->created, "held the loop for %lld ms, up to: %s",
                   (long long)ms, task->state == AGL_PARKED ? task->wait.what : "its end");
}

static bool waits_alone(const aglet_task *task) {
    return task->state == AGL_PARKED && !task->wait.on_task;
}

static bool parked(const aglet_task *task) {
    return task->state == AGL_PARKED;
}

void agl_report_deadlock(struct agl_loop *loop) {
    if (!getenv("AGLET_WITNESS")) {
        fputs("aglet: suspended-forever: nothing can ever wake these tasks:\n", stderr);
        agl_dump(loop, STDERR_FILENO, parked);
        return;
    }
    /* Who waits for a task that hangs only hangs with it; name the others, if there are any. */
    bool chain = false;
    AGL_LIST_EACH(node, &loop->tasks)
    chain |= waits_alone(AGL_CONTAINER(node, aglet_task, link));
    AGL_LIST_EACH(node, &loop->tasks) {
        const aglet_task *task = AGL_CONTAINER(node, aglet_task, link);
        if (chain ? waits_alone(task) : parked(task))
            agl_report_always("suspended-forever", task, &task->created,
                              "waits for: %s; nothing can wake it", task->wait.what);
    }
}

void agl_report_failure(const aglet_task *task, int error, const char *reason) {
    const struct aglet_options *options = &task->loop->options;
    char where[AGL_PLACE_TEXT];
    struct aglet_failure failure = {
        .task = aglet_task_name(task),
        .error = error,
        .created = agl_place_text(&task->created, where, sizeof where),
        .reason = reason,
    };
    /* The handler is no coroutine, though it is called from the end of one. */
    agl_outside_begin(task->loop);
    if (options->on_failure)
        options->on_failure(options->on_failure_data, &failure);
    else
        fprintf(stderr, "aglet: %s: task %s: %s: %s\n", failure.created, failure.task,
                failure.reason, strerror(-failure.error));
    agl_outside_end(task->loop);
}
