/*
 * int agl_context_switch(struct agl_context *from (rdi), const struct agl_context *to (rsi))
 *
 * Saves what the System V ABI makes a callee preserve: rbx, rbp, r12-r15, and the control words of
 * SSE and x87.
 *
 * The control word of x87 is written only where it differs, since nearly all tasks compute with the
 * same one. That of SSE is written always: to compare it one has to wait until the stored one can be
 * read back, which takes longer (2 ns) than to write it.
 *
 * It ends in `ret`, not in an indirect jump: tasks switch from few places in the scheduler, so the
 * processor predicts this return rightly, and the returns after it too, since calls and returns stay
 * paired. (A jump leaves this call's entry on the return stack, and every later return is predicted
 * wrongly: 30 ns a yield instead of 9.)
 */
#if defined(__x86_64__) && !defined(AGLET_UCONTEXT)
    .text
    .globl agl_context_switch
    .hidden agl_context_switch
    .type agl_context_switch, @function
    .p2align 4
agl_context_switch:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    pushq %r12
    .cfi_adjust_cfa_offset 8
    pushq %r13
    .cfi_adjust_cfa_offset 8
    pushq %r14
    .cfi_adjust_cfa_offset 8
    pushq %r15
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movzwl 4(%rsp), %ecx
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    ldmxcsr (%rsp)
    cmpw %cx, 4(%rsp)
    jne 2f
1:  addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %r15
    .cfi_adjust_cfa_offset -8
    popq %r14
    .cfi_adjust_cfa_offset -8
    popq %r13
    .cfi_adjust_cfa_offset -8
    popq %r12
    .cfi_adjust_cfa_offset -8
    popq %rbx
    .cfi_adjust_cfa_offset -8
    popq %rbp
    .cfi_adjust_cfa_offset -8
    xorl %eax, %eax
    ret
    .cfi_adjust_cfa_offset 56
2:  fldcw 4(%rsp)
    jmp 1b
    .cfi_endproc
    .size agl_context_switch, . - agl_context_switch

/*
 * void agl_context_leave(const struct agl_context *to (rdi))
 *
 * Most often a task that ends is followed by one that begins. No call was made that the return could
 * be paired with, so here the jump is predicted better.
 */
    .globl agl_context_leave
    .hidden agl_context_leave
    .type agl_context_leave, @function
    .p2align 4
agl_context_leave:
    .cfi_startproc
    .cfi_undefined %rip
    movq (%rdi), %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    xorl %eax, %eax
    jmp *%rcx
    .cfi_endproc
    .size agl_context_leave, . - agl_context_leave

/*
 * void agl_context_visit(const struct agl_context *suspended (rdi), void (*call)(void *arg) (rsi),
 *                        void *arg (rdx))
 *
 * During the call this is, for who unwinds, the place in agl_context_switch at which the context was
 * suspended.
 */
    .globl agl_context_visit
    .hidden agl_context_visit
    .type agl_context_visit, @function
    .p2align 4
agl_context_visit:
    .cfi_startproc
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    .cfi_remember_state
    movq %rsp, %rbx
    movq (%rdi), %rsp
    .cfi_def_cfa %rsp, 64
    .cfi_offset %rbp, -16
    .cfi_offset %rbx, -24
    .cfi_offset %r12, -32
    .cfi_offset %r13, -40
    .cfi_offset %r14, -48
    .cfi_offset %r15, -56
    movq %rdx, %rdi
    call *%rsi
    movq %rbx, %rsp
    .cfi_restore_state
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
    .cfi_endproc
    .size agl_context_visit, . - agl_context_visit

/* The first thing on a new stack: calls the entry, which agl_context_make put in rbx. The undefined
 * return address ends a backtrace here. */
    .globl agl_context_begin
    .hidden agl_context_begin
    .type agl_context_begin, @function
    .p2align 4
agl_context_begin:
    .cfi_startproc
    .cfi_undefined %rip
    xorl %ebp, %ebp
    call *%rbx
    ud2
    .cfi_endproc
    .size agl_context_begin, . - agl_context_begin
#endif
    .section .note.GNU-stack, "", %progbits
