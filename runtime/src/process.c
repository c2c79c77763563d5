/*
 * Child processes. A pidfd is readable when the process has ended, so that a wait is one for a
 * descriptor like any other.
 */
#include <aglet/process.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <aglet/stream.h>
#include <aglet/time.h>

#include "poll.h"
#include "resource.h"
#include "seam.h"
#include "stream.h"

enum { PIPES = 3, RUNNING = -1, LOOK_AGAIN_MS = 10 };

struct aglet_process {
    struct agl_resource resource;
    struct agl_watch watch; /* the pidfd */
    pid_t pid;
    int status; /* as aglet_process_wait() returns it; RUNNING */
    aglet_stream *streams[PIPES];
};

static int index_of(enum aglet_pipes which) {
    return which == AGLET_PIPE_IN ? 0 : which == AGLET_PIPE_OUT ? 1 : 2;
}

/* Looks whether it has ended; true if so. */
static bool reap(aglet_process *process) {
    int status;
    if (process->status != RUNNING)
        return true;
    if (waitpid(process->pid, &status, WNOHANG) != process->pid)
        return false;
    process->status = WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

/* At the loop's end the process is not left running; its streams reclaim themselves. */
static void reclaim(struct agl_resource *resource) {
    aglet_process *process = AGL_CONTAINER(resource, aglet_process, resource);
    if (!reap(process)) {
        kill(process->pid, SIGKILL);
        waitpid(process->pid, NULL, 0);
        process->status = 256 + SIGKILL;
    }
    agl_watch_close(resource->loop, &process->watch);
    if (process->watch.fd >= 0)
        close(process->watch.fd);
    process->watch.fd = -1;
}

/* The child's and our ends of the pipes; -1: none. */
struct ends {
    int child[PIPES], ours[PIPES];
};

static void close_all(int *fds) {
    for (int i = 0; i < PIPES; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int make_pipes(unsigned wanted, struct ends *ends) {
    *ends = (struct ends){{-1, -1, -1}, {-1, -1, -1}};
    for (int i = 0; i < PIPES; i++) {
        int fds[2];
        if (!(wanted & 1u << i))
            continue;
        if (pipe2(fds, O_CLOEXEC) < 0)
            return -errno;
        ends->child[i] = i == 0 ? fds[0] : fds[1];
        ends->ours[i] = i == 0 ? fds[1] : fds[0];
    }
    return 0;
}

static int spawn(const struct aglet_process_options *options, const struct ends *ends, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc)
        return -rc;
    rc = posix_spawnattr_init(&attributes);
    if (rc) {
        posix_spawn_file_actions_destroy(&actions);
        return -rc;
    }
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    for (int i = 0; i < PIPES && !rc; i++)
        if (ends->child[i] >= 0)
            rc = posix_spawn_file_actions_adddup2(&actions, ends->child[i], i);
    if (!rc && options->directory)
        rc = posix_spawn_file_actions_addchdir_np(&actions, options->directory);
    char *const *env = options->env ? (char *const *)options->env : environ;
    if (!rc)
        rc = posix_spawnp(pid, options->argv[0], &actions, &attributes,
                          (char *const *)options->argv, env);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static int attach(aglet_task *self, aglet_process *process, struct ends *ends,
                  struct agl_place place) {
    process->watch.fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->watch.fd < 0 && errno != ENOSYS)
        return -errno;
    for (int i = 0; i < PIPES; i++) {
        if (ends->ours[i] < 0)
            continue;
        if (fcntl(ends->ours[i], F_SETFL, O_NONBLOCK) < 0)
            return -errno;
        int rc = agl_stream_new(self, ends->ours[i], place, &process->streams[i]);
        if (rc < 0)
            return rc;
        ends->ours[i] = -1;
    }
    return 0;
}

static void close_streams(aglet_process *process) {
    for (int i = 0; i < PIPES; i++) {
        aglet_stream_close(process->streams[i]);
        process->streams[i] = NULL;
    }
}

static int start(aglet_task *self, aglet_process *process,
                 const struct aglet_process_options *options, struct agl_place place) {
    struct ends ends;
    int rc = make_pipes(options->pipes, &ends);
    if (rc == 0)
        rc = spawn(options, &ends, &process->pid);
    close_all(ends.child);
    if (rc == 0) {
        rc = attach(self, process, &ends, place);
        if (rc < 0) {
            kill(process->pid, SIGKILL);
            // aglet:ignore blocking-call -- it was killed: that does not take long
            waitpid(process->pid, NULL, 0);
            close_streams(process);
            if (process->watch.fd >= 0)
                close(process->watch.fd);
        }
    }
    close_all(ends.ours);
    return rc;
}

int(aglet_process_start)(const struct aglet_process_options *options, aglet_process **out) {
    struct agl_place place = AGL_PLACE_HERE();
    *out = NULL;
    aglet_task *self = agl_self("aglet_process_start");
    if (!self)
        return -EPERM;
    aglet_process *process = agl_seam_alloc(sizeof *process);
    if (!process)
        return -ENOMEM;
    process->status = RUNNING;
    process->watch.fd = -1;
    int rc = start(self, process, options, place);
    if (rc < 0) {
        free(process);
        return rc;
    }
    agl_resource_open(&process->resource, self, "process", reclaim, place);
    *out = process;
    return 0;
}

aglet_stream *aglet_process_stream(const aglet_process *process, enum aglet_pipes which) {
    return process->streams[index_of(which)];
}

int aglet_process_close_stream(aglet_process *process, enum aglet_pipes which) {
    aglet_stream **stream = &process->streams[index_of(which)];
    if (!*stream)
        return -EBADF;
    int rc = aglet_stream_close(*stream);
    *stream = NULL;
    return rc;
}

/* Before Linux 5.3 and in some sandboxes there are no pidfds: look again and again. */
static int wait_for_change(aglet_task *self, aglet_process *process) {
    if (process->watch.fd < 0)
        return aglet_sleep(LOOK_AGAIN_MS);
    return agl_watch_wait(self, &process->watch, AGL_READS, INT64_MAX, "process");
}

int aglet_process_wait(aglet_process *process) {
    aglet_task *self = agl_self("aglet_process_wait");
    int rc = self ? agl_io_begin(self) : -EPERM;
    while (rc == 0 && !reap(process))
        rc = wait_for_change(self, process);
    return rc < 0 ? rc : process->status;
}

int aglet_process_signal(const aglet_process *process, int signal) {
    if (process->status != RUNNING)
        return -ESRCH;
    return kill(process->pid, signal) < 0 ? -errno : 0;
}

pid_t aglet_process_id(const aglet_process *process) {
    return process->pid;
}

/* Waits for a process that was killed; nothing can cut that short. */
static void wait_firmly(aglet_task *self, aglet_process *process) {
    struct agl_scope *shield =
        agl_scope_open(self, AGL_SCOPE_SHIELD, INT64_MAX, process->resource.acquired);
    int rc = shield ? 0 : -ENOMEM;
    while (rc == 0 && !reap(process))
        rc = wait_for_change(self, process);
    if (shield)
        agl_scope_close(self, shield);
    if (!reap(process))
        // aglet:ignore blocking-call -- it was killed: that does not take long
        waitpid(process->pid, NULL, 0);
}

int aglet_process_close(aglet_process *process) {
    if (!process)
        return 0;
    aglet_task *self = agl_running;
    close_streams(process);
    if (!reap(process)) {
        kill(process->pid, SIGKILL);
        if (self)
            wait_firmly(self, process);
        else
            // aglet:ignore blocking-call -- it was killed, and no loop runs here
            waitpid(process->pid, NULL, 0);
    }
    if (process->resource.loop)
        agl_watch_close(process->resource.loop, &process->watch);
    agl_resource_close(&process->resource);
    if (process->watch.fd >= 0)
        close(process->watch.fd);
    free(process);
    return 0;
}
