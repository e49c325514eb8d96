/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VM has which name in metrics: one each, as long as it lives, and only so many
 * that a monitoring system can bear; the others are counted together as one. Reads
 * no clock, prints nothing.
 */
#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include "model.h"
#include "thrash.h"

#define SERIES_LABEL_LEN (VM_NAME_LEN + 24)
#define SERIES_OTHER	 "other"

/* A VM that the model has. */
struct series {
	struct kvmmt_vm_key key;
	char label[SERIES_LABEL_LEN];	/* no other that lives has it */
	char pod[VM_POD_LEN];
	struct storm storm;
	struct thrash thrash;
	const struct model_vm *vm;	/* until the next series_update() */
	bool own;			/* has series of its own: lives, and was within the limit */
	bool ended;
	bool labelled;			/* is in the set's tree */
	double storm_start_s, thrash_start_s; /* since 1970, if .storm or .thrash is on */
};

struct series_set {
	size_t limit;			/* VMs with series of their own */
	bool recorded;			/* VMs of a recording: /proc has nothing of them */
	struct series **all;
	size_t nr, room, nr_own;
	size_t nr_other;		/* that live, and are beyond the limit */
	struct model_counts other;	/* of VMs without series of their own, ever */
	struct model_counts ended;	/* the part of it that will not change */
	void *by_key, *by_label;	/* tsearch() trees; the latter of those that live */
};

/* After each sample of the model, also one that failed. Returns 0 or -ENOMEM. */
int series_update(struct series_set *set, const struct model *m);
/* After model_rename(): labels follow. */
void series_rename(struct series_set *set);
void series_free(struct series_set *set);

/* The VM's, also when it is gone, as long as the model has it; or NULL. */
struct series *series_find(const struct series_set *set, const struct kvmmt_vm_key *key);

#endif
