// SPDX-License-Identifier: GPL-2.0
/*
 * The host's part of the stress test: it takes pages away, or the right to write them, in
 * all the ways that a VMM and its host have, while L2s use them. Whatever it takes is
 * watched from the moment that the host has been told that it is gone.
 */
#include <string.h>
#include <unistd.h>

#include "nested_stress.h"

#define MADV_COLLAPSE_ 25		/* older headers lack it */
#define WATCH_US 2000

static const char *const pull_names[] = {
	"replaced", "write-protected", "logged", "slot deleted", "collapsed", "emptied",
};

static uint8_t *shown(struct stress *s, int cpu, int v)
{
	return s->host + (cpu * OWN + v - OWN) * PAGE;
}

static void show(struct stress *s, int cpu, int v, int page)
{
	mmap(shown(s, cpu, v), PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s->e->memfd,
	     page * PAGE);
}

/* What L2 writes to the page that the VA has now, by way of the pool */
static volatile uint64_t *scratch(struct stress *s, int cpu, int v)
{
	return pool_word(s->e, stress_page(cpu, v, s->vas[cpu][v].begun), SCRATCH_OFFSET);
}

/* Of all the host's VAs */
static void scratches(struct stress *s, uint64_t values[HOST_PAGES])
{
	for (int i = 0; i < s->e->nv.cpus * OWN; i++)
		values[i] = *scratch(s, i / OWN, OWN + i % OWN);
}

/* All pages that the host took away from it and has not given it again. */
static void left_alone(struct stress *s, int cpu, int v)
{
	uint64_t g = s->vas[cpu][v].done;

	for (uint64_t old = g < PAGES_EACH ? 0 : g - PAGES_EACH + 1; old < g; old++) {
		uint64_t value = *pool_word(s->e, stress_page(cpu, v, old), SCRATCH_OFFSET);

		if (value != POISON)
			stress_wrong(s, "L2 wrote a page that the host took away", value, 0);
	}
}

/* The host gives a VA another page of the pool. */
static void replace(struct stress *s, int cpu, int v)
{
	struct va *va = &s->vas[cpu][v];
	uint64_t g = va->begun + 1;
	int new = stress_page(cpu, v, g), old = stress_page(cpu, v, g - 1);

	left_alone(s, cpu, v);
	memset(s->e->pool + new * PAGE, 0, PAGE);
	*pool_word(s->e, new, TAG_OFFSET) = stress_tag(cpu, v, g);
	atomic_store(&va->begun, g);
	show(s, cpu, v, new);
	atomic_store(&va->done, g);
	memset(s->e->pool + old * PAGE, POISON & 0xff, PAGE);
}

/* L2 reads on, and does not write. */
static void protect(struct stress *s, int cpu, int v)
{
	uint64_t before;

	mprotect(shown(s, cpu, v), PAGE, PROT_READ);
	before = *scratch(s, cpu, v);
	usleep(WATCH_US);
	if (*scratch(s, cpu, v) != before)
		stress_wrong(s, "L2 wrote a page that is write-protected", *scratch(s, cpu, v), 0);
	mprotect(shown(s, cpu, v), PAGE, PROT_READ | PROT_WRITE);
}

/* What L2s write after the log was read is in the next one. */
static void log_dirty(struct stress *s)
{
	uint64_t before[HOST_PAGES], after[HOST_PAGES], dirty;

	nv_slot(&s->e->nv, HOST_SLOT, s->host, HOST_PAGES * PAGE, KVM_MEM_LOG_DIRTY_PAGES);
	for (int round = 0; round < 2; round++) {
		nv_dirty(&s->e->nv, HOST_SLOT);
		scratches(s, before);
		usleep(WATCH_US);
		scratches(s, after);
		dirty = nv_dirty(&s->e->nv, HOST_SLOT);
		for (int i = 0; i < s->e->nv.cpus * OWN; i++)
			if (before[i] != after[i] && !(dirty >> i & 1))
				stress_wrong(s, "what L2 wrote is not in the log", after[i], 0);
	}
	nv_slot(&s->e->nv, HOST_SLOT, s->host, HOST_PAGES * PAGE, 0);
}

/* While it is not there no L2 writes its pages, and reads abort. */
static void delete(struct stress *s)
{
	uint64_t before[HOST_PAGES], after[HOST_PAGES];

	atomic_fetch_add(&s->gone, 1);
	nv_slot(&s->e->nv, HOST_SLOT, NULL, 0, 0);
	scratches(s, before);
	usleep(WATCH_US);
	scratches(s, after);
	if (memcmp(before, after, s->e->nv.cpus * OWN * sizeof(before[0])))
		stress_wrong(s, "L2 wrote to a slot that is deleted", 0, 0);
	nv_slot(&s->e->nv, HOST_SLOT, s->host, HOST_PAGES * PAGE, 0);
	atomic_fetch_add(&s->there, 1);
}

/* The flat pages move into a huge page, which is broken up again. What is there stays. */
static bool collapse(struct stress *s)
{
	bool moved = !madvise(s->flat, BLOCK, MADV_COLLAPSE_);

	usleep(WATCH_US);
	madvise(s->flat + BLOCK - PAGE, PAGE, MADV_DONTNEED);
	return moved;
}

void pull(struct stress *s, uint64_t *random)
{
	uint64_t first = 0, r = random_next(random);
	int cpu = r % s->e->nv.cpus, v = OWN + (r >> 8) % OWN;
	bool good = true;

	for (int i = 0; i < PULLS; i++)
		first += s->pulls[i];
	first = first < PULLS ? first : (r >> 16) % PULLS;
	switch (first) {
	case PULL_REPLACE:
		replace(s, cpu, v);
		break;
	case PULL_PROTECT:
		protect(s, cpu, v);
		break;
	case PULL_LOG:
		log_dirty(s);
		break;
	case PULL_DELETE:
		delete(s);
		break;
	case PULL_COLLAPSE:
		good = collapse(s);
		break;
	case PULL_EMPTY:
		good = !madvise(shown(s, cpu, v), PAGE, MADV_DONTNEED);
		break;
	}
	s->pulls[first] += good;
}

void pull_prepare(struct stress *s)
{
	s->flat = mmap(reserve_2m(BLOCK), BLOCK, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (int cpu = 0; cpu < NV_CPUS; cpu++)
		*(uint64_t *)(s->flat + cpu * PAGE + TAG_OFFSET) = FLAT_TAG + cpu;
	nv_slot(&s->e->nv, FLAT_SLOT, s->flat, BLOCK, 0);
	s->host = mmap(NULL, HOST_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < HOST_PAGES; i++)
		show(s, i / OWN, OWN + i % OWN, stress_page(i / OWN, OWN + i % OWN, 0));
	nv_slot(&s->e->nv, HOST_SLOT, s->host, HOST_PAGES * PAGE, 0);
}

void pulled_last(struct stress *s)
{
	for (int i = 0; i < s->e->nv.cpus * OWN; i++)
		left_alone(s, i / OWN, OWN + i % OWN);
	for (int i = 0; i < PULLS && s->e->pause_us; i++)
		check(s->pulls[i] > 0, "never", "%lu times: %s by the host", s->pulls[i], pull_names[i]);
}
