/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the dashboard counts, defined once: fold() runs in BPF on per-CPU
 * counters and in user space over a recording, so both show the same.
 */
#ifndef KVMMT_COUNTERS_H
#define KVMMT_COUNTERS_H

#include "event.h"

/*
 * One VM. Counters only grow; a struct of zeroes is the empty one. The last
 * place of an array by reason takes what a later kernel calls by a new number.
 */
struct kvmmt_counters {
	__u64 fault[KVMMT_FAULT_NR + 1];	/* by reason */
	__u64 mapped[KVMMT_S2_NR];		/* faults that mapped, by stage-2 type */
	__u64 mapped_bytes[KVMMT_S2_NR];	/* RELAXED adds none: it maps nothing new */
	__u64 slot[KVMMT_SLOT_NR + 1];		/* by reason */
	__u64 inval[KVMMT_INVAL_NR + 1];	/* by reason, shadow ones too */
	__u64 inval_bytes[KVMMT_INVAL_NR + 1]; /* canonical only: shadow ranges cover all */
	__u64 inval_shadow;
	__u64 refused_ns;			/* time of the last refusal, 0: none */
};

/* MemAttr[3:0] of a stage-2 leaf, with and without FEAT_S2FWB (Arm ARM D8.6) */
static inline enum kvmmt_s2_type kvmmt_s2_type(__u16 memattr, __u32 flags)
{
	switch (memattr) {
	case 0x0:
		return KVMMT_S2_DEVICE_nGnRnE;
	case 0x1:
		return KVMMT_S2_DEVICE_nGnRE;
	case 0x5:
		return KVMMT_S2_NORMAL_NC;
	case 0x6:
		return flags & KVMMT_F_FWB ? KVMMT_S2_NORMAL : KVMMT_S2_OTHER;
	case 0xf:
		return flags & KVMMT_F_FWB ? KVMMT_S2_OTHER : KVMMT_S2_NORMAL;
	}
	return KVMMT_S2_OTHER;
}

static inline enum kvmmt_outcome kvmmt_fault_outcome(__u16 reason)
{
	switch (reason) {
#define X(name, outcome, ...)                   \
	case KVMMT_FAULT_##name:                \
		return KVMMT_OUTCOME_##outcome;
	KVMMT_FAULT_REASONS(X)
#undef X
	}
	return KVMMT_OUTCOME_REFUSED; /* a reason of a later kernel: do not hide it */
}

/* A mapping or a slot that KVM declined: the rare event that is always told. */
static inline int kvmmt_is_refusal(const struct kvmmt_event *e)
{
	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		return kvmmt_fault_outcome(e->s2_fault.reason) == KVMMT_OUTCOME_REFUSED;
	case KVMMT_KIND_S2_SLOT:
		return e->s2_slot.reason != KVMMT_SLOT_ACCEPTED;
	}
	return 0;
}

static inline __u64 kvmmt_index(__u64 reason, __u64 nr)
{
	/*
	 * The compiler must not split the register that is checked from the one
	 * that indexes: the BPF verifier would lose the bound.
	 */
	asm volatile("" : "+r"(reason));
	return reason < nr ? reason : nr;
}

static inline void kvmmt_fold_fault(struct kvmmt_counters *c, const struct kvmmt_s2_fault *f)
{
	__u64 reason = kvmmt_index(f->reason, KVMMT_FAULT_NR);
	__u32 type;

	c->fault[reason]++;
	if (kvmmt_fault_outcome(f->reason) != KVMMT_OUTCOME_MAPPED)
		return;
	type = kvmmt_s2_type(f->memattr, f->flags);
	c->mapped[type]++;
	if (reason == KVMMT_FAULT_MAPPED)
		c->mapped_bytes[type] += f->size_bytes;
}

static inline void kvmmt_fold_invalidate(struct kvmmt_counters *c,
					 const struct kvmmt_s2_invalidate *i)
{
	__u64 reason = kvmmt_index(i->reason, KVMMT_INVAL_NR);

	c->inval[reason]++;
	if (i->shadow)
		c->inval_shadow++;
	else
		c->inval_bytes[reason] += i->size_bytes;
}

static inline void kvmmt_fold(struct kvmmt_counters *c, const struct kvmmt_event *e)
{
	if (kvmmt_is_refusal(e))
		c->refused_ns = e->time_ns;

	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		kvmmt_fold_fault(c, &e->s2_fault);
		break;
	case KVMMT_KIND_S2_SLOT:
		c->slot[kvmmt_index(e->s2_slot.reason, KVMMT_SLOT_NR)]++;
		break;
	case KVMMT_KIND_S2_INVALIDATE:
		kvmmt_fold_invalidate(c, &e->s2_invalidate);
		break;
	}
}

#endif
