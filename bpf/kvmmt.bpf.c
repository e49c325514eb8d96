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

/* A loss is told before the next event of its CPU, at its place in the stream. */
static __noinline bool tell_loss(__u32 cpu)
{
	struct kvmmt_loss *l = cpu_loss();
	__u32 index = cpu & ring_mask;
	void *ring = bpf_map_lookup_elem(&rings, &index);
	struct kvmmt_event *e;

	if (!l || !ring)
		return false;
	e = bpf_ringbuf_reserve(ring, sizeof(*e), 0);
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
static __always_inline void stream(struct kvmmt_event *e, __u16 kind)
{
	struct kvmmt_loss *l = cpu_loss();
	__u32 cpu = bpf_get_smp_processor_id(), index = cpu & ring_mask;
	void *ring = bpf_map_lookup_elem(&rings, &index);

	if (!e->time_ns)
		e->time_ns = bpf_ktime_get_ns();
	e->cpu = cpu;
	e->tid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	if (!l)
		return;
	if (ring && (!l->untold.first_ns || tell_loss(cpu)) &&
	    !bpf_ringbuf_output(ring, e, sizeof(*e), 0))
		return;

	if (!l->untold.first_ns)
		l->untold.first_ns = e->time_ns;
	l->untold.last_ns = e->time_ns;
	l->untold.count[kind]++;
	l->total[kind]++;
}

/* The VM's counters, new ones if it has none; NULL if there is no room. */
static __noinline struct kvmmt_counters *new_counters(struct kvmmt_vm_key *key)
{
	char comm[KVMMT_COMM_LEN];
	struct kvmmt_counters *c;
	struct kvmmt_loss *l;

	if (!key)
		return NULL;
	bpf_get_current_comm(comm, sizeof(comm));
	bpf_map_update_elem(&comms, key, comm, BPF_NOEXIST);
	bpf_map_update_elem(&vms, key, &no_counters, BPF_NOEXIST);
	c = bpf_map_lookup_elem(&vms, key);
	if (!c && (l = cpu_loss()))
		l->vms++;
	return c;
}

static __always_inline bool wanted(struct kvm *kvm)
{
	__u32 pid = kvm->userspace_pid;

	return !only_pids || bpf_map_lookup_elem(&pids, &pid);
}

static __always_inline struct kvmmt_event header(__u16 kind, struct kvm *kvm, int vcpu)
{
	return (struct kvmmt_event){
		.vm = (__u64)kvm,
		.pid = kvm->userspace_pid,
		.vcpu = vcpu,
		.kind = kind,
	};
}
/*
 * @e by value: nothing keeps its address unless it is streamed, so the counting
 * path is reduced to the fields that the fold reads.
 */
static __always_inline int handle(struct kvmmt_event e, __u16 kind)
{
	struct kvmmt_vm_key key = { .vm = e.vm, .pid = e.pid };
	struct kvmmt_counters *c = bpf_map_lookup_elem(&vms, &key);

	if (!c)
		c = new_counters(&key);
	/* The clock is read only for those who look at it: it costs as much as the rest. */
	if (kvmmt_is_refusal(&e))
		e.time_ns = bpf_ktime_get_ns();
	if (c)
		kvmmt_fold(c, &e);
	if ((stream_kinds & (1u << kind)) || (stream_refusals && kvmmt_is_refusal(&e))) {
		struct kvmmt_event copy = e;

		stream(&copy, kind);
	}
	return 0;
}

SEC("tp_btf/kvm_s2_fault")
int BPF_PROG(kvm_s2_fault, struct kvm_vcpu *vcpu, __u64 fault_ipa, __u64 ipa, __u64 hva, __u64 pfn,
	     __u64 size, __u32 vma, __u32 memattr, __u32 flags, __u32 reason, int ret)
{
	struct kvmmt_event e;

	if (!wanted(vcpu->kvm))
		return 0;
	e = header(KVMMT_KIND_S2_FAULT, vcpu->kvm, vcpu->vcpu_idx);
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
	return handle(e, KVMMT_KIND_S2_FAULT);
}

SEC("tp_btf/kvm_s2_slot")
int BPF_PROG(kvm_s2_slot, struct kvm *kvm, __u32 slot, __u32 slot_flags, __u64 ipa, __u64 size,
	     __u64 hva, __u32 change, __u32 vma, __u32 flags, __u32 reason, int ret)
{
	struct kvmmt_event e;

	if (!wanted(kvm))
		return 0;
	e = header(KVMMT_KIND_S2_SLOT, kvm, -1);
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
	return handle(e, KVMMT_KIND_S2_SLOT);
}

SEC("tp_btf/kvm_s2_invalidate")
int BPF_PROG(kvm_s2_invalidate, struct kvm *kvm, __u64 start, __u64 size, __u32 reason, bool shadow)
{
	struct kvmmt_event e;

	if (!wanted(kvm))
		return 0;
	e = header(KVMMT_KIND_S2_INVALIDATE, kvm, -1);
	e.s2_invalidate = (struct kvmmt_s2_invalidate){
		.start = start,
		.size_bytes = size,
		.reason = reason,
		.shadow = shadow,
	};
	return handle(e, KVMMT_KIND_S2_INVALIDATE);
}
