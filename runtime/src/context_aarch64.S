/*
 * int agl_context_switch(struct agl_context *from (x0), const struct agl_context *to (x1))
 *
 * Saves what AAPCS64 makes a callee preserve: x19-x29, the link register, d8-d15, and FPCR.
 *
 * It ends in `ret`, not in an indirect jump, so that calls and returns stay paired for the processor's
 * prediction; see context_x86_64.S.
 */
#if defined(__aarch64__) && !defined(AGLET_UCONTEXT)
    .text
    .globl agl_context_switch
    .hidden agl_context_switch
    .type agl_context_switch, %function
    .p2align 4
agl_context_switch:
    .cfi_startproc
    sub sp, sp, #176
    .cfi_adjust_cfa_offset 176
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    .cfi_rel_offset x29, 80
    .cfi_rel_offset x30, 88
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mrs x9, fpcr
    str x9, [sp, #160]
    mov x10, sp
    str x10, [x0]
    ldr x10, [x1]
    mov sp, x10
    ldr x9, [sp, #160]
    msr fpcr, x9
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #176
    .cfi_adjust_cfa_offset -176
    mov w0, wzr
    ret
    .cfi_endproc
    .size agl_context_switch, . - agl_context_switch

/*
 * void agl_context_leave(const struct agl_context *to (x0))
 *
 * Ends in a jump: no call was made that a return could be paired with.
 */
    .globl agl_context_leave
    .hidden agl_context_leave
    .type agl_context_leave, %function
    .p2align 4
agl_context_leave:
    .cfi_startproc
    .cfi_undefined x30
    ldr x10, [x0]
    mov sp, x10
    ldr x9, [sp, #160]
    msr fpcr, x9
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #176
    mov w0, wzr
    br x30
    .cfi_endproc
    .size agl_context_leave, . - agl_context_leave

/*
 * void agl_context_visit(const struct agl_context *suspended (x0), void (*call)(void *arg) (x1),
 *                        void *arg (x2))
 *
 * During the call this is, for who unwinds, the place in agl_context_switch at which the context was
 * suspended.
 */
    .globl agl_context_visit
    .hidden agl_context_visit
    .type agl_context_visit, %function
    .p2align 4
agl_context_visit:
    .cfi_startproc
    stp x19, x30, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x19, 0
    .cfi_rel_offset x30, 8
    .cfi_remember_state
    mov x19, sp
    ldr x9, [x0]
    mov sp, x9
    .cfi_def_cfa sp, 176
    .cfi_rel_offset x19, 0
    .cfi_rel_offset x20, 8
    .cfi_rel_offset x21, 16
    .cfi_rel_offset x22, 24
    .cfi_rel_offset x23, 32
    .cfi_rel_offset x24, 40
    .cfi_rel_offset x25, 48
    .cfi_rel_offset x26, 56
    .cfi_rel_offset x27, 64
    .cfi_rel_offset x28, 72
    .cfi_rel_offset x29, 80
    .cfi_rel_offset x30, 88
    mov x0, x2
    blr x1
    mov sp, x19
    .cfi_restore_state
    ldp x19, x30, [sp], #16
    .cfi_adjust_cfa_offset -16
    .cfi_restore x19
    .cfi_restore x30
    ret
    .cfi_endproc
    .size agl_context_visit, . - agl_context_visit

/* The first thing on a new stack: calls the entry, which agl_context_make put in x19. The undefined
 * return address ends a backtrace here. */
    .globl agl_context_begin
    .hidden agl_context_begin
    .type agl_context_begin, %function
    .p2align 4
agl_context_begin:
    .cfi_startproc
    .cfi_undefined x30
    mov x29, #0
    mov x30, #0
    blr x19
    brk #1
    .cfi_endproc
    .size agl_context_begin, . - agl_context_begin
#endif
    .section .note.GNU-stack, "", %progbits
