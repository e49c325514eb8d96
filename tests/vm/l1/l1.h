/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest hypervisor under test (L1) and the VMM: where things are in guest
 * memory, the actions that L1 does for the VMM, and what it writes back. L1 asks
 * for a batch of actions with a read of L1_DOORBELL, which gives their number.
 */
#ifndef L1_H
#define L1_H

#include "regs.h"

/* IPAs */
#define L1_DOORBELL   0x09000000	/* no memory; also where L1 writes when it is lost */
#define L1_RAM	      0x40000000	/* image, stacks, what follows */
#define L1_RAM_BYTES  0x00800000
#define L1_CPUS	      0x40100000	/* struct l1_cpu and more for each vCPU */
#define L1_CPU_BYTES  0x00040000
#define L1_TABLES     0x40400000	/* translation tables, made by the VMM */
#define L1_TABLES_END (L1_RAM + L1_RAM_BYTES)
#define L1_WINDOW     0x80000000	/* slots of VNCR pages, in every regime mapped as it is */

/* Within a vCPU's part of L1_CPUS */
#define L1_BATCH      0x08000		/* actions */
#define L1_OPS	      0x18000		/* what L2 is to do */
#define L1_MAX_ACTIONS ((L1_OPS - L1_BATCH) / 64)
#define L1_MAX_OPS     ((L1_CPU_BYTES - L1_OPS) / 48)
#define L1_CONTEXTS   16

/* HCR_EL2 */
#define HCR_VM	 (1ull << 0)
#define HCR_FMO	 (1ull << 3)
#define HCR_IMO	 (1ull << 4)
#define HCR_VI	 (1ull << 7)
#define HCR_VSE	 (1ull << 8)
#define HCR_TVM	 (1ull << 26)
#define HCR_TGE	 (1ull << 27)
#define HCR_HCD	 (1ull << 29)
#define HCR_TRVM (1ull << 30)
#define HCR_RW	 (1ull << 31)
#define HCR_E2H	 (1ull << 34)
#define HCR_NV	 (1ull << 42)
#define HCR_NV1	 (1ull << 43)
#define HCR_NV2	 (1ull << 45)
#define HCR_L1	 (HCR_RW | HCR_E2H | HCR_TGE)
#define HCR_L2	 (HCR_RW | HCR_E2H | HCR_NV | HCR_NV2)

#define SCTLR_OFF 0x30d00800		/* RES1 bits, MMU off */
#define SCTLR_M	  1
#define L2_SPSR	  0x3c5			/* EL1h, everything masked */

/* Offsets for start.S */
#define CPU_RECOVER 0
#define CPU_FAULT   8
#define CTX_PC	    40
#define CTX_X19	    56
#define CTX_FAULT   72

/* What an L2 does: read or write register N (2N, 2N + 1), or */
#define L2_CURRENTEL (2 * REG_COUNT)
#define L2_HVC	     (2 * REG_COUNT + 1)	/* HVC #1, which L1 records */
#define L2_ERET	     (2 * REG_COUNT + 2)
#define L2_WFI	     (2 * REG_COUNT + 3)
#define L2_LOAD	     (2 * REG_COUNT + 4)	/* from the address that is the value */
#define L2_STORE     (2 * REG_COUNT + 5)	/* that address to itself */
#define L2_RDVL	     (2 * REG_COUNT + 6)	/* bytes of an SVE register */
#define L2_CALL	     (2 * REG_COUNT + 7)	/* a function at the address that is the value */
/* Added to a read: again until the value is the op's, l2_op.tries times at most */
#define L2_POLL	     0x10000

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct l1_fault {
	uint64_t vector;	/* 0x400: from L2, synchronous; 0x200: L1's own */
	uint64_t esr, far, elr, spsr;
};

struct l1_context {		/* one L2 */
	uint64_t hcr, vncr, vttbr, vtcr, spare;
	uint64_t pc, spsr;
	uint64_t x19, x20;
	struct l1_fault fault;	/* its last exit to L1 */
};

enum l1_op {
	L1_END,
	L1_STORE_64,	/* a: address, b: value */
	L1_LOAD_64,	/* a: address; result */
	L1_REG_READ,	/* arg: register; result */
	L1_REG_WRITE,	/* arg: register, b: value; then ISB */
	L1_TLBI,	/* arg: form, a: operand; stores before are complete, and it is after */
	L1_AT,		/* arg: form, a: address; result: PAR_EL1 */
	L1_RUN_L2,	/* arg: context, a: address of ops, b: how many; result: entries into L2 */
	L1_ROUND,	/* arg: contexts 0 to arg - 1 in turn, a: address of one op, b: switches */
	L1_WAIT,	/* a: address, b: value; until it is there, or result is 1 */
};

struct l1_action {
	uint32_t op, arg;
	uint64_t a, b;
	uint64_t result;
	uint64_t esr, far, elr;	/* of the exception that L1 took in it, or 0 */
	uint64_t spare;
};

struct l2_op {
	uint32_t what, vector;	/* vector: 0 or how L1 was entered in it */
	uint64_t value;		/* to write */
	uint64_t result;	/* that was read */
	uint64_t tries;		/* of a poll */
	uint64_t esr, far;	/* what L1 saw */
};

struct l1_cpu {
	uint64_t recover_sp;	/* where to go on after an exception that is expected */
	struct l1_fault fault;
	uint64_t entries;	/* ERETs to L2 */
	uint64_t vncr_changes;	/* VNCR_EL2 written with another value */
	uint64_t vncr;		/* last value written */
	uint64_t tlbis[TLBI_COUNT];
	struct l1_context contexts[L1_CONTEXTS];
};

_Static_assert(offsetof(struct l1_cpu, recover_sp) == CPU_RECOVER, "start.S");
_Static_assert(offsetof(struct l1_cpu, fault) == CPU_FAULT, "start.S");
_Static_assert(offsetof(struct l1_context, pc) == CTX_PC, "start.S");
_Static_assert(offsetof(struct l1_context, x19) == CTX_X19, "start.S");
_Static_assert(offsetof(struct l1_context, fault) == CTX_FAULT, "start.S");
_Static_assert(sizeof(struct l1_action) == 64 && sizeof(struct l2_op) == 48, "layout");
_Static_assert(sizeof(struct l1_cpu) <= L1_BATCH, "layout");

static inline uint64_t l1_cpu_ipa(int cpu)
{
	return L1_CPUS + (uint64_t)cpu * L1_CPU_BYTES;
}

#endif
#endif
