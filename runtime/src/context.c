#include "context.h"

#include <stdint.h>
#include <string.h>

#ifdef AGL_CONTEXT_UCONTEXT

void agl_context_make(struct agl_context *context, void *low, void *top, void (*entry)(void)) {
    getcontext(&context->saved);
    context->saved.uc_stack.ss_sp = low;
    context->saved.uc_stack.ss_size = (size_t)((char *)top - (char *)low);
    context->saved.uc_link = NULL;
    makecontext(&context->saved, entry, 0);
}

/* Only what runs on a stack can call something there: a context that is switched to for a visit
 * makes the call itself, and switches back. */
static _Thread_local struct visit {
    ucontext_t back;
    void (*call)(void *arg);
    void *arg;
} * visit;

int agl_context_switch(struct agl_context *from, const struct agl_context *to) {
    swapcontext(&from->saved, &to->saved);
    while (visit) {
        struct visit *mine = visit;
        visit = NULL;
        mine->call(mine->arg);
        swapcontext(&from->saved, &mine->back);
    }
    return 0;
}

void agl_context_leave(const struct agl_context *to) {
    setcontext(&to->saved);
    __builtin_unreachable();
}

void agl_context_visit(const struct agl_context *suspended, void (*call)(void *arg), void *arg) {
    struct visit mine = {.call = call, .arg = arg};
    visit = &mine;
    swapcontext(&mine.back, &suspended->saved);
}

#else

void agl_context_begin(void);

#ifdef __x86_64__
/* The frame that agl_context_switch pops: the control words, r15-r12, rbx, rbp, where to go on. */
enum { FRAME_WORDS = 8, FRAME_ENTRY = 5, FRAME_RETURN = 7 };
#else
/* The frame that agl_context_switch pops: x19-x30, d8-d15, FPCR, padding. */
enum { FRAME_WORDS = 22, FRAME_ENTRY = 0, FRAME_RETURN = 11 };
#endif

void agl_context_make(struct agl_context *context, void *low, void *top, void (*entry)(void)) {
    (void)low;
    uintptr_t end = (uintptr_t)top & ~(uintptr_t)15;
    uintptr_t *frame = (uintptr_t *)end - FRAME_WORDS;
    memset(frame, 0, FRAME_WORDS * sizeof *frame);
#ifdef __x86_64__
    /* A new task computes with its creator's rounding and exception masks. */
    __asm__ volatile("stmxcsr (%0)\n\tfnstcw 4(%0)" : : "r"(frame) : "memory");
#else
    uintptr_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    frame[20] = control;
#endif
    frame[FRAME_ENTRY] = (uintptr_t)entry;
    frame[FRAME_RETURN] = (uintptr_t)agl_context_begin;
    context->stack_pointer = frame;
}

#endif
