/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VNCR pseudo-TLB that thrashes: a guest hypervisor's L2s walk for their VNCR page
 * again and again, and what takes the entries away. Reads the model alone.
 */
#ifndef THRASH_H
#define THRASH_H

#include "storm.h"

struct thrash {
	struct spell spell;
	/* On average since spell.since_ns: */
	double per_s;			/* walks */
	double miss;			/* part of the lookups that missed */
	__u32 reason;			/* enum kvmmt_vncr_inval_reason: takes most entries away */
	double part;			/* of those that left */
	/* The detector's: */
	struct kvmmt_vncr from, last;
	__u64 last_ns;
};

/*
 * After each sample of the model. A walk costs an exit of L2's, a walk of L1's tables and
 * of memslots, some microseconds: 10,000 a second are some percent of a CPU. Misses that
 * are few among many hits are what a TLB is for, however many there are.
 */
enum storm_change thrash_step(struct thrash *t, const struct storm_limits *l, const struct model *m,
			      const struct model_vm *vm);

/* "12.0K walks/s for 40 s, 85% of the lookups missed; 97% of the entries left because …" */
void thrash_text(const struct thrash *t, const struct model *m, char *buf, size_t len);

#endif
