/* SPDX-License-Identifier: GPL-2.0 */
/* What BPF and source_live.c agree on beside events and counters: map contents. */
#ifndef KVMMT_MAPS_H
#define KVMMT_MAPS_H

#include "event.h"

#define KVMMT_MAX_RINGS 16
#define KVMMT_MAX_VMS 4096	/* at one time, beside those with a place */
#define KVMMT_MAX_VCPUS 32768	/* at one time, of guest hypervisors */

/* A VM: its address may be used again, so how many lived there before is counted. */
struct kvmmt_vm_key {
	__u64 vm;
	__u32 pid;
	__u32 generation;
};

struct kvmmt_vcpu_key {
	struct kvmmt_vm_key vm;
	__u64 vcpu;	/* vcpu_idx */
};

/*
 * A VM's counters are in a place that its address gives if that was free at its
 * first event, and else in a hash table: most hosts have fewer VMs than there are
 * places, and a hash lookup costs more than the rest of counting. A power of two.
 */
#define KVMMT_PLACES 128

/* The low half of a VM's address: the verifier lets no whole pointer be shifted. */
static inline __u32 kvmmt_low(__u64 vm)
{
	__u32 low = vm;

#ifdef __bpf__
	asm volatile("" : "+w"(low));
#endif
	return low;
}

/* struct kvm is a page or more, with another behind it that guards it. */
static inline __u32 kvmmt_place(__u64 vm)
{
	return kvmmt_low(vm) >> 13 & (KVMMT_PLACES - 1);
}

/*
 * Who invalidates a VM's stage 2: a process's thread, or a kernel thread. Their number is
 * bounded; of many, those that were not at it for longest are forgotten and begin anew.
 */
#define KVMMT_MAX_CAUSES 2048

struct kvmmt_cause_key {
	struct kvmmt_vm_key vm;
	__u32 process;			/* 0: a kernel thread */
	__u32 reason;			/* enum kvmmt_inval_reason */
	__s32 syscall;			/* of a notifier's process, else KVMMT_NO_SYSCALL */
	__u32 pad;
	char comm[KVMMT_COMM_LEN];	/* of the thread: kvmmt_cause_comm() */
};

/* What tells one of many threads from another does not count: "CPU 3/KVM" is "CPU #/KVM". */
static inline void kvmmt_cause_comm(char to[KVMMT_COMM_LEN], const char from[KVMMT_COMM_LEN])
{
	int i;

	for (i = 0; i < KVMMT_COMM_LEN; i++)
		to[i] = from[i] >= '0' && from[i] <= '9' ? '#' : from[i];
}

/* How it came to it, innermost first; on request, of the first and of one in 16: a power of two. */
#define KVMMT_STACK_DEPTH 24
#define KVMMT_STACK_EVERY 16

struct kvmmt_cause {
	__u64 count, bytes;
};

/* What memory was refused, as the kernel knows it and the event does not tell. */
#define KVMMT_MAX_ORIGINS 256
#define KVMMT_FILE_LEN	  40
#define KVMMT_MODULE_LEN  20

struct kvmmt_origin_key {
	__u64 vm;
	__u64 hva;
};

/* Which memory @e, a refusal, was about */
static inline __u64 kvmmt_origin_hva(const struct kvmmt_event *e)
{
	if (e->kind != KVMMT_KIND_S2_SLOT)
		return e->s2_fault.hva;
	return e->s2_slot.vma_hva ? e->s2_slot.vma_hva : e->s2_slot.hva;
}

struct kvmmt_origin {
	char file[KVMMT_FILE_LEN];	/* last part of the mapped file's name, "": none */
	char module[KVMMT_MODULE_LEN];	/* that the file's operations are of, "": none's */
	__u32 rdev;			/* if that is a device: major << 20 | minor; else 0 */
	__s32 slot;			/* id, -1: not known */
	__u16 killed;			/* 1: the VMM was being killed, and got no memory any more */
	__u16 vfio;			/* 1: .file is the device, as its bus calls it, that VFIO's file is of */
};

/*
 * A device's file in VFIO is anonymous, but private_data leads to the device: by these
 * members of VFIO's own structs, whose places its module's BTF has.
 */
struct kvmmt_vfio {
	__u32 device;	/* struct vfio_device_file's */
	__u32 dev;	/* struct vfio_device's */
	__u32 known;	/* 1: VFIO is there, and these are its */
};

/*
 * What the iterator over a VM's memslots writes: each by ipa, and then how the list
 * ends. What it writes at once has to fit into the kernel's buffer of eight pages.
 */
#define KVMMT_MAX_SLOTS 240	/* of a VM that are told */

enum kvmmt_slots_end {
	KVMMT_SLOTS_ALL = -1,	/* these were all */
	KVMMT_SLOTS_MORE = -2,	/* there are more */
	KVMMT_SLOTS_BUSY = -3,	/* what some of them are could not be seen just now */
	KVMMT_SLOTS_CHANGED = -4, /* they were changed meanwhile: none of them is sure */
};

struct kvmmt_slot {
	__u64 vm;		/* address of struct kvm */
	__u32 pid;		/* kvm->userspace_pid */
	__s32 slot;		/* id; below 0: enum kvmmt_slots_end, and the rest is 0 */
	__u64 ipa, size_bytes, hva;
	__u64 vma_bytes;	/* so many of them are in the VMA that the rest is about */
	__u32 slot_flags;	/* KVM_MEM_* */
	__u32 vma;		/* KVMMT_VMA_*, the PTE's type always KVMMT_S1_NONE */
	struct kvmmt_origin origin;
};

_Static_assert((KVMMT_MAX_SLOTS + 1) * sizeof(struct kvmmt_slot) < 8 * 4096, "slots of a VM do not fit");

/* One CPU's losses: those not yet told by a LOST event, and all there were. */
struct kvmmt_loss {
	struct kvmmt_lost untold;
	__u64 total[KVMMT_KIND_NR];
	__u64 refusals;	/* of them */
	__u64 vms;	/* events not counted because the table of VMs or vCPUs was full */
};

#endif
