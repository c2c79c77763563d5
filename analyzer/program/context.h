/*
 * Contexts: where a function can run. Code of an event loop's thread is either a coroutine's or a
 * callback's of the loop; in the other contexts no loop has to turn.
 */
#ifndef AGLET_CONTEXT_H
#define AGLET_CONTEXT_H

enum context_kind {
    CONTEXT_COROUTINE, /* a task's, which can be suspended */
    CONTEXT_LOOP,      /* called back by an event loop, between two turns */
    CONTEXT_WORKER,    /* of a pool, which is there to be blocked */
    CONTEXT_THREAD,    /* a thread of its own */
    CONTEXT_SIGNAL,    /* whatever the signal interrupts */
    CONTEXT_PLAIN,     /* called by main, before a loop runs or after */
    CONTEXT_KINDS
};

/** Sets of contexts, a bit each. */
enum context_set {
    CONTEXTS_OF_LOOP = 1 << CONTEXT_COROUTINE | 1 << CONTEXT_LOOP, /* a loop has to turn */
    CONTEXTS_NO_COROUTINE = (1 << CONTEXT_KINDS) - 1 - (1 << CONTEXT_COROUTINE)
};

/** The words for a function that runs there: "coroutine", "loop callback", "signal handler". */
const char *context_name(enum context_kind kind);

#endif
