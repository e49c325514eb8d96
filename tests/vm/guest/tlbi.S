/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest hypervisor that takes its guest's stage 2 away all the time. At EL2: one
 * block of memory, identity mapped, as stage 2; then an L2 that does nothing but call,
 * and for each call a TLBI of all that L2 has.
 */
#include "vm.h"

#define TABLE	0x40100000		/* stage 2, one level-1 table */
#define BLOCK	(VM_RAM | 0x7fd)	/* Normal WB, read and write, inner shareable, used */
#define VTCR	0x80023559		/* 39-bit IPAs from level 1, 4K, WB walks, 40-bit PAs */
#define HCR	0x480000001		/* E2H, RW, VM */
#define SPSR	0x3c5			/* EL1h, all masked */

	.section .rodata
	.balign	4096
	.global	tlbi_guest_start, tlbi_guest_end
tlbi_guest_start:
	adr	x0, vectors
	msr	vbar_el2, x0
	ldr	x0, =TABLE
	ldr	x1, =BLOCK
	str	x1, [x0, #8]
	orr	x0, x0, #1 << 48	/* VMID 1 */
	msr	vttbr_el2, x0
	ldr	x0, =VTCR
	msr	vtcr_el2, x0
	ldr	x0, =HCR
	msr	hcr_el2, x0
	mov	x0, #SPSR
	msr	spsr_el2, x0
	adr	x0, l2
	msr	elr_el2, x0
	isb
	eret

l2:	hvc	#0
	b	l2

	.ltorg
	.balign	2048
vectors:
	.skip	0x400
	tlbi	vmalls12e1is		/* from a lower level */
	dsb	sy
	isb
	eret
tlbi_guest_end:
