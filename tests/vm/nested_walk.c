// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 1, 2, 11 and 12: which translation VNCR_EL2 gets, which one may be
 * used again, how a walk that fails is reported, which bits of VNCR_EL2 are address.
 */
#include <stdio.h>

#include "nested.h"

#define ONE   4			/* two pages of the window */
#define OTHER 9
#define FLAT_SLOT 64		/* KVM's number of a slot at IPA NV_LOW */
#define PAN_BIT (1ull << 22)
#define AP_EL0	(1ull << 6)
#define ESR_WNR (1 << 6)
#define MANY	12			/* contexts */
#define ASF_L0	0x40			/* address size fault, level 0: DFSC 0, which means none here */

static uint64_t *desc_at(struct env *e, uint64_t ipa)
{
	return nv_ram(&e->nv, ipa);
}

static uint64_t leaf(const struct nv_tables *t, int page, uint64_t bits)
{
	return nv_leaf(t, window_ipa(page), 3, PTE_NORMAL | bits);
}

/* Invariant 1: L1's EL2&0, with privilege, whatever PAN says. */
void test_regime(struct env *e)
{
	struct nv_tables el2, el1;
	uint64_t desc;

	nv_tables(&e->nv, &el2, NV_4K);
	nv_tables(&e->nv, &el1, NV_4K);
	desc = nv_map(&el2, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL);
	nv_map(&el1, NV_LOW, window_ipa(OTHER), 3, PTE_NORMAL);
	l1_mmu(e, 0, &el2, 1, 1, 0);
	l1_write(e, 0, REG_TTBR0_EL12, el1.root[0]);
	nv_context(&e->nv, 0, 0, NV_LOW);
	check(sees_page(e, 0, 0, ONE), "it is not", "translated by TTBR0_EL2, not L2's own TTBR0_EL1");
	*desc_at(e, desc) = leaf(&el2, ONE, AP_EL0);
	l1_tlbi(e, 0, TLBI_VAE2IS, NV_LOW >> 12);
	l1_write(e, 0, REG_PAN, PAN_BIT);
	nv_context(&e->nv, 0, 0, NV_LOW)->spsr = L2_SPSR | PAN_BIT;
	check(sees_page(e, 0, 0, ONE), "it is not", "a page that EL0 may access, with PAN");
	check(!l2_access(e, 0, 0, 2 * REG_HSTR_EL2 + 1, 1).esr, "an abort", "and written with PAN");
	l1_write(e, 0, REG_PAN, 0);
	l1_write(e, 0, REG_TTBR0_EL12, 0);
}

static void reuse_asid(struct env *e, struct nv_tables *t, uint64_t desc, bool a1)
{
	const char *from = a1 ? "TTBR1" : "TTBR0";
	uint64_t tcr_bits = a1 ? TCR_A1 : 0;

	*desc_at(e, desc) = leaf(t, ONE, PTE_NG);
	l1_mmu(e, 0, t, a1 ? 40 : 20, a1 ? 20 : 40, tcr_bits);
	l1_tlbi(e, 0, TLBI_ALLE2, 0);
	check(sees_page(e, 0, 0, ONE), "another", "ASID 20 of %s: its page", from);
	*desc_at(e, desc) = leaf(t, OTHER, PTE_NG);
	l1_write(e, 0, a1 ? REG_TTBR1_EL1 : REG_TTBR0_EL1, t->root[a1] | 21ull << 48);
	check(sees_page(e, 0, 0, OTHER), "a translation of ASID 20 was used", "ASID 21 of %s", from);
}

/* More than are kept: what makes room is gone, and comes again. */
static void many(struct env *e, struct nv_tables *t)
{
	int bad = 0;

	for (int i = 0; i < MANY; i++) {
		nv_map(t, NV_LOW + (16 + i) * PAGE, window_ipa(16 + i), 3, PTE_NORMAL | PTE_NG);
		nv_context(&e->nv, 0, i, NV_LOW + (16 + i) * PAGE);
	}
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < MANY; i++)
			bad += !sees_page(e, 0, i, 16 + i);
	check(!bad, "another's page", "%d VAs in turn", MANY);
}

/* With TCR_EL2.AS clear the upper bits of an ASID do not count. */
static void small_asid(struct env *e, struct nv_tables *t, uint64_t desc)
{
	nv_context(&e->nv, 0, 0, NV_LOW);
	*desc_at(e, desc) = leaf(t, ONE, PTE_NG);
	l1_mmu(e, 0, t, 0x120, 0x120, 0);
	l1_tlbi(e, 0, TLBI_ALLE2, 0);
	check(sees_page(e, 0, 0, ONE), "another", "ASID 0x120 of 8 bits: its page");
	*desc_at(e, desc) = leaf(t, OTHER, PTE_NG);
	l1_tlbi(e, 0, TLBI_VAE2IS, NV_LOW >> 12 | 0x20ull << 48);
	check(sees_page(e, 0, 0, OTHER), "it stayed", "is invalidated as 0x20");
	l1_mmu(e, 0, t, 0x120, 0x120, TCR_AS);
	check(sees_page(e, 0, 0, OTHER), "another", "ASID 0x120 of 16 bits: its page");
	*desc_at(e, desc) = leaf(t, ONE, PTE_NG);
	l1_write(e, 0, REG_TTBR0_EL1, t->root[0] | 0x220ull << 48);
	check(sees_page(e, 0, 0, ONE), "a translation of ASID 0x120 was used", "and 0x220 is another");
}

/* Invariant 2: an entry serves its VA, its regime, and its ASID unless global. */
void test_reuse(struct env *e)
{
	struct nv_tables t, u;
	uint64_t desc;

	nv_tables(&e->nv, &t, NV_4K);
	nv_tables(&e->nv, &u, NV_4K);
	desc = nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL | PTE_NG);
	nv_map(&t, NV_LOW + PAGE, window_ipa(OTHER), 3, PTE_NORMAL | PTE_NG);
	nv_map(&u, NV_LOW, window_ipa(OTHER), 3, PTE_NORMAL | PTE_NG);
	nv_context(&e->nv, 0, 0, NV_LOW);
	nv_context(&e->nv, 0, 1, NV_LOW + PAGE);
	l1_mmu(e, 0, &t, 7, 7, 0);
	l1_tlbi(e, 0, TLBI_ALLE2, 0);
	for (int i = 0; i < 3; i++)
		check(sees_page(e, 0, 0, ONE) && sees_page(e, 0, 1, OTHER), "another's page",
		      "two VAs in turn, round %d", i);
	for (int i = 0; i < 3; i++) {
		l1_write(e, 0, REG_TTBR0_EL1, u.root[0] | 8ull << 48);
		check(sees_page(e, 0, 0, OTHER), "another's page", "other tables, ASID 8, round %d", i);
		l1_write(e, 0, REG_TTBR0_EL1, t.root[0] | 7ull << 48);
		check(sees_page(e, 0, 0, ONE), "another's page", "back to ASID 7, round %d", i);
	}
	reuse_asid(e, &t, desc, false);
	reuse_asid(e, &t, desc, true);
	small_asid(e, &t, desc);
	many(e, &t);
	nv_context(&e->nv, 0, 0, NV_LOW);
	/* The same VA is an IPA too: the MMU on and off, without a TLBI. */
	vm_slot(&e->nv.vm, FLAT_SLOT, NV_LOW, e->window, PAGE, 0);
	e->changed = true;
	*desc_at(e, desc) = leaf(&t, ONE, PTE_NG);
	l1_mmu(e, 0, &t, 7, 7, 0);
	l1_tlbi(e, 0, TLBI_ALLE2, 0);
	for (int i = 0; i < 3; i++) {
		l1_write(e, 0, REG_SCTLR_EL1, SCTLR_OFF);
		check(sees_page(e, 0, 0, 0), "not the IPA's", "MMU off, round %d", i);
		l1_write(e, 0, REG_SCTLR_EL1, SCTLR_OFF | SCTLR_M);
		check(sees_page(e, 0, 0, ONE), "not what the tables say", "MMU on, round %d", i);
	}
	l1_write(e, 0, REG_SCTLR_EL1, SCTLR_OFF);
	l1_tlbi(e, 0, TLBI_VAE2IS, NV_LOW >> 12 | 7ull << 48);
	*desc_at(e, desc) = leaf(&t, OTHER, PTE_NG);
	l1_tlbi(e, 0, TLBI_VAE2IS, NV_LOW >> 12 | 7ull << 48);
	l1_write(e, 0, REG_SCTLR_EL1, SCTLR_OFF | SCTLR_M);
	check(sees_page(e, 0, 0, OTHER), "it was not", "invalidated while the MMU was off");
	vm_slot(&e->nv.vm, FLAT_SLOT, NV_LOW, NULL, 0, 0);
}

/* An access through VNCR_EL2 = @vncr must fail so, for a read and for a write. */
static void fails(struct env *e, uint64_t vncr, int dfsc, int write_dfsc, const char *name)
{
	struct seen r, w;

	nv_context(&e->nv, 0, 0, vncr);
	r = l2_tag(e, 0, 0);
	w = l2_access(e, 0, 0, 2 * REG_HSTR_EL2 + 1, 1);
	if (dfsc)
		check_but(e, r.esr == (VNCR_ESR | (dfsc & 0x3f)), "another ESR", "%s: a read's ESR (%#lx)", name,
			  r.esr);
	else
		check(!r.esr && r.value == page_tag(ONE), "it fails", "%s: a read (%#lx, %#lx)", name,
		      r.value, r.esr);
	check_but(e, w.esr == (VNCR_ESR | ESR_WNR | (write_dfsc & 0x3f)), "another ESR",
		  "%s: a write's ESR (%#lx)", name, w.esr);
	/* A synchronous external abort may leave FAR_EL2 unknown, and say so in FnV. */
	if (write_dfsc != 0x10 && !(write_dfsc >= 0x14 && write_dfsc <= 0x17))
		check_but(e, w.far == vncr + SCRATCH_OFFSET && (!dfsc || r.far == vncr + TAG_OFFSET),
			  "FAR_EL2 is not written", "%s: FARs (%#lx, %#lx)", name, r.far, w.far);
}

/* Invariant 11 */
void test_faults(struct env *e)
{
	const uint64_t hole = L1_WINDOW + 15 * NV_SLOT_BYTES;
	struct nv_tables t;
	uint64_t va = NV_LOW, table;

	nv_tables(&e->nv, &t, NV_4K);
	l1_mmu(e, 0, &t, 1, 1, 0);
	fails(e, va + (8ull << 30), 0x5, 0x5, "no level 1 entry");
	table = nv_map(&t, va, window_ipa(ONE), 2, PTE_NORMAL);
	*desc_at(e, table) = 0;
	fails(e, va, 0x6, 0x6, "no level 2 entry");
	va += 2ull << 20;
	nv_map(&t, va, window_ipa(ONE), 3, PTE_NORMAL);
	fails(e, va + PAGE, 0x7, 0x7, "no level 3 entry");
	va += 2ull << 20;
	*desc_at(e, nv_map(&t, va, 0, 3, 0)) = leaf(&t, ONE, 0) & ~PTE_AF;
	fails(e, va, 0xb, 0xb, "level 3, access flag");
	nv_map(&t, va + (2ull << 20), window_ipa(0), 2, PTE_SH);
	fails(e, va + (2ull << 20) + ONE * PAGE, 0xa, 0xa, "level 2, access flag");
	va += 4ull << 20;
	nv_map(&t, va, window_ipa(ONE), 3, PTE_NORMAL | PTE_RO);
	fails(e, va, 0, 0xf, "level 3, read-only");
	nv_map(&t, va + (2ull << 20), window_ipa(0), 2, PTE_NORMAL | PTE_RO);
	fails(e, va + (2ull << 20) + ONE * PAGE, 0, 0xe, "level 2, read-only");
	va += 4ull << 20;
	nv_map(&t, va, 1ull << 44, 3, PTE_NORMAL);
	fails(e, va, 0x3, 0x3, "level 3, address beyond TCR_EL2.IPS");
	nv_map(&t, va + PAGE, hole, 3, PTE_NORMAL);
	fails(e, va + PAGE, 0x10, 0x10, "no memory slot");
	va += 2ull << 20;
	*desc_at(e, nv_map(&t, va, hole, 2, PTE_NORMAL)) = hole | 3;
	fails(e, va, 0x17, 0x17, "a level 3 table where no memory is");
	fails(e, 1ull << 40, 0x4, 0x4, "between the halves");
	nv_mmu_off(&e->nv, 0);
	fails(e, hole, 0x10, 0x10, "MMU off, no memory slot");
	nv_slot(&e->nv, 14, e->window + ONE * PAGE, PAGE, KVM_MEM_READONLY);
	e->changed = true;
	fails(e, L1_WINDOW + 14 * NV_SLOT_BYTES, 0, 0x10, "a read-only slot");
	fails(e, NV_HIGH, ASF_L0, ASF_L0, "MMU off, address beyond the PA size");
}

#define VNCR_EL2 ARM64_SYS_REG(3, 4, 2, 2, 0)

static uint64_t vncr_reg(struct env *e)
{
	uint64_t value = 0;

	if (vcpu_get(&e->nv.cpu[0].vcpu, VNCR_EL2, &value))
		not_ok("VNCR_EL2 is not a register of user space's");
	return value;
}

/* Invariant 12 */
void test_address(struct env *e)
{
	uint64_t set = window_ipa(OTHER);
	struct nv_tables t;
	struct seen unmapped;

	nv_context(&e->nv, 0, 0, window_ipa(ONE) | 0xfff);
	check(sees_page(e, 0, 0, ONE), "it is not", "bits [11:0] of VNCR_EL2 are not address");
	check((vncr_reg(e) & ~0xfffull) == window_ipa(ONE), "another", "user space reads it");
	check(!vcpu_set(&e->nv.cpu[0].vcpu, VNCR_EL2, set) && vncr_reg(e) == set, "another",
	      "user space sets it");
	check(sees_page(e, 0, 0, OTHER), "it does not", "and L2 uses that page");
	nv_tables(&e->nv, &t, NV_4K);
	nv_map(&t, NV_HIGH, window_ipa(ONE), 3, PTE_NORMAL);
	nv_map(&t, ~0ull, window_ipa(OTHER), 3, PTE_NORMAL);
	l1_mmu(e, 0, &t, 1, 1, 0);
	nv_context(&e->nv, 0, 0, NV_HIGH);
	check(sees_page(e, 0, 0, ONE), "it does not", "an address of the upper half");
	nv_context(&e->nv, 0, 0, ~0xfffull);
	check(sees_page(e, 0, 0, OTHER), "it does not", "the last page of the upper half");
	nv_context(&e->nv, 0, 0, NV_LOW | 0xfff);
	unmapped = l2_tag(e, 0, 0);
	check_but(e, unmapped.esr && unmapped.far == NV_LOW + TAG_OFFSET, "another",
		  "nor are bits [11:0] in a FAR (%#lx)", unmapped.far);
}
