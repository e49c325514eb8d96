/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The access guest: does what the VMM asks, one access at a time, at EL1 with
 * MMU and caches on. The VMM has put page tables at TABLE (vm.h) and answers the
 * mailbox, a page of MMIO:
 *   +0x00 read: operation (0 end, 1 read, 2 write, 3 execute, 4 read one word of
 *               each of so many pages as the value says, 5 the same of a few
 *               pages, so many times, 6 call the address so many times, whatever aborts,
 *               7 read the allocation tag)
 *   +0x08 read: address    +0x10 read: value to write
 *   +0x18 written: done, the value read
 *   +0x20 written: an abort was taken, ESR_EL1    +0x28 written before: FAR_EL1
 */
#include "vm.h"

	.section .rodata
	.balign	4096
	.global	access_guest_start, access_guest_end
access_guest_start:
	ldr	x10, =VM_MAILBOX
	mov	x11, #0			/* 1: aborts are expected */
	adr	x0, vectors
	msr	vbar_el1, x0
	ldr	x0, =VM_MAIR
	msr	mair_el1, x0
	ldr	x0, =VM_TCR
	msr	tcr_el1, x0
	ldr	x0, =VM_TABLE
	msr	ttbr0_el1, x0
	isb
	tlbi	vmalle1
	dsb	sy
	mrs	x0, sctlr_el1
	mov	x1, #0x1005		/* M, C, I */
	orr	x0, x0, x1
	bic	x0, x0, #2		/* no alignment check */
	msr	sctlr_el1, x0
	isb

next:	ldr	x0, [x10, #0x00]
	ldr	x1, [x10, #0x08]
	ldr	x2, [x10, #0x10]
	cmp	x0, #1
	b.eq	read
	cmp	x0, #2
	b.eq	write
	cmp	x0, #3
	b.eq	execute
	cmp	x0, #4
	b.eq	sweep
	cmp	x0, #5
	b.eq	hammer
	cmp	x0, #6
	b.eq	fetches
	cmp	x0, #7
	b.eq	tag
	b	.			/* the VMM runs us no more */

read:	ldr	x3, [x1]
	str	x3, [x10, #0x18]
	b	next
write:	str	x2, [x1]
	str	x2, [x10, #0x18]
	b	next
execute:
	mov	x3, #0
	blr	x1			/* VM_CODE, if the VMM put it there */
	str	x3, [x10, #0x18]
	b	next

sweep:	ldr	x3, [x1]
	add	x1, x1, #0x1000
	subs	x2, x2, #1
	b.ne	sweep
	str	x3, [x10, #0x18]
	b	next

hammer:	mov	x4, #VM_HAMMER_PAGES
	mov	x5, x1
1:	ldr	x3, [x5]
	add	x5, x5, #0x1000
	subs	x4, x4, #1
	b.ne	1b
	subs	x2, x2, #1
	b.ne	hammer
	str	x3, [x10, #0x18]
	b	next

fetches:
	mov	x11, #1
1:	blr	x1
fetched:
	subs	x2, x2, #1
	b.ne	1b
	mov	x11, #0
	str	x11, [x10, #0x18]
	b	next

	.arch armv8.5-a+memtag
tag:	mrs	x3, sctlr_el1
	orr	x3, x3, #1 << 43	/* ATA: tags can be accessed */
	msr	sctlr_el1, x3
	isb
	mov	x3, #0
	ldg	x3, [x1]
	lsr	x3, x3, #56
	str	x3, [x10, #0x18]
	b	next

	.balign	2048
vectors:
	.rept	16
	.balign	128
	cbnz	x11, fetched
	mrs	x3, far_el1
	str	x3, [x10, #0x28]
	mrs	x3, esr_el1
	str	x3, [x10, #0x20]
	b	next
	.endr
	.ltorg
access_guest_end:
