/* SPDX-License-Identifier: GPL-2.0 */
/* What BPF and source_live.c agree on beside events and counters: map contents. */
#ifndef KVMMT_MAPS_H
#define KVMMT_MAPS_H

#include "event.h"

#define KVMMT_MAX_RINGS 16

/* A VM while it lives: the address may be used again, by another process. */
struct kvmmt_vm_key {
	__u64 vm;
	__u32 pid;
	__u32 pad;
};

/* One CPU's losses: those not yet told by a LOST event, and all there were. */
struct kvmmt_loss {
	struct kvmmt_lost untold;
	__u64 total[KVMMT_KIND_NR];
	__u64 vms;	/* events not counted because the VM table was full */
};

#endif
