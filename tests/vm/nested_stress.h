/* SPDX-License-Identifier: GPL-2.0 */
/* What the two halves of the stress test share: L1's vCPUs, and the host that pulls. */
#ifndef NESTED_STRESS_H
#define NESTED_STRESS_H

#include <stdatomic.h>

#include "nested.h"

#define VAS	   8		/* for each vCPU; the first half its own, the rest the host's */
#define OWN	   (VAS / 2)
#define PAGES_EACH 16		/* of the pool, in turn, for a VA */
#define HOST_SLOT  1		/* a page for each of the host's VAs */
#define HOST	   (L1_WINDOW + HOST_SLOT * NV_SLOT_BYTES)
#define HOST_PAGES (NV_CPUS * OWN)
#define FLAT_SLOT  15
#define FLAT	   (L1_WINDOW + FLAT_SLOT * NV_SLOT_BYTES)
#define FLAT_TAG   0xf1a7ull

enum pull { PULL_REPLACE, PULL_PROTECT, PULL_LOG, PULL_DELETE, PULL_COLLAPSE, PULL_EMPTY, PULLS };

struct va {
	uint64_t address, desc_ipa;
	uint64_t bits;			/* of the descriptor: global or not */
	atomic_ulong begun, done;	/* generation: being made; complete */
};

struct worker {
	struct stress *s;
	int cpu;
	uint64_t random, batches, looked, changed;
};

struct stress {
	struct env *e;
	struct nv_tables tables;
	uint8_t *flat;			/* pages that never go, at FLAT in every regime: one each */
	uint8_t *host;			/* what HOST_SLOT shows */
	struct va vas[NV_CPUS][VAS];
	struct worker workers[NV_CPUS];
	uint64_t book;			/* IPA of generations that L1 keeps: begun, done */
	atomic_ulong gone, there;	/* HOST_SLOT: how often it went, and was there again */
	uint64_t pulls[PULLS];
	atomic_int stop, wrong;
};

uint64_t stress_tag(int cpu, int v, uint64_t generation);
/* The pool's page of a generation; the window shows each of L1's at the same place. */
int stress_page(int cpu, int v, uint64_t generation);
void stress_wrong(struct stress *s, const char *what, uint64_t value, uint64_t esr);

void pull_prepare(struct stress *s);
/* Each way once, then any. */
void pull(struct stress *s, uint64_t *random);
/* When no vCPU runs any more. */
void pulled_last(struct stress *s);

#endif
