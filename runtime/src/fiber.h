/*
 * What the checking tools have to be told about stacks and switches: AddressSanitizer,
 * ThreadSanitizer and Valgrind. Without them, nothing of this is left after compilation.
 */
#ifndef AGL_FIBER_H
#define AGL_FIBER_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define AGL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AGL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define AGL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AGL_TSAN 1
#endif
#endif

#ifdef AGL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef AGL_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(AGLET_VALGRIND)
#include <valgrind/valgrind.h>
#endif

/** One stack as the sanitizers see it: a task's or the thread's own. */
struct agl_fiber {
#ifdef AGL_ASAN
    const void *low;
    size_t size;
    void *fake_stack; /* while the fiber is suspended */
#endif
#ifdef AGL_TSAN
    void *tsan;
#endif
};

/** True under Valgrind, which knows as forbidden what lies below a stack pointer. */
static inline int agl_on_valgrind(void) {
#ifdef AGLET_VALGRIND
    return RUNNING_ON_VALGRIND != 0;
#else
    return 0;
#endif
}

/** Tells Valgrind of memory that is a stack; returns what agl_valgrind_forget() wants. */
static inline unsigned agl_valgrind_stack(const void *low, const void *top) {
#ifdef AGLET_VALGRIND
    return VALGRIND_STACK_REGISTER(low, top);
#else
    (void)low;
    (void)top;
    return 0;
#endif
}

static inline void agl_valgrind_forget(unsigned stack) {
#ifdef AGLET_VALGRIND
    VALGRIND_STACK_DEREGISTER(stack);
#endif
    (void)stack;
}

/** Tells of a new stack. */
static inline void agl_fiber_open(struct agl_fiber *fiber, void *low, size_t size) {
#ifdef AGL_ASAN
    fiber->low = low;
    fiber->size = size;
    fiber->fake_stack = NULL;
#endif
#ifdef AGL_TSAN
    fiber->tsan = __tsan_create_fiber(0);
#endif
    (void)fiber;
    (void)low;
    (void)size;
}

/** Takes over the stack that the thread is running on. */
static inline void agl_fiber_adopt(struct agl_fiber *fiber) {
#ifdef AGL_ASAN
    fiber->low = NULL;
    fiber->size = 0;
#endif
#ifdef AGL_TSAN
    fiber->tsan = __tsan_get_current_fiber();
#endif
    (void)fiber;
}

/** Forgets a stack that nothing runs on any more. */
static inline void agl_fiber_close(struct agl_fiber *fiber) {
#ifdef AGL_ASAN
    __asan_unpoison_memory_region(fiber->low, fiber->size);
#endif
#ifdef AGL_TSAN
    __tsan_destroy_fiber(fiber->tsan);
#endif
    (void)fiber;
}

/* Inlined also without optimisation: ThreadSanitizer counts calls and returns a fiber, so none may
 * come between its switch and ours. */
#define AGL_INLINE static inline __attribute__((always_inline))

/** Right before the switch; `last` if `from` is never resumed. */
AGL_INLINE void agl_fiber_leave(struct agl_fiber *from, struct agl_fiber *to, int last) {
#ifdef AGL_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->low, to->size);
#endif
#ifdef AGL_TSAN
    /* A signal that came is kept for the fiber it came on, which may never run again, until that
     * does an atomic operation. */
    (void)__atomic_load_n(&from->tsan, __ATOMIC_SEQ_CST);
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
    (void)from;
    (void)to;
    (void)last;
}

/** Right after the switch, in the fiber that was switched to; `thread` learns its bounds from it.
 */
static inline void agl_fiber_enter(struct agl_fiber *self, struct agl_fiber *thread) {
#ifdef AGL_ASAN
    const void *low;
    size_t size;
    __sanitizer_finish_switch_fiber(self->fake_stack, &low, &size);
    self->fake_stack = NULL;
    if (!thread->low) {
        /* The first switch of all comes from the thread's own stack. */
        thread->low = low;
        thread->size = size;
    }
#endif
    (void)self;
    (void)thread;
}

#endif
