// SPDX-License-Identifier: GPL-2.0
/*
 * Invariant 8: what changes under a walk wins. The page that a walk leads to comes from
 * a driver that keeps the fault waiting; or the host changes it all the time.
 */
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nested.h"

#define OTHER	 9			/* a page of the window */
#define PULLED	 20			/* a page of the window */
#define FIRST	 700			/* and those of the pool that it shows */
#define PAGES	 300
#define WALKS	 500
#define BATCHES	 3
#define LOOKS	 500

static void *run(void *env)
{
	return (void *)(intptr_t)nv_run(&((struct env *)env)->nv, 0);
}

/* vCPU 0 walks; vCPU 1 changes the descriptor and invalidates; the walk ends as @how. */
static void overtaken(struct env *e, unsigned long how)
{
	struct nv_tables t;
	struct l2_op *op;
	pthread_t thread;
	uint64_t desc;
	void *failed;

	if (window_open()) {
		skip("a TLBI during a walk: no /dev/pfnmap on this kernel");
		return;
	}
	slot_of(e, window_map(PFNMAP_RAM | PFNMAP_LAZY, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		 PFNMAP_WINDOW_BYTES);
	nv_tables(&e->nv, &t, NV_4K);
	desc = nv_map(&t, NV_LOW, SLOT_IPA, 3, PTE_NORMAL);
	for (int cpu = 0; cpu < 2; cpu++)
		l1_mmu(e, cpu, &t, 1, 1, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	nv_context(&e->nv, 1, 0, window_ipa(OTHER));
	/* From now on TLBIs do not stay in hyp. */
	check(sees_page(e, 1, 0, OTHER), "another", "another vCPU's L2");
	op = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
	nv_run_l2(&e->nv, 0, 0, 1);
	ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_HOLD);
	pthread_create(&thread, NULL, run, e);
	check(!ioctl(pfnmap, PFNMAP_IOC_HOLD, PFNMAP_WAIT), "it is not", "a walk waits for its page");
	nv_add(&e->nv, 1, L1_STORE_64, 0, desc, 0);
	nv_add(&e->nv, 1, L1_TLBI, TLBI_VAE2IS, NV_LOW >> 12, 0);
	nv_add(&e->nv, 1, L1_STORE_64, 0, desc, nv_leaf(&t, window_ipa(OTHER), 3, PTE_NORMAL));
	check(!nv_run(&e->nv, 1), "KVM_RUN failed", "another vCPU's TLBI meanwhile");
	ioctl(pfnmap, PFNMAP_IOC_HOLD, how);
	pthread_join(thread, &failed);
	check(!failed && !op->esr && op->result == page_tag(OTHER), "what it found before is used",
	      "the walk is made again (%#lx, %#lx)", op->result, op->esr);
	close(pfnmap);
}

void test_races(struct env *e)
{
	overtaken(e, PFNMAP_RELEASE);
}

/* The page that there is no more is nobody's to complain of. */
void test_overtaken(struct env *e)
{
	overtaken(e, PFNMAP_FAIL);
}

/* The window's page is one of the pool after the other; those that were are poisoned. */
static void pull_while_it_runs(struct env *e, pthread_t thread, uint64_t *changes, void **failed)
{
	while (pthread_tryjoin_np(thread, failed)) {
		int old = *changes ? FIRST + *changes % PAGES : PULLED;
		int new = FIRST + ++*changes % PAGES;

		memset(e->pool + new * PAGE, 0, PAGE);
		window_set(e, PULLED, new, PROT_READ | PROT_WRITE);
		memset(e->pool + old * PAGE, POISON & 0xff, PAGE);
	}
}

/*
 * L2 has its page looked up again and again while the host puts one after the other
 * there. The moment between finding a page and mapping it is short: this is by chance.
 */
void test_pulled(struct env *e)
{
	uint64_t changes = 0, stale = 0;
	struct l2_op *ops[WALKS];
	void *failed = NULL;
	pthread_t thread;

	l1_mmu(e, 0, NULL, 0, 0, 0);
	nv_context(&e->nv, 0, 0, window_ipa(PULLED));
	*pool_word(e, PULLED, TAG_OFFSET) = 0;
	for (int batch = 0; batch < BATCHES && !stale && !failed; batch++) {
		for (int i = 0; i < WALKS; i++) {
			nv_add(&e->nv, 0, L1_TLBI, TLBI_ALLE2, 0, 0);
			ops[i] = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2 | L2_POLL, POISON);
			ops[i]->tries = LOOKS;
			nv_run_l2(&e->nv, 0, 0, 1);
		}
		pthread_create(&thread, NULL, run, e);
		pull_while_it_runs(e, thread, &changes, &failed);
		for (int i = 0; i < WALKS; i++)
			stale += ops[i]->esr || ops[i]->result;
	}
	check(!failed && changes && !stale, "one that went is used",
	      "pages go while they are looked up (%lu of %d walks)", stale, BATCHES * WALKS);
}
