/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel types, kept by hand: only what the programs read. CO-RE relocates the
 * fields against the running kernel's BTF.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

#define NULL ((void *)0)

enum { false, true };

/* Map types and update flags: the kernel's UAPI (include/uapi/linux/bpf.h). */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
};

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */
#define SIGNAL_GROUP_EXIT 0x4 /* include/linux/sched/signal.h */
#define ANON_INODE_FS_MAGIC 0x09041934 /* include/uapi/linux/magic.h */

enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kvm_memory_slot {
	__u64 base_gfn;
	unsigned long npages;
	short id;
};

typedef struct {
	__s64 counter;
} atomic_long_t;

struct kvm_memslots {
	atomic_long_t last_used_slot;
};

struct kvm {
	__s32 userspace_pid;
	struct kvm_memslots *memslots[1];
};

struct super_block {
	unsigned long s_magic;
};

struct inode {
	__u32 i_rdev;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct module {
	char name[56];
};

struct file_operations {
	struct module *owner;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	const struct file_operations *f_op;
	void *private_data;
};

struct kobject {
	const char *name;
};

struct device {
	struct kobject kobj;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct signal_struct {
	unsigned int flags;
};

struct pt_regs {
	__s32 syscallno;
};

struct task_struct {
	unsigned int flags;
	__s32 tgid;
	struct signal_struct *signal;
	char comm[16];
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_idx;
};

struct kvm_s2_fault {
	__u64 fault_ipa, ipa, hva, pfn, size;
	__u32 esr, vma, memattr, flags, reason;
	int ret;
};

struct kvm_s2_slot {
	__u64 ipa, size, hva, vma_hva;
	__u32 slot, slot_flags, change, vma, flags, reason;
	int ret;
};

struct kvm_vncr_lookup {
	__u64 va;
	__u32 asid, flags, reason, entry, fast_tlbis;
};

struct kvm_vncr_walk {
	__u64 va, ipa, pfn, lat_ns;
	__u32 esr, injected, asid, level, size_shift, flags, reason, entry;
};

struct kvm_vncr_invalidate {
	__u64 va, ipa, lifetime_ns;
	__u32 asid, size_shift, flags, reason, entry;
};

struct kvm_nested_tlbi {
	__u64 start, size;
	__u32 op, scope, asid, entries;
};

#pragma clang attribute pop

#endif
