// SPDX-License-Identifier: GPL-2.0
/*
 * One program for each tracepoint. Each makes one event of what it is told,
 * folds it into the VM's counters, and streams it if somebody asked for it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <kvmmt/counters.h>
#include <kvmmt/maps.h>

char LICENSE[] SEC("license") = "GPL";

/* Set before loading. */
const volatile __u32 stream_kinds;	/* bit by kind: stream every event */
const volatile bool stream_refusals;
const volatile bool only_pids;		/* leave out VMs that `pids` does not hold */
const volatile __u32 ring_mask;		/* number of rings - 1, a power of two - 1 */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct kvmmt_vm_key);
	__type(value, struct kvmmt_counters);
} vms SEC(".maps");

/* Who caused a VM's first event: a name for VMs that are gone before we look. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct kvmmt_vm_key);
	__type(value, char[KVMMT_COMM_LEN]);
} comms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u8);
} pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kvmmt_loss);
} loss SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KVMMT_MAX_RINGS);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

static const struct kvmmt_counters no_counters;

static __always_inline struct kvmmt_loss *cpu_loss(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&loss, &zero);
}

static __always_inline bool tell_loss(void *ring, struct kvmmt_loss *l, __u16 cpu)
{
	struct kvmmt_event *e = bpf_ringbuf_reserve(ring, sizeof(*e), 0);

	if (!e)
		return false;
	__builtin_memset(e, 0, sizeof(*e));
	e->time_ns = l->untold.last_ns;
	e->vcpu = -1;
	e->kind = KVMMT_KIND_LOST;
	e->cpu = cpu;
	e->lost = l->untold;
	bpf_ringbuf_submit(e, 0);
	__builtin_memset(&l->untold, 0, sizeof(l->untold));
	return true;
}

/* @kind is e->kind as a constant: the verifier cannot follow it through memory. */
static __always_inline void stream(const struct kvmmt_event *e, __u16 kind)
{
	struct kvmmt_loss *l = cpu_loss();
	__u32 index = e->cpu & ring_mask;
	void *ring = bpf_map_lookup_elem(&rings, &index);

	if (!l)
		return;
	/* A loss is told before the next event, at its place in the stream. */
	if (ring && (!l->untold.first_ns || tell_loss(ring, l, e->cpu)) &&
	    !bpf_ringbuf_output(ring, (void *)e, sizeof(*e), 0))
		return;

	if (!l->untold.first_ns)
		l->untold.first_ns = e->time_ns;
	l->untold.last_ns = e->time_ns;
	l->untold.count[kind]++;
	l->total[kind]++;
}

static __always_inline void count(const struct kvmmt_event *e)
{
	struct kvmmt_vm_key key = { .vm = e->vm, .pid = e->pid };
	struct kvmmt_counters *c = bpf_map_lookup_elem(&vms, &key);
	struct kvmmt_loss *l;

	if (!c) {
		char comm[KVMMT_COMM_LEN];

		bpf_get_current_comm(comm, sizeof(comm));
		bpf_map_update_elem(&comms, &key, comm, BPF_NOEXIST);
		bpf_map_update_elem(&vms, &key, &no_counters, BPF_NOEXIST);
		c = bpf_map_lookup_elem(&vms, &key);
	}
	if (c)
		kvmmt_fold(c, e);
	else if ((l = cpu_loss()))
		l->vms++;
}

/* The part that all events have. False: the VM is not one we were asked for. */
static __always_inline bool begin(struct kvmmt_event *e, __u16 kind, struct kvm *kvm, int vcpu)
{
	__u32 pid = kvm->userspace_pid;

	if (only_pids && !bpf_map_lookup_elem(&pids, &pid))
		return false;
	__builtin_memset(e, 0, sizeof(*e));
	e->time_ns = bpf_ktime_get_ns();
	e->vm = (__u64)kvm;
	e->pid = pid;
	e->vcpu = vcpu;
	e->kind = kind;
	e->cpu = bpf_get_smp_processor_id();
	return true;
}

static __always_inline int end(struct kvmmt_event *e, __u16 kind)
{
	count(e);
	if ((stream_kinds & (1u << kind)) || (stream_refusals && kvmmt_is_refusal(e))) {
		e->tid = bpf_get_current_pid_tgid();
		bpf_get_current_comm(e->comm, sizeof(e->comm));
		stream(e, kind);
	}
	return 0;
}

SEC("tp_btf/kvm_s2_fault")
int BPF_PROG(kvm_s2_fault, struct kvm_vcpu *vcpu, __u64 fault_ipa, __u64 ipa, __u64 hva, __u64 pfn,
	     __u64 size, __u32 vma, __u32 memattr, __u32 flags, __u32 reason, int ret)
{
	struct kvmmt_event e;

	if (!begin(&e, KVMMT_KIND_S2_FAULT, vcpu->kvm, vcpu->vcpu_idx))
		return 0;
	e.s2_fault = (struct kvmmt_s2_fault){
		.fault_ipa = fault_ipa,
		.ipa = ipa,
		.hva = hva,
		.pfn = pfn,
		.size_bytes = size,
		.vma = vma,
		.flags = flags,
		.ret = ret,
		.reason = reason,
		.memattr = memattr,
	};
	return end(&e, KVMMT_KIND_S2_FAULT);
}

SEC("tp_btf/kvm_s2_slot")
int BPF_PROG(kvm_s2_slot, struct kvm *kvm, __u32 slot, __u32 slot_flags, __u64 ipa, __u64 size,
	     __u64 hva, __u32 change, __u32 vma, __u32 flags, __u32 reason, int ret)
{
	struct kvmmt_event e;

	if (!begin(&e, KVMMT_KIND_S2_SLOT, kvm, -1))
		return 0;
	e.s2_slot = (struct kvmmt_s2_slot){
		.ipa = ipa,
		.size_bytes = size,
		.hva = hva,
		.slot = slot,
		.slot_flags = slot_flags,
		.vma = vma,
		.flags = flags,
		.ret = ret,
		.reason = reason,
		.change = change,
	};
	return end(&e, KVMMT_KIND_S2_SLOT);
}

SEC("tp_btf/kvm_s2_invalidate")
int BPF_PROG(kvm_s2_invalidate, struct kvm *kvm, __u64 start, __u64 size, __u32 reason, bool shadow)
{
	struct kvmmt_event e;

	if (!begin(&e, KVMMT_KIND_S2_INVALIDATE, kvm, -1))
		return 0;
	e.s2_invalidate = (struct kvmmt_s2_invalidate){
		.start = start,
		.size_bytes = size,
		.reason = reason,
		.shadow = shadow,
	};
	return end(&e, KVMMT_KIND_S2_INVALIDATE);
}
