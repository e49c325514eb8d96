// SPDX-License-Identifier: GPL-2.0
/* An L2 under a stage 2 of L1's, and what L1 can do wrong with it. */
#include "nested.h"

#define VTCR_RES1     (1ull << 31)
#define VTCR_4K_39BIT (VTCR_RES1 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25)
#define VTCR_SL0      (3ull << 6)
#define VTCR_T0SZ     0x3full
#define S2_BLOCK      (1ull | 0xf << 2 | 3 << 6 | 3 << 8 | 1 << 10)	/* WB, RW, IS, AF */
#define S2_TABLE      0x40600000	/* IPA of the level-1 table; nothing else is so far up */
#define NO_MEMORY     0x3f000000	/* no slot is there */
#define EC_IABT_LOW   0x20
#define EC_DABT_LOW   0x24
#define EC_VNCR	      0x25

static uint64_t *table(struct env *e)
{
	return nv_ram(&e->nv, S2_TABLE);
}

/* Context 0 of vCPU 0, under stage 2 with RAM and the window as they are. */
static struct l1_context *under_stage2(struct env *e, uint64_t hcr)
{
	struct l1_context *c = nv_context(&e->nv, 0, 0, window_ipa(3));

	for (int i = 0; i < 512; i++)
		table(e)[i] = 0;
	table(e)[L1_RAM >> 30] = L1_RAM | S2_BLOCK;
	c->hcr = hcr | HCR_VM;
	c->vttbr = S2_TABLE | 1ull << 48;
	c->vtcr = VTCR_4K_39BIT;
	l1_tlbi(e, 0, TLBI_ALLE1IS, 0);
	return c;
}

/* Data of L2's, by a leaf that lets it write and, later and without a TLBI, read. */
static void widened(struct env *e)
{
	struct l1_context *c = under_stage2(e, HCR_RW | HCR_E2H);
	uint64_t at = window_ipa(4) + SCRATCH_OFFSET, *leaf = &table(e)[L1_WINDOW >> 30];
	struct seen s;

	c->spsr = L2_SPSR;
	*leaf = L1_WINDOW | (S2_BLOCK & ~(1ull << 6));
	s = l2_access(e, 0, 0, L2_STORE, at);
	check(!s.esr && *pool_word(e, 4, SCRATCH_OFFSET) == at, "it does not",
	      "write-only: L2 writes (%#lx)", s.esr);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check(s.esr >> 26 == EC_DABT_LOW && (s.esr & 0x3f) == 0x0d, "another",
	      "write-only: a read is a permission fault at level 1 (%#lx)", s.esr);
	*leaf = L1_WINDOW | S2_BLOCK;
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check_but(e, !s.esr && s.value == at, "KVM_RUN fails", "readable now: L2 reads (%#lx)", s.esr);
}

static void wrong(struct env *e, uint64_t vttbr, uint64_t vtcr, unsigned int fsc, const char *what)
{
	struct l1_context *c = under_stage2(e, HCR_L2);
	struct seen s;

	c->vttbr = vttbr;
	c->vtcr = vtcr;
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check_but(e, s.esr >> 26 == EC_IABT_LOW && (s.esr & 0x3f) == fsc, "KVM_RUN fails, or another",
		  "%s: an abort for L1 (%#lx)", what, s.esr);
	*c = (struct l1_context){ .hcr = HCR_L2, .vncr = window_ipa(3), .spsr = L2_SPSR };
	check_but(e, sees_page(e, 0, 0, 3), "it does not", "%s: L2 runs again without", what);
}

void test_stage2(struct env *e)
{
	struct l1_context *c = under_stage2(e, HCR_RW | HCR_E2H);
	struct seen s = l2_access(e, 0, 0, L2_CURRENTEL, 0);

	check(!s.esr && s.value == 4, "it does not", "an L2 at EL1 runs (%#lx)", s.esr);
	/* The VNCR page is L1's: L2's stage 2, which does not map it, is not asked. */
	c = under_stage2(e, HCR_L2);
	check(sees_page(e, 0, 0, 3), "it does not", "an L2 that nests uses its VNCR page");
	check(!l2_access(e, 0, 0, 2 * REG_HSTR_EL2 + 1, 77).esr &&
	      *pool_word(e, 3, SCRATCH_OFFSET) == 77, "it does not", "and writes it");
	table(e)[L1_RAM >> 30] = 0;
	l1_tlbi(e, 0, TLBI_ALLE1IS, 0);
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check(s.esr >> 26 == EC_IABT_LOW && (s.esr & 0x3f) == 5, "another",
	      "unmapped by L1: a translation fault at level 1 (%#lx)", s.esr);
	table(e)[L1_RAM >> 30] = L1_RAM | S2_BLOCK;
	check(sees_page(e, 0, 0, 3), "it does not", "mapped again");
	/* A VNCR abort under stage 2 is L1's, of stage 1. */
	c->vncr = NO_MEMORY;
	s = l2_access(e, 0, 0, 2 * REG_HSTR_EL2, 0);
	check(s.esr >> 26 == EC_VNCR && (s.esr & 0x3f) == 0x10, "another",
	      "a VNCR page where no memory is (%#lx)", s.esr);
	widened(e);
	wrong(e, NO_MEMORY, VTCR_4K_39BIT, 0x15, "VTTBR_EL2 where no memory is");
	wrong(e, S2_TABLE, VTCR_4K_39BIT & ~VTCR_SL0, 0x04, "a start level too low");
	wrong(e, S2_TABLE, VTCR_4K_39BIT | VTCR_SL0, 0x04, "a start level that there is not");
	wrong(e, S2_TABLE, VTCR_4K_39BIT & ~VTCR_T0SZ, 0x04, "64 bits of IPA");
	wrong(e, S2_TABLE, VTCR_4K_39BIT | VTCR_T0SZ, 0x04, "one bit of IPA");
}
