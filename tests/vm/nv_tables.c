// SPDX-License-Identifier: GPL-2.0
/* L1's own translation tables; see nv.h and the Arm ARM, D8.3. */
#include <errno.h>
#include <string.h>

#include "nv.h"

#define ADDR_MASK 0x0000fffffffff000ull
#define MAIR	  0x00ff	/* Attr0 Normal write-back, Attr1 Device-nGnRnE */
#define DEVICE	  (1ull << 2 | PTE_AF)

static int level_shift(enum nv_granule granule, int level)
{
	return granule + (3 - level) * (granule - 3);
}

static int first_level(enum nv_granule granule)
{
	int level = 3;

	while (level_shift(granule, level - 1) < NV_VA_BITS)
		level--;
	return level;
}

uint64_t nv_leaf_bytes(const struct nv_tables *t, int level)
{
	return 1ull << level_shift(t->granule, level);
}

uint64_t nv_leaf(const struct nv_tables *t, uint64_t ipa, int level, uint64_t bits)
{
	return (ipa & ~(nv_leaf_bytes(t, level) - 1)) | bits | (level == 3 ? 3 : 1);
}

static uint64_t table_alloc(struct nv_tables *t)
{
	uint64_t bytes = 1ull << t->granule;
	uint64_t at = (t->nv->next_table + bytes - 1) & ~(bytes - 1);

	if (at + bytes > L1_TABLES_END)
		return 0;
	t->nv->next_table = at + bytes;
	memset(nv_ram(t->nv, at), 0, bytes);
	return at;
}

uint64_t nv_map(struct nv_tables *t, uint64_t va, uint64_t ipa, int level, uint64_t bits)
{
	uint64_t table = t->root[va >> 63], bit_mask = (1ull << NV_VA_BITS) - 1;

	for (int l = first_level(t->granule);; l++) {
		uint64_t index = (va & bit_mask) >> level_shift(t->granule, l) &
				 ((1ull << (t->granule - 3)) - 1);
		uint64_t *entry = nv_ram(t->nv, table + index * 8);

		if (l == level) {
			*entry = nv_leaf(t, ipa, level, bits);
			return table + index * 8;
		}
		if (!*entry) {
			table = table_alloc(t);
			if (!table)
				return 0;
			*entry = table | 3;
		}
		table = *entry & ADDR_MASK;
	}
}

/* Blocks of level 1 where the granule has them, else of level 2. */
static int identity(struct nv_tables *t, uint64_t ipa, uint64_t bytes, uint64_t bits)
{
	int level = t->granule == NV_4K ? 1 : 2;
	uint64_t size = nv_leaf_bytes(t, level);

	for (uint64_t at = ipa & ~(size - 1); at < ipa + bytes; at += size)
		if (!nv_map(t, at, at, level, bits))
			return -ENOMEM;
	return 0;
}

int nv_tables(struct nv *nv, struct nv_tables *t, enum nv_granule granule)
{
	*t = (struct nv_tables){ .nv = nv, .granule = granule };
	for (int half = 0; half < 2; half++) {
		t->root[half] = table_alloc(t);
		if (!t->root[half])
			return -ENOMEM;
	}
	return identity(t, L1_DOORBELL, 8, DEVICE) ?:
	       identity(t, L1_RAM, L1_RAM_BYTES, PTE_NORMAL) ?:
	       identity(t, L1_WINDOW, 16 * NV_SLOT_BYTES, PTE_NORMAL);
}

static uint64_t tcr(enum nv_granule granule)
{
	uint64_t tg0 = granule == NV_4K ? 0 : granule == NV_16K ? 2 : 1;
	uint64_t tg1 = granule == NV_4K ? 2 : granule == NV_16K ? 1 : 3;
	uint64_t size = 64 - NV_VA_BITS, walks = 1 << 8 | 1 << 10 | 3 << 12;

	return size | size << 16 | walks | walks << 16 | tg0 << 14 | tg1 << 30 | 2ull << 32;
}

static void write_reg(struct nv *nv, int cpu, enum l1_reg reg, uint64_t value)
{
	nv_add(nv, cpu, L1_REG_WRITE, reg, 0, value);
}

/* By EL1's names, which are EL2's with E2H. */
void nv_mmu_on(struct nv *nv, int cpu, const struct nv_tables *t, uint64_t asid0,
	       uint64_t asid1, uint64_t tcr_bits)
{
	write_reg(nv, cpu, REG_MAIR_EL1, MAIR);
	write_reg(nv, cpu, REG_TCR_EL1, tcr(t->granule) | tcr_bits);
	write_reg(nv, cpu, REG_TTBR0_EL1, t->root[0] | asid0 << 48);
	write_reg(nv, cpu, REG_TTBR1_EL1, t->root[1] | asid1 << 48);
	write_reg(nv, cpu, REG_SCTLR_EL1, SCTLR_OFF | SCTLR_M);
}

void nv_mmu_off(struct nv *nv, int cpu)
{
	write_reg(nv, cpu, REG_SCTLR_EL1, SCTLR_OFF);
}
