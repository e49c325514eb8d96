/* SPDX-License-Identifier: GPL-2.0 */
/* VMs' counters: part of kvmmt.bpf.c. */
#ifndef VMS_BPF_H
#define VMS_BPF_H

/*
 * Who has each place: `claims` decides, `owners` says it once .vm is set, until user
 * space takes the place back. The owner counts in it only while it is in
 * `counting`, until its teardown: after that its address may be another VM's.
 */
__u64 claims[KVMMT_PLACES];
struct kvmmt_vm_key owners[KVMMT_PLACES];
__u64 counting[KVMMT_PLACES];

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

static const struct kvmmt_counters no_counters;

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

#endif
