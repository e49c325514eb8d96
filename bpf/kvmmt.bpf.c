// SPDX-License-Identifier: GPL-2.0
/*
 * Three programs for each tracepoint, of which one is loaded: it counts what it is
 * told for the VM, or makes an event of it for the stream, or both. What only
 * counts reads nothing else, not even the clock: it runs at every fault.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <kvmmt/counters.h>
#include <kvmmt/maps.h>

char LICENSE[] SEC("license") = "GPL";

/* Set before loading. */
const volatile bool only_refusals;	/* stream no other */
const volatile bool count_causes;	/* keep `causes`, and find refaults */
const volatile bool note_stacks;	/* of causes, in `stacks` */
const volatile bool note_origins;	/* of refusals, in `origins` */
const volatile bool refusals_apart;	/* in the ring behind the CPUs': others cannot fill it */
const volatile bool only_pids;		/* leave out VMs that `pids` does not hold */
const volatile __u64 refault_ns;	/* as KVMMT_REFAULT_NS, or as somebody wishes */
const volatile __u32 page_shift;
const volatile __u32 ring_mask;		/* number of rings - 1, a power of two - 1 */

#include "stream.bpf.h"
#include "vms.bpf.h"
#include "refusal.bpf.h"
#include "causes.bpf.h"

static __always_inline int on_s2_fault(int what, struct kvm_vcpu *vcpu, const struct kvm_s2_fault *f)
{
	struct kvmmt_counters *c = NULL;
	__u32 reason, index = vcpu->vcpu_idx;
	struct kvm *kvm = vcpu->kvm;
	struct kvmmt_event e;

	if (what & COUNT)
		c = counters(kvm);
	/* Read where it is used first: what lives across the call above costs each fault. */
	reason = f->reason;
	if (c) {
		kvmmt_count_vcpu(c, index);
		kvmmt_count_fault(c, reason, f->memattr, f->flags, f->size);
		if (kvmmt_fault_refused(reason))
			c->refused_ns = bpf_ktime_get_ns();
		if (count_causes && reason == KVMMT_FAULT_MAPPED &&
		    kvmmt_refaulted(marks, kvmmt_low((__u64)kvm), f->ipa, bpf_ktime_get_ns(), refault_ns))
			c->refault_bytes += f->size;
	}
	if (!streamed(what, kvm, kvmmt_fault_refused(reason)))
		return 0;
	if (note_origins && kvmmt_fault_refused(reason))
		note_origin((__u64)kvm, f->hva, slot_of(kvm, f->ipa));
	e = header(KVMMT_KIND_S2_FAULT, kvm, index);
	e.s2_fault = (struct kvmmt_s2_fault){
		.fault_ipa = f->fault_ipa,
		.ipa = f->ipa,
		.hva = f->hva,
		.pfn = f->pfn,
		.size_bytes = f->size,
		.vma = f->vma,
		.flags = f->flags | kvmmt_access_flags(f->esr),
		.ret = f->ret,
		.reason = reason,
		.memattr = f->memattr,
	};
	return stream(&e, KVMMT_KIND_S2_FAULT, kvmmt_fault_refused(reason));
}

static __always_inline int on_s2_slot(int what, struct kvm *kvm, const struct kvm_s2_slot *s)
{
	bool refused = kvmmt_slot_refused(s->reason);
	struct kvmmt_counters *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = counters(kvm);
		if (c)
			kvmmt_count_slot(c, s->reason);
		if (c && refused)
			c->refused_ns = bpf_ktime_get_ns();
	}
	if (!streamed(what, kvm, refused))
		return 0;
	if (note_origins && refused)
		note_origin((__u64)kvm, s->vma_hva ? s->vma_hva : s->hva, (__u16)s->slot);
	e = header(KVMMT_KIND_S2_SLOT, kvm, -1);
	e.s2_slot = (struct kvmmt_s2_slot){
		.ipa = s->ipa,
		.size_bytes = s->size,
		.hva = s->hva,
		.vma_hva = s->vma_hva,
		.slot = s->slot,
		.slot_flags = s->slot_flags,
		.vma = s->vma,
		.flags = s->flags,
		.ret = s->ret,
		.reason = s->reason,
		.change = s->change,
	};
	return stream(&e, KVMMT_KIND_S2_SLOT, refused);
}

static __always_inline int on_s2_invalidate(int what, struct kvm *kvm, __u64 start, __u64 size,
					    __u32 reason, bool shadow)
{
	struct kvmmt_counters *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = counters(kvm);
		if (c)
			kvmmt_count_invalidate(c, reason, shadow, size);
		if (count_causes)
			count_cause(kvm, shadow ? 0 : size, reason);
		if (count_causes && !shadow)
			mark(kvmmt_low((__u64)kvm), start, size);
		if (reason == KVMMT_INVAL_TEARDOWN && !shadow)
			end_vm((__u64)kvm);
	}
	if (!streamed(what, kvm, false))
		return 0;
	e = header(KVMMT_KIND_S2_INVALIDATE, kvm, -1);
	e.s2_invalidate = (struct kvmmt_s2_invalidate){
		.start = start,
		.size_bytes = size,
		.reason = reason,
		.shadow = shadow,
		.process = current_process(),
		.syscall = current_syscall(reason),
	};
	return stream(&e, KVMMT_KIND_S2_INVALIDATE, false);
}

#include "vncr.bpf.h"

#define ARGS(...) __VA_ARGS__
#define PROGRAMS(kind, args, ...)						\
	SEC("tp_btf/kvm_" #kind)						\
	int BPF_PROG(count_##kind, __VA_ARGS__)					\
	{									\
		return on_##kind(COUNT, args);					\
	}									\
	SEC("tp_btf/kvm_" #kind)						\
	int BPF_PROG(stream_##kind, __VA_ARGS__)				\
	{									\
		return on_##kind(STREAM, args);					\
	}									\
	SEC("tp_btf/kvm_" #kind)						\
	int BPF_PROG(both_##kind, __VA_ARGS__)					\
	{									\
		return on_##kind(COUNT | STREAM, args);				\
	}

PROGRAMS(s2_fault, ARGS(vcpu, f), struct kvm_vcpu *vcpu, const struct kvm_s2_fault *f)
PROGRAMS(s2_slot, ARGS(kvm, s), struct kvm *kvm, const struct kvm_s2_slot *s)
PROGRAMS(s2_invalidate, ARGS(kvm, start, size, reason, shadow), struct kvm *kvm, __u64 start,
	 __u64 size, __u32 reason, bool shadow)

PROGRAMS(vncr_lookup, ARGS(vcpu, l), struct kvm_vcpu *vcpu, const struct kvm_vncr_lookup *l)
PROGRAMS(vncr_walk, ARGS(vcpu, w), struct kvm_vcpu *vcpu, const struct kvm_vncr_walk *w)
PROGRAMS(vncr_invalidate, ARGS(vcpu, i), struct kvm_vcpu *vcpu,
	 const struct kvm_vncr_invalidate *i)
PROGRAMS(nested_tlbi, ARGS(vcpu, t), struct kvm_vcpu *vcpu, const struct kvm_nested_tlbi *t)
