// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile randomness, seeded: each vCPU runs batches of random actions while the host
 * takes pages away. A page says in its tag which VA it serves and since when, so that
 * what an L2 reads can be judged: not older than what was complete before it read, and
 * never poison. Pages that were taken away are poisoned and must stay as they are.
 *
 * A VA is changed by its owner alone, a vCPU or the host; everybody reads all of them.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nested.h"

#define VAS	   8		/* for each vCPU; the first half its own, the rest the host's */
#define OWN	   (VAS / 2)
#define PAGES_EACH 16		/* of the pool, in turn, for a VA */
#define ROUNDS	   32		/* of a batch */
#define LOOKS	   3		/* L2 accesses of a round */
#define FLAT_SLOT  15
#define FLAT	   (L1_WINDOW + FLAT_SLOT * NV_SLOT_BYTES)
#define FLAT_TAG   0xf1a7ull
#define ASIDS	   4

struct va {
	uint64_t address, desc_ipa;
	uint64_t bits;			/* of the descriptor: global or not */
	int window;			/* page of the window that it is mapped to */
	atomic_ulong begun, done;	/* generation: being made; complete */
};

struct look {
	struct va *va;			/* NULL: the flat page */
	struct l1_action *before, *after;
	struct l2_op *op;
	uint64_t done, begun;		/* the host's, before and after the batch */
};

struct worker {
	struct stress *s;
	int cpu;
	uint64_t random, batches, looked, changed;
};

struct stress {
	struct env *e;
	struct nv_tables tables;
	uint8_t *flat;			/* a page that never goes, at FLAT in every regime */
	struct va vas[NV_CPUS][VAS];
	struct worker workers[NV_CPUS];
	uint64_t book;			/* IPA of generations that L1 keeps: begun, done */
	uint64_t pulls;
	atomic_int stop, wrong;
};

uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t tag_of(int cpu, int v, uint64_t generation)
{
	return 0x7a61ull << 48 | (uint64_t)cpu << 40 | (uint64_t)v << 32 | generation;
}

/* The pool's page of a generation; the window shows each of L1's at the same place. */
static int page_of(int cpu, int v, uint64_t generation)
{
	return (cpu * VAS + v) * PAGES_EACH + generation % PAGES_EACH;
}

static uint64_t book_of(struct stress *s, int cpu, int v, bool done)
{
	return s->book + ((cpu * VAS + v) * 2 + done) * 8;
}

static void wrong(struct stress *s, const char *what, uint64_t value, uint64_t esr)
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
	uint64_t new = window_ipa(page_of(w->cpu, v, g));
	uint64_t old = window_ipa(page_of(w->cpu, v, g - 1));
	enum l1_tlbi form = forms[random_next(&w->random) % (va->bits ? 5 : 11)];

	if (form == TLBI_RVAE2IS || form == TLBI_RVAAE1IS)
		operand = (va->address >> 12 & ((1ull << 37) - 1)) | 1ull << 46;
	nv_add(nv, w->cpu, L1_STORE_64, 0, new + TAG_OFFSET, tag_of(w->cpu, v, g));
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
	int page = page_of(w->cpu, v, w->s->vas[w->cpu][v].begun - 1);

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
	nv_run_l2(nv, w->cpu, 0, 1);
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
			wrong(s, "the page that never goes", got, l->op->esr);
		return;
	}
	least = v < OWN ? l->before->result : l->done;
	most = v < OWN ? l->after->result : atomic_load(&l->va->begun);
	/* Between the two stores to the descriptor there is nothing. */
	if (l->op->esr) {
		if (v >= OWN || (l->op->esr & 0x3f) != 0x7 || least == most)
			wrong(s, "an abort", got, l->op->esr);
		return;
	}
	if (got >> 32 != tag_of(cpu, v, 0) >> 32 || (uint32_t)got < least || (uint32_t)got > most)
		wrong(s, got == POISON ? "L2 reads poison" : "L2 reads a page it must not", got, 0);
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
		wrong(w->s, "KVM_RUN, or L1 is lost", -err, w->s->e->nv.cpu[w->cpu].lost_esr);
		atomic_store(&w->s->stop, 1);
		return;
	}
	for (int i = 0; i < n; i++)
		judge(w, &looks[i]);
	for (int i = 0; i < ROUNDS; i++)
		if (olds[i] && olds[i]->result != POISON)
			wrong(w->s, "L2 wrote a page that was taken away", olds[i]->result, 0);
	w->batches++;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (w->batches < w->s->e->batches && !atomic_load(&w->s->stop))
		batch(w);
	return NULL;
}

/* All pages that the host took away from it and has not given it again. */
static void left_alone(struct stress *s, int cpu, int v)
{
	uint64_t g = s->vas[cpu][v].done;

	for (uint64_t old = g < PAGES_EACH ? 0 : g - PAGES_EACH + 1; old < g; old++)
		if (*pool_word(s->e, page_of(cpu, v, old), SCRATCH_OFFSET) != POISON)
			wrong(s, "L2 wrote a page that the host took away",
			      *pool_word(s->e, page_of(cpu, v, old), SCRATCH_OFFSET), 0);
}

/* The host gives a VA's page of the window another page of the pool. */
static void pull(struct stress *s, int cpu, int v)
{
	struct va *va = &s->vas[cpu][v];
	uint64_t g = va->begun + 1;
	int new = page_of(cpu, v, g), old = page_of(cpu, v, g - 1);

	left_alone(s, cpu, v);
	memset(s->e->pool + new * PAGE, 0, PAGE);
	*pool_word(s->e, new, TAG_OFFSET) = tag_of(cpu, v, g);
	atomic_store(&va->begun, g);
	window_set(s->e, va->window, new, PROT_READ | PROT_WRITE);
	atomic_store(&va->done, g);
	memset(s->e->pool + old * PAGE, POISON & 0xff, PAGE);
	s->pulls++;
}

static bool prepare(struct stress *s, struct env *e)
{
	s->e = e;
	s->book = l1_cpu_ipa(NV_CPUS);
	memset(nv_ram(&e->nv, s->book), 0, PAGE);
	s->flat = mmap(NULL, NV_CPUS * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	for (int cpu = 0; cpu < NV_CPUS; cpu++)
		*(uint64_t *)(s->flat + cpu * PAGE + TAG_OFFSET) = FLAT_TAG + cpu;
	nv_slot(&e->nv, FLAT_SLOT, s->flat, NV_CPUS * PAGE, 0);
	e->changed = true;
	if (nv_tables(&e->nv, &s->tables, NV_4K))
		return false;
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		s->workers[cpu] = (struct worker){
			.s = s, .cpu = cpu, .random = (e->seed << 8 | cpu) * 0x9e3779b97f4a7c15ull | 1,
		};
		for (int v = 0; v < VAS; v++) {
			struct va *va = &s->vas[cpu][v];
			uint64_t base = v % 2 ? NV_HIGH : NV_LOW;

			va->address = base + ((uint64_t)(cpu * VAS + v) << 22);
			va->window = page_of(cpu, v, 0);
			va->bits = v / 2 % 2 ? PTE_NG : 0;
			va->desc_ipa = nv_map(&s->tables, va->address, window_ipa(va->window), 3,
					      PTE_NORMAL | va->bits);
			*pool_word(e, va->window, TAG_OFFSET) = tag_of(cpu, v, 0);
			if (!va->desc_ipa)
				return false;
		}
		for (int c = 0; c < L1_CONTEXTS; c++)
			nv_context(&e->nv, cpu, c, NV_LOW);
		l1_mmu(e, cpu, &s->tables, 1, 1, 0);
		l1_tlbi(e, cpu, TLBI_ALLE2, 0);
	}
	return true;
}

/* Invariants 6 and 8 above all. */
void test_stress(struct env *e)
{
	static struct stress s;
	pthread_t threads[NV_CPUS];
	uint64_t random = e->seed * 2 + 1, looked = 0, changed = 0;
	bool busy = true;

	memset(&s, 0, sizeof(s));
	if (!prepare(&s, e)) {
		not_ok("no room for tables");
		return;
	}
	for (int cpu = 0; cpu < e->nv.cpus; cpu++)
		pthread_create(&threads[cpu], NULL, work, &s.workers[cpu]);
	while (busy) {
		usleep(e->pause_us ? e->pause_us : 100000);
		if (e->pause_us)
			pull(&s, random_next(&random) % e->nv.cpus, OWN + random_next(&random) % (VAS - OWN));
		busy = false;
		for (int cpu = 0; cpu < e->nv.cpus; cpu++)
			busy |= s.workers[cpu].batches < e->batches && !atomic_load(&s.stop);
	}
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		pthread_join(threads[cpu], NULL);
		for (int v = OWN; v < VAS; v++)
			left_alone(&s, cpu, v);
		looked += s.workers[cpu].looked;
		changed += s.workers[cpu].changed;
	}
	check(!atomic_load(&s.wrong), "see above",
	      "seed %lu: %lu accesses of L2s on %d vCPUs, %lu changes by L1, %lu by the host", e->seed,
	      looked, e->nv.cpus, changed, s.pulls);
}
