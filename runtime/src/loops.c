/*
 * The handler of the signal only leaves a note and wakes the loops, which write their tasks by
 * themselves when they next poll. It may run in any thread, at any time.
 */
#include "loops.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <aglet/task.h>

#include "dump.h"

enum { LOOPS_MAX = 64 }; /* further ones run unseen */

struct agl_loop *agl_loops[LOOPS_MAX];

struct note {
    atomic_int wakeup; /* the loop's descriptor plus one; 0: it does not want the signal */
    atomic_bool asked;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct note notes[LOOPS_MAX];
static atomic_int handlers; /* that run now */
static int users, number;   /* loops that want the signal, and which */
static struct sigaction before;

static void say(const char *text) {
    (void)!write(STDERR_FILENO, text, strlen(text));
}

/* A loop that is held by a task cannot list its tasks; that task's name is what is wanted then. */
static void name_running(void) {
    const aglet_task *task = agl_running;
    if (!task)
        return;
    say("aglet: task ");
    say(aglet_task_name(task));
    say(" has the thread now; the tasks are listed when it waits\n");
}

static void on_signal(int signal) {
    int saved = errno;
    uint64_t one = 1;
    bool unanswered = false;
    atomic_fetch_add(&handlers, 1);
    for (int i = 0; i < LOOPS_MAX; i++) {
        int fd = atomic_load(&notes[i].wakeup) - 1;
        if (fd < 0)
            continue;
        unanswered |= atomic_exchange(&notes[i].asked, true);
        (void)!write(fd, &one, sizeof one);
    }
    atomic_fetch_sub(&handlers, 1);
    name_running();
    if (unanswered) {
        /* A loop that never polls again: now the signal has its usual effect. */
        struct sigaction usual = {.sa_handler = SIG_DFL};
        sigaction(signal, &usual, NULL);
        raise(signal);
    }
    errno = saved;
}

/* Without being told to, only a signal that nobody else has taken. */
static bool take_signal(int wanted) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    number = wanted ? wanted : SIGQUIT;
    if (sigaction(number, NULL, &before) < 0)
        return false;
    bool taken = before.sa_handler != SIG_DFL || (before.sa_flags & SA_SIGINFO);
    return (wanted || !taken) && sigaction(number, &action, NULL) == 0;
}

static bool wants_signal(const struct agl_loop *loop) {
    int wanted = loop->options.dump_signal;
    return wanted > 0 || (wanted == 0 && loop->debug);
}

void agl_loops_enter(struct agl_loop *loop) {
    pthread_mutex_lock(&mutex);
    int i = 0;
    while (i < LOOPS_MAX && agl_loops[i])
        i++;
    if (i < LOOPS_MAX) {
        agl_loops[i] = loop;
        loop->slot = i;
        if (wants_signal(loop) && (users || take_signal(loop->options.dump_signal))) {
            users++;
            atomic_store(&notes[i].asked, false);
            atomic_store(&notes[i].wakeup, loop->wakeup + 1);
        }
    } else {
        loop->slot = -1;
    }
    pthread_mutex_unlock(&mutex);
}

void agl_loops_leave(struct agl_loop *loop) {
    if (loop->slot < 0)
        return;
    pthread_mutex_lock(&mutex);
    agl_loops[loop->slot] = NULL;
    if (atomic_exchange(&notes[loop->slot].wakeup, 0) && --users == 0)
        sigaction(number, &before, NULL);
    pthread_mutex_unlock(&mutex);
    /* A handler in another thread may still be about to write to the descriptor. */
    while (atomic_load(&handlers))
        sched_yield();
}

void agl_loops_answer(struct agl_loop *loop) {
    if (loop->slot >= 0 && atomic_load_explicit(&notes[loop->slot].asked, memory_order_relaxed) &&
        atomic_exchange(&notes[loop->slot].asked, false))
        agl_dump(loop, STDERR_FILENO, NULL);
}
