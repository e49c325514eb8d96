/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which parts of guests' memory are faulted and invalidated most. Room is bounded:
 * a rare range may lose its place, and a count says by how much it may be too large.
 */
#ifndef RANGES_H
#define RANGES_H

#include <stddef.h>
#include <kvmmt/event.h>

#define RANGE_SHIFT 21	/* 2 MiB, aligned */

struct range {
	__u64 vm, ipa;		/* bytes; start */
	__u32 pid;
	__u64 faults, invals;
	__u64 error;		/* their sum may be too large by this */
};

struct ranges;

struct ranges *ranges_new(void);	/* NULL: no memory */
void ranges_free(struct ranges *r);
void ranges_add(struct ranges *r, const struct kvmmt_event *e);
/* The @nr most, the largest first, to @top; returns how many there are. */
size_t ranges_top(struct ranges *r, struct range *top, size_t nr);

#endif
