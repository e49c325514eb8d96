/* SPDX-License-Identifier: GPL-2.0 */
/* What one VM did at each of the latest samples: from the history, each looked up once. */
#ifndef TREND_H
#define TREND_H

#include "history.h"

#define TREND_NR   120	/* samples */
#define TREND_FILL (8 << 20)	/* bytes unpacked at a time: a refresh stays short with many VMs */

struct trend_point {
	__u64 nr;		/* of the sample, and one: 0 is none */
	double seconds;		/* since the one before; 0: the VM was not there */
	double faults, invalidations;	/* a second */
};

struct trend {
	struct kvmmt_vm_key key;
	__u64 last;		/* number of the sample that is shown */
	struct trend_point points[TREND_NR];
};

/* Up to sample @nr, of this VM. Returns 0 or -ENOMEM. */
int trend_follow(struct trend *t, const struct history *h, __u64 nr, const struct kvmmt_vm_key *key);
/* The history was cleared. */
void trend_forget(struct trend *t);
/* The point that is @ago samples before the last one; NULL: not known. */
const struct trend_point *trend_at(const struct trend *t, __u64 ago);

#endif
