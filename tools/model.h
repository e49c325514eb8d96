/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the VMs: counters at the last two samples and since the
 * start, the latest refusals. Reads no clock, prints nothing.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/counters.h>
#include <kvmmt/maps.h>
#include "vmname.h"

#define MODEL_REFUSALS 64
#define MODEL_MARK_NS (15 * 60 * 1000000000ull) /* a refusal stays marked so long */

struct model_vm {
	struct kvmmt_vm_key key;
	char name[VM_NAME_LEN];
	struct kvmmt_counters start, before, now;
	bool gone;	/* its stage 2 was torn down */
};

struct model {
	struct model_vm *vms;
	size_t nr_vms, room;
	__u64 start_ns, before_ns, now_ns;	/* times of the samples */
	struct kvmmt_event refusals[MODEL_REFUSALS]; /* ring, latest at nr_refusals - 1 */
	__u64 nr_refusals;
	__u64 lost[KVMMT_KIND_NR];
	__u64 lost_vms;
};

/* Begin a sample taken at @now_ns; then give every VM. */
void model_sample(struct model *m, __u64 now_ns);
/* Returns 0 or -ENOMEM. @comm names a VM that is new and whose process is gone. */
int model_vm(struct model *m, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
	     const char *comm);
void model_refusal(struct model *m, const struct kvmmt_event *e);
void model_reset(struct model *m);	/* "since the start" begins now */
void model_free(struct model *m);

/* The VM of an event, or NULL. */
const struct model_vm *model_find(const struct model *m, __u64 vm, __u32 pid);

/* What one VM did between two samples. */
struct kvmmt_counters model_delta(const struct kvmmt_counters *from,
				  const struct kvmmt_counters *to);

/* Sums over reasons. */
__u64 counters_outcome(const struct kvmmt_counters *c, enum kvmmt_outcome outcome);
__u64 counters_refused_slots(const struct kvmmt_counters *c);
__u64 counters_invalidations(const struct kvmmt_counters *c);

#endif
