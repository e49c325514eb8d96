/* SPDX-License-Identifier: GPL-2.0 */
/* Who invalidates, and what is mapped again: part of kvmmt.bpf.c. */
#ifndef CAUSES_BPF_H
#define CAUSES_BPF_H

struct kvmmt_mark marks[KVMMT_MARKS];

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
	} else {
		cause->count++;
		cause->bytes += size;
	}
	if (note_stacks && (!cause || !(cause->count & (KVMMT_STACK_EVERY - 1))))
		note_stack(&key);
	return 0;
}

#endif
