// SPDX-License-Identifier: GPL-2.0
/* An L2 under a stage 2 of L1's, and what L1 can do wrong with it. */
#include <string.h>
#include <sys/ioctl.h>

#include "nested.h"

#define VTCR_SL0      (3ull << 6)
#define VTCR_T0SZ     0x3full
#define NO_MEMORY     0x3f000000	/* no slot is there */

uint64_t *s2_table(struct env *e, int n)
{
	return (uint64_t *)nv_ram(&e->nv, S2_TABLE) + 512 * n;
}

void s2_put(struct env *e, uint64_t *leaf, uint64_t desc)
{
	*leaf = desc;
	l1_tlbi(e, 0, TLBI_ALLE1IS, 0);
}

struct l1_context *under_stage2(struct env *e, int cpu, uint64_t hcr)
{
	struct l1_context *c = nv_context(&e->nv, cpu, 0, window_ipa(3));

	memset(s2_table(e, 0), 0, S2_TABLES * PAGE);
	s2_put(e, &s2_table(e, 0)[L1_RAM >> 30], L1_RAM | S2_BLOCK);
	c->hcr = hcr | HCR_VM;
	c->vttbr = S2_TABLE | 1ull << 48;
	c->vtcr = VTCR_4K_39BIT;
	return c;
}

/* Data of L2's, by a leaf that lets it write and, later and without a TLBI, read. */
static void widened(struct env *e)
{
	uint64_t at = window_ipa(4) + SCRATCH_OFFSET, *leaf = &s2_table(e, 0)[L1_WINDOW >> 30];
	struct seen s;

	under_stage2(e, 0, HCR_RW | HCR_E2H);
	*leaf = L1_WINDOW | (S2_BLOCK & ~(1ull << 6));
	s = l2_access(e, 0, 0, L2_STORE, at);
	check(!s.esr && *pool_word(e, 4, SCRATCH_OFFSET) == at, "it does not",
	      "write-only: L2 writes (%#lx)", s.esr);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check(EC(s) == EC_DABT && FSC(s) == 0x0d, "another",
	      "write-only: a read is a permission fault at level 1 (%#lx)", s.esr);
	*leaf = L1_WINDOW | S2_BLOCK;
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check_but(e, !s.esr && s.value == at, "KVM_RUN fails", "readable now: L2 reads (%#lx)", s.esr);
}

#define FAR_AWAY   (1ull << 37)		/* an IPA in another block of L2's */
#define LAST_BLOCK ((1ull << 40) - (1ull << 30))	/* of the VM's IPAs */
#define VTCR_4K_40BIT (VTCR_4K_39BIT - 1)	/* T0SZ 24: two level-1 tables, one after the other */
#define RIPAS2_4K  (1ull << 46)		/* TG */
#define RIPAS2_64K (3 * RIPAS2_4K)
#define RIPAS2_ALL (0x7full << 39)	/* SCALE, NUM: the longest */

static bool by_range(int form)
{
	return TLBI_GROUP(form) >= TLBI_GROUP(TLBI_RIPAS2E1);
}

/* L2 loads; L1 takes the leaf away and invalidates @ipa: the ESR of L2's next load. */
static struct seen load_after(struct env *e, int form, uint64_t ipa)
{
	uint64_t at = window_ipa(4) + TAG_OFFSET, *leaf = &s2_table(e, 0)[L1_WINDOW >> 30];
	struct seen s;

	s2_put(e, leaf, L1_WINDOW | S2_BLOCK);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	if (s.esr || s.value != page_tag(4))
		return s;
	*leaf = 0;
	s = l1_tlbi(e, 0, form, ipa >> 12 | (by_range(form) ? RIPAS2_4K : 0));
	return s.esr ? s : l2_access(e, 0, 0, L2_LOAD, at);
}

/* Addresses and sizes that no stage 2 has: the host unmaps what there can be of them. */
static void beyond(struct env *e)
{
	static const uint64_t operands[] = {
		1ull << 27, 1ull << 28, 1ull << 31, 1ull << 35, (1ull << 36) - 1, ~0ull,
		RIPAS2_4K | RIPAS2_ALL, RIPAS2_4K | RIPAS2_ALL | 1ull << 35,
		2 * RIPAS2_4K | 1ull << 33, RIPAS2_64K | RIPAS2_ALL | ((1ull << 37) - 1),
		RIPAS2_ALL | 1ull << 31, 4ull << 44, 0xfull << 44 | 1ull << 35,
	};
	int bad = 0;

	for (int form = TLBI_IPAS2E1IS; form <= TLBI_RIPAS2LE1; form++) {
		for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
			nv_add(&e->nv, 0, L1_TLBI, form, operands[i], 0);
		bad += nv_run(&e->nv, 0) != 0;
	}
	check(!bad, "KVM_RUN fails", "IPAS2: addresses beyond the IPA space");
}

/* A range from within the VM's IPA space to beyond it: what is within goes. */
static void across_the_end(struct env *e)
{
	struct l1_context *c = under_stage2(e, 0, HCR_RW | HCR_E2H);
	uint64_t at = LAST_BLOCK + window_ipa(4) % (1ull << 30) + TAG_OFFSET;
	uint64_t *leaf = &s2_table(e, 0)[LAST_BLOCK >> 30];
	struct seen s;

	*leaf = L1_WINDOW | S2_BLOCK;
	c->vtcr = VTCR_4K_40BIT;
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check(!s.esr && s.value == page_tag(4), "it does not", "L2 has memory at the end of its IPAs (%#lx)",
	      s.esr);
	*leaf = 0;
	l1_tlbi(e, 0, TLBI_RIPAS2E1IS, LAST_BLOCK >> 16 | RIPAS2_64K | RIPAS2_ALL);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check(EC(s) == EC_DABT && FSC(s) == 5, "it stayed",
	      "a range that goes beyond them takes it (%#lx)", s.esr);
}

/* What a shadow stage 2 has of an IPA is gone, by every form; and only what may be named. */
void test_ipas2(struct env *e)
{
	struct seen s;

	under_stage2(e, 0, HCR_RW | HCR_E2H);
	s = load_after(e, TLBI_IPAS2E1IS, FAR_AWAY);
	check_but(e, !s.esr, "nothing is kept", "IPAS2 elsewhere: what L2 has stays (%#lx)", s.esr);
	for (int form = 0; form < TLBI_COUNT; form++) {
		if (TLBI_GROUP(form) < TLBI_GROUP(TLBI_IPAS2E1))
			continue;
		s = load_after(e, form, window_ipa(4));
		check_but(e, EC(s) == EC_DABT && FSC(s) == 5, "another",
			  "%s: a translation fault at level 1 (%#lx)", tlbi_names[form], s.esr);
	}
	s2_table(e, 0)[L1_WINDOW >> 30] = L1_WINDOW | S2_BLOCK;
	beyond(e);
	s = l2_access(e, 0, 0, L2_LOAD, window_ipa(4) + TAG_OFFSET);
	check(!s.esr && s.value == page_tag(4), "it does not", "L2 has its memory (%#lx)", s.esr);
	across_the_end(e);
}

/*
 * L1 puts tables of pages in the places of blocks, without a TLBI, and these let L2 write.
 * KVM needs a table for each; a vCPU keeps fewer at hand (KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE).
 */
#define SPLITS	44
#define SLOT_AT (L1_WINDOW + 2 * BLOCK)	/* own_slot() */

void test_split(struct env *e)
{
	char *mem = own_slot(e, SPLITS * BLOCK, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	uint64_t *level2 = s2_table(e, 1), *pages = s2_table(e, 2);
	int i, read = 0, wrote = 0;

	under_stage2(e, 0, HCR_RW | HCR_E2H);
	madvise(mem, SPLITS * BLOCK, MADV_HUGEPAGE);
	memset(mem, 0, SPLITS * BLOCK);
	for (i = 0; i < SPLITS; i++)
		level2[2 + i] = (SLOT_AT + i * BLOCK) | (S2_BLOCK & ~(1ull << 7));
	for (i = 0; i < SPLITS * 512; i++)
		pages[i] = (SLOT_AT + i * PAGE) | S2_BLOCK | 3;
	s2_put(e, &s2_table(e, 0)[L1_WINDOW >> 30], (S2_TABLE + PAGE) | 3);
	for (i = 0; i < SPLITS; i++)
		read += !l2_access(e, 0, 0, L2_LOAD, SLOT_AT + i * BLOCK).esr;
	check(read == SPLITS, "not all", "read-only blocks: L2 reads %d", read);
	for (i = 0; i < SPLITS; i++)
		level2[2 + i] = (S2_TABLE + (2 + i) * PAGE) | 3;
	for (i = 0; i < SPLITS; i++)
		wrote += !l2_access(e, 0, 0, L2_STORE, SLOT_AT + i * BLOCK).esr &&
			 *(uint64_t *)(mem + i * BLOCK) == SLOT_AT + i * BLOCK;
	check(wrote == SPLITS, "not all", "tables of pages now: L2 writes to %d", wrote);
	nv_slot(&e->nv, 2, NULL, 0, 0);
	munmap(mem, SPLITS * BLOCK);
}

#define EL2_REG(crn, crm, op2) ARM64_SYS_REG(3, 4, crn, crm, op2)
#define L2_ALIAS  0x80000000ull		/* here L2 has L1's first GiB of RAM */
#define L2_DEVICE 0xc0000000ull		/* here it has nothing, which the VMM is told */

/* Its first run is in L2's context, as of one that was restored: L2's stage 2 counts. */
void test_resumed(struct env *)
{
	static const uint32_t code[] = { 0xf9400020, 0xf9000040, 0x14000000 }; /* ldr x0,[x1]; str x0,[x2]; b . */
	const uint64_t at = L1_RAM + 0x1000;
	struct kvm_run *run;
	struct vcpu vcpu;
	struct vm vm;
	uint64_t *tables, seen;
	bool set;

	if (vm_open_bare(&vm, VM_EL2, L1_RAM_BYTES) || vcpu_open(&vm, &vcpu, 0)) {
		not_ok("a second VM");
		return;
	}
	memcpy((char *)vm.ram + 0x1000, code, sizeof(code));
	*(uint64_t *)((char *)vm.ram + 0x2000) = POISON;
	tables = (uint64_t *)((char *)vm.ram + (S2_TABLE - L1_RAM));
	memset(tables, 0, PAGE);
	tables[L1_RAM >> 30] = L1_RAM | S2_BLOCK;
	tables[L2_ALIAS >> 30] = L1_RAM | S2_BLOCK;
	tables[L2_DEVICE >> 30] = L2_DEVICE | S2_BLOCK;
	set = !vcpu_set(&vcpu, EL2_REG(1, 1, 0), HCR_RW | HCR_E2H | HCR_VM) &&
	      !vcpu_set(&vcpu, EL2_REG(2, 1, 0), S2_TABLE | 1ull << 48) &&
	      !vcpu_set(&vcpu, EL2_REG(2, 1, 2), VTCR_4K_39BIT) &&
	      !vcpu_set(&vcpu, VCPU_CORE(regs.pc), at) && !vcpu_set(&vcpu, VCPU_CORE(regs.pstate), L2_SPSR) &&
	      !vcpu_set(&vcpu, VCPU_CORE(regs.regs[1]), L2_ALIAS + 0x2000) &&
	      !vcpu_set(&vcpu, VCPU_CORE(regs.regs[2]), L2_DEVICE);
	check(set, "it is not", "a vCPU is put in L2's context");
	run = vcpu.run;
	if (ioctl(vcpu.fd, KVM_RUN, 0))
		not_ok("which runs");
	memcpy(&seen, run->mmio.data, sizeof(seen));
	check(run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
		      run->mmio.phys_addr == L2_DEVICE && seen == POISON,
	      "another", "it has L2's memory from its first run (%d, %#llx)", run->exit_reason,
	      run->mmio.phys_addr);
	vcpu_close(&vcpu);
	vm_close(&vm);
}

static void wrong(struct env *e, uint64_t vttbr, uint64_t vtcr, unsigned int fsc, const char *what)
{
	struct l1_context *c = under_stage2(e, 0, HCR_L2);
	struct seen s;

	c->vttbr = vttbr;
	c->vtcr = vtcr;
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check_but(e, EC(s) == EC_IABT && FSC(s) == fsc, "KVM_RUN fails, or another",
		  "%s: an abort for L1 (%#lx)", what, s.esr);
	*c = (struct l1_context){ .hcr = HCR_L2, .vncr = window_ipa(3), .spsr = L2_SPSR };
	check_but(e, sees_page(e, 0, 0, 3), "it does not", "%s: L2 runs again without", what);
}

void test_stage2(struct env *e)
{
	struct l1_context *c = under_stage2(e, 0, HCR_RW | HCR_E2H);
	struct seen s = l2_access(e, 0, 0, L2_CURRENTEL, 0);

	check(!s.esr && s.value == 4, "it does not", "an L2 at EL1 runs (%#lx)", s.esr);
	/* The VNCR page is L1's: L2's stage 2, which does not map it, is not asked. */
	c = under_stage2(e, 0, HCR_L2);
	check(sees_page(e, 0, 0, 3), "it does not", "an L2 that nests uses its VNCR page");
	check(!l2_access(e, 0, 0, 2 * REG_HSTR_EL2 + 1, 77).esr &&
	      *pool_word(e, 3, SCRATCH_OFFSET) == 77, "it does not", "and writes it");
	s2_put(e, &s2_table(e, 0)[L1_RAM >> 30], 0);
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check(EC(s) == EC_IABT && FSC(s) == 5, "another",
	      "unmapped by L1: a translation fault at level 1 (%#lx)", s.esr);
	s2_table(e, 0)[L1_RAM >> 30] = L1_RAM | S2_BLOCK;
	check(sees_page(e, 0, 0, 3), "it does not", "mapped again");
	/* A VNCR abort under stage 2 is L1's, of stage 1. */
	c->vncr = NO_MEMORY;
	s = l2_access(e, 0, 0, 2 * REG_HSTR_EL2, 0);
	check(EC(s) == EC_VNCR && FSC(s) == 0x10, "another",
	      "a VNCR page where no memory is (%#lx)", s.esr);
	widened(e);
	wrong(e, NO_MEMORY, VTCR_4K_39BIT, 0x15, "VTTBR_EL2 where no memory is");
	wrong(e, S2_TABLE, VTCR_4K_39BIT & ~VTCR_SL0, 0x04, "a start level too low");
	wrong(e, S2_TABLE, VTCR_4K_39BIT | VTCR_SL0, 0x04, "a start level that there is not");
	wrong(e, S2_TABLE, VTCR_4K_39BIT & ~VTCR_T0SZ, 0x04, "64 bits of IPA");
	wrong(e, S2_TABLE, VTCR_4K_39BIT | VTCR_T0SZ, 0x04, "one bit of IPA");
}
