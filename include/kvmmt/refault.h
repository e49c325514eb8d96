/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refaults: memory that a guest has mapped again soon after it was invalidated. Each
 * page of an invalidated range, or each block of 2 MiB that a larger one covers, leaves
 * its mark in the one place of a table that its address gives; a later one takes the
 * place. So too few refaults are found, never too many; what a guest hypervisor and its
 * guest both map again is found for each. In BPF and over a recording.
 */
#ifndef KVMMT_REFAULT_H
#define KVMMT_REFAULT_H

#include "event.h"

#define KVMMT_MARKS_SHIFT 15
#define KVMMT_MARKS	  (1u << KVMMT_MARKS_SHIFT)
#define KVMMT_MARKS_RUN	  1024	/* of one range: what is beyond leaves none */
/*
 * What a guest works with it touches again within this. A page of 4 KiB, blocks: of
 * larger pages the first part of that size is marked, and looked for.
 */
#define KVMMT_REFAULT_NS    100000000ull
#define KVMMT_REFAULT_PAGE  4096ull
#define KVMMT_REFAULT_BLOCK (2ull << 20)

struct kvmmt_mark {
	__u64 what, time_ns;
};

/* @vm: kvmmt_low() of its address, in which no two VMs that live are alike. */
static inline __u64 kvmmt_mark_of(__u32 vm, __u64 ipa, __u64 step)
{
	return ((ipa | step >> 1) ^ vm) * 0x9e3779b97f4a7c15ull;
}

static inline void kvmmt_mark(struct kvmmt_mark *marks, __u32 vm, __u64 start, __u64 size_bytes,
			      __u64 time_ns)
{
	__u64 step = size_bytes < KVMMT_REFAULT_BLOCK ? KVMMT_REFAULT_PAGE : KVMMT_REFAULT_BLOCK;
	__u64 at = (start + step - 1) & ~(step - 1), end = start + size_bytes;
	__u32 i;

	for (i = 0; i < KVMMT_MARKS_RUN && at + step <= end; i++, at += step) {
		__u64 what = kvmmt_mark_of(vm, at, step);
		struct kvmmt_mark *m = &marks[what >> (64 - KVMMT_MARKS_SHIFT)];

		m->what = what;
		m->time_ns = time_ns;
	}
}

static inline int kvmmt_marked(const struct kvmmt_mark *marks, __u32 vm, __u64 ipa, __u64 step,
			       __u64 since_ns)
{
	__u64 what = kvmmt_mark_of(vm, ipa & ~(step - 1), step);
	const struct kvmmt_mark *m = &marks[what >> (64 - KVMMT_MARKS_SHIFT)];

	return m->what == what && m->time_ns >= since_ns;
}

/* Was what is mapped at @ipa at @time_ns invalidated in the @within_ns before? */
static inline int kvmmt_refaulted(const struct kvmmt_mark *marks, __u32 vm, __u64 ipa,
				  __u64 time_ns, __u64 within_ns)
{
	__u64 since_ns = time_ns > within_ns ? time_ns - within_ns : 0;

	return kvmmt_marked(marks, vm, ipa, KVMMT_REFAULT_PAGE, since_ns) ||
	       kvmmt_marked(marks, vm, ipa, KVMMT_REFAULT_BLOCK, since_ns);
}

#endif
