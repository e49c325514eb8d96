/* SPDX-License-Identifier: GPL-2.0 */
/* What was mapped where KVM refused: part of kvmmt.bpf.c. */
#ifndef REFUSAL_BPF_H
#define REFUSAL_BPF_H

#include "origin.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, KVMMT_MAX_ORIGINS);
	__type(key, struct kvmmt_origin_key);
	__type(value, struct kvmmt_origin);
} origins SEC(".maps");

static long on_vma(struct task_struct *task, struct vm_area_struct *vma, struct kvmmt_origin *origin)
{
	note_file(vma, origin);
	return 0;
}

#define SLOTS_DEPTH 32 /* of the tree, which is balanced: more than KVM has slots for */

/* The id of the slot that has @ipa, or -1: as KVM looks for it. */
static __noinline int slot_of(struct kvm *kvm, __u64 ipa)
{
	struct kvm_memslots *slots = BPF_CORE_READ(kvm, memslots[0]);
	struct rb_node *node = BPF_CORE_READ(slots, gfn_tree.rb_node);
	__u32 index = BPF_CORE_READ(slots, node_idx);
	__u64 gfn = ipa >> page_shift, base;
	int i;

	for (i = 0; node && i < SLOTS_DEPTH; i++) {
		struct kvm_memory_slot *slot = slot_at(node, index);

		base = BPF_CORE_READ(slot, base_gfn);
		if (gfn < base)
			node = BPF_CORE_READ(node, rb_left);
		else if (gfn - base < BPF_CORE_READ(slot, npages))
			return BPF_CORE_READ(slot, id);
		else
			node = BPF_CORE_READ(node, rb_right);
	}
	return -1;
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

#endif
