/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals as an operator is told of them: which VM, what, why, on what memory. Those
 * that are alike are one, with a count. Reads no clock, prints nothing.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <kvmmt/event.h>
#include "backing.h"
#include "series.h"

#define REFUSALS_KEPT	64	/* the latest */
#define REFUSALS_PER_VM 16	/* of them */
#define REFUSALS_TOLD	8	/* of one VM, so many in REFUSAL_TELL_NS */
#define REFUSAL_TELL_NS (60 * 1000000000ull) /* of those that are alike, one is told so often */
#define REFUSAL_KEEP_NS (15 * 60 * 1000000000ull) /* told so long, also of a VM that is gone */

/* Whom it was refused to. */
struct refusal_vm {
	char name[SERIES_LABEL_LEN];	/* as metrics have it */
	const char *name_from;		/* vm_name_source_word(), "" if it is not known */
	char pod[VM_POD_LEN];
	__u32 pid;
};

struct refusal {
	__u64 id;			/* no other has or had it */
	struct refusal_vm vm;
	char backing[BACKING_LEN];	/* what the memory is, "" if that is not known */
	int slot;			/* -1: not known */
	struct kvmmt_event event;	/* the latest */
	__u64 count;
	__u64 first_s, time_s;		/* of the first and the latest, since 1970 */
	__u64 told_ns;			/* the latest that was due, on the events' clock; 0: none was */
};

/* How many of a VM's were due to be told since @from_ns. */
struct refusal_rate {
	char vm[SERIES_LABEL_LEN];
	__u64 from_ns;
	unsigned int told;
};

struct refusal_log {
	struct refusal kept[REFUSALS_KEPT];
	struct refusal_rate rates[REFUSALS_KEPT];
	size_t nr, nr_rates;
	__u64 met;			/* that differ, ever */
	__u64 forgotten;		/* of them, to make room for others */
	__u64 untold;			/* were due, but their VM had REFUSALS_TOLD */
};

/* Keep it; the one that it became part of, if that is due to be told, or NULL. */
const struct refusal *refusal_add(struct refusal_log *log, const struct refusal_vm *vm,
				  const struct kvmmt_event *e, const char *backing, int slot,
				  __u64 time_s);
/* Forget what is older than REFUSAL_KEEP_NS at @now_ns, on the events' clock. */
void refusal_expire(struct refusal_log *log, __u64 now_ns);

/* Words of it: "fault" or "slot"; its reason, or NULL; the missing features, or "". */
const char *refusal_at(const struct kvmmt_event *e);
const char *refusal_reason(const struct kvmmt_event *e);
const char *refusal_why(const struct kvmmt_event *e);
const char *refusal_missing(const struct kvmmt_event *e);

#endif
