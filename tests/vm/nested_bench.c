// SPDX-License-Identifier: GPL-2.0
/*
 * What a switch among L2s costs: time, and what the host does meanwhile. The time is
 * taken first, with nothing counted, then as many switches are counted.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counter.h"
#include "nested.h"

/*
 * What to count, each under a name that tests/bench/vncr.sh knows. A kernel that lacks
 * one without being @needed does not do that.
 */
static const struct {
	const char *key, *function, *tracepoint;
	bool needed;
} counted[] = {
	{ "walks", "kvm_handle_vncr_abort", NULL, true },
	{ "fixmap", "__set_fixmap", NULL, true },
	{ "unmapped", NULL, "kvm/kvm_vncr_invalidate", false },
	{ "s2_vmid", "__kvm_tlb_flush_vmid", NULL, true },
	{ "s2_ipa", "__kvm_tlb_flush_vmid_ipa", NULL, true },
	{ "s2_ipa_nsh", "__kvm_tlb_flush_vmid_ipa_nsh", NULL, false },
	{ "s2_range", "__kvm_tlb_flush_vmid_range", NULL, false },
	{ "s2_context", "__kvm_flush_cpu_context", NULL, true },
	{ "s2_all", "__kvm_flush_vm_context", NULL, true },
};

#define N_COUNTED (sizeof(counted) / sizeof(counted[0]))

/* CPU time of this thread, which is the vCPU's: what else the host does is not in it. */
static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
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

static void counters_open(int *fds)
{
	for (size_t i = 0; i < N_COUNTED; i++) {
		fds[i] = counted[i].function ? counter_function(counted[i].function) :
					       counter_tracepoint(counted[i].tracepoint);
		if (fds[i] < 0 && (counted[i].needed || fds[i] != -ENOENT))
			not_ok("%s cannot be counted: %s", counted[i].key, strerror(-fds[i]));
	}
}

static void counters_read(const int *fds, uint64_t *counts)
{
	for (size_t i = 0; i < N_COUNTED; i++)
		if (fds[i] >= 0 && counter_read(fds[i], &counts[i]))
			not_ok("%s was not counted", counted[i].key);
}

static void bench(struct env *e, const struct nv_tables *t)
{
	uint64_t before[N_COUNTED] = { 0 }, after[N_COUNTED] = { 0 };
	uint64_t ns, base = t ? NV_LOW : window_ipa(0);
	int fds[N_COUNTED];

	l1_mmu(e, 0, t, 1, 1, 0);
	for (uint64_t k = 0; k < e->contexts; k++)
		nv_context(&e->nv, 0, k, base + k * PAGE);
	switches(e, 4 * e->contexts);
	ns = switches(e, e->batches);
	counters_open(fds);
	/* To open a counter is to patch the kernel, which is counted too. */
	counters_read(fds, before);
	switches(e, e->batches);
	counters_read(fds, after);
	printf("bench k=%lu mmu=%s switches=%lu ns=%lu", e->contexts, t ? "on" : "off", e->batches,
	       ns);
	for (size_t i = 0; i < N_COUNTED; i++) {
		if (fds[i] < 0)
			continue;
		printf(" %s=%lu", counted[i].key, after[i] - before[i]);
		close(fds[i]);
	}
	printf("\n");
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
