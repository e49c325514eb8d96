// SPDX-License-Identifier: GPL-2.0
/*
 * L1's stage 2 and what KVM made of it before: a page that is another now, of which KVM is
 * told late or never; what L2 may execute; and how far its IPAs go.
 */
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "counter.h"
#include "nested.h"

#define X	  0xc0000000ull		/* an IPA of L2's that L1 has not */
#define S2_PAGE	  (S2_BLOCK | 3)
#define S2_READ	  (S2_PAGE & ~(1ull << 7))
#define S2_XN	  (1ull << 54)
#define BLOCK	  (2ul << 20)
#define READONLY  3			/* a slot of the window */
#define A64_RET	  0xd65f03c0u
#define OTHER	  9			/* a page of the window */
#define NO_SLOT	  0x3f000000		/* an IPA of L1's where the VMM has a device, or nothing */

/* The table of the leaves from X on */
static uint64_t *leaves(struct env *e, int level)
{
	return s2_table(e, level - 1);
}

/* vCPU @cpu's L2 at EL1 under L1's stage 2, with the window, and nothing at X yet. */
static void under_leaves(struct env *e, int cpu)
{
	under_stage2(e, cpu, HCR_RW | HCR_E2H);
	s2_table(e, 0)[L1_WINDOW >> 30] = L1_WINDOW | S2_BLOCK;
	s2_table(e, 0)[X >> 30] = (S2_TABLE + PAGE) | 3;
	leaves(e, 2)[0] = (S2_TABLE + 2 * PAGE) | 3;
}

/* L2 reads @at by @before; L1 puts @after there, without a TLBI; and L2 writes. */
static struct seen written_after(struct env *e, uint64_t *leaf, uint64_t before, uint64_t after,
				 uint64_t at)
{
	struct seen s;

	s2_put(e, leaf, before);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	*leaf = after;
	return s.esr ? s : l2_access(e, 0, 0, L2_STORE, at);
}

static uint64_t word(const char *at)
{
	return *(const volatile uint64_t *)at;
}

static void readonly_slot(struct env *e, const char *mem)
{
	char *kept = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct seen s;

	memset(kept, 7, PAGE);
	nv_slot(&e->nv, READONLY, kept, 16 * PAGE, KVM_MEM_READONLY);
	s = written_after(e, &leaves(e, 3)[0], (L1_WINDOW + READONLY * NV_SLOT_BYTES) | S2_PAGE,
			  (SLOT_IPA + PAGE) | S2_PAGE, X);
	check(!s.esr && word(mem + PAGE) == X && word(kept) == 0x0707070707070707, "another page was written",
	      "a page of a read-only slot, then another: the other is written (%#lx)", s.esr);
	nv_slot(&e->nv, READONLY, NULL, 0, 0);
	munmap(kept, BLOCK);
}

/* Nobody ever wrote to the first page: the host shows one of zeroes there that all share. */
static void zero_page(struct env *e, const char *mem)
{
	struct seen s = written_after(e, &leaves(e, 3)[0], (SLOT_IPA + 4 * PAGE) | S2_PAGE,
				      (SLOT_IPA + 5 * PAGE) | S2_PAGE, X);

	check(!s.esr && word(mem + 5 * PAGE) == X && !word(mem + 4 * PAGE), "another page was written",
	      "a page of zeroes that is the host's, then another: the other is written (%#lx)", s.esr);
}

static void blocks(struct env *e)
{
	char *mem = own_slot(e, 2 * BLOCK, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct seen s;

	madvise(mem, 2 * BLOCK, MADV_HUGEPAGE);
	memset(mem, 0, 2 * BLOCK);
	under_leaves(e, 0);
	s = written_after(e, &leaves(e, 2)[0], SLOT_IPA | (S2_BLOCK & ~(1ull << 7)), (SLOT_IPA + BLOCK) | S2_BLOCK,
			  X + PAGE);
	check(!s.esr && word(mem + BLOCK + PAGE) == X + PAGE && !word(mem + PAGE), "another page was written",
	      "a block, then another: the other is written (%#lx)", s.esr);
	s = l2_access(e, 0, 0, L2_LOAD, X + BLOCK);
	check(EC(s) == EC_DABT && FSC(s) == 0x06, "there is", "and nothing is behind it (%#lx)", s.esr);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
}

/*
 * A slot of one page, which is the first of a block that the VM has read-only elsewhere: what
 * L2 may do with the one page it may not do with the block.
 */
static void page_of_block(struct env *e)
{
	const uint64_t readonly = L1_WINDOW + READONLY * NV_SLOT_BYTES;
	char *mem = own_slot(e, BLOCK, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct seen s;

	madvise(mem, BLOCK, MADV_HUGEPAGE);
	memset(mem, 0, BLOCK);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, mem, PAGE, 0);
	nv_slot(&e->nv, READONLY, mem, BLOCK, KVM_MEM_READONLY);
	under_leaves(e, 0);
	s = written_after(e, &leaves(e, 2)[0], readonly | S2_BLOCK, SLOT_IPA | S2_BLOCK, X);
	check(!s.esr && word(mem) == X, "it is not", "a read-only block, then its first page: that is written (%#lx)",
	      s.esr);
	leaves(e, 2)[0] = readonly | (S2_BLOCK & ~(1ull << 7));
	s = l2_access(e, 0, 0, L2_STORE, X + PAGE);
	check(EC(s) == EC_DABT && FSC(s) == 0x0e && !word(mem + PAGE), "it is", "and the next is not (%#lx)", s.esr);
	nv_slot(&e->nv, READONLY, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
}

/* L1 changes which page its stage 2 names and does not say so; L2's next write asks for more. */
void test_untold(struct env *e)
{
	char *mem = own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct seen s;

	mem[PAGE] = mem[2 * PAGE] = mem[3 * PAGE] = mem[5 * PAGE] = 0;
	under_leaves(e, 0);
	s = written_after(e, &leaves(e, 3)[0], (SLOT_IPA + 2 * PAGE) | S2_READ, (SLOT_IPA + 3 * PAGE) | S2_PAGE, X);
	check(!s.esr && word(mem + 3 * PAGE) == X && !word(mem + 2 * PAGE), "another page was written",
	      "a page that L1 lets L2 read, then another: the other is written (%#lx)", s.esr);
	s = l2_access(e, 0, 0, L2_LOAD, X);
	check(!s.esr && s.value == X, "another", "and read (%#lx)", s.esr);
	readonly_slot(e, mem);
	zero_page(e, mem);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	blocks(e);
	page_of_block(e);
}

static void *run(void *env)
{
	return (void *)(intptr_t)nv_run(&((struct env *)env)->nv, 0);
}

/* vCPU 0's L2 waits for a page of the host's, while vCPU 1 gives X another and invalidates. */
static void late(struct env *e, int form)
{
	struct l2_op *op;
	pthread_t thread;
	struct seen s;
	void *failed;

	if (window_open()) {
		skip("%s during a fault: no /dev/pfnmap on this kernel", tlbi_names[form]);
		return;
	}
	slot_of(e, window_map(PFNMAP_RAM | PFNMAP_LAZY, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		PFNMAP_WINDOW_BYTES);
	under_leaves(e, 0);
	under_leaves(e, 1);
	leaves(e, 3)[0] = SLOT_IPA | S2_PAGE;
	s = l2_access(e, 1, 0, L2_LOAD, window_ipa(OTHER) + TAG_OFFSET);
	check(!s.esr && s.value == page_tag(OTHER), "another", "another vCPU's L2 (%#lx)", s.esr);
	op = nv_l2_op(&e->nv, 0, L2_LOAD, X + TAG_OFFSET);
	nv_run_l2(&e->nv, 0, 0, 1);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_HOLD);
	pthread_create(&thread, NULL, run, e);
	check(!ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_WAIT), "it is not", "a fault waits for its page");
	leaves(e, 3)[0] = window_ipa(OTHER) | S2_PAGE;
	s = l1_tlbi(e, 1, form, form == TLBI_IPAS2E1IS ? X >> 12 : 0);
	check(!s.esr, "it fails", "%s meanwhile, by another vCPU", tlbi_names[form]);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_RELEASE);
	pthread_join(thread, &failed);
	check(!failed && !op->esr && op->result == page_tag(OTHER), "what it found before is used",
	      "the fault is resolved again (%#lx, %#lx)", op->result, op->esr);
	close(pfnmap);
}

void test_late(struct env *e)
{
	late(e, TLBI_IPAS2E1IS);
	late(e, TLBI_VMALLS12E1IS);
	late(e, TLBI_ALLE1IS);
}

/* A page with a function in it that L1 lets L2 execute, or not; and whether it is read first. */
void test_execute(struct env *e)
{
	uint64_t *leaf = &leaves(e, 3)[0];
	struct seen s;

	under_leaves(e, 0);
	*(uint32_t *)pool_word(e, OTHER, SCRATCH_OFFSET) = A64_RET;
	for (int i = 0; i < 2; i++) {
		s2_put(e, leaf, window_ipa(OTHER) | S2_PAGE | S2_XN);
		s = i ? l2_access(e, 0, 0, L2_LOAD, X) : (struct seen){ 0 };
		if (!s.esr)
			s = l2_access(e, 0, 0, L2_CALL, X + SCRATCH_OFFSET);
		check(EC(s) == EC_IABT && FSC(s) == 0x0f, "another",
		      "XN%s: a fetch is a permission fault at level 3, for L1 (%#lx)",
		      i ? ", and read before" : "", s.esr);
	}
	s2_put(e, leaf, window_ipa(OTHER) | S2_PAGE);
	s = l2_access(e, 0, 0, L2_CALL, X + SCRATCH_OFFSET);
	check(!s.esr, "it is not", "without, it is executed (%#lx)", s.esr);
}

/* What never gets into the shadow: L1's stage 2 is asked all the same. */
static void denied(struct env *e, uint64_t leaf, uint32_t what, uint64_t ec, const char *name)
{
	struct seen s;

	s2_put(e, leaves(e, 3), leaf);
	s = l2_access(e, 0, 0, what, X);
	check(EC(s) == ec && FSC(s) == 0x0f, "another", "%s: a permission fault at level 3, for L1 (%#lx)", name,
	      s.esr);
}

void test_device(struct env *e)
{
	char *mem = own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	under_leaves(e, 0);
	denied(e, NO_SLOT | S2_READ, L2_STORE, EC_DABT, "a write to a device that L2 may read");
	denied(e, NO_SLOT | (S2_PAGE & ~(1ull << 6)), L2_LOAD, EC_DABT, "a read of one that it may write");
	denied(e, NO_SLOT | S2_PAGE | S2_XN, L2_CALL, EC_IABT, "a fetch from one");
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, KVM_MEM_READONLY);
	denied(e, SLOT_IPA | S2_READ, L2_STORE, EC_DABT, "a write to a read-only slot that L2 may read");
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
}

#define WORDS 8				/* of the log of a slot */

/* L2 writes to one page of each word. */
static bool l2_writes(struct env *e)
{
	bool bad = false;

	for (int i = 0; i < WORDS; i++)
		bad |= l2_access(e, 0, 0, L2_STORE, SLOT_IPA + i * 64 * PAGE).esr != 0;
	return !bad;
}

static uint64_t flushes(int counter)
{
	uint64_t n = 0;

	counter_read(counter, &n);
	return n;
}

/* How many, when a slot of this VM's gets a log. */
static uint64_t logging(struct vm *vm, int slot, uint64_t ipa, void *mem, int counter)
{
	uint64_t begun;

	vm_slot(vm, slot, ipa, mem, WORDS * 64 * PAGE, 0);
	begun = flushes(counter);
	vm_slot(vm, slot, ipa, mem, WORDS * 64 * PAGE, KVM_MEM_LOG_DIRTY_PAGES);
	return flushes(counter) - begun;
}

/*
 * What L2 writes is in the log. For that it loses the permission, in the TLB as well: with
 * one invalidation of each shadow there is, and not with one for each word.
 */
void test_logged(struct env *e)
{
	char *mem = own_slot(e, WORDS * 64 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int counter = counter_function("__kvm_tlb_flush_vmid");
	uint64_t all, own, begun, asked;
	struct vm plain;

	under_stage2(e, 0, HCR_RW | HCR_E2H);
	s2_put(e, &s2_table(e, 0)[L1_WINDOW >> 30], L1_WINDOW | S2_BLOCK);
	check(l2_writes(e), "it does not", "L2 writes before logging");
	all = logging(&e->nv.vm, 1 + SLOT, SLOT_IPA, mem, counter);
	if (vm_open(&plain, 0)) {
		not_ok("a VM that does not nest");
		return;
	}
	own = logging(&plain, 1, VM_WINDOW, mem, counter);
	vm_close(&plain);
	check_but(e, all > own, "they are not", "logging: shadows are invalidated as well (%lu, else %lu)", all,
		  own);
	for (int round = 0; round < 2; round++) {
		check(l2_writes(e), "it does not", "round %d: L2 writes to each word's pages", round);
		begun = flushes(counter);
		check(nv_dirty(&e->nv, SLOT) & 1, "it is not", "round %d: that is in the log", round);
		asked = flushes(counter) - begun;
		check_but(e, asked == all, "another number",
			  "round %d: each is invalidated once for all words (%lu)", round, asked);
	}
	close(counter);
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	munmap(mem, WORDS * 64 * PAGE);
}

/* An IPA beyond VTCR_EL2's size is nothing's, whatever its lower bits are. */
void test_wide(struct env *e)
{
	const uint64_t at = window_ipa(4) + TAG_OFFSET;
	struct seen s;

	under_leaves(e, 0);
	s = l2_access(e, 0, 0, L2_LOAD, at);
	check(!s.esr && s.value == page_tag(4), "another", "L2 has its memory (%#lx)", s.esr);
	/* Beyond the VM's PARange the fault is of L2's stage 1, off as that is. */
	for (int bit = 39; bit < 48; bit++) {
		s = l2_access(e, 0, 0, L2_LOAD, at | 1ull << bit);
		check(EC(s) == EC_DABT && FSC(s) == 0x04, "another",
		      "bit %d of an IPA: a translation fault at level 0, for L1 (%#lx)", bit, s.esr);
	}
}
