// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 6 and 9 again: what L2 reaches through stage 2 as through its VNCR page,
 * and that the host can have its pages, with what L2 wrote.
 */
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nested.h"

#define ONE	 4			/* pages of the window */
#define OPS	 7
#define OP_OFFSET 0x800
#define READ	 (2 * REG_HSTR_EL2)

static struct l2_op *op_in(void *page)
{
	struct l2_op *op = (struct l2_op *)((char *)page + OP_OFFSET);

	*op = (struct l2_op){ .what = 2 * REG_TPIDR_EL2 };
	return op;
}

/* L2 does the op at @ipa: it reads it, and stores the result, through stage 2. */
static bool does(struct env *e, uint64_t ipa, const struct l2_op *op)
{
	nv_context(&e->nv, 0, 0, window_ipa(ONE));
	nv_add(&e->nv, 0, L1_RUN_L2, 0, ipa + OP_OFFSET, 1);
	return !nv_run(&e->nv, 0) && !op->esr && op->result == page_tag(ONE);
}

/* Of L2's memory the shadow stage 2 knows as little as the pseudo-TLB when it goes. */
void test_shadow(struct env *e)
{
	struct l2_op *old = op_in(e->pool + OPS * PAGE), *new = op_in(e->pool + 600 * PAGE);
	char *mem = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct l2_op *op = op_in(mem + PAGE);

	check(does(e, window_ipa(OPS), old), "another value", "L2 stores to its memory");
	window_set(e, OPS, 600, PROT_READ | PROT_WRITE);
	old->result = POISON;
	check(does(e, window_ipa(OPS), new), "it is not there", "to the page that is there now");
	check(old->result == POISON, "it was written", "and not to the one that was");
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, KVM_MEM_LOG_DIRTY_PAGES);
	e->changed = true;
	for (int i = 0; i < 3; i++) {
		op->result = 0;
		check(does(e, SLOT_IPA + PAGE, op) && nv_dirty(&e->nv, SLOT) >> 1 & 1, "it is not",
		      "round %d: a page that L2 stores to is in the log", i);
	}
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	munmap(mem, 16 * PAGE);
}

/* A translation holds no reference: the host can have the page at any time. */
void test_released(struct env *e)
{
	uint64_t before, after;

	if (window_open()) {
		skip("references: no /dev/pfnmap on this kernel");
		return;
	}
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, window_map(PFNMAP_RAM, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		PFNMAP_WINDOW_BYTES, 0);
	nv_context(&e->nv, 0, 0, SLOT_IPA);
	e->changed = true;
	ioctl(pfnmap, PFNMAP_IOC_REFS, &before);
	for (int i = 0; i < 16; i++) {
		l1_tlbi(e, 0, TLBI_ALLE2, 0);
		if (!l2_wrote(e, i + 1))
			not_ok("L2 does not use the page");
	}
	ioctl(pfnmap, PFNMAP_IOC_REFS, &after);
	check(before == after, "more", "references to a page after 16 walks (%lu, %lu)", before, after);
	close(pfnmap);
}

/* What the host may drop if nobody writes it, it must keep if L2 writes. */
void test_lazyfree(struct env *e)
{
	char *mem = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const volatile uint64_t *word = (uint64_t *)(mem + SCRATCH_OFFSET);
	cpu_set_t before, one;

	/* Each CPU has pages that are on their way to the lists of all pages. */
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, 0);
	nv_context(&e->nv, 0, 0, SLOT_IPA);
	e->changed = true;
	check(l2_wrote(e, 40), "it does not", "L2 writes a page");
	/* MADV_COLD: it has to be on the lists that the host reclaims pages from. */
	madvise(mem, PAGE, MADV_COLD);
	madvise(mem, PAGE, MADV_FREE);
	check(l2_wrote(e, 41), "it does not", "the page may go, and L2 writes it again");
	madvise(mem, PAGE, MADV_PAGEOUT);
	check(l2_access(e, 0, 0, READ, 0).value == 41 && *word == 41, "it is lost", "that is kept");
	madvise(mem, PAGE, MADV_COLD);
	madvise(mem, PAGE, MADV_FREE);
	madvise(mem, PAGE, MADV_PAGEOUT);
	check(!*word, "it did not", "nobody wrote, and the page went");
	sched_setaffinity(0, sizeof(before), &before);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	munmap(mem, 16 * PAGE);
}
