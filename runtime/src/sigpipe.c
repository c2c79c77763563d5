/*
 * Writing to a pipe whose reader has gone raises SIGPIPE, which would end the process; a socket can
 * be told not to, a pipe cannot. So the signal is blocked in the loop's thread while the loop runs,
 * and what came of it is thrown away at the end. (Worker threads block all signals anyway.)
 */
#include "sigpipe.h"

#include <signal.h>
#include <time.h>

void agl_sigpipe_enter(struct agl_loop *loop) {
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    loop->blocks_sigpipe =
        pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0 && !sigismember(&before, SIGPIPE);
}

void agl_sigpipe_leave(struct agl_loop *loop) {
    const struct timespec at_once = {0, 0};
    sigset_t pipe;
    if (!loop->blocks_sigpipe)
        return;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    while (sigtimedwait(&pipe, NULL, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}
