#include "fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <aglet/task.h>

enum { HANDLER_ROOM = 16384, TEXT_SIZE = 512 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int users;
static struct sigaction before;

static void say_overflow(const aglet_task *task) {
    char text[TEXT_SIZE], where[AGL_PLACE_TEXT] = "";
    const char *file = agl_place_file(&task->created);
    if (file)
        snprintf(where, sizeof where, " (it was created at %s:%d)", file, task->created.line);
    size_t kb = (size_t)((const char *)task - task->stack.low) / 1024 + 1;
    int count = snprintf(text, sizeof text,
                         "aglet: task %s has overflowed its stack of %zu KB%s: raise stack_size in "
                         "struct aglet_options, or keep large objects off the stack\n",
                         aglet_task_name(task), kb, where);
    if (count > 0)
        (void)!write(STDERR_FILENO, text, strlen(text));
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)context;
    const aglet_task *task = agl_running;
    if (task && agl_stack_guards(&task->stack, info->si_addr))
        say_overflow(task);
    /* The instruction is tried again and has the usual effect. */
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(signal, &usual, NULL);
}

static void install(void) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    pthread_mutex_lock(&mutex);
    if (users++ == 0 && sigaction(SIGSEGV, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction(SIGSEGV, &action, NULL);
    pthread_mutex_unlock(&mutex);
}

/* Leaves a handler alone that the program has installed since. */
static void uninstall(void) {
    struct sigaction now;
    pthread_mutex_lock(&mutex);
    if (--users == 0 && sigaction(SIGSEGV, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
        now.sa_sigaction == on_fault)
        sigaction(SIGSEGV, &before, NULL);
    pthread_mutex_unlock(&mutex);
}

void agl_fault_enter(struct agl_loop *loop) {
    stack_t present;
    /* The handler cannot run on the stack that is full. */
    if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE)) {
        long least = sysconf(_SC_MINSIGSTKSZ);
        size_t size = (least > 0 ? (size_t)least : 0) + HANDLER_ROOM;
        stack_t mine = {.ss_sp = malloc(size), .ss_size = size};
        if (!mine.ss_sp)
            return;
        sigaltstack(&mine, NULL);
        loop->fault_stack = mine.ss_sp;
    }
    loop->fault_handled = true;
    install();
}

void agl_fault_leave(struct agl_loop *loop) {
    if (!loop->fault_handled)
        return;
    uninstall();
    if (loop->fault_stack) {
        const stack_t none = {.ss_flags = SS_DISABLE};
        sigaltstack(&none, NULL);
        free(loop->fault_stack);
    }
}
