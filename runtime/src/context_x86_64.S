/*
 * void agl_context_switch(struct agl_context *from (rdi), const struct agl_context *to (rsi))
 *
 * Saves what the System V ABI makes a callee preserve: rbx, rbp, r12-r15, and the control words of
 * SSE and x87.
 *
 * The control words are written only where they differ: nearly all tasks compute with the same ones,
 * and writing them takes longer than all the rest.
 *
 * It ends in `ret`, not in an indirect jump: all tasks switch from one place in the scheduler, so the
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
    movl (%rsp), %eax
    movzwl 4(%rsp), %ecx
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    cmpl %eax, (%rsp)
    jne 2f
1:  cmpw %cx, 4(%rsp)
    jne 3f
4:  addq $8, %rsp
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
    ret
    .cfi_adjust_cfa_offset 56
2:  ldmxcsr (%rsp)
    jmp 1b
3:  fldcw 4(%rsp)
    jmp 4b
    .cfi_endproc
    .size agl_context_switch, . - agl_context_switch

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
