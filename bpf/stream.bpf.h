/* SPDX-License-Identifier: GPL-2.0 */
/* Events on their way to user space, and what is lost of them: part of kvmmt.bpf.c. */
#ifndef STREAM_BPF_H
#define STREAM_BPF_H

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
	__uint(max_entries, KVMMT_MAX_RINGS + 1);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

static __always_inline struct kvmmt_loss *cpu_loss(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&loss, &zero);
}

/* A loss is told before the next event of its CPU, at its place in the stream. */
static __noinline bool tell_loss(__u32 cpu, __u32 index)
{
	struct kvmmt_loss *l = cpu_loss();
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
static __always_inline int stream(struct kvmmt_event *e, __u16 kind, bool refused)
{
	struct kvmmt_loss *l = cpu_loss();
	__u32 cpu = bpf_get_smp_processor_id();
	__u32 index = refused && refusals_apart ? ring_mask + 1 : cpu & ring_mask;
	void *ring = bpf_map_lookup_elem(&rings, &index);

	e->time_ns = bpf_ktime_get_ns();
	e->cpu = cpu;
	e->tid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	if (!l)
		return 0;
	if (ring && (!l->untold.first_ns || tell_loss(cpu, index)) &&
	    !bpf_ringbuf_output(ring, e, sizeof(*e), 0))
		return 0;

	if (!l->untold.first_ns)
		l->untold.first_ns = e->time_ns;
	l->untold.last_ns = e->time_ns;
	l->untold.count[kind]++;
	l->total[kind]++;
	l->refusals += refused;
	return 0;
}

static __always_inline bool wanted(__u32 pid)
{
	return !only_pids || bpf_map_lookup_elem(&pids, &pid);
}

/* What a program does: constants that the compiler makes three programs of. */
enum { COUNT = 1, STREAM = 2 };

static __always_inline bool streamed(int what, struct kvm *kvm, bool refused)
{
	return what & STREAM && (refused || !only_refusals) && wanted(kvm->userspace_pid);
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

#endif
