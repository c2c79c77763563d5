/*
 * A context: where a suspended stack goes on. Switching saves what the ABI says a call preserves.
 */
#ifndef AGL_CONTEXT_H
#define AGL_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#if defined(AGLET_UCONTEXT) || !(defined(__x86_64__) || defined(__aarch64__))
#define AGL_CONTEXT_UCONTEXT 1
#include <ucontext.h>
#endif

struct agl_context {
#ifdef AGL_CONTEXT_UCONTEXT
    ucontext_t saved;
#else
    void *stack_pointer;
#endif
};

/** Makes a context that calls entry(), which must not return, on the stack below `top` (any
 *  alignment) and above `low`. */
void agl_context_make(struct agl_context *context, void *low, void *top, void (*entry)(void));

/** How many bytes a suspended context has left above `low`; SIZE_MAX if that is not known. */
static inline size_t agl_context_room(const struct agl_context *context, const void *low) {
#ifdef AGL_CONTEXT_UCONTEXT
    (void)context;
    (void)low;
    return SIZE_MAX;
#else
    return (size_t)((const char *)context->stack_pointer - (const char *)low);
#endif
}

/** Saves the running context in *from and goes on in *to. Returns 0, when that goes on again. */
int agl_context_switch(struct agl_context *from, const struct agl_context *to);

/** Goes on in *to, and never again in the running one. */
_Noreturn void agl_context_leave(const struct agl_context *to);

/** Calls call(arg) on the stack of a suspended context, on top of its frames, which stay as they
 * are: a backtrace from there shows them. */
void agl_context_visit(const struct agl_context *suspended, void (*call)(void *arg), void *arg);

#endif
