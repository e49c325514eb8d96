/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L1's entry, vectors and way into L2, and L2 itself. x18 is L1's struct l1_cpu.
 * A stub is two instructions: what it does, with x1 in and out, and RET.
 */
#include "l1.h"

	.arch armv8.2-a+sve
	.section .text.start, "ax"
	.global _start
_start:
	mrs	x0, mpidr_el1
	and	x0, x0, #0xff
	ldr	x1, =HCR_L1
	msr	hcr_el2, x1
	isb
	ldr	x1, =SCTLR_OFF
	msr	sctlr_el1, x1		/* SCTLR_EL2, by E2H */
	msr	s3_5_c1_c0_0, x1	/* SCTLR_EL12 */
	adr	x1, vectors
	msr	vbar_el1, x1
	adr	x1, l2_vectors
	msr	s3_5_c12_c0_0, x1	/* VBAR_EL12 */
	isb
	ldr	x1, =stacks_end
	sub	x1, x1, x0, lsl #12
	mov	sp, x1
	ldr	x18, =L1_CPUS
	mov	x1, #L1_CPU_BYTES
	madd	x18, x0, x1, x18
	mov	x0, x18
	bl	l1_main
	b	.

	.macro push_callee_saved
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	.endm
	.macro pop_callee_saved
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	.endm
	/* To a struct l1_fault at \base; clobbers x2 and x3. By EL1's names, for E2H. */
	.macro save_fault base, offset
	str	x1, [\base, #\offset]
	mrs	x2, esr_el1
	mrs	x3, far_el1
	stp	x2, x3, [\base, #\offset + 8]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x2, x3, [\base, #\offset + 24]
	.endm

/* void l1_enter(struct l1_context *): to L2 and back at its next exception */
	.global l1_enter
l1_enter:
	push_callee_saved
	stp	x0, x18, [sp, #-16]!
	ldp	x1, x2, [x0, #CTX_PC]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	ldp	x19, x20, [x0, #CTX_X19]
	isb
	eret
from_l2:
	ldp	x0, x18, [sp], #16
	stp	x19, x20, [x0, #CTX_X19]
	save_fault x0, CTX_FAULT
	pop_callee_saved
	ret

/* int l1_guarded(stub, uint64_t *x1, uint64_t x2): 1 if it ended in an exception */
	.global l1_guarded
l1_guarded:
	push_callee_saved
	str	x1, [sp, #-16]!
	mov	x3, sp
	str	x3, [x18, #CPU_RECOVER]
	ldr	x1, [x1]
	blr	x0
	mov	x0, #0
	ldr	x2, [sp]
	str	x1, [x2]
1:	str	xzr, [x18, #CPU_RECOVER]
	add	sp, sp, #16
	pop_callee_saved
	ret
from_l1:
	save_fault x18, CPU_FAULT
	ldr	x0, [x18, #CPU_RECOVER]
	cbz	x0, lost
	mov	sp, x0
	mov	x0, #1
	b	1b
lost:	ldr	x0, =L1_DOORBELL
	mrs	x1, elr_el1
	str	x1, [x0, #16]
	mrs	x1, esr_el1
	str	x1, [x0, #8]
	b	.

	.balign 2048
vectors:
	.set	n, 0
	.rept 16
	.balign 128
	mov	x1, #n
	.if n < 0x400
	b	from_l1
	.else
	b	from_l2
	.endif
	.set	n, n + 128
	.endr

	.global l1_load, l1_store
l1_load:
	ldr	x1, [x2]
	ret
l1_store:
	str	x1, [x2]
	ret

	.macro reg_stubs encoding
	mrs	x1, \encoding
	ret
	msr	\encoding, x1
	ret
	.endm
#define REG_STUBS(name, encoding, offset) reg_stubs encoding;
	.balign 8
	.global l1_reg_stubs
l1_reg_stubs:
	L1_REGS(REG_STUBS)
	/* L2's others, in the order of L2_CURRENTEL and on */
	mrs	x1, CurrentEL
	ret
	hvc	#1
	ret
	eret
	ret
	wfi
	ret
	ldr	x1, [x1]
	ret
	str	x1, [x1]
	ret
	rdvl	x1, #1
	ret
	br	x1
	ret

	.macro sys_stub op1, crn, crm, op2
	sys	#\op1, \crn, \crm, #\op2, x1
	ret
	.endm
#define TLBI_STUB(name, op1, crn, crm, op2) sys_stub op1, crn, crm, op2;
	.global l1_tlbi_stubs
l1_tlbi_stubs:
	TLBI_FORMS(TLBI_STUB)
#define AT_STUB(name, op1, crm, op2) sys_stub op1, C7, crm, op2;
	.global l1_at_stubs
l1_at_stubs:
	AT_FORMS(AT_STUB)

/* L2: x19 is a list of struct l2_op, x20 their number; HVC #0 at its end. */
	.global l2_start, l2_skip
l2_skip:			/* L1 comes here after an exception */
	add	x19, x19, #48
	sub	x20, x20, #1
l2_start:
	cbz	x20, 2f
	ldr	w4, [x19]
	and	w0, w4, #0xffff
	ldp	x1, x5, [x19, #8]
	mov	x5, x1
	ldr	x2, [x19, #24]
	adr	x3, l1_reg_stubs
	add	x3, x3, x0, lsl #3
1:	blr	x3
	str	x1, [x19, #16]
	tbz	w4, #16, l2_skip
	cmp	x1, x5
	b.eq	l2_skip
	subs	x2, x2, #1
	b.ne	1b
	b	l2_skip
2:	hvc	#0
	b	2b

	/* L2's own exceptions: L1 hears of them as HVC #0x100 and on. */
	.balign 2048
l2_vectors:
	.set	n, 0x100
	.rept 16
	.balign 128
	hvc	#n
	b	.
	.set	n, n + 1
	.endr

	.ltorg
	.bss
	.balign 4096
	.skip	4 * 4096
stacks_end:
