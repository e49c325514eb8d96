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

/* How it came to it, innermost first; on request, of one in so many. A power of two. */
#define KVMMT_STACK_DEPTH 24
#define KVMMT_STACK_EVERY 16

struct kvmmt_cause {
	__u64 count, bytes;
};

/* What memory was refused, as the kernel knows it and the event does not tell. */
#define KVMMT_MAX_ORIGINS 256
#define KVMMT_FILE_LEN	  40

struct kvmmt_origin_key {
	__u64 vm;
	__u64 hva;
};

struct kvmmt_origin {
	char file[KVMMT_FILE_LEN];	/* last part of the mapped file's name, "": none */
	char module[KVMMT_FILE_LEN];	/* that the file's operations are of, "": none's */
	char device[KVMMT_FILE_LEN];	/* that the file is of, by the name of its bus, if VFIO says so */
	__u32 rdev;			/* if that is a device: major << 20 | minor; else 0 */
	__s32 slot;			/* id, -1: not known */
	__u32 killed;			/* 1: the VMM was being killed, and got no memory any more */
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

/* One CPU's losses: those not yet told by a LOST event, and all there were. */
struct kvmmt_loss {
	struct kvmmt_lost untold;
	__u64 total[KVMMT_KIND_NR];
	__u64 refusals;	/* of them */
	__u64 vms;	/* events not counted because the table of VMs or vCPUs was full */
};

#endif
