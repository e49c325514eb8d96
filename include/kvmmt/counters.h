/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the dashboard counts, defined once: fold() runs in BPF on per-CPU
 * counters and in user space over a recording, so both show the same.
 */
#ifndef KVMMT_COUNTERS_H
#define KVMMT_COUNTERS_H

#include "counters_vncr.h"
#include "event.h"
#include "refault.h"

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
	__u64 refault_bytes;			/* mapped soon after they were invalidated */
	/* No sums: of two CPUs' the greater counts. */
	__u64 refused_ns;			/* time of the last refusal, 0: none */
	__u64 vcpus;				/* greatest index of one that had a fault, + 1 */
};

/* MemAttr[3:0] of a stage-2 leaf, with and without FEAT_S2FWB (Arm ARM D8.6) */
static inline enum kvmmt_s2_type kvmmt_s2_type(__u32 memattr, __u32 flags)
{
	if (memattr == 0x6 && flags & KVMMT_F_FWB)
		return KVMMT_S2_NORMAL;	/* nearly all are: first */
	switch (memattr) {
	case 0x0:
		return KVMMT_S2_DEVICE_nGnRnE;
	case 0x1:
		return KVMMT_S2_DEVICE_nGnRE;
	case 0x5:
		return KVMMT_S2_NORMAL_NC;
	case 0xf:
		return flags & KVMMT_F_FWB ? KVMMT_S2_OTHER : KVMMT_S2_NORMAL;
	}
	return KVMMT_S2_OTHER;
}

static inline enum kvmmt_outcome kvmmt_fault_outcome(__u32 reason)
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
static inline int kvmmt_fault_refused(__u32 reason)
{
	return kvmmt_fault_outcome(reason) == KVMMT_OUTCOME_REFUSED;
}

static inline int kvmmt_slot_refused(__u32 reason)
{
	return reason != KVMMT_SLOT_ACCEPTED;
}

static inline int kvmmt_is_refusal(const struct kvmmt_event *e)
{
	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		return kvmmt_fault_refused(e->s2_fault.reason);
	case KVMMT_KIND_S2_SLOT:
		return kvmmt_slot_refused(e->s2_slot.reason);
	}
	return 0;
}

/* Its stage 2 is torn down, which is a VM's last event. Shadows may go before. */
static inline int kvmmt_is_gone(const struct kvmmt_counters *c)
{
	return c->inval_bytes[KVMMT_INVAL_TEARDOWN] > 0;
}

/*
 * The parts, for BPF: each takes only what it counts, so that a program that does
 * not stream reads no more of its tracepoint's record.
 */
static inline void kvmmt_count_fault(struct kvmmt_counters *c, __u32 reason, __u32 memattr,
				     __u32 flags, __u64 size_bytes)
{
	__u32 type;

	c->fault[kvmmt_index(reason, KVMMT_FAULT_NR)]++;
	if (kvmmt_fault_outcome(reason) != KVMMT_OUTCOME_MAPPED)
		return;
	type = kvmmt_s2_type(memattr, flags);
	c->mapped[type]++;
	if (reason == KVMMT_FAULT_MAPPED)
		c->mapped_bytes[type] += size_bytes;
}

static inline void kvmmt_count_slot(struct kvmmt_counters *c, __u32 reason)
{
	c->slot[kvmmt_index(reason, KVMMT_SLOT_NR)]++;
}

static inline void kvmmt_count_invalidate(struct kvmmt_counters *c, __u32 reason, int shadow,
					  __u64 size_bytes)
{
	__u64 i = kvmmt_index(reason, KVMMT_INVAL_NR);

	c->inval[i]++;
	if (shadow)
		c->inval_shadow++;
	else
		c->inval_bytes[i] += size_bytes;
}

static inline void kvmmt_count_vcpu(struct kvmmt_counters *c, __u32 vcpu)
{
	if (vcpu >= c->vcpus)
		c->vcpus = (__u64)vcpu + 1;
}

/* @marks: of all VMs' invalidations */
static inline void kvmmt_fold(struct kvmmt_counters *c, struct kvmmt_mark *marks,
			      const struct kvmmt_event *e)
{
	if (kvmmt_is_refusal(e))
		c->refused_ns = e->time_ns;

	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		kvmmt_count_vcpu(c, e->vcpu);
		kvmmt_count_fault(c, e->s2_fault.reason, e->s2_fault.memattr, e->s2_fault.flags,
				  e->s2_fault.size_bytes);
		if (e->s2_fault.reason == KVMMT_FAULT_MAPPED &&
		    kvmmt_refaulted(marks, e->vm, e->s2_fault.ipa, e->time_ns, KVMMT_REFAULT_NS))
			c->refault_bytes += e->s2_fault.size_bytes;
		break;
	case KVMMT_KIND_S2_SLOT:
		kvmmt_count_slot(c, e->s2_slot.reason);
		break;
	case KVMMT_KIND_S2_INVALIDATE:
		kvmmt_count_invalidate(c, e->s2_invalidate.reason, e->s2_invalidate.shadow,
				       e->s2_invalidate.size_bytes);
		if (!e->s2_invalidate.shadow)
			kvmmt_mark(marks, e->vm, e->s2_invalidate.start,
				   e->s2_invalidate.size_bytes, e->time_ns);
		break;
	}
}

#endif
