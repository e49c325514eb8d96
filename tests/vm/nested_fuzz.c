// SPDX-License-Identifier: GPL-2.0
/*
 * Invariant 13: whatever L1 writes into the registers, tables and TLBIs that decide
 * about VNCR_EL2 and L2, the host does not complain (the lab would see it), and L1
 * lives on with the registers it had.
 */
#include "nested.h"

#define ROUNDS 24
#define FUZZ_LOW  NV_LOW
#define FUZZ_HIGH (NV_HIGH + (5ull << 30))
#define TCR_UPPER 0xffff0000ull		/* the fields of TTBR1 */
#define CANARY	  0x00c0ffee00000000ull

/* Few bits, all bits, an address that exists, small, or ends of the space. */
static uint64_t odd_value(uint64_t *random)
{
	uint64_t r = random_next(random);

	switch (r % 7) {
	case 0: return r >> 8;
	case 1: return 1ull << (r >> 8) % 64;
	case 2: return ~(1ull << (r >> 8) % 64);
	case 3: return window_ipa((r >> 8) % WINDOW_PAGES) | (r >> 20 & 0xfff);
	case 4: return FUZZ_LOW + ((r >> 8) % 8) * PAGE;
	case 5: return FUZZ_HIGH + ((r >> 8) % 8) * PAGE;
	default: return -(uint64_t)((r >> 8) % 3) * PAGE;
	}
}

static void odd_context(struct env *e, int cpu, int context, uint64_t *random)
{
	struct l1_context *c = nv_context(&e->nv, cpu, context, odd_value(random));

	/* L2 would write into L1 itself. */
	if (c->vncr - L1_RAM < L1_RAM_BYTES)
		c->vncr += L1_WINDOW - L1_RAM;
	/* Not TGE, which makes the ERET illegal. Not HCD: L2 ends with an HVC. */
	c->hcr |= odd_value(random) & ~(HCR_TGE | HCR_HCD);
	/*
	 * Stock 7.x: where the tables of L1's stage 2 are no memory, KVM_RUN fails; one
	 * of IMO and FMO alone makes it warn.
	 */
	if (e->stock)
		c->hcr &= ~HCR_VM;
	if (e->stock && c->hcr & (HCR_IMO | HCR_FMO))
		c->hcr |= HCR_IMO | HCR_FMO;
	/* Each is another shadow stage 2, and making room for one is dear. */
	if (random_next(random) % (e->stock ? 64 : 4))
		return;
	c->vttbr = odd_value(random);
	c->vtcr = odd_value(random);
}

struct fuzz {
	struct nv_tables tables;
	uint64_t descs[2];	/* of level 3, for eight pages in each half */
};

/* A stock kernel unmaps every shadow stage 2 whole for the forms of EL1&0: too dear. */
static void odd_tlbi(struct env *e, int cpu, uint64_t *random)
{
	int form = random_next(random) % TLBI_COUNT;

	if (e->stock && TLBI_GROUP(form) >= TLBI_GROUP(TLBI_ALLE1IS))
		form = TLBI_VAE2IS;
	nv_add(&e->nv, cpu, L1_TLBI, form, odd_value(random), 0);
}

static int fuzz_batch(struct env *e, int cpu, struct fuzz *f, uint64_t *random)
{
	struct nv *nv = &e->nv;

	for (int c = 0; c < L1_CONTEXTS; c++)
		odd_context(e, cpu, c, random);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t r = random_next(random);

		nv_add(nv, cpu, L1_STORE_64, 0, f->descs[r & 1] + (r >> 1) % 8 * 8, odd_value(random));
		odd_tlbi(e, cpu, random);
		if (r % 5 == 0)
			nv_add(nv, cpu, L1_REG_WRITE, REG_TTBR1_EL1, 0,
			       r % 3 ? odd_value(random) : f->tables.root[1]);
		if (r % 7 == 0)
			nv_mmu_on(nv, cpu, &f->tables, r >> 8 & 0xffff, r >> 24 & 0xffff,
				  (r >> 8 & TCR_UPPER) | (r >> 1 & TCR_A1));
		nv_l2_op(nv, cpu, 2 * REG_TPIDR_EL2, 0);
		nv_l2_op(nv, cpu, 2 * REG_HSTR_EL2 + 1, r);
		nv_l2_op(nv, cpu, r % 3 ? L2_CURRENTEL : L2_ERET, 0);
		nv_run_l2(nv, cpu, r >> 40 & (L1_CONTEXTS - 1), 3);
	}
	return nv_run(nv, cpu);
}

void test_fuzz(struct env *e)
{
	uint64_t random = e->seed * 0x9e3779b97f4a7c15ull | 1, done;
	struct fuzz f;
	int err = 0;

	nv_tables(&e->nv, &f.tables, NV_4K);
	f.descs[0] = nv_map(&f.tables, FUZZ_LOW, window_ipa(0), 3, PTE_NORMAL);
	f.descs[1] = nv_map(&f.tables, FUZZ_HIGH, window_ipa(1), 3, PTE_NORMAL);
	for (int cpu = 0; cpu < 2; cpu++) {
		l1_mmu(e, cpu, &f.tables, 1, 1, 0);
		l1_write(e, cpu, REG_TPIDR_EL2, CANARY + cpu);
	}
	for (done = 0; done < e->batches && !err; done++)
		err = fuzz_batch(e, done % 2, &f, &random);
	check(!err, "KVM_RUN failed, or L1 is lost", "seed %lu: %lu batches (%d, ESR %#lx, ELR %#lx)",
	      e->seed, done, err, e->nv.cpu[(done - 1) % 2].lost_esr,
	      e->nv.cpu[(done - 1) % 2].lost_elr);
	for (int cpu = 0; cpu < 2; cpu++) {
		uint64_t canary = err ? 0 : l1_read(e, cpu, REG_TPIDR_EL2);

		check(canary == CANARY + cpu, "another value", "vCPU %d: L1 has its register (%#lx)",
		      cpu, canary);
	}
	for (int c = 0; c < 2 && !err; c++) {
		l1_mmu(e, c, NULL, 0, 0, 0);
		nv_context(&e->nv, c, 0, window_ipa(100));
		check(sees_page(e, c, 0, 100), "it does not", "vCPU %d: an ordinary L2 runs again", c);
	}
}
