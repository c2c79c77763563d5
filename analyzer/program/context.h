/*
 * Contexts: where a function can run. Code of an event loop's thread is either a coroutine's or a
 * callback's of the loop; what runs on worker threads, and plain code, is neither.
 */
#ifndef AGLET_CONTEXT_H
#define AGLET_CONTEXT_H

enum context_kind {
    CONTEXT_COROUTINE, /* a task's, which can be suspended */
    CONTEXT_LOOP,      /* called back by an event loop, between two turns */
    CONTEXT_KINDS
};

/** The words for it: "coroutine", "loop callback". */
const char *context_name(enum context_kind kind);

#endif
