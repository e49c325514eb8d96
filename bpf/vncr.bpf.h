/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs of the VNCR pseudo-TLB, for kvmmt.bpf.c. Their counters are by vCPU, in
 * a table that only events of guest hypervisors touch.
 */
#ifndef VNCR_BPF_H
#define VNCR_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, KVMMT_MAX_VCPUS);
	__type(key, struct kvmmt_vcpu_key);
	__type(value, struct kvmmt_vncr);
} vcpus SEC(".maps");

static const struct kvmmt_vncr no_vncr;

/* A new entry, of a VM whose counters exist: user space knows it by them. */
static __noinline struct kvmmt_vncr *add_vcpu(struct kvmmt_vcpu_key *key)
{
	struct kvmmt_vncr *c;
	struct kvmmt_loss *l;

	bpf_map_update_elem(&vcpus, key, &no_vncr, BPF_NOEXIST);
	c = bpf_map_lookup_elem(&vcpus, key);
	if (!c && (l = cpu_loss()))
		l->vms++;
	return c;
}

static __always_inline struct kvmmt_vncr *vcpu_counters(struct kvm_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;
	struct kvmmt_vcpu_key key = {
		.vm = { .vm = (__u64)kvm, .pid = kvm->userspace_pid },
		.vcpu = vcpu->vcpu_idx,
	};
	struct kvmmt_vncr *c;

	key.vm.generation = generation((__u64)kvm);
	c = bpf_map_lookup_elem(&vcpus, &key);
	if (c || !counters(kvm))
		return c;
	return add_vcpu(&key);
}

static __always_inline int on_vncr_lookup(int what, struct kvm_vcpu *vcpu,
					  const struct kvm_vncr_lookup *l)
{
	struct kvmmt_vncr *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = vcpu_counters(vcpu);
		if (c)
			kvmmt_count_lookup(c, l->reason, l->fast_tlbis);
	}
	if (!streamed(what, vcpu->kvm, false))
		return 0;
	e = header(KVMMT_KIND_VNCR_LOOKUP, vcpu->kvm, vcpu->vcpu_idx);
	e.vncr_lookup = (struct kvmmt_vncr_lookup){
		.va = l->va,
		.asid = l->asid,
		.flags = l->flags,
		.fast_tlbis = l->fast_tlbis,
		.entry = l->entry,
		.reason = l->reason,
	};
	return stream(&e, KVMMT_KIND_VNCR_LOOKUP, false);
}

static __always_inline int on_vncr_walk(int what, struct kvm_vcpu *vcpu,
					const struct kvm_vncr_walk *w)
{
	struct kvmmt_vncr *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = vcpu_counters(vcpu);
		if (c)
			kvmmt_count_walk(c, w->reason, w->lat_ns);
	}
	if (!streamed(what, vcpu->kvm, false))
		return 0;
	e = header(KVMMT_KIND_VNCR_WALK, vcpu->kvm, vcpu->vcpu_idx);
	e.vncr_walk = (struct kvmmt_vncr_walk){
		.va = w->va,
		.ipa = w->ipa,
		.pfn = w->pfn,
		.lat_ns = w->lat_ns,
		.esr = w->esr,
		.injected = w->injected,
		.flags = w->flags,
		.asid = w->asid,
		.reason = w->reason,
		.entry = w->entry,
		.level = w->level,
		.size_shift = w->size_shift,
	};
	return stream(&e, KVMMT_KIND_VNCR_WALK, false);
}

static __always_inline int on_vncr_invalidate(int what, struct kvm_vcpu *vcpu,
					      const struct kvm_vncr_invalidate *i)
{
	struct kvmmt_vncr *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = vcpu_counters(vcpu);
		if (c)
			kvmmt_count_entry_gone(c, i->reason, i->flags, i->lifetime_ns);
	}
	if (!streamed(what, vcpu->kvm, false))
		return 0;
	e = header(KVMMT_KIND_VNCR_INVALIDATE, vcpu->kvm, vcpu->vcpu_idx);
	e.vncr_invalidate = (struct kvmmt_vncr_invalidate){
		.va = i->va,
		.ipa = i->ipa,
		.lifetime_ns = i->lifetime_ns,
		.flags = i->flags,
		.asid = i->asid,
		.reason = i->reason,
		.entry = i->entry,
		.size_shift = i->size_shift,
	};
	return stream(&e, KVMMT_KIND_VNCR_INVALIDATE, false);
}

static __always_inline int on_nested_tlbi(int what, struct kvm_vcpu *vcpu,
					  const struct kvm_nested_tlbi *t)
{
	struct kvmmt_vncr *c;
	struct kvmmt_event e;

	if (what & COUNT) {
		c = vcpu_counters(vcpu);
		if (c)
			kvmmt_count_tlbi(c, t->scope, t->entries);
	}
	if (!streamed(what, vcpu->kvm, false))
		return 0;
	e = header(KVMMT_KIND_NESTED_TLBI, vcpu->kvm, vcpu->vcpu_idx);
	e.nested_tlbi = (struct kvmmt_nested_tlbi){
		.start = t->start,
		.size_bytes = t->size,
		.op = t->op,
		.scope = t->scope,
		.asid = t->asid,
		.entries = t->entries,
	};
	return stream(&e, KVMMT_KIND_NESTED_TLBI, false);
}

#endif
