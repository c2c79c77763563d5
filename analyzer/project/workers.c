#include "project/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "flow/memory.h"
#include "ir/io.h"

extern char **environ;

#define NOTHING SIZE_MAX

struct worker {
    pid_t pid;
    int in, out;    /* its standard input and output */
    size_t entry;   /* what it is at, or NOTHING */
    uint64_t spent; /* milliseconds since it got the entry */
    char *reply;
    size_t length, capacity;
};

struct pool {
    const struct compdb *db;
    const bool *wanted;
    struct worker_result *results;
    struct worker *workers;
    size_t count, next, done, total;
    char program[PATH_MAX];
    sigset_t mask;  /* of this process, which the workers get */
    int interrupts; /* readable when a signal is waiting that ends the run */
};

/* ---- starting and ending --------------------------------------------------------------- */

/* Beside this program, in its installed place, or where the environment says. */
static char *find_program(char *path, size_t size) {
    const char *told = getenv("AGLET_FACTS");
    if (told) {
        snprintf(path, size, "%s", told);
    } else {
        ssize_t length = readlink("/proc/self/exe", path, size - 32);
        if (length <= 0)
            return mem_format("the front end's program cannot be looked for: /proc is not mounted");
        path[length] = 0;
        char *slash = strrchr(path, '/');
        strcpy(slash ? slash + 1 : path, "aglet-facts");
    }
    if (access(path, X_OK) == 0)
        return NULL;
    return mem_format(
        "%s: the front end's program is missing: install aglet as a whole, or name it "
        "with AGLET_FACTS",
        path);
}

static char *start(struct pool *pool, struct worker *worker) {
    int to[2], from[2];
    *worker = (struct worker){.pid = -1, .in = -1, .out = -1, .entry = NOTHING};
    if (pipe2(to, O_CLOEXEC) != 0)
        return mem_format("a worker cannot be started: %s", strerror(errno));
    if (pipe2(from, O_CLOEXEC) != 0) {
        int saved = errno;
        close(to[0]);
        close(to[1]);
        return mem_format("a worker cannot be started: %s", strerror(saved));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &pool->mask);
    char *argv[] = {pool->program, NULL};
    int failed = posix_spawn(&worker->pid, pool->program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    if (failed) {
        close(to[1]);
        close(from[0]);
        return mem_format("%s: a worker cannot be started: %s", pool->program, strerror(failed));
    }
    worker->in = to[1];
    worker->out = from[0];
    return NULL;
}

static int stop(struct worker *worker) {
    int status = 0;
    if (worker->in >= 0)
        close(worker->in);
    if (worker->out >= 0)
        close(worker->out);
    if (worker->pid > 0)
        while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
        }
    free(worker->reply);
    *worker = (struct worker){.pid = -1, .in = -1, .out = -1, .entry = NOTHING};
    return status;
}

/* ---- asking ---------------------------------------------------------------------------- */

static char *request_of(const struct compdb_entry *entry) {
    json_t *arguments = json_array();
    for (size_t i = 0; i < entry->argument_count; i++)
        json_array_append_new(arguments, json_string(entry->arguments[i]));
    json_t *request = json_pack("{s:s, s:s, s:o}", "directory", entry->directory, "file",
                                entry->file, "arguments", arguments);
    char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    return line;
}

static bool write_all(int fd, const char *text, size_t length) {
    while (length) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno != EINTR)
            return false;
        if (wrote > 0) {
            text += wrote;
            length -= (size_t)wrote;
        }
    }
    return true;
}

static void settle(struct pool *pool, size_t entry, struct ir_unit *unit, char *error) {
    pool->results[entry] = (struct worker_result){unit, error};
    pool->done++;
}

/* Gives an idle worker the next entry; a path that JSON cannot carry is that entry's error. */
static void feed(struct pool *pool, struct worker *worker) {
    while (pool->next < pool->db->count) {
        size_t entry = pool->next++;
        if (pool->wanted && !pool->wanted[entry])
            continue;
        char *line = request_of(&pool->db->entries[entry]);
        if (!line) {
            settle(pool, entry, NULL, mem_format("the path or its arguments are not valid UTF-8"));
            continue;
        }
        size_t length = strlen(line);
        line[length] = '\n';
        worker->entry = entry;
        worker->spent = 0;
        write_all(worker->in, line, length + 1); /* if it is dead, its reply tells */
        free(line);
        return;
    }
    close(worker->in);
    worker->in = -1;
}

/* ---- listening ------------------------------------------------------------------------- */

/* The front end begins some sentences with the path, which whoever reports them shows anyway. */
static const char *without_path(const char *message, const char *file) {
    size_t length = strlen(file);
    bool named = strncmp(message, file, length) == 0 && strncmp(message + length, ": ", 2) == 0;
    return named ? message + length + 2 : message;
}

/* True when the worker's reply is complete: a line of JSON and its bytes. */
static bool take_reply(struct pool *pool, struct worker *worker) {
    char *newline = worker->length ? memchr(worker->reply, '\n', worker->length) : NULL;
    if (!newline)
        return false;
    size_t head = (size_t)(newline - worker->reply) + 1;
    json_t *reply = json_loadb(worker->reply, head, 0, NULL);
    json_int_t bytes = json_integer_value(json_object_get(reply, "bytes"));
    const char *error = json_string_value(json_object_get(reply, "error"));
    bool complete = worker->length - head >= (size_t)bytes;
    if (complete && error) {
        const char *file = pool->db->entries[worker->entry].file;
        settle(pool, worker->entry, NULL, mem_text(without_path(error, file)));
    } else if (complete) {
        char *damage = NULL;
        struct ir_unit *unit =
            ir_load((const uint8_t *)worker->reply + head, (size_t)bytes, &damage);
        settle(pool, worker->entry, unit, damage);
    }
    json_decref(reply);
    if (complete) {
        worker->length = 0;
        worker->entry = NOTHING;
    }
    return complete;
}

/* What becomes of the entry of a worker that is no more, and a new worker in its place. */
static char *replace(struct pool *pool, struct worker *worker, size_t entry, char *sentence) {
    settle(pool, entry, NULL, sentence);
    char *error = start(pool, worker);
    if (!error)
        feed(pool, worker);
    return error;
}

static char *how_it_ended(int status) {
    if (!WIFSIGNALED(status))
        return mem_text("the parser gave up on this file");
    if (WTERMSIG(status) == SIGKILL)
        return mem_text("the parser was killed at this file, as happens when memory runs out: try "
                        "fewer of them at once with --jobs");
    return mem_format("the parser crashed on this file (%s)", strsignal(WTERMSIG(status)));
}

static char *listen_to(struct pool *pool, struct worker *worker) {
    if (worker->capacity - worker->length < 65536) {
        worker->capacity = worker->capacity ? worker->capacity * 2 : 1 << 18;
        worker->reply = mem_resize(worker->reply, worker->capacity, 1);
    }
    ssize_t got =
        read(worker->out, worker->reply + worker->length, worker->capacity - worker->length);
    if (got < 0 && errno == EINTR)
        return NULL;
    if (got > 0) {
        worker->length += (size_t)got;
        if (take_reply(pool, worker))
            feed(pool, worker);
        return NULL;
    }
    size_t entry = worker->entry;
    int status = stop(worker);
    return entry == NOTHING ? NULL : replace(pool, worker, entry, how_it_ended(status));
}

/* Ends a worker that has taken too long. */
static char *check_time(struct pool *pool, struct worker *worker, size_t seconds, uint64_t passed) {
    if (worker->entry == NOTHING)
        return NULL;
    worker->spent += passed;
    if (!seconds || worker->spent < seconds * UINT64_C(1000))
        return NULL;
    size_t entry = worker->entry;
    kill(worker->pid, SIGKILL);
    stop(worker);
    return replace(pool, worker, entry,
                   mem_format("the parser was not done with this file after %zu second%s: give it "
                              "more with --timeout",
                              seconds, seconds == 1 ? "" : "s"));
}

/* ---- all of them ----------------------------------------------------------------------- */

/* Often enough for a progress line to be there in time, whatever a single file takes. */
enum { TURN_MS = 250 };

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The milliseconds since *last, as far as they are the workers': a turn that took much longer than
   it should was spent in the background of a terminal, and they with it. */
static uint64_t time_passed(uint64_t *last) {
    uint64_t now = now_ms(), passed = now - *last;
    *last = now;
    return passed < 2 * TURN_MS ? passed : 2 * TURN_MS;
}

static char *serve(struct pool *pool, const struct worker_options *options) {
    struct pollfd *fds = mem_zero(pool->count + 1, sizeof *fds);
    char *error = NULL;
    uint64_t last = now_ms();
    while (!error && pool->done < pool->total) {
        for (size_t i = 0; i < pool->count; i++)
            fds[i] = (struct pollfd){.fd = pool->workers[i].out, .events = POLLIN};
        fds[pool->count] = (struct pollfd){.fd = pool->interrupts, .events = POLLIN};
        if (poll(fds, pool->count + 1, TURN_MS) < 0 && errno != EINTR)
            error = mem_format("waiting for the workers failed: %s", strerror(errno));
        else if (fds[pool->count].revents)
            error = mem_text("interrupted");
        for (size_t i = 0; !error && i < pool->count; i++)
            if (fds[i].revents)
                error = listen_to(pool, &pool->workers[i]);
        uint64_t passed = time_passed(&last);
        for (size_t i = 0; !error && i < pool->count; i++)
            error = check_time(pool, &pool->workers[i], options->timeout, passed);
        if (!error && options->progress)
            options->progress(pool->done, pool->total, options->data);
    }
    free(fds);
    return error;
}

static char *run_pool(struct pool *pool, const struct worker_options *options) {
    char *error = NULL;
    size_t started = 0;
    pool->workers = mem_zero(pool->count, sizeof *pool->workers);
    for (; !error && started < pool->count; started++) {
        error = start(pool, &pool->workers[started]);
        if (!error)
            feed(pool, &pool->workers[started]);
    }
    if (!error)
        error = serve(pool, options);
    for (size_t i = 0; i < started; i++) {
        if (error && pool->workers[i].pid > 0)
            kill(pool->workers[i].pid, SIGKILL);
        stop(&pool->workers[i]);
    }
    free(pool->workers);
    return error;
}

/* Signals that end this process are held back until its workers are gone: a worker that is busy
   with a large file would outlive it. What is ignored, as under nohup, stays so. */
static sigset_t ending_signals(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, signals[i]);
    }
    return set;
}

int workers_run(const struct compdb *db, const bool *wanted, const struct worker_options *options,
                struct worker_result *results, char **error) {
    struct pool pool = {.db = db, .wanted = wanted, .results = results};
    for (size_t i = 0; i < db->count; i++)
        pool.total += !wanted || wanted[i];
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    pool.count = options->jobs ? options->jobs : online > 0 ? (size_t)online : 1;
    if (pool.count > pool.total)
        pool.count = pool.total;
    memset(results, 0, db->count * sizeof *results);
    *error = find_program(pool.program, sizeof pool.program);
    if (*error)
        return -1;
    sigset_t held = ending_signals();
    sigprocmask(SIG_BLOCK, &held, &pool.mask);
    pool.interrupts = signalfd(-1, &held, SFD_CLOEXEC);
    void (*old)(int) = signal(SIGPIPE, SIG_IGN); /* a dead worker shows when it is read from */
    *error = run_pool(&pool, options);
    signal(SIGPIPE, old);
    if (pool.interrupts >= 0)
        close(pool.interrupts);
    sigprocmask(SIG_SETMASK, &pool.mask, NULL);
    return *error ? -1 : 0;
}
