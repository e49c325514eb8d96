/* SPDX-License-Identifier: GPL-2.0 */
/* For replay_vms*.c: how a recording's VMs are kept. */
#ifndef REPLAY_VMS_STATE_H
#define REPLAY_VMS_STATE_H

#include "replay_vms.h"

#define BUCKETS 4096	/* a power of two */

struct vcpu {
	__u32 index;
	struct kvmmt_vncr counters;
};

/* Who invalidates it. */
struct cause {
	struct kvmmt_cause_key key;	/* without the VM */
	struct kvmmt_cause counters;
};

/* The VM at an address, or a copy of one that is gone. */
struct vm {
	struct vm *next;		/* of the bucket, or of those that are gone */
	struct vm_entry id;
	__u32 generation;
	bool wanted;			/* by --vm */
	bool happened;			/* it had an event */
	char comm[KVMMT_COMM_LEN + 1];	/* of its first event */
	struct kvmmt_counters counters;
	struct vcpu *vcpus;		/* of a guest hypervisor */
	size_t nr_vcpus;
	struct cause *causes;
	size_t nr_causes;
};

struct replay_vms {
	const char *const *names;
	size_t nr_names;
	struct vm *buckets[BUCKETS], *gone, *latest;
	struct kvmmt_mark marks[KVMMT_MARKS];
	/* From here on it is numbers. */
	size_t nr_here, nr_gone, nr_met, nr_vcpus;
	__u32 generation;
	struct live_loss loss;
};

size_t replay_vm_bucket(__u64 vm, __u32 pid);
void replay_vm_free(struct vm *v);
/*
 * The VM after @v, NULL for the first: those that are gone, then those that are here.
 * @list is 0 at the beginning.
 */
const struct vm *replay_vms_next(const struct replay_vms *r, const struct vm *v, size_t *list);

#endif
