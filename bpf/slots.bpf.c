// SPDX-License-Identifier: GPL-2.0
/*
 * An iterator over files, which finds VMs among them and tells each one's memslots and
 * what is mapped there. It takes no lock of KVM's: whoever reads its list is told if the
 * slots were changed meanwhile, and reads it again.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <kvmmt/maps.h>
#include "origin.bpf.h"

/* include/linux/mm.h */
#define VM_SHARED	    0x8ull
#define VM_MAYWRITE	    0x20ull
#define VM_PFNMAP	    0x400ull
#define VM_IO		    0x4000ull
#define VM_HUGETLB	    0x400000ull
#define VM_MIXEDMAP	    0x10000000ull
#define VM_ALLOW_ANY_UNCACHED (1ull << 39)

#define KVM_MEM_ALL 0xffff /* of a slot's flags; those above are KVM's own */

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 page_shift;

/* Where the walk of the tree is, and where it came from. */
struct walk {
	struct seq_file *seq;
	struct task_struct *task;
	struct rb_node *at, *from;
	__u64 vm;
	__u32 pid;
	__u32 index;	/* of the two nodes that a slot has, the one in this tree */
	__u32 nr;
	bool more, busy;
};

static __always_inline __u32 vma_bits(const struct vm_area_struct *vma)
{
	__u64 flags = vma->vm_flags;
	/* The index into MAIR_EL1: bits 4:2 of a stage-1 descriptor */
	__u32 bits = KVMMT_VMA_FOUND | KVMMT_S1_NONE << 4 | (vma->vm_page_prot.pgprot >> 2 & 7);

	bits |= flags & VM_PFNMAP ? KVMMT_VMA_PFNMAP : 0;
	bits |= flags & VM_MIXEDMAP ? KVMMT_VMA_MIXEDMAP : 0;
	bits |= flags & VM_IO ? KVMMT_VMA_IO : 0;
	bits |= flags & VM_SHARED ? KVMMT_VMA_SHARED : 0;
	bits |= (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE ? KVMMT_VMA_COW : 0;
	bits |= flags & VM_ALLOW_ANY_UNCACHED ? KVMMT_VMA_ANY_UNCACHED : 0;
	bits |= flags & VM_HUGETLB ? KVMMT_VMA_HUGETLB : 0;
	return bits;
}

static long on_vma(struct task_struct *task, struct vm_area_struct *vma, struct kvmmt_slot *s)
{
	__u64 bytes = vma->vm_end - s->hva;

	s->vma = vma_bits(vma);
	s->vma_bytes = bytes < s->size_bytes ? bytes : s->size_bytes;
	note_file(vma, &s->origin);
	return 0;
}

static __always_inline void tell(struct walk *w, struct rb_node *node)
{
	struct kvm_memory_slot *slot = slot_at(node, w->index);
	struct kvmmt_slot s = { .vm = w->vm, .pid = w->pid };

	s.slot = BPF_CORE_READ(slot, id);
	s.ipa = BPF_CORE_READ(slot, base_gfn) << page_shift;
	s.size_bytes = (__u64)BPF_CORE_READ(slot, npages) << page_shift;
	s.hva = BPF_CORE_READ(slot, userspace_addr);
	s.slot_flags = BPF_CORE_READ(slot, flags) & KVM_MEM_ALL;
	s.origin.slot = s.slot;
	/*
	 * -EBUSY: the VMM maps or unmaps something. The task may end meanwhile, but not the
	 * mm_struct, which its VM holds.
	 */
	if (bpf_find_vma(w->task, s.hva, on_vma, &s, 0) == -16)
		w->busy = true;
	bpf_seq_write(w->seq, &s, sizeof(s));
	w->nr++;
}

/* A step through the tree of slots, in order of their ipa. Returns 1 at its end. */
static long step(__u64 n, struct walk *w)
{
	struct rb_node *node = w->at, *left, *parent, *next;

	if (!node)
		return 1;
	left = BPF_CORE_READ(node, rb_left);
	parent = (void *)(BPF_CORE_READ(node, __rb_parent_color) & ~3ul);
	next = parent;
	if (w->from == parent && left) {
		next = left;
	} else if (w->from == parent || w->from == left) {
		if (w->nr == KVMMT_MAX_SLOTS) {
			w->more = true;
			return 1;
		}
		tell(w, node);
		next = BPF_CORE_READ(node, rb_right);
		next = next ? next : parent;
	}
	w->from = node;
	w->at = next;
	return !next;
}

/* No other file of this name is in the file system of files without an inode. */
static __always_inline struct kvm *vm_of(struct file *file)
{
	static const char vm_name[sizeof(__u64)] = "kvm-vm";
	__u64 name = 0;

	if (!is_anonymous(file))
		return NULL;
	bpf_probe_read_kernel_str(&name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return name == *(const __u64 *)vm_name ? BPF_CORE_READ(file, private_data) : NULL;
}

SEC("iter/task_file")
int tell_slots(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct kvmmt_slot end = { .slot = KVMMT_SLOTS_ALL };
	struct kvm_memslots *slots;
	__u64 generation;
	struct walk w = { 0 };
	struct kvm *kvm;

	if (!task || !file)
		return 0;
	kvm = vm_of(file);
	/* Of one that was handed to another process, nothing there is mapped. */
	if (!kvm || BPF_CORE_READ(kvm, mm) != task->mm)
		return 0;
	w.seq = ctx->meta->seq;
	w.task = task;
	w.vm = (__u64)kvm;
	w.pid = BPF_CORE_READ(kvm, userspace_pid);
	slots = BPF_CORE_READ(kvm, memslots[0]);
	generation = BPF_CORE_READ(slots, generation);
	w.index = BPF_CORE_READ(slots, node_idx);
	w.at = BPF_CORE_READ(slots, gfn_tree.rb_node);
	bpf_loop(4 * KVMMT_MAX_SLOTS, step, &w, 0);
	if (w.more)
		end.slot = KVMMT_SLOTS_MORE;
	if (w.busy)
		end.slot = KVMMT_SLOTS_BUSY;
	if (slots != BPF_CORE_READ(kvm, memslots[0]) ||
	    generation != BPF_CORE_READ(slots, generation))
		end.slot = KVMMT_SLOTS_CHANGED;
	end.vm = w.vm;
	end.pid = w.pid;
	bpf_seq_write(w.seq, &end, sizeof(end));
	return 0;
}
