// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile randomness, seeded: each vCPU runs batches of random actions while the host
 * takes pages away (nested_pull.c). A page says in its tag which VA it serves and since
 * when, so that what an L2 reads can be judged: not older than what was complete before
 * it read, and never poison. Pages that were taken away are poisoned and must stay as
 * they are.
 *
 * A VA is changed by its owner alone, a vCPU or the host; everybody reads all of them.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "nested_stress.h"

#define ROUNDS	   32		/* of a batch */
#define LOOKS	   3		/* L2 accesses of a round */
#define ASIDS	   4

struct look {
	struct va *va;			/* NULL: the flat page */
	struct l1_action *before, *after;
	struct l2_op *op;
	struct l2_op *write, *again;	/* the flat page's other register */
	uint64_t done;			/* the host's, before the batch */
	uint64_t there;			/* the host's slot was, so many times */
};

uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

uint64_t stress_tag(int cpu, int v, uint64_t generation)
{
	return 0x7a61ull << 48 | (uint64_t)cpu << 40 | (uint64_t)v << 32 | generation;
}

/* All of a VA are at the same place within 64 KiB: L1's descriptors may be of 64K pages. */
int stress_page(int cpu, int v, uint64_t generation)
{
	int i = cpu * VAS + v;

	return (i / 16 * 16 + generation % PAGES_EACH) * 16 + i % 16;
}

static uint64_t book_of(struct stress *s, int cpu, int v, bool done)
{
	return s->book + ((cpu * VAS + v) * 2 + done) * 8;
}

void stress_wrong(struct stress *s, const char *what, uint64_t value, uint64_t esr)
{
	if (atomic_fetch_add(&s->wrong, 1) < 8)
		not_ok("%s: %#lx, ESR %#lx", what, value, esr);
}

/* Take @va from generation to generation: descriptor, TLBI; the old page is poisoned. */
static void l1_change(struct worker *w, int v)
{
	/* For a global translation any; for others, as vCPUs have other ASIDs, the first. */
	static const enum l1_tlbi forms[] = {
		TLBI_VAAE1IS, TLBI_ALLE2IS, TLBI_VMALLE1IS, TLBI_VAALE1OS, TLBI_RVAAE1IS,
		TLBI_VAE2IS, TLBI_VALE2IS, TLBI_VAE1IS, TLBI_VAE2OS, TLBI_NXS_VAE2IS, TLBI_RVAE2IS,
	};
	struct stress *s = w->s;
	struct va *va = &s->vas[w->cpu][v];
	struct nv *nv = &s->e->nv;
	uint64_t g = va->begun + 1, operand = va->address >> 12 & ((1ull << 44) - 1);
	uint64_t new = window_ipa(stress_page(w->cpu, v, g));
	uint64_t old = window_ipa(stress_page(w->cpu, v, g - 1));
	enum l1_tlbi form = forms[random_next(&w->random) % (va->bits ? 5 : 11)];

	if (form == TLBI_RVAE2IS || form == TLBI_RVAAE1IS)
		operand = (va->address >> s->tables.granule & ((1ull << 37) - 1)) |
			  (uint64_t)((s->tables.granule - NV_4K) / 2 + 1) << 46;
	nv_add(nv, w->cpu, L1_STORE_64, 0, new + TAG_OFFSET, stress_tag(w->cpu, v, g));
	nv_add(nv, w->cpu, L1_STORE_64, 0, new + SCRATCH_OFFSET, 0);
	nv_add(nv, w->cpu, L1_STORE_64, 0, book_of(s, w->cpu, v, false), g);
	nv_add(nv, w->cpu, L1_STORE_64, 0, va->desc_ipa, 0);
	nv_add(nv, w->cpu, L1_TLBI, form, operand, 0);
	nv_add(nv, w->cpu, L1_STORE_64, 0, va->desc_ipa,
	       nv_leaf(&s->tables, new, 3, PTE_NORMAL | va->bits));
	nv_add(nv, w->cpu, L1_STORE_64, 0, book_of(s, w->cpu, v, true), g);
	nv_add(nv, w->cpu, L1_STORE_64, 0, old + TAG_OFFSET, POISON);
	nv_add(nv, w->cpu, L1_STORE_64, 0, old + SCRATCH_OFFSET, POISON);
	va->begun = g;
	w->changed++;
}

/* Its scratch register must have stayed as it was poisoned: nobody may write it. */
static struct l1_action *check_old(struct worker *w, int v)
{
	int page = stress_page(w->cpu, v, w->s->vas[w->cpu][v].begun - 1);

	return nv_add(&w->s->e->nv, w->cpu, L1_LOAD_64, 0, window_ipa(page) + SCRATCH_OFFSET, 0);
}

/* Another ASID; the MMU off and on again; what is flat is there all the time. */
static void change_regime(struct worker *w, struct look *l)
{
	struct nv *nv = &w->s->e->nv;
	bool off = random_next(&w->random) % 2;

	if (off)
		nv_mmu_off(nv, w->cpu);
	nv_add(nv, w->cpu, L1_STORE_64, 0,
	       l1_cpu_ipa(w->cpu) + offsetof(struct l1_cpu, contexts[0].vncr), FLAT + w->cpu * PAGE);
	l->va = NULL;
	l->op = nv_l2_op(nv, w->cpu, 2 * REG_TPIDR_EL2, 0);
	l->write = nv_l2_op(nv, w->cpu, 2 * REG_HSTR_EL2 + 1, random_next(&w->random) >> 1);
	l->again = nv_l2_op(nv, w->cpu, 2 * REG_HSTR_EL2, 0);
	nv_run_l2(nv, w->cpu, 0, 3);
	nv_mmu_on(nv, w->cpu, &w->s->tables, 1 + random_next(&w->random) % ASIDS,
		  1 + random_next(&w->random) % ASIDS, random_next(&w->random) % 2 ? TCR_A1 : 0);
}

static void look_at(struct worker *w, struct look *l)
{
	struct stress *s = w->s;
	int cpu = random_next(&w->random) % s->e->nv.cpus, v = random_next(&w->random) % VAS;
	int context = random_next(&w->random) % L1_CONTEXTS;

	l->va = &s->vas[cpu][v];
	l->done = atomic_load(&l->va->done);
	l->there = atomic_load(&s->there);
	l->before = nv_add(&s->e->nv, w->cpu, L1_LOAD_64, 0, book_of(s, cpu, v, true), 0);
	nv_add(&s->e->nv, w->cpu, L1_STORE_64, 0,
	       l1_cpu_ipa(w->cpu) + offsetof(struct l1_cpu, contexts[context].vncr), l->va->address);
	l->op = nv_l2_op(&s->e->nv, w->cpu, 2 * REG_TPIDR_EL2, 0);
	nv_l2_op(&s->e->nv, w->cpu, 2 * REG_HSTR_EL2 + 1, random_next(&w->random) >> 1);
	nv_run_l2(&s->e->nv, w->cpu, context, 2);
	l->after = nv_add(&s->e->nv, w->cpu, L1_LOAD_64, 0, book_of(s, cpu, v, false), 0);
}

static void judge(struct worker *w, const struct look *l)
{
	struct stress *s = w->s;
	int index = l->va - &s->vas[0][0], cpu = index / VAS, v = index % VAS;
	uint64_t got = l->op->result, least, most;

	w->looked++;
	if (!l->va) {
		if (l->op->esr || got != FLAT_TAG + w->cpu)
			stress_wrong(s, "the page that never goes", got, l->op->esr);
		if (l->again->esr || l->again->result != l->write->value)
			stress_wrong(s, "what L2 wrote is lost", l->again->result, l->again->esr);
		return;
	}
	least = v < OWN ? l->before->result : l->done;
	most = v < OWN ? l->after->result : atomic_load(&l->va->begun);
	/* Between the two stores to the descriptor, and where the slot is gone, is nothing. */
	if (l->op->esr) {
		bool expected = v < OWN ? (l->op->esr & 0x3f) == 0x7 && least != most :
					  (l->op->esr & 0x3f) == 0x10 && l->there != atomic_load(&s->gone);

		if (!expected)
			stress_wrong(s, "an abort", got, l->op->esr);
		return;
	}
	if (got >> 32 != stress_tag(cpu, v, 0) >> 32 || (uint32_t)got < least || (uint32_t)got > most)
		stress_wrong(s, got == POISON ? "L2 reads poison" : "L2 reads a page it must not", got, 0);
}

static void batch(struct worker *w)
{
	struct look looks[ROUNDS * (LOOKS + 1)];
	struct l1_action *olds[ROUNDS] = { 0 };
	int n = 0, err;

	for (int i = 0; i < ROUNDS; i++) {
		int v = random_next(&w->random) % OWN;

		/* Others may still write an old page until the TLBI: look at it a round later. */
		if (random_next(&w->random) % 4 == 0)
			l1_change(w, v);
		if (random_next(&w->random) % 8 == 0)
			change_regime(w, &looks[n++]);
		for (int k = 0; k < LOOKS; k++)
			look_at(w, &looks[n++]);
		if (w->s->vas[w->cpu][v].begun > 1)
			olds[i] = check_old(w, v);
	}
	err = nv_run(&w->s->e->nv, w->cpu);
	if (err) {
		stress_wrong(w->s, "KVM_RUN, or L1 is lost", -err, w->s->e->nv.cpu[w->cpu].lost_esr);
		atomic_store(&w->s->stop, 1);
		return;
	}
	for (int i = 0; i < n; i++)
		judge(w, &looks[i]);
	for (int i = 0; i < ROUNDS; i++)
		if (olds[i] && olds[i]->result != POISON)
			stress_wrong(w->s, "L2 wrote a page that was taken away", olds[i]->result, 0);
	w->batches++;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (w->batches < w->s->e->batches && !atomic_load(&w->s->stop))
		batch(w);
	return NULL;
}

/* In the regime a leaf for each VA: pages for L1's, for the host's pages or blocks. */
static bool prepare_va(struct stress *s, int cpu, int v)
{
	uint64_t base = v % 2 ? NV_HIGH : NV_LOW, random = s->e->seed << 16 | cpu << 8 | v | 1ull << 60;
	int page = stress_page(cpu, v, 0), level = 3, i = cpu * VAS + v;
	struct va *va = &s->vas[cpu][v];
	uint64_t ipa = window_ipa(page);

	if (v >= OWN) {
		ipa = HOST + (cpu * OWN + v - OWN) * PAGE;
		level -= random_next(&random) >> 20 & 1;
	}
	va->bits = v / 2 % 2 ? PTE_NG : 0;
	va->address = base + ((uint64_t)i << 29) + (ipa & (nv_leaf_bytes(&s->tables, level) - 1));
	va->desc_ipa = nv_map(&s->tables, va->address, ipa, level, PTE_NORMAL | va->bits);
	*pool_word(s->e, page, TAG_OFFSET) = stress_tag(cpu, v, 0);
	return va->desc_ipa != 0;
}

static bool prepare(struct stress *s, struct env *e)
{
	static const enum nv_granule granules[] = { NV_16K, NV_4K, NV_64K };

	s->e = e;
	s->book = l1_cpu_ipa(NV_CPUS);
	memset(nv_ram(&e->nv, s->book), 0, PAGE);
	pull_prepare(s);
	e->changed = true;
	if (nv_tables(&e->nv, &s->tables, granules[e->seed % 3]))
		return false;
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		s->workers[cpu] = (struct worker){
			.s = s, .cpu = cpu, .random = (e->seed << 8 | cpu) * 0x9e3779b97f4a7c15ull | 1,
		};
		for (int v = 0; v < VAS; v++)
			if (!prepare_va(s, cpu, v))
				return false;
		for (int c = 0; c < L1_CONTEXTS; c++)
			nv_context(&e->nv, cpu, c, NV_LOW);
		l1_mmu(e, cpu, &s->tables, 1, 1, 0);
		l1_tlbi(e, cpu, TLBI_ALLE2, 0);
	}
	return true;
}

/* Every minute: how far the slowest vCPU is. Returns whether any has more to do. */
static bool busy(struct stress *s, time_t *told)
{
	uint64_t least = s->e->batches;

	for (int cpu = 0; cpu < s->e->nv.cpus; cpu++)
		if (s->workers[cpu].batches < least)
			least = s->workers[cpu].batches;
	if (time(NULL) >= *told + 60) {
		printf("# %lu of %lu batches\n", least, s->e->batches);
		fflush(stdout);
		*told = time(NULL);
	}
	return least < s->e->batches && !atomic_load(&s->stop);
}

/* Invariants 6 and 8 above all. */
void test_stress(struct env *e)
{
	static struct stress s;
	pthread_t threads[NV_CPUS];
	uint64_t random = e->seed * 2 + 1, looked = 0, changed = 0;
	time_t told = time(NULL);

	memset(&s, 0, sizeof(s));
	if (!prepare(&s, e)) {
		not_ok("no room for tables");
		return;
	}
	for (int cpu = 0; cpu < e->nv.cpus; cpu++)
		pthread_create(&threads[cpu], NULL, work, &s.workers[cpu]);
	do {
		usleep(e->pause_us ? e->pause_us : 100000);
		if (e->pause_us)
			pull(&s, &random);
	} while (busy(&s, &told));
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		pthread_join(threads[cpu], NULL);
		looked += s.workers[cpu].looked;
		changed += s.workers[cpu].changed;
	}
	pulled_last(&s);
	check(!atomic_load(&s.wrong), "see above",
	      "seed %lu: %lu accesses of L2s on %d vCPUs, %lu changes by L1, %d KiB granule", e->seed,
	      looked, e->nv.cpus, changed, 1 << (s.tables.granule - 10));
}
