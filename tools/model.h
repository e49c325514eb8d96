/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the VMs: counters at the last two samples and since the
 * start, the latest refusals. Reads no clock, prints nothing.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/maps.h>
#include "backing.h"
#include "counters.h"
#include "slots.h"
#include "vmname.h"

#define MODEL_REFUSALS 16	/* kept for each VM, those that are alike as one */
#define MODEL_CAUSES   16	/* kept for each VM */
#define MODEL_GONE     1024	/* VMs that are gone and still told apart */
#define MODEL_MARK_NS (15 * 60 * 1000000000ull) /* a refusal or a storm stays marked so long */

/* Who invalidates a VM's stage 2, and how much at the last two samples. */
struct model_cause {
	struct kvmmt_cause_key key;
	struct kvmmt_cause before, now;
};

/* Refusals that are alike. */
struct model_refused {
	struct kvmmt_event event;	/* the latest */
	__u64 count;
	__u64 ipa_low, ipa_high;
	__s64 slot;			/* id, -1: not known */
	char backing[BACKING_LEN];	/* what the memory is, "": not known */
};

/* A VM's counters; those of its vCPUs added up. */
struct model_counts {
	struct kvmmt_counters s2;
	struct kvmmt_vncr vncr;
};

struct model_vcpu {
	__u32 vcpu;		/* vcpu_idx */
	bool between;		/* as in struct model_vm */
	struct kvmmt_vncr before, now;
};

/* What a vCPU had counted at the start, if that is not when it came. */
struct model_vcpu_start {
	__u64 vcpu;
	struct kvmmt_vncr counts;
};

struct model_vm {
	struct kvmmt_vm_key key;
	__u32 process;		/* key.pid may be any thread of it */
	char name[VM_NAME_LEN];
	enum vm_name_source name_source;
	struct model_counts start, before, now;
	struct model_vcpu *vcpus; /* that have a VNCR pseudo-TLB, in order of their index */
	size_t nr_vcpus;
	struct model_vcpu_start *vcpu_starts; /* in the same order; none before a reset */
	size_t nr_vcpu_starts;
	struct model_refused *refusals; /* room for MODEL_REFUSALS; NULL: none yet */
	size_t nr_kept;			/* of them */
	__u64 nr_refusals;		/* all there were */
	struct model_cause *causes;	/* room for MODEL_CAUSES; NULL: none yet */
	size_t nr_causes;
	struct slot *slots;		/* as they were when somebody last looked; NULL: none */
	size_t nr_slots;
	bool slots_known, more_slots;	/* there are more than KVMMT_MAX_SLOTS */
	struct storm *storm;		/* of storms.c, and NULL before its first step */
	struct thrash *thrash;
	__u64 storm_ns;			/* when there was one of them last, 0: never */
	__u64 seen_ns;		/* time of the last sample it was in */
	bool gone;		/* its stage 2 was torn down */
	bool between;		/* .now is of after the last sample, .before of it */
};

struct model {
	vm_entry_fn identify;	/* names a VM that is new; NULL: vm_identify() */
	void *identify_ctx;
	struct model_vm **vms;	/* in order of appearance */
	size_t nr_vms, nr_ordered, room, nr_gone;
	void *by_key, *latest;	/* tsearch() trees: by key, and by address and pid alone */
	struct model_vm rest;	/* the sum of VMs that are gone and were dropped */
	__u64 nr_rest;
	__u64 start_ns, before_ns, now_ns;	/* times of the samples */
	__u64 nr_refusals;
	__u64 nr_storms, nr_thrashes;	/* that began so far: storms.h */
	bool keep_gone;		/* VMs that are gone stay as long as there are few */
	bool between;		/* counters are given before their sample begins */
	bool nested;		/* a VM has, or had, a VNCR pseudo-TLB */
	__u64 lost[KVMMT_KIND_NR];
	__u64 lost_refusals;	/* of them; live only */
	__u64 lost_vms;		/* of VMs and vCPUs beyond those that are counted */
};

/*
 * Begin a sample taken at @now_ns; then give every VM. Drops VMs long gone. With
 * @between set, VMs can be given in between; they belong to the next sample.
 */
void model_sample(struct model *m, __u64 now_ns);
/* Returns 0 or -ENOMEM. @comm names a VM that is new and whose process is gone. */
int model_vm(struct model *m, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
	     const char *comm);
/* The VMs that came with this sample by pid, whichever order they were given in. */
void model_order(struct model *m);
/* After its VM. Returns 0, -ENOENT if the model has not this VM, or -ENOMEM. */
int model_vcpu(struct model *m, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c);
/* @backing and @slot of the memory, "" and -1 if not known. Returns 0 or -ENOMEM. */
int model_refusal(struct model *m, const struct kvmmt_event *e, const char *backing, int slot);
/* A cause of a VM that the sample has. Returns 0 or -ENOMEM. */
int model_cause(struct model *m, const struct kvmmt_cause_key *key, const struct kvmmt_cause *c);
/* The latest VM at this address has these slots now. Returns 0 or -ENOMEM. */
int model_slots(struct model *m, const struct vm_slots *s);
/* For qsort() of pointers to causes, or of what begins with one: most first. */
int model_cause_order(const void *a, const void *b);
/* Look up the names of VMs that live anew. */
void model_rename(struct model *m);
/* "Since the start" begins now. Returns 0 or -ENOMEM. */
int model_reset(struct model *m);
void model_free(struct model *m);

/* The latest VM at this address, or NULL. */
const struct model_vm *model_find(const struct model *m, __u64 vm, __u32 pid);
/* The VM with this key, or NULL. */
const struct model_vm *model_find_key(const struct model *m, const struct kvmmt_vm_key *key);

/* For tsearch() trees of what begins with a key. */
int model_key_order(const void *a, const void *b);

/* What one VM, or one vCPU, did between two samples. */
struct model_counts model_delta(const struct model_counts *from, const struct model_counts *to);
struct kvmmt_vncr model_vcpu_total(const struct model_vm *vm, const struct model_vcpu *v);
struct kvmmt_vncr model_vncr_delta(const struct kvmmt_vncr *from, const struct kvmmt_vncr *to);

/* Counters of another VM to those of @sum; of the times of refusals, the later stays. */
void model_add(struct model_counts *sum, const struct model_counts *c);

/* How long ago @time_ns was at the last sample; an event of after it: 0 */
__u64 model_age_ns(const struct model *m, __u64 time_ns);
/* Was the VM refused something so lately that it stays marked? */
bool model_marked(const struct model *m, const struct model_vm *vm);

#endif
