// SPDX-License-Identifier: GPL-2.0
/* Invariant 14: what L1 sets in HCR_EL2 for its L2 does not act on L1. */
#include "nested.h"

#define ONE 4			/* a page of the window */

/* Each bit of HCR_EL2, with L1's own registers used after an exit to user space. */
static void hcr_bits(struct env *e)
{
	const uint64_t hole = L1_WINDOW + 15 * NV_SLOT_BYTES;
	int bad = 0;

	for (int bit = 0; bit < 64; bit++) {
		struct l1_action *a[7];
		uint64_t esr = 0;
		int n = 0;

		/* L1's own life: without RW or E2H it would be another L1. */
		if (HCR_L1 >> bit & 1)
			continue;
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0,
				(HCR_L1 & ~HCR_TGE) | 1ull << bit);
		a[n++] = nv_add(&e->nv, 0, L1_LOAD_64, 0, hole, 0);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_ELR_EL1, 0, bit);
		a[n++] = nv_add(&e->nv, 0, L1_REG_READ, REG_ELR_EL1, 0, 0);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_SPSR_EL1, 0, L2_SPSR);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_CONTEXTIDR_EL1, 0, bit);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0, HCR_L1);
		if (nv_run(&e->nv, 0)) {
			not_ok("bit %d: L1 is lost", bit);
			return;
		}
		for (int k = 0; k < n; k++)
			esr |= a[k]->esr;
		if (!esr && a[3]->result == (uint64_t)bit)
			continue;
		bad++;
		not_ok("bit %d acts on L1: ESR %#lx, ELR_EL2 reads %#lx", bit, esr, a[3]->result);
	}
	check(!bad, "some act on it", "no bit of HCR_EL2 for L2 acts on L1");
}

void test_hcr(struct env *e)
{
	static const struct {
		uint64_t bits;
		const char *name;
	} sets[] = {			/* of HCR_L2, each inverted */
		{ HCR_NV2, "NV without NV2" }, { HCR_VSE, "VSE" }, { HCR_TVM, "TVM" },
		{ HCR_TRVM, "TRVM" }, { HCR_NV1, "NV1" },
		{ HCR_IMO | HCR_FMO, "IMO, FMO" }, { 1ull << 13 | 1ull << 14, "TWI, TWE" },
		{ 1ull << 18 | 0x7ull << 15, "TID0 to TID3" }, { 1ull << 25, "TTLB" },
		{ 1ull << 40 | 1ull << 41, "APK, API clear" },
	};

	hcr_bits(e);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct l1_action *a[6];
		struct l2_op *op;
		uint64_t esr = 0;
		int n = 0;

		nv_context(&e->nv, 0, 0, window_ipa(ONE))->hcr = HCR_L2 ^ sets[i].bits;
		op = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
		nv_run_l2(&e->nv, 0, 0, 1);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0, HCR_L2 ^ sets[i].bits);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_CONTEXTIDR_EL1, 0, 0x77);
		a[n++] = nv_add(&e->nv, 0, L1_REG_READ, REG_CONTEXTIDR_EL1, 0, 0);
		a[n++] = nv_add(&e->nv, 0, L1_TLBI, TLBI_ALLE2, 0, 0);
		a[n++] = nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0, HCR_L1);
		check(!nv_run(&e->nv, 0), "it is lost", "L1 lives on with %s", sets[i].name);
		for (int k = 0; k < n; k++)
			esr |= a[k]->esr;
		check(!esr && a[2]->result == 0x77, "an exception, or another value",
		      "%s acts on L2 only (%#lx)", sets[i].name, esr);
		/* An L2 with NV1 has EL1 registers in the page, not another TPIDR_EL2. */
		check(!op->esr && op->result == page_tag(ONE), "it does not",
		      "L2 with %s reads its register (%#lx)", sets[i].name, op->esr);
	}
}
