// SPDX-License-Identifier: GPL-2.0
/* AT: what PAR_EL1 says of an address, by the regime that the form and L1's state name. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nested.h"

#define ONE	  4			/* pages of the window */
#define OTHER	  9
#define AP_EL0	  (1ull << 6)
#define PAN_BIT	  (1ull << 22)
#define SCTLR_C	  (1 << 2)		/* data is cacheable, as PAR_EL1 says */
#define IPA_ALIAS 0xc0000000ull		/* in L2's memory: L1's window */

/* PAR_EL1 */
#define PAR_F	  1ull
#define PAR_PTW	  (1ull << 8)		/* the fault is stage 2's, of a walk of stage 1 */
#define PAR_S	  (1ull << 9)		/* the fault is stage 2's */
#define PAR_FST	  (0x3full << 1)
#define PAR_PA	  0x0000fffffffff000ull
#define FAULT(fst) (PAR_F | (uint64_t)(fst) << 1)
#define TRANSLATION(level) FAULT(0x04 + (level))
#define ACCESS(level)	   FAULT(0x08 + (level))
#define PERMISSION(level)  FAULT(0x0c + (level))
#define N_ROWS	  4

/* What PAR_EL1 says, without attributes: a page, or a fault. ~0: the AT was undefined. */
static uint64_t at_with(struct env *e, uint64_t hcr, enum l1_at form, uint64_t va)
{
	struct l1_action *at;

	nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0, hcr);
	at = nv_add(&e->nv, 0, L1_AT, form, va, 0);
	nv_add(&e->nv, 0, L1_REG_WRITE, REG_HCR_EL2, 0, HCR_L1);
	if (nv_run(&e->nv, 0) || at->esr)
		return ~0ull;
	return at->result & (at->result & PAR_F ? PAR_F | PAR_FST | PAR_PTW | PAR_S : PAR_PA);
}

static uint64_t at(struct env *e, enum l1_at form, uint64_t va)
{
	return at_with(e, HCR_L1, form, va);
}

static void regime(struct env *e, const struct nv_tables *t)
{
	l1_mmu(e, 0, t, 1, 1, 0);
	l1_write(e, 0, REG_SCTLR_EL1, SCTLR_OFF | SCTLR_M | SCTLR_C);
}

/* The host maps what L1 itself uses: then the machine can do an AT, without KVM's walk. */
static void used_by_l1(struct env *e, uint64_t va)
{
	nv_add(&e->nv, 0, L1_LOAD_64, 0, va, 0);
	nv_run(&e->nv, 0);
}

/* One leaf that is as it should, read-only, without the access flag, and not there. */
static void one_leaf(struct env *e, struct nv_tables *t, int level, uint64_t va, const char *name)
{
	uint64_t bytes = nv_leaf_bytes(t, level), page = window_ipa(ONE);
	uint64_t desc_ipa, *desc, bad = 0;
	const struct {
		uint64_t desc, read, write;
	} rows[N_ROWS] = {
		{ nv_leaf(t, page, level, PTE_NORMAL), page, page },
		{ nv_leaf(t, page, level, PTE_NORMAL | PTE_RO), page, PERMISSION(level) },
		{ nv_leaf(t, page, level, PTE_SH), ACCESS(level), ACCESS(level) },
		{ 0, TRANSLATION(level), TRANSLATION(level) },
	};

	va &= ~(bytes - 1);
	desc_ipa = nv_map(t, va, page, level, PTE_NORMAL);
	if (!desc_ipa) {
		not_ok("no room for tables");
		return;
	}
	desc = nv_ram(&e->nv, desc_ipa);
	va += page & (bytes - 1);
	for (size_t i = 0; i < 2 * N_ROWS; i++) {
		if (i == N_ROWS) {
			*desc = rows[0].desc;
			used_by_l1(e, va);
		}
		*desc = rows[i % N_ROWS].desc;
		l1_tlbi(e, 0, TLBI_ALLE2, 0);
		bad += at(e, AT_S1E2R, va) != rows[i % N_ROWS].read;
		bad += at(e, AT_S1E2W, va) != rows[i % N_ROWS].write;
		bad += at(e, AT_S1E1R, va) != rows[i % N_ROWS].read;
		bad += at(e, AT_S1E1W, va) != rows[i % N_ROWS].write;
	}
	check(!bad, "another PAR_EL1", "S1E2 and, with TGE, S1E1: %s", name);
}

static void leaves(struct env *e)
{
	static const struct {
		enum nv_granule granule;
		int first;
	} granules[] = { { NV_4K, 1 }, { NV_16K, 2 }, { NV_64K, 2 } };
	struct nv_tables t;
	char name[80];

	for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
		l1_mmu(e, 0, NULL, 0, 0, 0);
		e->nv.next_table = L1_TABLES;
		nv_tables(&e->nv, &t, granules[i].granule);
		regime(e, &t);
		for (int level = granules[i].first; level <= 3; level++) {
			for (int high = 0; high < 2; high++) {
				snprintf(name, sizeof(name), "%d KiB granule, level %d, %s half",
					 1 << (granules[i].granule - 10), level, high ? "upper" : "lower");
				one_leaf(e, &t, level, (high ? NV_HIGH : NV_LOW) + ((4ull + level) << 30),
					 name);
			}
		}
	}
}

/* As EL0, and as privileged with PSTATE.PAN. */
static void unprivileged(struct env *e, uint64_t va, uint64_t user)
{
	check(at(e, AT_S1E0R, va) == PERMISSION(3) && at(e, AT_S1E0W, va) == PERMISSION(3),
	      "another", "S1E0: a permission fault where EL0 may nothing");
	check(at(e, AT_S1E0R, user) == window_ipa(OTHER) && at(e, AT_S1E0W, user) == window_ipa(OTHER),
	      "another", "S1E0: a page of EL0's");
	l1_write(e, 0, REG_PAN, PAN_BIT);
	/* Both, whatever the first is: each is a result to compare. */
	check_but(e, (at(e, AT_S1E1RP, user) == PERMISSION(3)) & (at(e, AT_S1E1WP, user) == PERMISSION(3)),
		  "another", "S1E1P, with PAN: a permission fault where EL0 may");
	check(at(e, AT_S1E1RP, va) == window_ipa(ONE), "another", "S1E1P, with PAN: a page where it may not");
	check(at(e, AT_S1E1R, user) == window_ipa(OTHER) && at(e, AT_S1E2W, user) == window_ipa(OTHER),
	      "another", "S1E1 and S1E2 do not ask PAN");
	l1_write(e, 0, REG_PAN, 0);
}

static void addresses(struct env *e, struct nv_tables *t)
{
	uint64_t far = NV_LOW + (2ull << 20);

	nv_map(t, far, 1ull << 44, 3, PTE_NORMAL);
	check(at(e, AT_S1E2R, far) == FAULT(3), "another", "an address beyond TCR_EL2.IPS");
	check_but(e, at(e, AT_S1E2R, 1ull << 40) == TRANSLATION(0), "another", "an address between the halves");
	l1_mmu(e, 0, NULL, 0, 0, 0);
	check(at(e, AT_S1E2R, window_ipa(ONE)) == window_ipa(ONE), "another", "MMU off: the address itself");
}

/* The registers of L2's own stage 1, as L1 sets them. */
static void el1_regime(struct env *e, const struct nv_tables *t)
{
	static const struct {
		enum l1_reg from, to;
	} regs[] = {			/* they have the same layout */
		{ REG_MAIR_EL1, REG_MAIR_EL12 }, { REG_TCR_EL1, REG_TCR_EL12 },
	};

	l1_mmu(e, 0, t, 1, 1, 0);
	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		l1_write(e, 0, regs[i].to, l1_read(e, 0, regs[i].from));
	l1_mmu(e, 0, NULL, 0, 0, 0);
	l1_write(e, 0, REG_TTBR0_EL12, t->root[0]);
	l1_write(e, 0, REG_TTBR1_EL12, t->root[1]);
	l1_write(e, 0, REG_SCTLR_EL12, SCTLR_OFF | SCTLR_M | SCTLR_C);
}

static void el1_off(struct env *e)
{
	l1_write(e, 0, REG_SCTLR_EL12, SCTLR_OFF);
	l1_write(e, 0, REG_TTBR0_EL12, 0);
	l1_write(e, 0, REG_TTBR1_EL12, 0);
}

/* S1E1 without TGE is L2's, whose addresses are IPAs; S12E1 is through L1's stage 2 too. */
static void of_l2(struct env *e)
{
	const uint64_t hcr = HCR_L1 & ~HCR_TGE, ipa = IPA_ALIAS + ONE * PAGE;
	uint64_t *leaf = &s2_table(e, 0)[IPA_ALIAS >> 30], desc_ipa;
	struct nv_tables t;

	nv_tables(&e->nv, &t, NV_4K);
	desc_ipa = nv_map(&t, NV_LOW, ipa, 3, PTE_NORMAL);
	el1_regime(e, &t);
	check(at_with(e, hcr, AT_S1E1R, NV_LOW) == ipa && at_with(e, hcr, AT_S1E1W, NV_LOW) == ipa,
	      "another", "S1E1 without TGE: L2's stage 1");
	check(at_with(e, hcr, AT_S12E1R, NV_LOW) == ipa, "another", "S12E1 without stage 2: no more than that");
	under_stage2(e, 0, HCR_RW | HCR_E2H);
	l1_write(e, 0, REG_VTTBR_EL2, S2_TABLE | 2ull << 48);
	l1_write(e, 0, REG_VTCR_EL2, VTCR_4K_39BIT);
	s2_put(e, leaf, L1_WINDOW | S2_BLOCK);
	check(at_with(e, hcr | HCR_VM, AT_S1E1R, NV_LOW) == ipa, "another", "S1E1: an IPA");
	check(at_with(e, hcr | HCR_VM, AT_S12E1R, NV_LOW) == window_ipa(ONE) &&
		      at_with(e, hcr | HCR_VM, AT_S12E1W, NV_LOW) == window_ipa(ONE),
	      "another", "S12E1: the address that L1's stage 2 gives");
	check(at_with(e, hcr | HCR_VM, AT_S12E0R, NV_LOW) == PERMISSION(3), "another",
	      "S12E0: a permission fault of stage 1");
	s2_put(e, leaf, L1_WINDOW | (S2_BLOCK & ~(1ull << 7)));
	check(at_with(e, hcr | HCR_VM, AT_S12E1R, NV_LOW) == window_ipa(ONE) &&
		      at_with(e, hcr | HCR_VM, AT_S12E1W, NV_LOW) == (PERMISSION(1) | PAR_S),
	      "another", "S12E1: a permission fault of stage 2");
	s2_put(e, leaf, 0);
	check(at_with(e, hcr | HCR_VM, AT_S12E1R, NV_LOW) == (TRANSLATION(1) | PAR_S), "another",
	      "S12E1: a translation fault of stage 2");
	*(uint64_t *)nv_ram(&e->nv, desc_ipa) = 0;
	l1_tlbi(e, 0, TLBI_ALLE1IS, 0);
	check(at_with(e, hcr | HCR_VM, AT_S12E1R, NV_LOW) == TRANSLATION(3), "another",
	      "S12E1: a translation fault of stage 1");
	el1_off(e);
	l1_write(e, 0, REG_VTTBR_EL2, 0);
}

/* The first table of L2's stage 1, then of L1's stage 2, in memory that is mapped as @mode. */
static void tables_in(struct env *e, unsigned long mode, bool walked, const char *name)
{
	uint64_t *mem = window_map(mode, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL);
	struct l1_context *c;
	struct nv_tables t;
	struct seen s;
	uint64_t par, bad = 0;

	slot_of(e, mem, PFNMAP_WINDOW_BYTES);
	e->nv.next_table = L1_TABLES;
	nv_tables(&e->nv, &t, NV_4K);
	nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL);
	memcpy(mem, nv_ram(&e->nv, t.root[0]), PAGE);
	/* The host maps them for L2: then the machine can do an AT. */
	nv_context(&e->nv, 0, 0, 0)->hcr = HCR_RW | HCR_E2H;
	for (uint64_t ipa = L1_TABLES; ipa < e->nv.next_table; ipa += PAGE)
		bad |= l2_access(e, 0, 0, L2_LOAD, ipa).esr;
	bad |= l2_access(e, 0, 0, L2_LOAD, window_ipa(ONE)).esr | l2_access(e, 0, 0, L2_LOAD, SLOT_IPA).esr;
	check(!bad, "it does not", "tables in %s: L2 reads them", name);
	el1_regime(e, &t);
	l1_write(e, 0, REG_TTBR0_EL12, SLOT_IPA);
	par = at_with(e, HCR_L1 & ~HCR_TGE, AT_S1E1R, NV_LOW);
	check(walked ? par == window_ipa(ONE) : (par & ~FAULT(3)) == (FAULT(0x14) & ~FAULT(3)), "another",
	      "stage 1 in %s: %s (%#lx)", name, walked ? "translates" : "an external abort of the walk", par);
	el1_off(e);
	c = under_stage2(e, 0, HCR_RW | HCR_E2H);
	memcpy(mem, s2_table(e, 0), PAGE);
	c->vttbr = SLOT_IPA | 3ull << 48;
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check(walked ? !s.esr : EC(s) == EC_IABT && FSC(s) == 0x15, "another",
	      "stage 2 in %s: %s (%#lx)", name, walked ? "L2 runs" : "an external abort of the walk", s.esr);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	munmap(mem, PFNMAP_WINDOW_BYTES);
}

/* KVM reads what a CPU would; but where a device may be, the abort would be the host's. */
void test_tables(struct env *e)
{
	if (window_open()) {
		skip("tables outside RAM: no /dev/pfnmap on this kernel");
		return;
	}
	tables_in(e, PFNMAP_RAM, true, "RAM");
	if (facts.fwb && facts.dic) {
		tables_in(e, PFNMAP_CACHEABLE, true, "cacheable memory that is not RAM");
		tables_in(e, PFNMAP_LAZY | PFNMAP_PTE_NC, false, "write-combine memory of a cacheable VMA");
	}
	tables_in(e, PFNMAP_NC | PFNMAP_ANY_UNCACHED, false, "Normal-NC memory");
	tables_in(e, PFNMAP_nGnRE, false, "a device");
	close(pfnmap);
}

void test_at(struct env *e)
{
	struct nv_tables t;

	leaves(e);
	l1_mmu(e, 0, NULL, 0, 0, 0);
	e->nv.next_table = L1_TABLES;
	nv_tables(&e->nv, &t, NV_4K);
	regime(e, &t);
	nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL);
	nv_map(&t, NV_LOW + PAGE, window_ipa(OTHER), 3, PTE_NORMAL | AP_EL0);
	unprivileged(e, NV_LOW, NV_LOW + PAGE);
	used_by_l1(e, NV_LOW);
	unprivileged(e, NV_LOW, NV_LOW + PAGE);
	addresses(e, &t);
	of_l2(e);
}
