// SPDX-License-Identifier: GPL-2.0
/* What a switch among L2s costs: a count of switches to measure around. */
#include <stdio.h>
#include <time.h>

#include "nested.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t switches(struct env *e, uint64_t n)
{
	struct l1_action *round;
	uint64_t start;

	nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
	round = nv_add(&e->nv, 0, L1_ROUND, e->contexts, l1_cpu_ipa(0) + L1_OPS, n);
	start = now_ns();
	if (nv_run(&e->nv, 0) || round->result != n)
		not_ok("%lu switches: L1 did not do them", n);
	return now_ns() - start;
}

static void bench(struct env *e, const struct nv_tables *t)
{
	uint64_t ns, base = t ? NV_LOW : window_ipa(0);

	l1_mmu(e, 0, t, 1, 1, 0);
	for (uint64_t k = 0; k < e->contexts; k++)
		nv_context(&e->nv, 0, k, base + k * PAGE);
	switches(e, 4 * e->contexts);
	ns = switches(e, e->batches);
	printf("bench k=%lu mmu=%s switches=%lu ns=%lu\n", e->contexts, t ? "on" : "off", e->batches,
	       ns);
	ok("%lu switches among %lu L2s, MMU %s", e->batches, e->contexts, t ? "on" : "off");
}

/*
 * After 4 rounds to warm up, -n switches among -k contexts, with L1's MMU off and then
 * on. With the lab's -i a nanosecond is an instruction.
 */
void test_bench(struct env *e)
{
	struct nv_tables t;

	if (e->contexts < 1 || e->contexts > L1_CONTEXTS) {
		not_ok("-k %lu: 1 to %d contexts", e->contexts, L1_CONTEXTS);
		return;
	}
	bench(e, NULL);
	nv_tables(&e->nv, &t, NV_4K);
	for (uint64_t k = 0; k < e->contexts; k++)
		nv_map(&t, NV_LOW + k * PAGE, window_ipa(k), 3, PTE_NORMAL | PTE_NG);
	bench(e, &t);
}
