// SPDX-License-Identifier: GPL-2.0
/*
 * A script in which each walk and each invalidation of a VNCR_EL2 translation is known
 * beforehand, by outcome and by reason: nested-counts.sh compares what this says must
 * have been with what kvmmt counted. It is the only test of its process, and what it
 * leaves goes with the VM.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nested.h"

#define ENTRIES	 8			/* KVM_VNCR_ENTRIES */
#define ASID	 5
#define HOLE	 (L1_WINDOW + 15 * NV_SLOT_BYTES)
#define READ	 (2 * REG_HSTR_EL2)
#define WRITE	 (2 * REG_HSTR_EL2 + 1)
#define ESR_WNR	 (1 << 6)

/* kvmmt's names; those that nothing here counts too, which must be 0 there. */
static struct {
	const char *name;
	int count;
} wants[64] = {
	{ "walk_filled", 0 }, { "walk_raced", 0 }, { "walk_stage1", 0 }, { "walk_no_slot", 0 },
	{ "walk_read_only", 0 }, { "walk_no_pfn", 0 }, { "walk_not_memory", 0 },
	{ "walk_hwpoison", 0 },
	{ "inval_tlbi_all", 0 }, { "inval_tlbi_asid", 0 }, { "inval_tlbi_va", 0 },
	{ "inval_tlbi_vaa", 0 }, { "inval_tlbi_rva", 0 }, { "inval_tlbi_rvaa", 0 },
	{ "inval_notifier", 0 }, { "inval_memslot", 0 }, { "inval_write_protect", 0 },
	{ "inval_replaced", 0 }, { "inval_refilled", 0 }, { "inval_reset", 0 },
	{ "inval_teardown", 0 },
};

#define N_WANTS (sizeof(wants) / sizeof(wants[0]))

static void want(const char *name, int n)
{
	for (size_t i = 0; i < N_WANTS; i++) {
		if (wants[i].name && strcmp(wants[i].name, name))
			continue;
		wants[i].name = name;
		wants[i].count += n;
		return;
	}
}

static void fills(struct env *e, int cpu, int context, int page)
{
	if (!sees_page(e, cpu, context, page))
		not_ok("vCPU %d's L2 does not see page %d", cpu, page);
	want("walk_filled", 1);
}

/* An L2's access by way of VNCR_EL2 = @vncr ends so: @esr without what all have. */
static void fails(struct env *e, uint64_t vncr, uint32_t what, uint32_t esr, const char *reason)
{
	static char names[16][24];
	static int n;
	struct seen s;

	nv_context(&e->nv, 0, 0, vncr);
	s = l2_access(e, 0, 0, what, 1);
	if (s.esr != (VNCR_ESR | esr))
		not_ok("%s: ESR %#lx", reason, s.esr);
	want(reason, 1);
	snprintf(names[n], sizeof(names[n]), "esr_%#x", (uint32_t)VNCR_ESR | esr);
	want(names[n++], 1);
}

/* By every form, of this vCPU and of another. */
static void by_tlbis(struct env *e)
{
	static const char *const scopes[] = {	/* TLBI_GROUP() */
		"inval_tlbi_all", "inval_tlbi_va", "inval_tlbi_va", "inval_tlbi_rva", "inval_tlbi_rva",
		"inval_tlbi_all", "inval_tlbi_va", "inval_tlbi_asid", "inval_tlbi_vaa",
		"inval_tlbi_va", "inval_tlbi_vaa", "inval_tlbi_rva", "inval_tlbi_rvaa",
		"inval_tlbi_rva", "inval_tlbi_rvaa",
	};

	for (int form = 0; form < TLBI_COUNT; form++) {
		uint64_t operand = NV_LOW >> 12 | (uint64_t)ASID << 48;
		size_t group = TLBI_GROUP(form);
		bool range;

		if (group >= sizeof(scopes) / sizeof(scopes[0]))
			continue;
		range = !strncmp(scopes[group], "inval_tlbi_rv", 13);
		fills(e, 0, 0, 4);
		l1_tlbi(e, form % 3 == 2 ? 0 : 1, form, operand | (range ? 1ull << 46 : 0));
		want(scopes[group], 1);
	}
}

static void by_the_host(struct env *e)
{
	char *mem;

	l1_mmu(e, 0, NULL, 0, 0, 0);
	nv_context(&e->nv, 0, 0, window_ipa(5));
	fills(e, 0, 0, 5);
	window_set(e, 5, 600, PROT_READ | PROT_WRITE);
	want("inval_notifier", 1);
	fills(e, 0, 0, 600);
	l1_tlbi(e, 0, TLBI_ALLE2, 0);
	want("inval_tlbi_all", 1);

	mem = own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	l2_access(e, 0, 0, WRITE, 1);
	want("walk_filled", 1);
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, KVM_MEM_LOG_DIRTY_PAGES);
	want("inval_write_protect", 1);
	l2_access(e, 0, 0, READ, 0);
	want("walk_filled", 1);
	l2_access(e, 0, 0, WRITE, 2);
	want("walk_filled", 1);
	want("inval_refilled", 1);
	nv_dirty(&e->nv, SLOT);
	want("inval_write_protect", 1);
	l2_access(e, 0, 0, READ, 0);
	want("walk_filled", 1);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	want("inval_memslot", 1);
}

static void by_outcome(struct env *e)
{
	struct nv_tables t;
	uint64_t table, block = 1ull << 30, va = NV_LOW;

	nv_tables(&e->nv, &t, NV_4K);
	table = nv_map(&t, va + block, window_ipa(4), 2, PTE_NORMAL);
	*(uint64_t *)nv_ram(&e->nv, table) = 0;
	nv_map(&t, va + 2 * block, window_ipa(4), 3, PTE_NORMAL | PTE_RO);
	nv_map(&t, va + 3 * block, window_ipa(4), 3, PTE_SH);
	nv_map(&t, va + 4 * block, 1ull << 44, 3, PTE_NORMAL);
	nv_map(&t, va + 5 * block, window_ipa(0), 2, PTE_SH);
	l1_mmu(e, 0, &t, ASID, ASID, 0);
	fails(e, 1ull << 40, READ, 0x4, "walk_stage1");
	fails(e, va + 8 * block, READ, 0x5, "walk_stage1");
	fails(e, va + block, READ, 0x6, "walk_stage1");
	fails(e, va + 2 * block + PAGE, READ, 0x7, "walk_stage1");
	fails(e, va + 2 * block, WRITE, ESR_WNR | 0xf, "walk_stage1");
	fails(e, va + 3 * block, READ, 0xb, "walk_stage1");
	fails(e, va + 4 * block, WRITE, ESR_WNR | 0x3, "walk_stage1");
	fails(e, va + 5 * block, READ, 0xa, "walk_stage1");
	l1_mmu(e, 0, NULL, 0, 0, 0);
	fails(e, HOLE, READ, 0x10, "walk_no_slot");
	window_set(e, 7, 7, PROT_NONE);
	fails(e, window_ipa(7), READ, 0x10, "walk_no_pfn");
	nv_slot(&e->nv, 14, e->window, PAGE, KVM_MEM_READONLY);
	fails(e, L1_WINDOW + 14 * NV_SLOT_BYTES, WRITE, ESR_WNR | 0x10, "walk_read_only");
}

static void *run(void *env)
{
	return (void *)(intptr_t)nv_run(&((struct env *)env)->nv, 0);
}

/* The page comes from a driver: one outside RAM, and one that lets a TLBI come between. */
static void by_the_driver(struct env *e)
{
	pthread_t thread;

	nv_slot(&e->nv, SLOT, window_map(PFNMAP_nGnRE, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		PFNMAP_WINDOW_BYTES, 0);
	fails(e, SLOT_IPA, READ, 0x10, "walk_not_memory");
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT,
		window_map(PFNMAP_RAM | PFNMAP_LAZY, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		PFNMAP_WINDOW_BYTES, 0);
	nv_l2_op(&e->nv, 0, READ, 0);
	nv_run_l2(&e->nv, 0, 0, 1);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_HOLD);
	pthread_create(&thread, NULL, run, e);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_WAIT);
	l1_tlbi(e, 1, TLBI_VAE2IS, NV_LOW >> 12);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_RELEASE);
	pthread_join(thread, NULL);
	want("walk_raced", 1);
	want("walk_filled", 1);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	want("inval_memslot", 1);
	close(pfnmap);
}

/* More than are kept, then a reset; and some for the end. */
static void by_the_rest(struct env *e)
{
	for (int i = 0; i < ENTRIES + 3; i++) {
		nv_context(&e->nv, 0, i, window_ipa(20 + i));
		fills(e, 0, i, 20 + i);
	}
	want("inval_replaced", 3);
	if (nv_reset(&e->nv, 0))
		not_ok("a vCPU's reset");
	want("inval_reset", ENTRIES);
	nv_context(&e->nv, 0, 0, window_ipa(20));
	nv_context(&e->nv, 1, 0, window_ipa(21));
	fills(e, 0, 0, 20);
	fills(e, 1, 0, 21);
	want("inval_teardown", 2);
}

void test_counts(struct env *e)
{
	struct nv_tables t;

	if (window_open()) {
		skip("no /dev/pfnmap on this kernel");
		return;
	}
	nv_tables(&e->nv, &t, NV_4K);
	nv_map(&t, NV_LOW, window_ipa(4), 3, PTE_NORMAL | PTE_NG);
	l1_mmu(e, 0, &t, ASID, ASID, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	by_tlbis(e);
	by_the_host(e);
	by_outcome(e);
	by_the_driver(e);
	by_the_rest(e);
	ok("every walk and invalidation is known");
	for (size_t i = 0; i < N_WANTS && wants[i].name; i++)
		printf("want %s %d\n", wants[i].name, wants[i].count);
}
