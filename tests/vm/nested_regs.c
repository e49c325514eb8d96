// SPDX-License-Identifier: GPL-2.0
/* What L2 sees of its EL2 registers, what it must not see of L1's, and L1's own. */
#include <string.h>

#include "nested.h"

#define EL2H 0x3c9
#define VNCR_REG_COUNT (0 VNCR_REGS(REG_ONE))

static uint64_t magic(int reg, int who)
{
	return 0x0101010101010101ull * (reg + 1) ^ (uint64_t)who << 56;
}

/* The values that L1 put into the page are L2's, and the other way round. */
void test_registers(struct env *e)
{
	struct l2_op *op[2][VNCR_REG_COUNT], *el;
	struct l1_action *run;
	int r, read = 0, written = 0;

	for (r = 0; r < VNCR_REG_COUNT; r++)
		*pool_word(e, 0, reg_offsets[r]) = magic(r, 1);
	el = nv_l2_op(&e->nv, 0, L2_CURRENTEL, 0);
	for (r = 0; r < VNCR_REG_COUNT; r++) {
		op[0][r] = nv_l2_op(&e->nv, 0, 2 * r, 0);
		op[1][r] = nv_l2_op(&e->nv, 0, 2 * r + 1, magic(r, 2));
	}
	run = nv_run_l2(&e->nv, 0, 0, 2 * VNCR_REG_COUNT + 1);
	check(!nv_run(&e->nv, 0), "KVM_RUN failed", "an L2 that nests runs");
	check(el->result == 8, "it is not EL2", "its CurrentEL");
	check(run->result == 1, "it came back in between", "one entry serves all its accesses");
	for (r = 0; r < VNCR_REG_COUNT; r++) {
		if (op[0][r]->result == magic(r, 1) && !op[0][r]->esr)
			read++;
		else
			not_ok("%s: L2 reads %#lx, ESR %#lx", reg_names[r], op[0][r]->result,
			       op[0][r]->esr);
		if (*pool_word(e, 0, reg_offsets[r]) == magic(r, 2))
			written++;
		else
			not_ok("%s: L2 wrote %#lx", reg_names[r],
			       *pool_word(e, 0, reg_offsets[r]));
	}
	check(l2_access(e, 0, 0, L2_HVC, 0).esr == 0x5a000001, "another ESR", "its HVC comes to L1");
	check(l2_access(e, 0, 0, L2_ERET, 0).esr >> 26 == 0x1a, "another EC", "its ERET comes to L1");
	/* To what it believes to be EL2: nothing for KVM to do by itself. */
	nv_l2_op(&e->nv, 0, 2 * REG_SPSR_EL2 + 1, EL2H);
	nv_l2_op(&e->nv, 0, 2 * REG_ELR_EL2 + 1, 0);
	el = nv_l2_op(&e->nv, 0, L2_ERET, 0);
	nv_run_l2(&e->nv, 0, 0, 3);
	check(!nv_run(&e->nv, 0) && el->esr >> 26 == 0x1a, "another EC", "and one within its EL2 (%#lx)",
	      el->esr);
	check(read == VNCR_REG_COUNT, "not all", "L2 reads %d registers that L1 wrote", read);
	check(written == VNCR_REG_COUNT, "not all", "L1 finds %d registers that L2 wrote", written);
}

/* Registers of L1's own that hold any value and do not change what L1 or L2 do. */
static const enum l1_reg inert[] = {
	REG_VTTBR_EL2, REG_VMPIDR_EL2, REG_VPIDR_EL2, REG_TPIDR_EL2, REG_CNTVOFF_EL2,
	REG_AFSR0_EL12, REG_FAR_EL12, REG_ELR_EL12, REG_CONTEXTIDR_EL12, REG_TTBR0_EL12,
};

#define N_INERT (sizeof(inert) / sizeof(inert[0]))

static void isolated(struct env *e, int context, const char *how)
{
	uint64_t before[N_INERT];
	int kept = 0, own = 0;
	size_t i;

	l2_tag(e, 0, context);
	for (i = 0; i < N_INERT; i++)
		before[i] = l1_read(e, 0, inert[i]);
	for (i = 0; i < N_INERT; i++) {
		struct seen s;

		l2_access(e, 0, context, 2 * inert[i] + 1, magic(i, 0x40 + context));
		s = l2_access(e, 0, context, 2 * inert[i], 0);
		own += !s.esr && s.value == magic(i, 0x40 + context);
	}
	for (i = 0; i < N_INERT; i++)
		kept += l1_read(e, 0, inert[i]) == before[i];
	check(own == N_INERT, "not all", "%s: L2 has %d registers of its own", how, own);
	check(kept == N_INERT, "not all", "%s: L1 keeps %d of the same name", how, kept);
}

/* L1's and L2's values of one register differ, and stay. */
void test_isolation(struct env *e)
{
	int apart = 0;
	size_t i;

	for (i = 0; i < N_INERT; i++)
		if (inert[i] != REG_VTTBR_EL2)
			l1_write(e, 0, inert[i], magic(i, 3) & 0xffff);
	nv_context(&e->nv, 0, 1, window_ipa(1));
	isolated(e, 0, "first L2");
	isolated(e, 0, "again");
	isolated(e, 1, "second L2");
	for (i = 0; i < N_INERT; i++)
		apart += *pool_word(e, 0, reg_offsets[inert[i]]) == magic(i, 0x40) &&
			 *pool_word(e, 1, reg_offsets[inert[i]]) == magic(i, 0x41);
	check(apart == N_INERT, "not all", "two L2s: %d registers in the page of each", apart);
}

static const struct {
	enum l1_reg el2, el12, el1;	/* L1's own; L2's as L1 and as L2 call it */
	uint64_t mask;
} pairs[] = {
	{ REG_TTBR0_EL1, REG_TTBR0_EL12, REG_TTBR0_EL1, 0xffff00000ffff000 },
	{ REG_TTBR1_EL1, REG_TTBR1_EL12, REG_TTBR1_EL1, 0xffff00000ffff000 },
	{ REG_MAIR_EL1, REG_MAIR_EL12, REG_MAIR_EL1, 0xff },
	{ REG_CONTEXTIDR_EL1, REG_CONTEXTIDR_EL12, REG_CONTEXTIDR_EL1, 0xffffffff },
	{ REG_FAR_EL1, REG_FAR_EL12, REG_FAR_EL1, ~0ull },
};

#define N_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* L1's EL2 registers and those of an ordinary L2 at EL1, switched apart. */
void test_switch(struct env *e)
{
	struct l1_context *plain = nv_context(&e->nv, 0, 2, 0);
	int l2 = 0, l1 = 0;
	struct seen s;
	size_t i;

	plain->hcr = HCR_RW | HCR_E2H;
	for (i = 0; i < N_PAIRS; i++) {
		l1_write(e, 0, pairs[i].el2, magic(i, 4) & pairs[i].mask);
		l1_write(e, 0, pairs[i].el12, magic(i, 5) & pairs[i].mask);
	}
	s = l2_access(e, 0, 2, L2_CURRENTEL, 0);
	check(!s.esr && s.value == 4, "it is not EL1", "an L2 without NV: its CurrentEL");
	for (i = 0; i < N_PAIRS; i++)
		l2 += l2_access(e, 0, 2, 2 * pairs[i].el1, 0).value == (magic(i, 5) & pairs[i].mask);
	for (i = 0; i < N_PAIRS; i++)
		l2_access(e, 0, 2, 2 * pairs[i].el1 + 1, magic(i, 6) & pairs[i].mask);
	check(l2 == N_PAIRS, "not all", "L2 reads %d registers that L1 set by their EL12 names", l2);
	for (i = l2 = 0; i < N_PAIRS; i++) {
		/* FAR_EL2 is written by each exception. */
		l1 += pairs[i].el2 == REG_FAR_EL1 ||
		      l1_read(e, 0, pairs[i].el2) == (magic(i, 4) & pairs[i].mask);
		l2 += l1_read(e, 0, pairs[i].el12) == (magic(i, 6) & pairs[i].mask);
	}
	check(l1 == N_PAIRS, "not all", "L1 keeps %d of its own", l1);
	check(l2 == N_PAIRS, "not all", "L1 reads %d that L2 wrote", l2);
	check(l1_read(e, 0, REG_HCR_EL2) == HCR_L1, "it changed", "L1's HCR_EL2");
}
