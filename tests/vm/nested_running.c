// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 6 and 8: what another vCPU's TLBI or the host does reaches an L2 that is
 * running, and does not leave it.
 */
#include <pthread.h>
#include <unistd.h>

#include "nested.h"

#define ONE	 4
#define OTHER	 9
#define POLLS	 16
#define ROUNDS	 60			/* the moment is short */
#define FEW_TRIES 5000
#define TRIES	 10000000	/* reads; only one that fails comes so far */

struct running {
	struct env *e;
	uint64_t flag;		/* IPA; L1 sets it before it enters L2 */
	struct l2_op *polls[POLLS];
	int err;
};

static void *run(void *arg)
{
	struct running *r = arg;

	r->err = nv_run(&r->e->nv, 0);
	return NULL;
}

/* vCPU 0's L2 reads its tag until it is @page's; an abort ends one poll of several. */
static pthread_t start_polls(struct running *r, int page)
{
	struct nv *nv = &r->e->nv;
	pthread_t thread;

	*(volatile uint64_t *)nv_ram(nv, r->flag) = 0;
	nv_add(nv, 0, L1_STORE_64, 0, r->flag, 1);
	for (int i = 0; i < POLLS; i++) {
		r->polls[i] = nv_l2_op(nv, 0, 2 * REG_TPIDR_EL2 | L2_POLL, page_tag(page));
		r->polls[i]->tries = TRIES;
	}
	nv_run_l2(nv, 0, 0, POLLS);
	pthread_create(&thread, NULL, run, r);
	return thread;
}

static bool saw(struct running *r, pthread_t thread, int page)
{
	const struct l2_op *last = r->polls[POLLS - 1];

	pthread_join(thread, NULL);
	return !r->err && !last->esr && last->result == page_tag(page);
}

/*
 * vCPU 1 invalidates the translation of an L2 that reads all the time, and then poisons
 * the page that it led to. L2 must never see that, not even until its next exit.
 */
static void at_once(struct running *r, const struct nv_tables *t, uint64_t desc)
{
	struct nv *nv = &r->e->nv;
	pthread_t thread;
	int seen = 0, bad = 0;

	for (int round = 0; round < ROUNDS && !seen && !bad; round++) {
		int old = round % 2 ? OTHER : ONE, new = round % 2 ? ONE : OTHER;

		*pool_word(r->e, new, TAG_OFFSET) = page_tag(new);
		*(volatile uint64_t *)nv_ram(nv, r->flag) = 0;
		nv_add(nv, 0, L1_STORE_64, 0, r->flag, 1);
		for (int i = 0; i < POLLS; i++) {
			r->polls[i] = nv_l2_op(nv, 0, 2 * REG_TPIDR_EL2 | L2_POLL, POISON);
			r->polls[i]->tries = FEW_TRIES;
		}
		nv_run_l2(nv, 0, 0, POLLS);
		pthread_create(&thread, NULL, run, r);
		nv_add(nv, 1, L1_WAIT, 0, r->flag, 1);
		nv_add(nv, 1, L1_STORE_64, 0, desc, nv_leaf(t, window_ipa(new), 3, PTE_NORMAL));
		nv_add(nv, 1, L1_TLBI, TLBI_VAE2IS, NV_LOW >> 12, 0);
		nv_add(nv, 1, L1_STORE_64, 0, window_ipa(old) + TAG_OFFSET, POISON);
		bad += nv_run(nv, 1) != 0;
		pthread_join(thread, NULL);
		for (int i = 0; i < POLLS; i++)
			seen += r->polls[i]->result == POISON;
	}
	check(!r->err && !bad && !seen, "it does", "an L2 that runs sees nothing of the page before");
}

void test_running(struct env *e)
{
	struct running r = { .e = e, .flag = l1_cpu_ipa(NV_CPUS) };
	struct nv_tables t;
	pthread_t thread;
	uint64_t desc;

	nv_tables(&e->nv, &t, NV_4K);
	desc = nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL);
	for (int cpu = 0; cpu < 2; cpu++)
		l1_mmu(e, cpu, &t, 1, 1, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	check(sees_page(e, 0, 0, ONE), "another", "L2's page");
	for (int round = 0; round < 4; round++) {
		int page = round % 2 ? ONE : OTHER;

		thread = start_polls(&r, page);
		nv_add(&e->nv, 1, L1_WAIT, 0, r.flag, 1);
		nv_add(&e->nv, 1, L1_STORE_64, 0, desc, 0);
		nv_add(&e->nv, 1, L1_TLBI, TLBI_VAE2IS, NV_LOW >> 12, 0);
		nv_add(&e->nv, 1, L1_STORE_64, 0, desc,
		       nv_leaf(&t, window_ipa(page), 3, PTE_NORMAL));
		check(!nv_run(&e->nv, 1), "KVM_RUN failed", "round %d: another vCPU's TLBI", round);
		check(saw(&r, thread, page), "it does not", "round %d: reaches an L2 that runs", round);
	}
	at_once(&r, &t, desc);
	thread = start_polls(&r, 700);
	while (!*(volatile uint64_t *)nv_ram(&e->nv, r.flag))
		usleep(1000);
	window_set(e, ONE, 700, PROT_READ | PROT_WRITE);
	check(saw(&r, thread, 700), "it does not", "a page that the host replaces while L2 runs");
}
