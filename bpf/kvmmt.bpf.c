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

/*
 * Who has each place: `claims` decides, `owners` says it once .vm is set, until user
 * space takes the place back. The owner counts in it only while it is in
 * `counting`, until its teardown: after that its address may be another VM's.
 */
__u64 claims[KVMMT_PLACES];
struct kvmmt_vm_key owners[KVMMT_PLACES];
__u64 counting[KVMMT_PLACES];

struct kvmmt_mark marks[KVMMT_MARKS];

/* How many VMs at this address are gone. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2 * KVMMT_MAX_VMS);
	__type(key, __u64);
	__type(value, __u32);
} generations SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KVMMT_PLACES);
	__type(key, __u32);
	__type(value, struct kvmmt_counters);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, KVMMT_MAX_VMS);
	__type(key, struct kvmmt_vm_key);
	__type(value, struct kvmmt_counters);
} vms SEC(".maps");

/* Who caused a VM's first event: a name for VMs that are gone before we look. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, KVMMT_MAX_VMS + KVMMT_PLACES);
	__type(key, struct kvmmt_vm_key);
	__type(value, char[KVMMT_COMM_LEN]);
} comms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, KVMMT_MAX_CAUSES);
	__type(key, struct kvmmt_cause_key);
	__type(value, struct kvmmt_cause);
} causes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, KVMMT_MAX_CAUSES);
	__type(key, struct kvmmt_cause_key);
	__type(value, __u64[KVMMT_STACK_DEPTH]);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, KVMMT_MAX_ORIGINS);
	__type(key, struct kvmmt_origin_key);
	__type(value, struct kvmmt_origin);
} origins SEC(".maps");

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

static const struct kvmmt_counters no_counters;

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

static __always_inline __u32 generation(__u64 vm)
{
	__u32 *g = bpf_map_lookup_elem(&generations, &vm);

	return g ? *g : 0;
}

/* The counters of a VM without a place: it gets one, or an entry in the hash table. */
static __noinline struct kvmmt_counters *find_counters(__u64 vm, __u32 pid)
{
	struct kvmmt_vm_key key = { .vm = vm, .pid = pid, .generation = generation(vm) };
	__u32 place = kvmmt_place(vm), index = place; /* the verifier bounds one of them */
	char comm[KVMMT_COMM_LEN];
	struct kvmmt_counters *c;
	struct kvmmt_loss *l;

	if (!wanted(pid))
		return NULL;
	c = bpf_map_lookup_elem(&vms, &key);
	if (c)
		return c;
	bpf_get_current_comm(comm, sizeof(comm));
	bpf_map_update_elem(&comms, &key, comm, BPF_NOEXIST);
	if (!__sync_val_compare_and_swap(&claims[place], 0, vm)) {
		owners[place].pid = pid;
		owners[place].generation = key.generation;
		__sync_lock_test_and_set(&owners[place].vm, vm);
		counting[place] = vm;
		return bpf_map_lookup_elem(&places, &index);
	}
	bpf_map_update_elem(&vms, &key, &no_counters, BPF_NOEXIST);
	c = bpf_map_lookup_elem(&vms, &key);
	if (!c && (l = cpu_loss()))
		l->vms++;
	return c;
}

static __always_inline struct kvmmt_counters *counters(struct kvm *kvm)
{
	__u32 place = kvmmt_place((__u64)kvm);

	if (counting[place] == (__u64)kvm)
		return bpf_map_lookup_elem(&places, &place);
	return find_counters((__u64)kvm, kvm->userspace_pid);
}

/* A VM's last event was counted: the next VM at its address is another. */
static __noinline int end_vm(__u64 vm)
{
	__u32 next = generation(vm) + 1;

	__sync_val_compare_and_swap(&counting[kvmmt_place(vm)], vm, 0);
	bpf_map_update_elem(&generations, &vm, &next, BPF_ANY);
	return 0;
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

#include "origin.bpf.h"

/* The slot that was used last, if it is the one that has @ipa: most likely, after its fault. */
static __always_inline int slot_of(struct kvm *kvm, __u64 ipa)
{
	struct kvm_memory_slot *slot;
	struct kvm_memslots *slots = BPF_CORE_READ(kvm, memslots[0]);
	__u64 base;

	slot = (struct kvm_memory_slot *)BPF_CORE_READ(slots, last_used_slot.counter);
	base = BPF_CORE_READ(slot, base_gfn);
	if (!slot || (ipa >> page_shift) - base >= BPF_CORE_READ(slot, npages))
		return -1;
	return BPF_CORE_READ(slot, id);
}

/* Rare, and in the context of the VMM, which has the mapping. */
static __noinline int note_origin(__u64 vm, __u64 hva, int slot)
{
	struct kvmmt_origin_key key = { .vm = vm, .hva = hva };
	struct task_struct *task = bpf_get_current_task_btf();
	struct kvmmt_origin origin = {
		.slot = slot,
		.killed = !!(task->signal->flags & SIGNAL_GROUP_EXIT),
	};

	bpf_find_vma(task, hva, on_vma, &origin, 0);
	bpf_map_update_elem(&origins, &key, &origin, BPF_ANY);
	return 0;
}

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

static __noinline int note_stack(const struct kvmmt_cause_key *key)
{
	__u64 stack[KVMMT_STACK_DEPTH] = { 0 };

	if (!key)
		return 0;
	bpf_get_task_stack(bpf_get_current_task_btf(), stack, sizeof(stack), 0);
	bpf_map_update_elem(&stacks, key, stack, BPF_ANY);
	return 0;
}

static __always_inline __u32 current_process(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return task->flags & PF_KTHREAD ? 0 : task->tgid;
}

/* Only what a notifier tells of has to be told apart by it. */
static __always_inline __s32 current_syscall(__u32 reason)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (reason != KVMMT_INVAL_NOTIFIER || task->flags & PF_KTHREAD)
		return KVMMT_NO_SYSCALL;
	return ((struct pt_regs *)bpf_task_pt_regs(task))->syscallno;
}

/* What is mapped here again soon is a refault. */
static __noinline int mark(__u32 vm, __u64 start, __u64 size)
{
	kvmmt_mark(marks, vm, start, size, bpf_ktime_get_ns());
	return 0;
}

static __noinline int count_cause(struct kvm *kvm, __u64 size, __u32 reason)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct kvmmt_cause one = { .count = 1, .bytes = size }, *cause;
	struct kvmmt_cause_key key = {
		.vm = { .vm = (__u64)kvm, .pid = kvm->userspace_pid,
			.generation = generation((__u64)kvm) },
		.process = current_process(),
		.reason = reason,
		.syscall = current_syscall(reason),
	};

	if (!wanted(key.vm.pid))
		return 0;
	kvmmt_cause_comm(key.comm, task->comm);
	cause = bpf_map_lookup_elem(&causes, &key);
	if (!cause) {
		bpf_map_update_elem(&causes, &key, &one, BPF_NOEXIST);
		return 0;
	}
	cause->count++;
	cause->bytes += size;
	if (note_stacks && !(cause->count & (KVMMT_STACK_EVERY - 1)))
		note_stack(&key);
	return 0;
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
