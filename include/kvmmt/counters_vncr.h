/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted of a vCPU's VNCR pseudo-TLB, in BPF and in user space. A VM's is
 * the sum over its vCPUs. Who changes an entry may be on another CPU than its vCPU:
 * counts are added atomically, into one struct for all CPUs.
 */
#ifndef KVMMT_COUNTERS_VNCR_H
#define KVMMT_COUNTERS_VNCR_H

#include "event.h"

/* Times fall into places by log2: up to 256 ns, 512 ns, … 2^46 ns (19 hours), and more. */
#define KVMMT_TIMES_NR 40
#define KVMMT_TIMES_SHIFT 8

static inline __u64 kvmmt_time_bound_ns(int place)
{
	return place < KVMMT_TIMES_NR - 1 ? 1ull << (KVMMT_TIMES_SHIFT + place) : ~0ull;
}

struct kvmmt_times {
	__u64 count[KVMMT_TIMES_NR];
	__u64 sum_ns;
};

/* One vCPU. All are counts that only grow; a struct of zeroes is the empty one. */
struct kvmmt_vncr {
	__u64 lookup[KVMMT_VNCR_LOOKUP_NR + 1];	/* by reason */
	__u64 walk[KVMMT_VNCR_WALK_NR + 1];
	__u64 inval[KVMMT_VNCR_INVAL_NR + 1];
	__u64 inval_host;			/* those that took a host TLB invalidation */
	__u64 tlbi[KVMMT_VNCR_SCOPE_NR + 1];	/* issued by this vCPU, by scope */
	__u64 tlbi_entries[KVMMT_VNCR_SCOPE_NR + 1]; /* that these hit, of any vCPU */
	__u64 fast_tlbis;			/* issued, and handled without leaving hyp */
	struct kvmmt_times walk_time;		/* of walks, whatever their outcome */
	struct kvmmt_times life_time;		/* of entries that left */
};

static inline __u64 kvmmt_index(__u64 reason, __u64 nr)
{
	/*
	 * The compiler must not split the register that is checked from the one
	 * that indexes: the BPF verifier would lose the bound.
	 */
	asm volatile("" : "+r"(reason));
	return reason < nr ? reason : nr;
}

static inline enum kvmmt_outcome kvmmt_walk_outcome(__u32 reason)
{
	switch (reason) {
#define X(name, outcome, ...)                   \
	case KVMMT_VNCR_WALK_##name:            \
		return KVMMT_OUTCOME_##outcome;
	KVMMT_VNCR_WALK_REASONS(X)
#undef X
	}
	return KVMMT_OUTCOME_INJECTED; /* a reason of a later kernel: do not hide it */
}

static inline void kvmmt_add(__u64 *count, __u64 n)
{
	__sync_fetch_and_add(count, n);
}

/* The first place whose bound is not below @ns. */
static inline int kvmmt_time_place(__u64 ns)
{
	__u64 x = ns ? (ns - 1) >> KVMMT_TIMES_SHIFT : 0;
	int place = 0, step;

#pragma GCC unroll 6
	for (step = 32; step; step /= 2) {
		if (x >> step) {
			x >>= step;
			place += step;
		}
	}
	place += x;
	return place < KVMMT_TIMES_NR ? place : KVMMT_TIMES_NR - 1;
}

static inline void kvmmt_add_time(struct kvmmt_times *t, __u64 ns)
{
	kvmmt_add(&t->count[kvmmt_index(kvmmt_time_place(ns), KVMMT_TIMES_NR - 1)], 1);
	kvmmt_add(&t->sum_ns, ns);
}

static inline void kvmmt_count_lookup(struct kvmmt_vncr *c, __u32 reason, __u32 fast_tlbis)
{
	kvmmt_add(&c->lookup[kvmmt_index(reason, KVMMT_VNCR_LOOKUP_NR)], 1);
	if (fast_tlbis)
		kvmmt_add(&c->fast_tlbis, fast_tlbis);
}

static inline void kvmmt_count_walk(struct kvmmt_vncr *c, __u32 reason, __u64 lat_ns)
{
	kvmmt_add(&c->walk[kvmmt_index(reason, KVMMT_VNCR_WALK_NR)], 1);
	kvmmt_add_time(&c->walk_time, lat_ns);
}

static inline void kvmmt_count_entry_gone(struct kvmmt_vncr *c, __u32 reason, __u32 flags,
					  __u64 lifetime_ns)
{
	kvmmt_add(&c->inval[kvmmt_index(reason, KVMMT_VNCR_INVAL_NR)], 1);
	if (flags & KVMMT_VNCR_F_INVALIDATED)
		kvmmt_add(&c->inval_host, 1);
	kvmmt_add_time(&c->life_time, lifetime_ns);
}

static inline void kvmmt_count_tlbi(struct kvmmt_vncr *c, __u32 scope, __u32 entries)
{
	__u64 i = kvmmt_index(scope, KVMMT_VNCR_SCOPE_NR);

	kvmmt_add(&c->tlbi[i], 1);
	if (entries)
		kvmmt_add(&c->tlbi_entries[i], entries);
}

/* Into the counters of e->vcpu. */
static inline void kvmmt_fold_vncr(struct kvmmt_vncr *c, const struct kvmmt_event *e)
{
	switch (e->kind) {
	case KVMMT_KIND_VNCR_LOOKUP:
		kvmmt_count_lookup(c, e->vncr_lookup.reason, e->vncr_lookup.fast_tlbis);
		break;
	case KVMMT_KIND_VNCR_WALK:
		kvmmt_count_walk(c, e->vncr_walk.reason, e->vncr_walk.lat_ns);
		break;
	case KVMMT_KIND_VNCR_INVALIDATE:
		kvmmt_count_entry_gone(c, e->vncr_invalidate.reason, e->vncr_invalidate.flags,
				       e->vncr_invalidate.lifetime_ns);
		break;
	case KVMMT_KIND_NESTED_TLBI:
		kvmmt_count_tlbi(c, e->nested_tlbi.scope, e->nested_tlbi.entries);
		break;
	}
}

#endif
